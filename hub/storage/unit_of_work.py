"""One transaction of the hub's database, with a store for each aggregate."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from symbolon.hub.ports import Work
from symbolon.hub.storage.attachments import PostgresAttachments
from symbolon.hub.storage.batches import PostgresBatches
from symbolon.hub.storage.canaries import PostgresCanaries
from symbolon.hub.storage.clocks import PostgresClocks
from symbolon.hub.storage.declared_pairs import PostgresDeclaredPairs
from symbolon.hub.storage.desks import PostgresFocalPoints, PostgresPairProfiles
from symbolon.hub.storage.directory import PostgresDirectory
from symbolon.hub.storage.epochs import PostgresEpochs
from symbolon.hub.storage.hits import PostgresHits
from symbolon.hub.storage.mail import PostgresMail
from symbolon.hub.storage.members import PostgresMembers
from symbolon.hub.storage.notices import PostgresNotices
from symbolon.hub.storage.operators import PostgresOperatorSeats
from symbolon.hub.storage.reconciliation import PostgresReconciliation
from symbolon.hub.storage.records import PostgresRecords
from symbolon.hub.storage.replays import PostgresReplays
from symbolon.hub.storage.status import PostgresStatus
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.runtime.audit_store import AuditLog
from symbolon.runtime.database import Database, Transaction


class PostgresWork:
    """What is done through it commits together."""

    def __init__(self, transaction: Transaction, audit_log: AuditLog) -> None:
        self.transaction = transaction
        self.members = PostgresMembers(transaction)
        self.directory = PostgresDirectory(transaction)
        self.epochs = PostgresEpochs(transaction)
        self.replays = PostgresReplays(transaction)
        self.batches = PostgresBatches(transaction)
        self.records = PostgresRecords(transaction)
        self.canaries = PostgresCanaries(transaction)
        self.hits = PostgresHits(transaction)
        self.pairs = PostgresDeclaredPairs(transaction)
        self.mail = PostgresMail(transaction)
        self.focal_points = PostgresFocalPoints(transaction)
        self.pair_profiles = PostgresPairProfiles(transaction)
        self.attachments = PostgresAttachments(transaction)
        self.clocks = PostgresClocks(transaction)
        self.notices = PostgresNotices(transaction)
        self.reconciliation = PostgresReconciliation(transaction)
        self.operators = PostgresOperatorSeats(transaction)
        self.status = PostgresStatus(transaction)
        self._audit_log = audit_log

    def audit(self, act: AuditAct, actor: str, subject: str | None, detail: Detail) -> None:
        """Leave a leaf in the audit log, in this transaction."""
        self._audit_log.record(self.transaction, act, actor, subject, detail)


class _RehearsalIsOver(Exception):
    """Rolls a transaction back that did all that it was asked."""


class PostgresStore:
    """The hub's database."""

    def __init__(self, database: Database, audit_log: AuditLog) -> None:
        self._database = database
        self._audit_log = audit_log

    @contextmanager
    def work(self, *, rehearse: bool = False) -> Iterator[Work]:
        """Begin a transaction; raises `DatabaseUnavailable` when PostgreSQL is away or breaks off."""
        with suppress(_RehearsalIsOver), self._database.transaction() as transaction:
            yield PostgresWork(transaction, self._audit_log)
            if rehearse:
                raise _RehearsalIsOver
