"""Processes start together, come back when they die, and never outlive their supervisor."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from symbolon.exercise.errors import ProcessFailed
from symbolon.exercise.supervisor import ProcessSpec, Supervisor

SLEEPER = "import time; time.sleep(600)"
# Says that it is ready, and on a signal leaves a note and ends.
POLITE = """
import pathlib, signal, sys, time
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
def leave(number, frame):
    with (folder / "left").open("a") as notes:
        notes.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
(folder / (name + ".ready")).touch()
print("hello from", name, flush=True)
time.sleep(600)
"""
STUBBORN = """
import signal, subprocess, sys, time, pathlib
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
(pathlib.Path(sys.argv[1]) / "child").write_text(str(child.pid))
time.sleep(600)
"""


def spec(folder, name, program=SLEEPER, **options):
    return ProcessSpec(
        name=name,
        command=(sys.executable, "-c", program, str(folder), name),
        log_file=folder / f"{name}.log",
        environment={"PATH": os.defpath},
        **options,
    )


def polite(folder, name):
    return spec(folder, name, POLITE, is_ready=(folder / f"{name}.ready").exists)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # An orphan that ended is a zombie until the first process of the machine collects it.
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except ProcessLookupError:
        # It ended between the opening of the file and the reading.
        return False
    except FileNotFoundError:
        # No such file system here, or it ended meanwhile: the next look tells.
        return True
    return state.rpartition(")")[2].split()[0] != "Z"


def eventually(condition, within_s=10.0):
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def supervisor():
    with Supervisor() as supervisor:
        yield supervisor


def test_start_returns_when_all_processes_are_ready(supervisor, tmp_path):
    supervisor.start(polite(tmp_path, "a"), polite(tmp_path, "b"))
    assert (tmp_path / "a.ready").exists()
    assert (tmp_path / "b.ready").exists()
    assert supervisor.names() == ("a", "b")


def test_what_a_process_prints_is_in_its_log_file(supervisor, tmp_path):
    supervisor.start(polite(tmp_path, "a"))
    assert eventually(lambda: (tmp_path / "a.log").read_text() == "hello from a\n")


def test_a_process_gets_its_own_environment_only(supervisor, tmp_path, monkeypatch):
    monkeypatch.setenv("SYMBOLON_SECRET", "of another party")
    program = "import os, sys; open(sys.argv[1] + '/env', 'w').write(repr(dict(os.environ)))"
    with pytest.raises(ProcessFailed):
        supervisor.start(spec(tmp_path, "a", program, is_ready=lambda: False, ready_within_s=5))
    assert "another party" not in (tmp_path / "env").read_text()


def test_a_process_that_was_killed_comes_back(supervisor, tmp_path):
    supervisor.start(polite(tmp_path, "a"))
    first = supervisor.pid("a")
    (tmp_path / "a.ready").unlink()
    supervisor.kill("a")
    assert eventually(lambda: supervisor.starts("a") == 2)
    supervisor.wait_until_ready("a")
    assert supervisor.pid("a") != first
    assert is_alive(supervisor.pid("a"))


def test_a_process_that_keeps_dying_is_started_less_and_less_often(supervisor, tmp_path):
    supervisor.start(spec(tmp_path, "a", "import time; time.sleep(0.05)"))
    time.sleep(2)
    # Pauses of 0.1, 0.2, 0.4, 0.8 s…
    assert 3 <= supervisor.starts("a") <= 6


def test_a_process_that_ends_before_it_is_ready_fails_the_start(supervisor, tmp_path):
    with pytest.raises(ProcessFailed, match=r"a ended before it was ready: read .*a\.log"):
        supervisor.start(spec(tmp_path, "a", "raise SystemExit(2)", is_ready=lambda: False))


def test_a_process_that_is_never_ready_fails_the_start(supervisor, tmp_path):
    with pytest.raises(ProcessFailed, match="not ready in its time"):
        supervisor.start(spec(tmp_path, "a", is_ready=lambda: False, ready_within_s=0.3))


def test_a_command_that_does_not_exist_fails_the_start(supervisor, tmp_path):
    missing = ProcessSpec("a", ("/no/such/program",), tmp_path / "a.log", {}, is_ready=lambda: False)
    with pytest.raises(ProcessFailed, match="ended before it was ready"):
        supervisor.start(missing)
    assert "No such file" in (tmp_path / "a.log").read_text()


def test_two_processes_cannot_have_one_name(supervisor, tmp_path):
    supervisor.start(spec(tmp_path, "a"))
    with pytest.raises(ProcessFailed, match="another name"):
        supervisor.start(spec(tmp_path, "a"))


def test_processes_stop_in_the_reverse_order_of_their_starts(tmp_path):
    with Supervisor() as supervisor:
        supervisor.start(polite(tmp_path, "foundation"))
        supervisor.start(polite(tmp_path, "house"))
        pids = [supervisor.pid(name) for name in supervisor.names()]
    assert (tmp_path / "left").read_text().split() == ["house", "foundation"]
    assert not any(is_alive(pid) for pid in pids)


def test_a_held_process_stays_down_until_it_is_released(supervisor, tmp_path):
    supervisor.start(polite(tmp_path, "a"))
    supervisor.hold("a")
    time.sleep(0.5)
    with pytest.raises(ProcessFailed, match="not running now"):
        supervisor.pid("a")
    supervisor.release("a")
    assert is_alive(supervisor.pid("a"))
    assert supervisor.starts("a") == 2


def test_a_process_that_does_not_obey_is_killed_with_all_that_it_started(monkeypatch, tmp_path):
    monkeypatch.setattr("symbolon.exercise.supervisor._STOP_GRACE_S", 0.3)
    with Supervisor() as supervisor:
        supervisor.start(spec(tmp_path, "a", STUBBORN, is_ready=lambda: (tmp_path / "child").exists()))
        assert eventually(lambda: (tmp_path / "child").read_text() != "")
        pids = [supervisor.pid("a"), int((tmp_path / "child").read_text())]
    assert eventually(lambda: not any(is_alive(pid) for pid in pids))


def test_stopping_twice_does_no_harm(tmp_path):
    supervisor = Supervisor()
    supervisor.start(spec(tmp_path, "a"))
    supervisor.stop()
    supervisor.stop()


LAUNCHER = """
import json, sys, time
from pathlib import Path
from symbolon.exercise.supervisor import ProcessSpec, Supervisor

folder, watch_pipe = Path(sys.argv[1]), sys.argv[2] == "pipe"
supervisor = Supervisor(watch_pipe=watch_pipe)
program = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(600)"
specs = [
    ProcessSpec(
        name=name,
        command=(sys.executable, "-c", program, str(folder / name)),
        log_file=folder / f"{name}.log",
        environment={},
        is_ready=lambda file=folder / name: file.exists() and file.read_text() != "",
    )
    for name in ("a", "b")
]
supervisor.start(*specs)
print(json.dumps([int((folder / name).read_text()) for name in ("a", "b")]), flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("tether", ["kernel", "pipe"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_processes_die_with_their_supervisor(tmp_path, tether, number):
    if tether == "kernel" and not sys.platform.startswith("linux"):
        pytest.skip("only Linux signals a process when its parent dies")
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER, str(tmp_path), tether], stdout=subprocess.PIPE)
    pids = json.loads(launcher.stdout.readline())
    assert all(is_alive(pid) for pid in pids)
    launcher.send_signal(number)
    launcher.wait()
    launcher.stdout.close()
    assert eventually(lambda: not any(is_alive(pid) for pid in pids))


def test_a_watched_process_stops_and_comes_back_like_any_other(tmp_path):
    with Supervisor(watch_pipe=True) as supervisor:
        supervisor.start(polite(tmp_path, "a"))
        (tmp_path / "a.ready").unlink()
        supervisor.kill("a")
        assert eventually(lambda: supervisor.starts("a") == 2)
        supervisor.wait_until_ready("a")
    assert (tmp_path / "left").read_text() == "a\n"
