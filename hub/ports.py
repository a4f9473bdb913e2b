"""What the hub's services need from outside: the database by aggregate, the comparator, the wake-up of the worker."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from symbolon.hub.domain.acceptance import LinkageTerms
from symbolon.hub.domain.hits import Explanation, Hit
from symbolon.hub.domain.ids import CertificateFingerprint, PartitionId, RecordHandle
from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.records import RecordEntry
from symbolon.hub.domain.scope import Scope
from symbolon.hub.domain.status import HubStatus
from symbolon.hub.domain.votes import VoteDeposit
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.messages import MemberCard, Purpose
from symbolon.protocol.references import BatchId, DeliveryId, HitId, MemberCode, MessageId, RecordReference
from symbolon.runtime.database import Transaction


@dataclass(frozen=True, slots=True)
class Federation:
    """What one hub serves. `directory_version` grows with each change of members or terms."""

    name: str
    exercise: bool
    directory_version: int
    terms: LinkageTerms


@dataclass(frozen=True, slots=True)
class Enrolment:
    """With which request a member was enrolled (its fingerprint), and the certificate (PEM) that it was given."""

    request_fingerprint: str
    certificate_pem: str


@dataclass(frozen=True, slots=True)
class AnsweredBatch:
    """A batch that the hub answered: hex SHA-256 of its body, and the bytes of the signed receipt."""

    body_digest: str
    receipt: bytes


@dataclass(frozen=True, slots=True)
class WaitingDelivery:
    """A signed envelope, as canonical JSON bytes, that a member has not acknowledged."""

    delivery_id: DeliveryId
    envelope: bytes


class MemberStore(Protocol):
    """The federation and its members."""

    def found(self, federation: Federation) -> bool:
        """Write down the one federation of this hub; False, and nothing happens, where there is one."""

    def federation(self) -> Federation:
        """The federation; raises `NotInitialised`."""

    def enrol(self, card: MemberCard, enrolment: Enrolment, now: datetime) -> None:
        """Add a member, and raise the directory's version."""

    def enrolment(self, code: MemberCode) -> Enrolment | None:
        """With what the member was enrolled; None where it is none, or was enrolled before this was kept."""

    def find(self, code: MemberCode) -> MemberCard | None:
        """The member's card, if it is enrolled."""

    def find_by_certificate(self, fingerprint: CertificateFingerprint) -> MemberCode | None:
        """The member that was issued this certificate."""

    def all(self) -> tuple[MemberCard, ...]:
        """Every member's card, by code."""

    def note_visit(self, code: MemberCode, now: datetime) -> None:
        """The member was here."""


class BatchStore(Protocol):
    """Batches that were answered."""

    def find(self, member: MemberCode, batch_id: BatchId) -> AnsweredBatch | None:
        """The answer that the member's batch got, if it was here before."""

    def keep(
        self, member: MemberCode, batch_id: BatchId, purpose: Purpose, answer: AnsweredBatch, now: datetime
    ) -> None:
        """Keep the answer for when the batch comes again."""


class RecordStore(Protocol):
    """Records, their partitions, and the queue of those that wait to be compared."""

    def order_commits(self) -> None:
        """Wait for the turn of this transaction: from here to its commit no other changes records."""

    def lock_references(self, references: Collection[RecordReference]) -> Mapping[RecordReference, RecordEntry]:
        """The records with these references, locked to the end of the transaction."""

    def lock_handles(self, handles: Collection[RecordHandle]) -> Mapping[RecordHandle, RecordEntry]:
        """The live records with these handles, locked; what was superseded or withdrawn is missing."""

    def lock_expired(self, today: date, limit: int) -> Mapping[RecordReference, RecordEntry]:
        """Live records whose review date has passed, locked; the transaction holds the turn."""

    def new_handles(self, count: int) -> Sequence[RecordHandle]:
        """Handles that were never used."""

    def partition_ids(self, partitions: Collection[Partition]) -> Mapping[Partition, PartitionId]:
        """The ids of these partitions; unknown ones are written down."""

    def partitions(self) -> Mapping[PartitionId, Partition]:
        """Every partition, whether or not it has records."""

    def live_partitions(self) -> Mapping[PartitionId, Partition]:
        """The partitions that have a live record."""

    def partitions_of(self, handles: Collection[RecordHandle]) -> frozenset[PartitionId]:
        """The partitions of these handles, of which the live ones alone count."""

    def put(self, entries: Collection[RecordEntry], now: datetime) -> None:
        """Insert the records, or put them in the place of their predecessors; all wait to be compared."""

    def retire(self, references: Collection[RecordReference], now: datetime) -> None:
        """Withdraw the records: they lose their handles."""

    def take_waiting(self, limit: int) -> Sequence[RecordHandle]:
        """Handles that wait to be compared, oldest first; no other transaction gets the same ones."""

    def settle(self, handles: Collection[RecordHandle]) -> None:
        """These handles were compared."""


class HitStore(Protocol):
    """Hits, their sides, and the sealed votes and messages that lie here."""

    def add_new(self, hits: Sequence[Hit]) -> frozenset[HitId]:
        """Insert the hits of pairs that have none; the ids of those that were inserted."""

    def lock(self, hit_id: HitId) -> Hit:
        """The hit, locked to the end of the transaction; raises `UnknownHit`."""

    def lock_live_of(self, references: Collection[RecordReference]) -> Sequence[Hit]:
        """The live hits on any of these records, locked."""

    def save(self, hit: Hit) -> None:
        """Write down the hit's state and what its sides were told and decided."""

    def deposits(self, hit_id: HitId) -> tuple[VoteDeposit, ...]:
        """The sealed votes that lie here."""

    def deposit(self, hit_id: HitId, deposit: VoteDeposit, now: datetime) -> None:
        """Keep a sealed vote."""

    def clear_deposits(self, hit_id: HitId) -> None:
        """The sealed votes of this hit do not lie here any more: they were handed over, or never will be."""

    def keep_message(self, hit_id: HitId, envelope: bytes, now: datetime) -> None:
        """Keep a member's sealed message until the hit is released."""

    def take_messages(self, hit_id: HitId) -> tuple[bytes, ...]:
        """The messages that waited for the hit's release, in the order in which they came; they lie here no longer."""


class MailStore(Protocol):
    """What waits for each member, and which messages were taken."""

    def post(
        self, delivery_id: DeliveryId, member: MemberCode, purpose: Purpose, envelope: bytes, now: datetime
    ) -> None:
        """Put a signed envelope into the member's queue, and wake whoever waits for it at commit."""

    def waiting(self, member: MemberCode, limit: int) -> tuple[WaitingDelivery, ...]:
        """The member's oldest unacknowledged deliveries."""

    def acknowledge(self, member: MemberCode, delivery_ids: Collection[DeliveryId], now: datetime) -> int:
        """The member has these: their envelopes go. How many were still waiting."""

    def note_message(self, sender: MemberCode, message_id: MessageId, body_digest: str, now: datetime) -> str | None:
        """Note that a message was taken. None where it is new, else the digest under which it was noted before.

        Waits for another transaction that is noting the same id.
        """


class StatusStore(Protocol):
    """Counts for the status page, and the presence of workers."""

    def read(self, now: datetime) -> HubStatus:
        """The hub's state in numbers."""

    def note_worker(self, worker_id: str, index_number: int, now: datetime) -> None:
        """A worker is alive, and its index is this new."""


class Work(Protocol):
    """One transaction: what is done through it commits together, or not at all."""

    @property
    def transaction(self) -> Transaction:
        """The transaction, for adapters that bring their own queries (the comparator)."""

    @property
    def members(self) -> MemberStore:
        """The federation and its members."""

    @property
    def batches(self) -> BatchStore:
        """Batches that were answered."""

    @property
    def records(self) -> RecordStore:
        """Records and partitions."""

    @property
    def hits(self) -> HitStore:
        """Hits and votes."""

    @property
    def mail(self) -> MailStore:
        """Deliveries."""

    @property
    def status(self) -> StatusStore:
        """Counts."""

    def audit(self, act: AuditAct, actor: MemberCode, subject: str | None, detail: Detail) -> None:
        """Leave a leaf in the audit log: opaque ids, counts and codes only."""


class Store(Protocol):
    """The hub's database."""

    def work(self) -> AbstractContextManager[Work]:
        """Begin a transaction; it commits when the block ends and rolls back when it raises."""


@dataclass(frozen=True, slots=True)
class HandleEnvelopes:
    """A record version's encoding, one envelope for each operator that compares (open: one); opaque here."""

    handle: RecordHandle
    partition_id: PartitionId
    envelopes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class CandidatePair:
    """Two record versions that the comparator found alike."""

    query: RecordHandle
    target: RecordHandle


class EncodingIntake(Protocol):
    """The half of the comparator that takes and gives up encodings."""

    def check(self, envelopes: Sequence[bytes]) -> str | None:
        """A sentence that says what to do with an encoding that is not taken; it takes its time, but no transaction."""

    def submit(self, work: Work, encodings: Sequence[HandleEnvelopes]) -> None:
        """Store encodings that were checked, in the transaction that holds the turn of `RecordStore.order_commits`."""

    def withdraw(self, work: Work, handles: Collection[RecordHandle]) -> Mapping[RecordHandle, int]:
        """Erase encodings in the transaction (it holds the turn); how many were erased for each handle."""


class PairFinder(Protocol):
    """The half of the comparator that compares."""

    def refresh(self, work: Work) -> int:
        """Bring the index to the newest committed change and return its number."""

    def compare(self, work: Work, handles: Collection[RecordHandle], scope: Scope) -> Sequence[CandidatePair]:
        """Compare these with everything that the scope allows, and with nothing else; each pair once."""

    def explain(self, work: Work, pairs: Sequence[CandidatePair]) -> Sequence[Explanation | None]:
        """Why the pairs are alike, in their order; None where an encoding is gone by now."""


class Comparator(EncodingIntake, PairFinder, Protocol):
    """Open or blind comparison of encodings; nothing outside an implementation sees one."""


class MatchingWakeUp(Protocol):
    """Tells the workers that something waits to be compared."""

    def __call__(self) -> None:
        """Best effort and at once: never raises, never waits for a broker. The sweep finds what was not told."""


class DeliveryBell(Protocol):
    """Rings where somebody waits when something was posted for a member."""

    def waiting(self, member: MemberCode) -> AbstractContextManager[asyncio.Event]:
        """A bell that rings (is set) from now on whenever something may wait for the member.

        It may ring for nothing, and it rings for everyone after it could not hear for a while: look, then wait again.
        """

    async def hear(self) -> None:
        """Listen until cancelled; one connection for all who wait."""
