"""What many tests stand on: a real PostgreSQL and a real broker, started once for each test process."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest
import typer.testing
from argon2 import PasswordHasher
from hypothesis import settings
from psycopg import sql
from tests.migrated_copies import MigratedCopies
from tests.thoroughness import examples

from symbolon.exercise.embedded_broker import EmbeddedBroker
from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.exercise.run_folder import make_run_folder
from symbolon.exercise.supervisor import Supervisor
from symbolon.runtime import migration_runner, passwords

# A busy machine is no defect: how long an example takes is measured in benchmarks/ alone.
settings.register_profile("symbolon", deadline=None, max_examples=examples(100))
settings.load_profile("symbolon")

FreshDatabase = Callable[[str], str]
_NUMBERS = count(1)


@pytest.fixture(scope="session", autouse=True)
def quick_repetitions() -> Iterator[None]:
    """What costs its time on purpose, or once for each process, costs little when it is done thousands of times.

    The tests of passwords hash with the product's own parameters (``real_hashes``), as all started processes do.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        # A process builds its tree of commands once, and a runner of tests would for each command.
        patch.setattr(typer.testing, "_get_command", cache(typer.main.get_command))
        yield


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
    process = server.process(run_folder / "postgres.log")
    # Nothing of these databases must outlive the machine: the servers that tests of faults kill keep their own fsync.
    supervisor.start(replace(process, command=(*process.command, "-c", "fsync=off", "-c", "full_page_writes=off")))
    return server


@pytest.fixture(scope="session")
def migrated_copies(postgres_server: EmbeddedPostgres) -> Iterator[MigratedCopies]:
    """What migrates the databases of :func:`fresh_database`."""
    copies = MigratedCopies(postgres_server, migration_runner.run_missing)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migration_runner, "run_missing", copies)
        yield copies
    copies.close()


@dataclass(frozen=True, slots=True)
class EmptyDatabase:
    """A database with nothing in it, and the role that owns it, both called ``party``."""

    party: str
    conninfo: str


@pytest.fixture(scope="session")
def emptied_databases() -> list[EmptyDatabase]:
    """Databases that a test gave back: emptying one takes a fraction of the time of making one."""
    return []


@pytest.fixture
def fresh_database(
    postgres_server: EmbeddedPostgres, emptied_databases: list[EmptyDatabase], migrated_copies: MigratedCopies
) -> Iterator[FreshDatabase]:
    """Gives an empty database with a role of its own: its conninfo. The test's connections are broken off after it."""
    lent: list[EmptyDatabase] = []

    def lend(name: str) -> str:
        if emptied_databases:
            database = emptied_databases.pop()
        else:
            party = f"{re.sub(r'[^a-z0-9]+', '_', name.lower())}_{next(_NUMBERS)}"
            database = EmptyDatabase(party, postgres_server.create_party(party))
        lent.append(database)
        migrated_copies.lend(database.party)
        return database.conninfo

    yield lend
    for database in lent:
        if not migrated_copies.take_back(database.party):
            empty(postgres_server, database)
        emptied_databases.append(database)


def empty(server: EmbeddedPostgres, database: EmptyDatabase) -> None:
    """Break off whoever is connected, and drop all that the party made."""
    with psycopg.connect(server.superuser_conninfo(database.party), autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        connection.execute(sql.SQL("drop owned by {} cascade").format(sql.Identifier(database.party)))


@pytest.fixture(scope="session")
def broker_url(run_folder: Path, supervisor: Supervisor) -> str:
    """The address of one broker for the tests of this process."""
    broker = EmbeddedBroker(run_folder / "broker")
    broker.prepare()
    supervisor.start(broker.process(run_folder / "broker.log"))
    return broker.url
