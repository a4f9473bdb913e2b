"""The whole demonstration, as `make demo` runs it: the case is found, and nothing else."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Of a machine that does much else meanwhile; an idle one needs a tenth of it.
PATIENCE_S = 180.0
RUN_WITHIN_S = 280.0
COMMAND = (sys.executable, "-m", "symbolon.cli", "exercise", "run")


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for unix sockets, and which a server's own account may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="demo-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def launch(folder: Path) -> "subprocess.Popen[bytes]":
    """Start a run whose folder is below `folder`, and wait until its processes are up."""
    with (folder / "log").open("wb") as log:
        launcher = subprocess.Popen(COMMAND, stdout=log, stderr=log, env={**os.environ, "TMPDIR": str(folder)})
    wait_until(lambda: len(running_processes_below(folder)) >= 10)
    return launcher


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def running_processes_below(folder: Path) -> list[int]:
    """The processes whose command line names the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in command:
                found.append(int(entry.name))
    return found


@pytest.fixture(scope="module")
def finished_run() -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (*COMMAND, "--once", "--json"), capture_output=True, text=True, timeout=RUN_WITHIN_S, check=False
    )


def test_the_run_finds_exactly_the_truth_and_carries_an_exchange_to_its_outcome(
    finished_run: "subprocess.CompletedProcess[str]",
) -> None:
    result = json.loads(finished_run.stdout.splitlines()[-1])
    assert finished_run.returncode == 0, finished_run.stderr
    assert result["ok"] is True
    assert result["hits_found"] == result["hits_expected"] == 11
    assert result["false_hits"] == 0
    assert result["alerts_delivered"] == result["alerts_expected"] == 22
    assert result["replies_opened"] == 1
    assert result["exchange_closed"] is True
    assert result["held_victim"] is True


def test_the_run_tells_who_signed_the_directory_and_how_the_key_came_about(
    finished_run: "subprocess.CompletedProcess[str]",
) -> None:
    told = " ".join(finished_run.stderr.split())
    assert "They make the linkage key together" in told
    assert "is signed by XA, XB, XC." in told
    assert "was made by all and never at the hub." in told


def test_a_run_whose_match_bits_open_towards_members_alone_finds_the_same() -> None:
    command = (*COMMAND, "--once", "--json", "--opening", "receivers")
    run = subprocess.run(command, capture_output=True, text=True, timeout=RUN_WITHIN_S, check=False)
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout.splitlines()[-1])
    assert result["ok"] is True
    assert result["hits_found"] == result["hits_expected"] == 11
    assert "the hub learned no pair" in " ".join(run.stderr.split())


def test_all_processes_end_when_the_launcher_is_killed(short_folder: Path) -> None:
    launcher = launch(short_folder)
    launcher.kill()
    launcher.wait()
    wait_until(lambda: not running_processes_below(short_folder))


def test_ctrl_c_stops_everything_and_leaves_no_folder(short_folder: Path) -> None:
    launcher = launch(short_folder)
    launcher.send_signal(signal.SIGINT)
    assert launcher.wait(PATIENCE_S) == 130
    assert not running_processes_below(short_folder)
    assert not list(short_folder.glob("symbolon-*"))
