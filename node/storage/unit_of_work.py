"""Transactions over everything that the node stores."""

from collections.abc import Iterator
from contextlib import contextmanager

from symbolon.node.ports.storage import Work
from symbolon.node.storage.ceremony import PostgresCeremony
from symbolon.node.storage.directory import PostgresDirectory
from symbolon.node.storage.encodings import PostgresEncodings
from symbolon.node.storage.exchange import PostgresExchange
from symbolon.node.storage.hits import PostgresHits
from symbolon.node.storage.inbox import PostgresInbox
from symbolon.node.storage.justifications import PostgresJustifications
from symbolon.node.storage.lanes import PostgresLanes
from symbolon.node.storage.outbox import PostgresOutbox
from symbolon.node.storage.reconciliation import PostgresReconciliation
from symbolon.node.storage.records import PostgresRecords
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.runtime.audit_store import AuditLog
from symbolon.runtime.database import Database, Transaction
from symbolon.runtime.vault import Vault


class PostgresUnitOfWork:
    """Begins transactions in the node's database; audit leaves are written in them."""

    def __init__(self, database: Database, audit_log: AuditLog, vault: Vault) -> None:
        self._database = database
        self._audit_log = audit_log
        self._vault = vault

    @contextmanager
    def begin(self) -> Iterator[Work]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._database.transaction() as tx:
            yield Work(
                records=PostgresRecords(tx, self._vault),
                outbox=PostgresOutbox(tx),
                inbox=PostgresInbox(tx),
                hits=PostgresHits(tx, self._vault),
                exchange=PostgresExchange(tx, self._vault),
                directory=PostgresDirectory(tx),
                ceremony=PostgresCeremony(tx),
                encodings=PostgresEncodings(tx),
                lanes=PostgresLanes(tx),
                justifications=PostgresJustifications(tx, self._vault),
                reconciliation=PostgresReconciliation(tx),
                audit=_TransactionAudit(tx, self._audit_log),
            )


class _TransactionAudit:
    """The audit log within one transaction."""

    def __init__(self, tx: Transaction, audit_log: AuditLog) -> None:
        self._tx = tx
        self._audit_log = audit_log

    def record(self, act: AuditAct, actor: str, subject: str | None, detail: Detail) -> None:
        """Leave one leaf."""
        self._audit_log.record(self._tx, act, actor, subject, detail)
