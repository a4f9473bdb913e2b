"""Runs migrations through Alembic, which keeps the version tables. Only ``migrations.py`` imports this."""

from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Final

import psycopg
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script.base import Script
from alembic.script.revision import RevisionMap
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from symbolon.runtime.errors import MigrationFault
from symbolon.runtime.migrations import Migration, RoomMigrations

# Any constant will do, as long as every process takes the same.
_MIGRATION_LOCK: Final = 0x53594D42_4D494752

_DriverConnection = psycopg.Connection[tuple[object, ...]]


def run_missing(conninfo: str, rooms: Iterable[RoomMigrations]) -> None:
    """Run what is missing, room after room, in one transaction, while every other process that would do so waits.

    Raises :class:`MigrationFault` when the database is newer than the program.
    """
    driver_connection = psycopg.connect(conninfo, connect_timeout=10)
    engine = create_engine("postgresql+psycopg://", creator=lambda: driver_connection, poolclass=NullPool)
    with engine.begin() as connection:
        driver_connection.execute("select pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
        for room in rooms:
            _run_missing(connection, driver_connection, room)


def _run_missing(connection: Connection, driver_connection: _DriverConnection, room: RoomMigrations) -> None:
    scripts = _scripts(room.migrations, driver_connection)
    steps = {script.revision: script for script in scripts}

    def missing_steps(heads: tuple[str, ...], _context: MigrationContext) -> Iterator[RevisionStep]:
        if any(head not in steps for head in heads):
            raise MigrationFault(
                f"The database's {room.room} tables are at version {heads[0]}, newer than this program: "
                "install the newer one."
            )
        revisions = RevisionMap(lambda: scripts)
        # The map links the scripts to one another when it is first read; its iterator goes from the newest down.
        missing = [*revisions.iterate_revisions("head", heads, implicit_base=True)] if scripts else []
        return (RevisionStep(revisions, steps[revision.revision], is_upgrade=True) for revision in reversed(missing))

    options = {"version_table": room.version_table, "fn": missing_steps, "transactional_ddl": True}
    MigrationContext.configure(connection, opts=options).run_migrations()


def _scripts(migrations: tuple[Migration, ...], connection: _DriverConnection) -> list[Script]:
    scripts = []
    previous: str | None = None
    for migration in migrations:
        module = ModuleType(f"migration_{migration.number}")
        module.__dict__.update(
            revision=migration.number, down_revision=previous, upgrade=_runner(migration, connection)
        )
        scripts.append(Script(module, migration.number, f"{migration.number}.sql"))
        previous = migration.number
    return scripts


def _runner(migration: Migration, connection: _DriverConnection) -> Callable[[], None]:
    def upgrade() -> None:
        # Without parameters psycopg sends the text as it is, so that one file may hold several statements.
        connection.execute(migration.text.encode())

    return upgrade
