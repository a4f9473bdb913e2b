"""One worker a node: an advisory lock that ends with its connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from symbolon.node.ports.outside import HeldLock
from symbolon.runtime.database import Database, Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "inbox")
# Any constant will do, as long as every worker of a node takes the same.
_WORKER_LOCK: Final = 0x53594D42_574F524B


class PostgresWorkerLock:
    """Holds the lock in a transaction that does nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def hold(self) -> Iterator[HeldLock | None]:
        """Hold the lock while the block runs; None where another worker holds it."""
        with self._database.transaction() as tx:
            alone = tx.fetch_value(QUERIES["become_the_worker"], lock=_WORKER_LOCK)
            yield _Held(tx) if alone else None


class _Held:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def assure(self) -> None:
        """Show that the lock is still held."""
        self._tx.fetch_value(QUERIES["still_there"])
