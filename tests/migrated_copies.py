"""Databases that are migrated by taking the place of one that was: PostgreSQL renames in a fraction of the time.

The first database of a room is migrated by the product, and copied for every later one. A copy with a role of its own
takes the place of the empty database that a test was lent, names, password and all; after the test it is emptied, and
waits for the next. Tests of migrations themselves (rooms that are not the product's, databases with something in them)
are left to the product.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from tests.emptied_database import MigratedDatabase

from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.runtime.migrations import RoomMigrations

RunMissing = Callable[[str, Iterable[RoomMigrations]], None]
_Rooms = tuple[tuple[str, str], ...]
_NUMBERS = count(1)
_KEEPER = "keeper_of_copies"
"""Owns what lies in the copies that are copied from, and no database."""
_IS_EMPTY = "select not exists (select from pg_class where relnamespace = 'public'::regnamespace)"
_BREAK_OFF = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s"
_PASSWORD = "select rolpassword from pg_authid where rolname = %s"


@dataclass(frozen=True, slots=True)
class _Copy:
    """A database and its owner, both of this name while no test has them."""

    name: str
    rooms: _Rooms
    content: MigratedDatabase


class MigratedCopies:
    """Of the databases of one server; each is called as the role that owns it."""

    def __init__(self, server: EmbeddedPostgres, run_missing: RunMissing) -> None:
        self._server = server
        self._run_missing = run_missing
        self._connection = psycopg.connect(server.superuser_conninfo(), autocommit=True)
        self._host = conninfo_to_dict(server.superuser_conninfo())["host"]
        self._lent: set[str] = set()
        self._kept: dict[_Rooms, str] = {}
        self._waiting: dict[_Rooms, list[_Copy]] = defaultdict(list)
        self._in_use: dict[str, _Copy] = {}

    def close(self) -> None:
        """Leave the server."""
        self._connection.close()

    def lend(self, party: str) -> None:
        """This database is empty, and may be exchanged for a copy."""
        self._lent.add(party)

    def take_back(self, party: str) -> bool:
        """Whether a copy took its place: then the empty one is there again."""
        self._lent.discard(party)
        copy = self._in_use.pop(party, None)
        if copy is None:
            return False
        self._connection.execute(_BREAK_OFF, (party,))
        with self._connection.transaction():
            self._rename(party, copy.name)
            self._rename(_aside(copy.name), party)
        if copy.content.empty(self._server.superuser_conninfo(copy.name)):
            self._waiting[copy.rooms].append(copy)
        else:
            self._server.drop_party(copy.name)
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
        if key not in self._kept:
            self._run_missing(conninfo, rooms)
            self._kept[key] = self._keep(party)
            return
        waiting = self._waiting[key]
        self._put_in_place(waiting.pop() if waiting else self._copy(key), party)

    def _keep(self, party: str) -> str:
        if not self._kept:
            self._execute("create role {}", _KEEPER)
        kept = f"kept_{next(_NUMBERS)}"
        self._execute("create database {} template {} strategy file_copy", kept, party)
        self._hand_over(kept, party, _KEEPER)
        # The database from which it was copied belongs to its party still.
        self._execute("alter database {} owner to {}", party, party)
        return kept

    def _copy(self, rooms: _Rooms) -> _Copy:
        name = f"copy_{next(_NUMBERS)}"
        self._execute("create role {} login", name)
        self._execute("create database {} template {} strategy file_copy owner {}", name, self._kept[rooms], name)
        self._execute("revoke all on database {} from public", name)
        self._hand_over(name, _KEEPER, name)
        return _Copy(name, rooms, MigratedDatabase.found(self._server.superuser_conninfo(name)))

    def _put_in_place(self, copy: _Copy, party: str) -> None:
        [verifier] = self._connection.execute(_PASSWORD, (party,)).fetchall()
        with self._connection.transaction():
            self._rename(party, _aside(copy.name))
            self._rename(copy.name, party)
            alter = sql.SQL("alter role {} password {}")
            self._connection.execute(alter.format(sql.Identifier(party), sql.Literal(*verifier)))
        self._in_use[party] = copy

    def _rename(self, old: str, new: str) -> None:
        self._execute("alter database {} rename to {}", old, new)
        self._execute("alter role {} rename to {}", old, new)

    def _hand_over(self, database: str, owner: str, successor: str) -> None:
        with psycopg.connect(self._server.superuser_conninfo(database), autocommit=True) as connection:
            statement = sql.SQL("reassign owned by {} to {}")
            connection.execute(statement.format(sql.Identifier(owner), sql.Identifier(successor)))

    def _is_empty(self, party: str) -> bool:
        with psycopg.connect(self._server.superuser_conninfo(party)) as connection:
            return connection.execute(_IS_EMPTY).fetchone() == (True,)

    def _execute(self, statement: str, *names: str) -> None:
        self._connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


def _aside(name: str) -> str:
    """What the empty database and its owner are called while a copy has their place."""
    return f"aside_of_{name}"
