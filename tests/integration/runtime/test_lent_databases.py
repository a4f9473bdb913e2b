"""The databases of the tests themselves: whoever is lent one finds it as its migrations left it."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from tests.migrated_copies import MigratedCopies

from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.runtime.migrations import migrate

_ROOM = "symbolon.hub.operators"
_PARTY = "lent_again"
_TABLES = "select tablename from pg_tables where schemaname = 'public' order by 1"
_SEQUENCES = "select sequencename, last_value from pg_sequences order by 1"
_NUMBER = "select oid from pg_database where datname = current_database()"

Lend = Callable[[], str]


@pytest.fixture
def lend(
    fresh_database: Callable[[str], str], postgres_server: EmbeddedPostgres, migrated_copies: MigratedCopies
) -> Iterator[Lend]:
    """Lends a database to one test after another, as it were."""
    # The first of a room is the product's own.
    migrate(fresh_database("first"), _ROOM)
    conninfo = postgres_server.create_party(_PARTY)

    def again() -> str:
        migrated_copies.take_back(_PARTY)
        migrated_copies.lend(_PARTY)
        migrate(conninfo, _ROOM)
        return conninfo

    yield again
    migrated_copies.take_back(_PARTY)
    postgres_server.drop_party(_PARTY)


def content(conninfo: str) -> dict[str, list[object]]:
    with psycopg.connect(conninfo) as connection:
        tables = [str(name) for (name,) in connection.execute(_TABLES).fetchall()]
        rows = {
            name: list(connection.execute(SQL("select t::text from {} t order by 1").format(Identifier(name))))
            for name in tables
        }
        return {**rows, "sequences": list(connection.execute(_SEQUENCES))}


def number(conninfo: str) -> object:
    """Which database it is, by whatever name."""
    with psycopg.connect(conninfo) as connection:
        return connection.execute(_NUMBER).fetchone()


def test_a_database_that_was_used_is_lent_again_as_it_was(lend: Lend) -> None:
    conninfo = lend()
    before, first = content(conninfo), number(conninfo)
    with psycopg.connect(conninfo) as connection:
        # A row that a migration put there, rows that others put there, and a number that is used up.
        connection.execute("update progress set number = 7")
        connection.execute("insert into linkage_schema (digest, content) values (repeat('a', 64), 'some')")
        connection.execute("select setval(sequencename::regclass, 9) from pg_sequences")
    assert content(conninfo) != before
    assert content(lend()) == before
    assert number(conninfo) == first


def test_who_is_still_connected_when_a_database_is_given_back_is_broken_off(lend: Lend) -> None:
    with psycopg.connect(lend()) as lingering:
        lend()
        with pytest.raises(psycopg.OperationalError):
            lingering.execute("select 1")


@pytest.mark.parametrize(
    "change",
    [
        "create table more (id int)",
        "alter table progress add column more int",
        "alter table audit_leaf disable trigger user",
        "create function more() returns int language sql return 1",
    ],
)
def test_a_database_that_was_altered_is_not_lent_again(lend: Lend, change: str) -> None:
    conninfo = lend()
    before, first = content(conninfo), number(conninfo)
    with psycopg.connect(conninfo) as connection:
        connection.execute(change.encode())
    assert content(lend()) == before
    assert number(conninfo) != first
