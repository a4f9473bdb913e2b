"""A migrated database as it was before anybody used it, and how it becomes so again."""

from dataclasses import dataclass
from typing import Any, Self

import psycopg
from psycopg.sql import SQL, Identifier

_MOST_BYTES = 4 << 20
"""Of one table: a larger one is slower to empty than to copy anew."""
_BEGUN = """
select relname, pg_relation_size(oid) from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0
"""
_SEQUENCES = "select quote_ident(sequencename), start_value, last_value from pg_sequences where last_value is not null"
# Whatever a migration makes: who owns what and may do what with it, too.
_SHAPE = """
select md5(string_agg(each, e'\\n' order by each)) from (
    select row(oid, relname, relnamespace, reloptions, relowner, relkind, relrowsecurity, relacl)::text as each
        from pg_class where oid >= 16384 and relkind <> 't'
    union all
    select row(attrelid, attnum, attname, atttypid, atttypmod, attnotnull, atthasdef, attisdropped, attacl)::text
        from pg_attribute where attrelid >= 16384 and attnum > 0
    union all select row(oid, adrelid, adbin)::text from pg_attrdef
    union all
    select row(oid, conname, conrelid, convalidated, condeferrable, condeferred)::text
        from pg_constraint where oid >= 16384
    union all select row(oid, tgrelid, tgname, tgenabled)::text from pg_trigger
    union all select row(indexrelid, indisvalid, indisunique)::text from pg_index where indexrelid >= 16384
    union all select row(oid, proname, prosrc, proowner, proacl)::text from pg_proc where oid >= 16384
    union all select row(oid, typname)::text from pg_type where oid >= 16384
    union all select row(oid, nspname, nspowner, nspacl)::text from pg_namespace where nspname !~ '^pg_(toast_)?temp'
    union all select row(oid, extname)::text from pg_extension
    union all select row(setdatabase, setrole, setconfig)::text from pg_db_role_setting
        where setdatabase = (select oid from pg_database where datname = current_database())
) as everything
"""

_Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class MigratedDatabase:
    """Its shape, the rows that migrations put into it, and how far they counted."""

    shape: tuple[Any, ...] | None
    rows: dict[str, bytes]
    sequences: dict[str, tuple[int, int | None]]

    @classmethod
    def found(cls, conninfo: str) -> Self:
        """Of a database that nobody used yet."""
        with psycopg.connect(conninfo) as connection:
            rows = {table: _rows(connection, table) for table in _begun(connection)}
            return cls(_shape(connection), rows, _sequences(connection))

    def empty(self, conninfo: str) -> bool:
        """Take out of a database whatever was put into it; False where it is no more like this one in its shape."""
        with psycopg.connect(conninfo) as connection:
            begun = _begun(connection)
            if _shape(connection) != self.shape or max(begun.values()) > _MOST_BYTES:
                return False
            # Neither the triggers that keep everybody from forgetting, nor the order of foreign keys.
            connection.execute("set local session_replication_role = replica")
            for table in begun.keys() - self.rows.keys():
                connection.execute(SQL("delete from {}").format(Identifier(table)))
            for table, rows in self.rows.items():
                if _rows(connection, table) != rows:
                    connection.execute(SQL("delete from {}").format(Identifier(table)))
                    with connection.cursor().copy(SQL("copy {} from stdin").format(Identifier(table))) as copy:
                        copy.write(rows)
            for name, (start, last) in _sequences(connection).items():
                _, before = self.sequences.get(name, (start, None))
                if last != before:
                    connection.execute("select setval(%s, %s, %s)", (name, before or start, before is not None))
        return True


def _begun(connection: _Connection) -> dict[str, int]:
    """The tables that were ever written to, and their bytes; few are."""
    return dict(connection.execute(_BEGUN).fetchall())


def _rows(connection: _Connection, table: str) -> bytes:
    with connection.cursor().copy(SQL("copy {} to stdout").format(Identifier(table))) as copy:
        return b"".join(bytes(part) for part in copy)


def _shape(connection: _Connection) -> tuple[Any, ...] | None:
    return connection.execute(_SHAPE).fetchone()


def _sequences(connection: _Connection) -> dict[str, tuple[int, int | None]]:
    """Where those begin that were used, and how far they are."""
    return {name: (start, last) for name, start, last in connection.execute(_SEQUENCES).fetchall()}
