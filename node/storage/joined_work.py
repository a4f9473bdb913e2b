"""One transaction around several: what a service commits waits for what is kept beside it.

An act of the API and the answer that is kept under its key are one transaction, although the service begins and ends
its own: within :meth:`JoinedUnitOfWork.together`, each of those is a savepoint of the one around it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from symbolon.node.ports.storage import Work
from symbolon.node.storage.unit_of_work import PostgresUnitOfWork
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.database import Database, Transaction
from symbolon.runtime.vault import Vault


class JoinedUnitOfWork(PostgresUnitOfWork):
    """Begins transactions; one that is begun within :meth:`together` is a part of that."""

    def __init__(self, database: Database, audit_log: HashChainAuditLog, vault: Vault) -> None:
        super().__init__(database, audit_log, vault)
        self._around: ContextVar[tuple[Transaction, Work] | None] = ContextVar("around", default=None)

    @contextmanager
    def begin(self) -> Iterator[Work]:
        """One transaction, or a part of the one around it: undone alone when the block raises."""
        around = self._around.get()
        if around is None:
            with super().begin() as work:
                yield work
            return
        tx, work = around
        with tx.savepoint():
            yield work

    @contextmanager
    def together(self) -> Iterator[Work]:
        """One transaction around all that is begun in the block, on this thread."""
        with self._database.transaction() as tx:
            work = self.work_in(tx)
            token = self._around.set((tx, work))
            try:
                yield work
            finally:
                self._around.reset(token)
