"""Brings a party's database to the program's version: plain ``.sql`` files, each run once, in order.

Migrations lie in ``<package>/migrations/NNNN_name.sql``, numbered from 0001 without gaps. Those of the runtime room
run first for both roles. Each room counts in a table of its own, ``<room>_version``, as Alembic keeps it.
"""

import re
from dataclasses import dataclass
from importlib import resources
from typing import Final

import psycopg
from psycopg import sql

from symbolon.runtime.errors import DatabaseUnavailable, MigrationFault

_RUNTIME: Final = "symbolon.runtime"
_FILE_NAME: Final = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: ``number`` is its place ("0001"), ``text`` its SQL, which may hold several statements."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class RoomMigrations:
    """The migrations of one room, in order; ``room`` ("runtime", "hub", "node") names its version table."""

    room: str
    migrations: tuple[Migration, ...]

    @property
    def version_table(self) -> str:
        """Where the database counts which of them ran."""
        return f"{self.room}_version"

    @property
    def newest(self) -> str | None:
        """The number of the last one; None when there is none."""
        return self.migrations[-1].number if self.migrations else None


def migrate(conninfo: str, package: str) -> None:
    """Run what is missing of the runtime's migrations, then of ``package``'s, in one transaction.

    Safe when several processes start at once: the others wait, and find nothing left to do.
    Raises :class:`MigrationFault` when the files are not a sequence or the database is newer than the program, and
    :class:`DatabaseUnavailable` when the server does not answer.
    """
    rooms = [load_migrations(name) for name in dict.fromkeys((_RUNTIME, package))]
    try:
        with psycopg.connect(conninfo, connect_timeout=10) as connection:
            up_to_date = all(_version(connection, room) == room.newest for room in rooms)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable("PostgreSQL does not answer: is it running?") from error
    if not up_to_date:
        # Alembic takes a third of a second to import: most starts find nothing to do, and go without.
        from symbolon.runtime.migration_runner import run_missing

        run_missing(conninfo, rooms)


def load_migrations(package: str) -> RoomMigrations:
    """The migrations of a package. Raises :class:`MigrationFault` when they are not numbered 1, 2, 3…"""
    folder = resources.files(package).joinpath("migrations")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql")) if folder.is_dir() else ()
    migrations = []
    for number, name in enumerate(names, start=1):
        match = _FILE_NAME.fullmatch(name)
        if match is None or int(match[1]) != number:
            raise MigrationFault(f"{package}/migrations: expected {number:04d}_<name>.sql, found {name}.")
        migrations.append(Migration(match[1], folder.joinpath(name).read_text(encoding="utf-8")))
    return RoomMigrations(package.rpartition(".")[2], tuple(migrations))


def _version(connection: psycopg.Connection[tuple[str | None]], room: RoomMigrations) -> str | None:
    """The number of the last migration that ran; None before the first."""
    table = sql.Identifier(room.version_table)
    found = connection.execute("select to_regclass(%s)::text", (table.as_string(connection),)).fetchone()
    if found == (None,):
        return None
    row = connection.execute(sql.SQL("select version_num from {}").format(table)).fetchone()
    return None if row is None else row[0]
