"""Brings a party's database to the program's version: Alembic over plain ``.sql`` files, each run once, in order.

Migrations lie in ``<package>/migrations/NNNN_name.sql``, numbered from 0001 without gaps. Those of the runtime room
run first for both roles. Each room counts in a table of its own, ``<room>_version``.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from types import ModuleType
from typing import Final

import psycopg
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script.base import Script
from alembic.script.revision import RevisionMap
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from symbolon.runtime.errors import DatabaseUnavailable, MigrationFault

_RUNTIME: Final = "symbolon.runtime"
_FILE_NAME: Final = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
# Any constant will do, as long as every process takes the same.
_MIGRATION_LOCK: Final = 0x53594D42_4D494752


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: ``number`` is its place ("0001"), ``text`` its SQL, which may hold several statements."""

    number: str
    text: str


def migrate(conninfo: str, package: str) -> None:
    """Run what is missing of the runtime's migrations, then of ``package``'s, in one transaction.

    Safe when several processes start at once: the others wait, and find nothing left to do.
    Raises :class:`MigrationFault` when the files are not a sequence or the database is newer than the program, and
    :class:`DatabaseUnavailable` when the server does not answer.
    """
    rooms = [(name, load_migrations(name)) for name in dict.fromkeys((_RUNTIME, package))]
    try:
        driver_connection = psycopg.connect(conninfo, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable("PostgreSQL does not answer: is it running?") from error
    engine = create_engine("postgresql+psycopg://", creator=lambda: driver_connection, poolclass=NullPool)
    with engine.begin() as connection:
        driver_connection.execute("select pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
        for name, migrations in rooms:
            _migrate_room(connection, driver_connection, name, migrations)


def load_migrations(package: str) -> tuple[Migration, ...]:
    """The migrations of a package, in order. Raises :class:`MigrationFault` when they are not numbered 1, 2, 3…"""
    folder = resources.files(package).joinpath("migrations")
    if not folder.is_dir():
        return ()
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    migrations = []
    for number, name in enumerate(names, start=1):
        match = _FILE_NAME.fullmatch(name)
        if match is None or int(match[1]) != number:
            raise MigrationFault(f"{package}/migrations: expected {number:04d}_<name>.sql, found {name}.")
        migrations.append(Migration(match[1], folder.joinpath(name).read_text(encoding="utf-8")))
    return tuple(migrations)


def _migrate_room(
    connection: Connection,
    driver_connection: psycopg.Connection[tuple[object, ...]],
    package: str,
    migrations: tuple[Migration, ...],
) -> None:
    room = package.rpartition(".")[2]
    known = [migration.number for migration in migrations]

    def missing_steps(heads: tuple[str, ...], _context: MigrationContext) -> Iterator[RevisionStep]:
        done = heads[0] if heads else None
        if done is not None and done not in known:
            raise MigrationFault(
                f"The database's {room} tables are at version {done}, newer than this program: install the newer one."
            )
        scripts = _scripts(migrations, driver_connection)
        revisions = RevisionMap(lambda: scripts)
        # The map links the scripts to one another when it is first read; its iterator goes from the newest down.
        missing = () if not scripts else revisions.iterate_revisions("head", heads, implicit_base=True)
        steps = {script.revision: script for script in scripts}
        return (RevisionStep(revisions, steps[revision.revision], is_upgrade=True) for revision in [*missing][::-1])

    context = MigrationContext.configure(
        connection, opts={"version_table": f"{room}_version", "fn": missing_steps, "transactional_ddl": True}
    )
    context.run_migrations()


def _scripts(
    migrations: tuple[Migration, ...], driver_connection: psycopg.Connection[tuple[object, ...]]
) -> list[Script]:
    scripts = []
    previous: str | None = None
    for migration in migrations:
        module = ModuleType(f"migration_{migration.number}")
        module.__dict__.update(
            revision=migration.number, down_revision=previous, upgrade=_runner(migration, driver_connection)
        )
        scripts.append(Script(module, migration.number, f"{migration.number}.sql"))
        previous = migration.number
    return scripts


def _runner(migration: Migration, driver_connection: psycopg.Connection[tuple[object, ...]]) -> Callable[[], None]:
    def upgrade() -> None:
        # Without parameters psycopg sends the text as it is, so that one file may hold several statements.
        driver_connection.execute(migration.text.encode())

    return upgrade
