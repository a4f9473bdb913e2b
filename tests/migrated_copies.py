"""Databases that are migrated by copying one that was: PostgreSQL copies a database in a fraction of the time.

The first database of a room is migrated by the product; every later one becomes a copy of it, with its own owner. Tests
of migrations themselves (rooms that are not the product's, databases with something in them) are left to the product.
"""

from collections.abc import Callable, Iterable
from itertools import count

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.runtime.migrations import RoomMigrations

RunMissing = Callable[[str, Iterable[RoomMigrations]], None]
_NUMBERS = count(1)
_KEEPER = "keeper_of_copies"
"""Owns what lies in the copies that are kept, and no database."""
_IS_EMPTY = "select not exists (select from pg_class where relnamespace = 'public'::regnamespace)"


class MigratedCopies:
    """Of the databases of one server; each is called as the role that owns it."""

    def __init__(self, server: EmbeddedPostgres, run_missing: RunMissing) -> None:
        self._server = server
        self._run_missing = run_missing
        self._host = conninfo_to_dict(server.superuser_conninfo())["host"]
        self._lent: set[str] = set()
        self._kept: dict[tuple[tuple[str, str], ...], str] = {}
        self._set_aside: dict[str, str] = {}

    def lend(self, party: str) -> None:
        """This database is empty, and may be exchanged for a copy."""
        self._lent.add(party)

    def take_back(self, party: str) -> bool:
        """Whether a copy took its place: then the empty one is there again."""
        self._lent.discard(party)
        empty = self._set_aside.pop(party, None)
        if empty is None:
            return False
        self._execute("drop database {} with (force)", party)
        self._execute("alter database {} rename to {}", empty, party)
        return True

    def __call__(self, conninfo: str, rooms: Iterable[RoomMigrations]) -> None:
        """In the place of the product's ``run_missing``."""
        rooms = list(rooms)
        parameters = conninfo_to_dict(conninfo)
        party = str(parameters["dbname"])
        of_the_product = {room.room for room in rooms} & {"hub", "node", "operators"}
        if parameters.get("host") != self._host or party not in self._lent or not of_the_product:
            self._run_missing(conninfo, rooms)
            return
        self._lent.discard(party)
        if not self._is_empty(party):
            self._run_missing(conninfo, rooms)
            return
        key = tuple((room.room, str(room.newest)) for room in rooms)
        if key in self._kept:
            self._copy(self._kept[key], party)
            return
        self._run_missing(conninfo, rooms)
        self._kept[key] = self._keep(party)

    def _keep(self, party: str) -> str:
        if not self._kept:
            self._execute("create role {}", _KEEPER)
        kept = f"kept_{next(_NUMBERS)}"
        self._execute("create database {} template {} strategy file_copy", kept, party)
        self._hand_over(kept, party, _KEEPER)
        # The database from which it was copied belongs to its party still.
        self._execute("alter database {} owner to {}", party, party)
        return kept

    def _copy(self, kept: str, party: str) -> None:
        aside = self._set_aside[party] = f"aside_{next(_NUMBERS)}"
        self._execute("alter database {} rename to {}", party, aside)
        self._execute("create database {} template {} strategy file_copy owner {}", party, kept, party)
        self._execute("revoke all on database {} from public", party)
        self._hand_over(party, _KEEPER, party)

    def _hand_over(self, database: str, owner: str, successor: str) -> None:
        with psycopg.connect(self._server.superuser_conninfo(database), autocommit=True) as connection:
            statement = sql.SQL("reassign owned by {} to {}")
            connection.execute(statement.format(sql.Identifier(owner), sql.Identifier(successor)))

    def _is_empty(self, party: str) -> bool:
        with psycopg.connect(self._server.superuser_conninfo(party)) as connection:
            return connection.execute(_IS_EMPTY).fetchone() == (True,)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._server.superuser_conninfo(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]
