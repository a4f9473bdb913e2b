"""One transaction of the hub's database, by aggregate."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from symbolon.hub.domain.status import DirectoryStatus, HubStatus
from symbolon.hub.ports.attachments import AttachmentStore
from symbolon.hub.ports.canaries import CanaryStore
from symbolon.hub.ports.declared_pairs import DeclaredPairs
from symbolon.hub.ports.desks import FocalPointStore, PairProfileStore
from symbolon.hub.ports.epochs import EpochStore
from symbolon.hub.ports.exchange import HitStore
from symbolon.hub.ports.mail import BatchStore, MailStore, ReplayStore
from symbolon.hub.ports.membership import DirectoryStore, MemberStore
from symbolon.hub.ports.notices import ClockStore, NoticeStore
from symbolon.hub.ports.operator_seats import OperatorSeats
from symbolon.hub.ports.reconciliation import ReconciliationStore
from symbolon.hub.ports.records import RecordStore
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.runtime.database import Transaction


class StatusStore(Protocol):
    """Counts for the status page, and the presence of workers."""

    def read(self, directory: DirectoryStatus, now: datetime) -> HubStatus:
        """The hub's state in numbers."""

    def note_worker(self, worker_id: str, index_number: int, now: datetime) -> None:
        """A worker is alive, and its index is this new."""

    def oldest_index(self, now: datetime) -> int:
        """Up to which change the indexes of all workers are that were heard of lately; 0 where there is none."""


class Work(Protocol):
    """One transaction: what is done through it commits together, or not at all."""

    @property
    def transaction(self) -> Transaction:
        """The transaction, for adapters that bring their own queries (the comparator)."""

    @property
    def members(self) -> MemberStore:
        """The federation and its members."""

    @property
    def directory(self) -> DirectoryStore:
        """The versions of the directory."""

    @property
    def epochs(self) -> EpochStore:
        """Epochs of the linkage key."""

    @property
    def replays(self) -> ReplayStore:
        """Envelopes that were taken."""

    @property
    def batches(self) -> BatchStore:
        """Batches that were answered."""

    @property
    def records(self) -> RecordStore:
        """Records and partitions."""

    @property
    def canaries(self) -> CanaryStore:
        """Canaries of blind comparison."""

    @property
    def pairs(self) -> DeclaredPairs:
        """Pairs that members declared, where the hub finds none itself."""

    @property
    def hits(self) -> HitStore:
        """Hits and votes."""

    @property
    def mail(self) -> MailStore:
        """Deliveries."""

    @property
    def focal_points(self) -> FocalPointStore:
        """Whom to call in each state."""

    @property
    def pair_profiles(self) -> PairProfileStore:
        """What pairs of members agreed on."""

    @property
    def attachments(self) -> AttachmentStore:
        """Files on their way."""

    @property
    def clocks(self) -> ClockStore:
        """The clocks of hits."""

    @property
    def notices(self) -> NoticeStore:
        """What the facilitator is told by mail."""

    @property
    def reconciliation(self) -> ReconciliationStore:
        """Restores of this hub and of its members."""

    @property
    def operators(self) -> OperatorSeats:
        """The operators of blind comparison."""

    @property
    def status(self) -> StatusStore:
        """Counts."""

    def audit(self, act: AuditAct, actor: str, subject: str | None, detail: Detail) -> None:
        """Leave a leaf in the audit log: opaque ids, counts and codes only. `actor`: a member's code, or a login."""


class Store(Protocol):
    """The hub's database."""

    def work(self, *, rehearse: bool = False) -> AbstractContextManager[Work]:
        """Begin a transaction; it commits when the block ends and rolls back when it raises, or as a rehearsal."""
