"""Transactions over everything that the node stores."""

from collections.abc import Iterator
from contextlib import contextmanager

from symbolon.node.domain.data_subjects import LeafProof
from symbolon.node.ports.storage import Work
from symbolon.node.storage.act_reasons import PostgresActReasons
from symbolon.node.storage.api import PostgresApiActs, PostgresApiClients
from symbolon.node.storage.attachments import PostgresAttachments
from symbolon.node.storage.canaries import PostgresCanaries
from symbolon.node.storage.ceremony import PostgresCeremony
from symbolon.node.storage.desks import PostgresAgreements, PostgresFocalPoints
from symbolon.node.storage.directory import PostgresDirectory
from symbolon.node.storage.drafts import PostgresContacts, PostgresDrafts
from symbolon.node.storage.encodings import PostgresEncodings
from symbolon.node.storage.hits import PostgresHits
from symbolon.node.storage.inbox import PostgresInbox
from symbolon.node.storage.judged import PostgresJudged
from symbolon.node.storage.justifications import PostgresJustifications
from symbolon.node.storage.lanes import PostgresLanes
from symbolon.node.storage.messages import PostgresMessages
from symbolon.node.storage.outbox import PostgresOutbox
from symbolon.node.storage.pairs import PostgresPairs
from symbolon.node.storage.purges import PostgresPurges
from symbolon.node.storage.reconciliation import PostgresReconciliation
from symbolon.node.storage.records import PostgresRecords
from symbolon.node.storage.retention import PostgresRetention
from symbolon.node.storage.tokens import PostgresTokens
from symbolon.node.storage.uploads import PostgresUploads
from symbolon.node.storage.watch import PostgresEscalations, PostgresInterests, PostgresNotices
from symbolon.node.storage.webhooks import PostgresWebhooks
from symbolon.protocol.audit_log import AuditAct, Detail, leaf_hash
from symbolon.runtime.accounts import RESERVED_LOGINS
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.database import Database, Transaction
from symbolon.runtime.vault import Vault


class PostgresUnitOfWork:
    """Begins transactions in the node's database; audit leaves are written in them.

    `named_by_command`: the actors are those that a command line names, which nobody proved to be: their leaves say so.
    """

    def __init__(
        self, database: Database, audit_log: HashChainAuditLog, vault: Vault, *, named_by_command: bool = False
    ) -> None:
        self._database = database
        self._audit_log = audit_log
        self._vault = vault
        self._named_by_command = named_by_command

    @contextmanager
    def begin(self) -> Iterator[Work]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._database.transaction() as tx:
            yield self.work_in(tx)

    def work_in(self, tx: Transaction) -> Work:
        """Everything that the node stores, within one transaction."""
        return Work(
            records=PostgresRecords(tx, self._vault),
            outbox=PostgresOutbox(tx),
            inbox=PostgresInbox(tx),
            hits=PostgresHits(tx, self._vault),
            messages=PostgresMessages(tx, self._vault),
            judged=PostgresJudged(tx, self._vault),
            act_reasons=PostgresActReasons(tx, self._vault),
            drafts=PostgresDrafts(tx, self._vault),
            contacts=PostgresContacts(tx, self._vault),
            directory=PostgresDirectory(tx),
            ceremony=PostgresCeremony(tx),
            encodings=PostgresEncodings(tx),
            lanes=PostgresLanes(tx),
            justifications=PostgresJustifications(tx, self._vault),
            reconciliation=PostgresReconciliation(tx),
            retention=PostgresRetention(tx, self._vault),
            purges=PostgresPurges(tx, self._vault),
            attachments=PostgresAttachments(tx, self._vault),
            focal_points=PostgresFocalPoints(tx),
            agreements=PostgresAgreements(tx),
            escalations=PostgresEscalations(tx),
            interests=PostgresInterests(tx),
            notices=PostgresNotices(tx),
            api_clients=PostgresApiClients(tx),
            api_acts=PostgresApiActs(tx, self._vault),
            webhooks=PostgresWebhooks(tx, self._vault),
            uploads=PostgresUploads(tx, self._vault),
            tokens=PostgresTokens(tx, self._vault),
            canaries=PostgresCanaries(tx),
            pairs=PostgresPairs(tx, self._vault),
            audit=_TransactionAudit(tx, self._audit_log, named_by_command=self._named_by_command),
        )


class _TransactionAudit:
    """The audit log within one transaction."""

    def __init__(self, tx: Transaction, audit_log: HashChainAuditLog, *, named_by_command: bool) -> None:
        self._tx = tx
        self._audit_log = audit_log
        self._named_by_command = named_by_command

    def record(self, act: AuditAct, actor: str, subject: str | None, detail: Detail) -> None:
        """Leave one leaf."""
        if self._named_by_command and actor not in RESERVED_LOGINS:
            detail = {**detail, "by_command": True}
        self._audit_log.record(self._tx, act, actor, subject, detail)

    def about(self, subject: str) -> tuple[LeafProof, ...]:
        """What the log holds about one opaque id, the oldest first."""
        return tuple(
            LeafProof(
                leaf_id=recorded.leaf.leaf_id,
                act=recorded.leaf.act.value,
                recorded_at=recorded.leaf.recorded_at,
                leaf_hash=leaf_hash(recorded.leaf).hex(),
                place=recorded.place,
                chain_hash=None if chain_hash is None else bytes(chain_hash).hex(),
            )
            for recorded, chain_hash in self._audit_log.about(self._tx, subject)
        )
