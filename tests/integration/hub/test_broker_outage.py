"""The broker is killed and comes back: nothing is lost, and worker, beat and wake-ups find it again."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.hub_members import item

from symbolon.exercise.embedded_broker import EmbeddedBroker
from symbolon.exercise.run_folder import make_run_folder
from symbolon.exercise.supervisor import ProcessSpec, Supervisor
from symbolon.hub.bootstrap.broker import create_celery
from symbolon.hub.jobs.wake_up import CeleryWakeUp


@pytest.fixture
def short_folder() -> Iterator[Path]:
    folder = make_run_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def mortal_broker(short_folder: Path) -> Iterator[tuple[Supervisor, EmbeddedBroker]]:
    broker = EmbeddedBroker(short_folder / "broker")
    broker.prepare()
    with Supervisor() as supervisor:
        supervisor.start(broker.process(short_folder / "broker.log"))
        yield supervisor, broker


def _hub_process(bench: Any, command: str, broker: EmbeddedBroker, folder: Path) -> ProcessSpec:
    return ProcessSpec(
        name=command,
        command=(sys.executable, "-m", "symbolon.cli", "hub", command, "--home", str(bench.hub.home.path)),
        log_file=folder / f"{command}.log",
        environment={**os.environ, "SYMBOLON_BROKER": broker.url},
    )


def _await_hits(bench: Any, count: int, within_s: float) -> float:
    started = time.monotonic()
    while len(bench.alerts(bench.amara)) < count:
        assert time.monotonic() - started < within_s
        time.sleep(0.05)
    return time.monotonic() - started


def test_worker_and_beat_go_on_after_the_broker_was_killed(
    bench: Any, person: Any, mortal_broker: Any, short_folder: Path
) -> None:
    supervisor, broker = mortal_broker
    supervisor.start(
        _hub_process(bench, "worker", broker, short_folder), _hub_process(bench, "beat", broker, short_folder)
    )
    bench.submit(bench.amara, item(person))
    bench.submit(bench.belanu, item(person))
    _await_hits(bench, 1, 60)
    supervisor.kill("broker")
    bench.submit(bench.belanu, item(person))
    _await_hits(bench, 2, 30)
    assert (supervisor.starts("worker"), supervisor.starts("beat")) == (1, 1)


def test_wake_ups_reach_the_worker_again_after_the_broker_was_killed(
    bench: Any, person: Any, mortal_broker: Any, short_folder: Path
) -> None:
    supervisor, broker = mortal_broker
    settings = bench.hub.settings
    app = create_celery(type(settings)(**{**_fields(settings), "broker": broker.url}))
    wake = CeleryWakeUp(app)
    supervisor.start(_hub_process(bench, "worker", broker, short_folder))
    bench.submit(bench.amara, item(person))
    bench.submit(bench.belanu, item(person))
    wake()
    _await_hits(bench, 1, 60)
    supervisor.kill("broker")
    supervisor.wait_until_ready("broker")
    # The worker tries again every two seconds.
    time.sleep(5)
    bench.submit(bench.belanu, item(person))
    started = time.monotonic()
    wake()
    assert time.monotonic() - started < 0.1
    assert _await_hits(bench, 2, 10) < 2


def _fields(settings: Any) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__slots__}


def test_beat_stops_when_it_is_told_to(bench: Any, mortal_broker: Any, short_folder: Path) -> None:
    _supervisor, broker = mortal_broker
    spec = _hub_process(bench, "beat", broker, short_folder)
    process = subprocess.Popen(spec.command, env=dict(spec.environment))
    time.sleep(3)
    process.terminate()
    process.wait(5)
