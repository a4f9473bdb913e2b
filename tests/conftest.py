"""What many tests stand on: a real PostgreSQL and a real broker, started once for each test process."""

import re
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from symbolon.exercise.embedded_broker import EmbeddedBroker
from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.exercise.run_folder import make_run_folder
from symbolon.exercise.supervisor import Supervisor

# A busy machine is no defect: how long an example takes is measured in benchmarks/ alone.
settings.register_profile("symbolon", deadline=None)
settings.load_profile("symbolon")

FreshDatabase = Callable[[str], str]


@pytest.fixture(scope="session")
def run_folder() -> Iterator[Path]:
    """A folder with a short path, which a server under another account may pass through."""
    folder = make_run_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def supervisor(run_folder: Path) -> Iterator[Supervisor]:
    """Depends on the folder so that the processes end before their files are removed."""
    with Supervisor() as supervisor:
        yield supervisor


@pytest.fixture(scope="session")
def postgres_server(run_folder: Path, supervisor: Supervisor) -> EmbeddedPostgres:
    """One server for the tests of this process. Don't kill it: a test of faults starts a server of its own."""
    server = EmbeddedPostgres(run_folder / "postgres")
    server.prepare()
    supervisor.start(server.process(run_folder / "postgres.log"))
    return server


@pytest.fixture
def fresh_database(postgres_server: EmbeddedPostgres) -> Iterator[FreshDatabase]:
    """Makes an empty database with a role of its own and returns its conninfo; it is dropped after the test."""
    made: list[str] = []
    numbers = count(1)

    def make(name: str) -> str:
        party = f"{re.sub(r'[^a-z0-9]+', '_', name.lower())}_{next(numbers)}"
        conninfo = postgres_server.create_party(party)
        made.append(party)
        return conninfo

    yield make
    for party in made:
        postgres_server.drop_party(party)


@pytest.fixture(scope="session")
def broker_url(run_folder: Path, supervisor: Supervisor) -> str:
    """The address of one broker for the tests of this process."""
    broker = EmbeddedBroker(run_folder / "broker")
    broker.prepare()
    supervisor.start(broker.process(run_folder / "broker.log"))
    return broker.url
