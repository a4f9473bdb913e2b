"""A party's PostgreSQL: pooled connections, transactions of named queries, notifications.

PostgreSQL may be killed at any time. A connection is checked before it is lent, and broken ones are thrown away at
once, so that the first transaction after the server's return succeeds.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from symbolon.runtime.errors import ConfigurationMistake, DatabaseUnavailable
from symbolon.runtime.sql_loader import Query

T = TypeVar("T")
Row = Mapping[str, Any]
"""One row by column name. Storage turns it into a frozen dataclass; no row travels further inward."""

# A client waits in slices, since the pool gives up reconnecting by itself and only a new request starts it again.
_POOL_SLICE_S: Final = 0.5
_POOL_RECONNECT_S: Final = 2.0
# SQLSTATE: what may succeed when it is tried again. Appendix A of the PostgreSQL manual.
_CONNECTION_CLASS: Final = "08"
_PASSING: Final = frozenset(
    {
        "40001",  # serialization failure
        "40P01",  # deadlock
        "53300",  # too many connections
        "55P03",  # lock timeout
        "57014",  # statement timeout
        "57P01",  # the server is being shut down,
        "57P02",  # crashed,
        "57P03",  # or starts
        "57P05",  # idle session timeout
    }
)
_SESSION_OPTIONS: Final = "-c timezone=UTC -c statement_timeout=60s -c idle_in_transaction_session_timeout=120s"


class Transaction:
    """One transaction of named queries; it commits when the ``with`` block of :meth:`Database.transaction` ends."""

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        self._connection = connection

    def execute(self, query: Query, /, **parameters: object) -> int:
        """Run a query and return the number of rows that it touched."""
        return self._run(query, parameters).rowcount

    def execute_many(self, query: Query, rows: Iterable[Mapping[str, object]], /) -> int:
        """Run a query once for each row of parameters, in one batch; return the number of rows touched in all."""
        with self._connection.cursor() as cursor:
            cursor.executemany(query.text.encode(), list(rows))
            return cursor.rowcount

    def fetch_one(self, query: Query, /, **parameters: object) -> Row | None:
        """The first row, or None."""
        return self._run(query, parameters).fetchone()

    def fetch_all(self, query: Query, /, **parameters: object) -> list[Row]:
        """Every row."""
        return list(self._run(query, parameters).fetchall())

    def fetch_value(self, query: Query, /, **parameters: object) -> Any:
        """The first column of the first row, or None when there is no row."""
        row = self.fetch_one(query, **parameters)
        return None if row is None else next(iter(row.values()))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the transaction that is undone alone when the block raises."""
        if self._connection.info.transaction_status is TransactionStatus.IDLE:
            # Before the first statement psycopg would take this for the whole transaction, and commit it.
            self._connection.execute("select")
        with self._connection.transaction():
            yield

    def notify(self, channel: str, payload: str = "") -> None:
        """Wake whoever listens on ``channel``, when and only when this transaction commits."""
        self._connection.execute("select pg_notify(%(channel)s, %(payload)s)", {"channel": channel, "payload": payload})

    def _run(self, query: Query, parameters: Mapping[str, object]) -> psycopg.Cursor[DictRow]:
        return self._connection.execute(query.text.encode(), parameters)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification that arrived on ``channel``."""

    channel: str
    payload: str


class Listener:
    """A connection that hears notifications. Raises :class:`DatabaseUnavailable` when the server goes away."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def wait(self, seconds: float) -> tuple[Notice, ...]:
        """What arrived, as soon as anything did; empty after ``seconds`` of silence."""
        try:
            return tuple(
                Notice(notify.channel, notify.payload)
                for notify in self._connection.notifies(timeout=seconds, stop_after=1)
            )
        except psycopg.OperationalError as error:
            raise DatabaseUnavailable("PostgreSQL went away while waiting for a notification.") from error


class Database:
    """A pool of connections to one party's database. It connects on first use; :meth:`open` waits for the server.

    ``conninfo`` is a libpq connection string. Transactions run at READ COMMITTED, with the time zone UTC.
    """

    def __init__(
        self,
        conninfo: str,
        *,
        application_name: str = "symbolon",
        min_size: int = 1,
        max_size: int = 8,
        patience_s: float = 10.0,
    ) -> None:
        """``patience_s``: how long a transaction waits for a connection before :class:`DatabaseUnavailable`."""
        self._conninfo = session_conninfo(conninfo, application_name)
        self._patience_s = patience_s
        self._pool: ConnectionPool[psycopg.Connection[DictRow]] = ConnectionPool(
            self._conninfo,
            connection_class=psycopg.Connection[DictRow],
            kwargs={"row_factory": dict_row},
            min_size=min_size,
            max_size=max_size,
            reconnect_timeout=_POOL_RECONNECT_S,
            name=application_name,
            open=False,
        )

    def __repr__(self) -> str:
        return f"Database({self._pool.name!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self, wait_s: float = 30.0) -> None:
        """Wait until PostgreSQL answers. Raises :class:`DatabaseUnavailable` when it does not within ``wait_s``."""
        connection = self._acquire(wait_s)
        self._pool.putconn(connection)

    def close(self) -> None:
        """Close every connection; the object cannot be used again."""
        self._pool.close()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises :class:`DatabaseUnavailable` when the server cannot be reached or breaks off, or a deadlock or timeout
        chose this transaction; what would fail again the same way rises as psycopg's own. When it breaks off during
        the commit itself, the outcome is unknown: only what may be done twice may be tried again.
        """
        connection = self._acquire(self._patience_s)
        try:
            with connection:
                yield Transaction(connection)
        except psycopg.OperationalError as error:
            if not _passes(error):
                raise
            raise DatabaseUnavailable("PostgreSQL broke off the transaction: try again.") from error
        finally:
            self._pool.putconn(connection)

    def run(self, work: Callable[[Transaction], T], *, patience_s: float = 30.0) -> T:
        """Run ``work`` in a transaction, again and again while the server is away or a deadlock chose this one.

        Only for work that may be done twice: a commit whose answer was lost is repeated.
        Raises :class:`DatabaseUnavailable` after ``patience_s``.
        """
        deadline = time.monotonic() + patience_s
        pause_s = 0.02
        while True:
            try:
                with self.transaction() as transaction:
                    return work(transaction)
            except DatabaseUnavailable:
                if time.monotonic() + pause_s > deadline:
                    raise
            # Jitter keeps two transactions that met in a deadlock from meeting again.
            time.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - not a secret
            pause_s = min(pause_s * 2, 1.0)

    @contextmanager
    def listen(self, *channels: str) -> Iterator[Listener]:
        """Hear notifications on ``channels`` over a connection of its own.

        Whatever is committed after this returns is heard: look at the tables once after it, then wait.
        """
        try:
            connection = psycopg.connect(self._conninfo, autocommit=True)
        except psycopg.OperationalError as error:
            raise DatabaseUnavailable("PostgreSQL does not answer: is it running?") from error
        with connection:
            for channel in channels:
                # LISTEN takes a name, not a parameter.
                connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
            yield Listener(connection)

    def _acquire(self, patience_s: float) -> psycopg.Connection[DictRow]:
        self._pool.open()
        deadline = time.monotonic() + patience_s
        while True:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise DatabaseUnavailable(f"PostgreSQL gave no connection within {patience_s:g} s: is it running?")
            try:
                connection = self._pool.getconn(timeout=min(remaining, _POOL_SLICE_S))
            except PoolTimeout:
                continue
            # The pool's own check sleeps a second and more between broken connections; this one takes the next.
            try:
                ConnectionPool.check_connection(connection)
            except psycopg.OperationalError:
                self._pool.putconn(connection)
            else:
                return connection


def _passes(error: psycopg.OperationalError) -> bool:
    """Whether the same transaction may succeed later. psycopg's class alone does not tell: it holds full disks and
    rows that are too large for an index as well. An error without an SQLSTATE is of a connection that was lost.
    """
    return error.sqlstate is None or error.sqlstate.startswith(_CONNECTION_CLASS) or error.sqlstate in _PASSING


def session_conninfo(conninfo: str, application_name: str) -> str:
    """The connection string with the session settings that every connection of a party has.

    Raises :class:`ConfigurationMistake` when ``conninfo`` cannot be read.
    """
    try:
        return psycopg.conninfo.make_conninfo(
            conninfo, application_name=application_name, connect_timeout=5, options=_SESSION_OPTIONS
        )
    except psycopg.ProgrammingError:
        raise ConfigurationMistake(
            "The setting 'database' is not a PostgreSQL connection string: "
            "write it as 'host=... port=... dbname=... user=...'."
        ) from None
