"""What the services need of the node's storage: one protocol per aggregate, and the transaction over all."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from symbolon.node.domain.exchange import StoredRequest
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import Direction, VoteView
from symbolon.node.domain.import_report import ImportReport
from symbolon.node.domain.kept_delivery import KeptDelivery
from symbolon.node.domain.outbox import BatchEntry, ItemResult, OutgoingBatch, OutgoingMessage
from symbolon.node.domain.receipts import StoredReceipt, WithdrawalProof
from symbolon.node.domain.record_list import ListedRecord, RecordFilter
from symbolon.node.domain.records import Record
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import FederationDirectory, MemberCard, Reply, Request
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import (
    BatchId,
    DeliveryId,
    HitId,
    MemberCode,
    MessageId,
    RecordReference,
    RequestId,
)


class RecordStore(Protocol):
    """Records and cases."""

    def digests(self, local_ids: Sequence[str]) -> Mapping[str, tuple[RecordReference, bytes]]:
        """Reference and content digest of those local ids that are known."""
        ...

    def add(self, records: Sequence[Record], now: datetime) -> None:
        """Store new records and the cases that they name."""
        ...

    def lock(self, references: Sequence[RecordReference]) -> tuple[Record, ...]:
        """Records that are about to change, in the order of reference; unknown ones are left out."""
        ...

    def save(self, records: Sequence[Record], now: datetime) -> None:
        """Store the whole of changed records."""
        ...

    def save_publication(self, records: Sequence[Record], now: datetime) -> None:
        """Store a step of publication only."""
        ...

    def find(self, reference: RecordReference) -> Record | None:
        """One record."""
        ...

    def many(self, references: Sequence[RecordReference]) -> tuple[Record, ...]:
        """Several records; unknown ones are left out."""
        ...

    def find_by_local_id(self, local_id: str) -> Record | None:
        """One record by the state's own id."""
        ...

    def references(self, local_ids: Sequence[str], case_id: str | None) -> tuple[tuple[RecordReference, str], ...]:
        """Reference and local id of the records that are named, or belong to the case."""
        ...

    def lock_publishable(
        self, after: RecordReference | None, limit: int, local_ids: Sequence[str] | None, case_id: str | None
    ) -> tuple[Record, ...]:
        """The next unpublished records with a category, in the order of reference."""
        ...

    def without_category(self) -> tuple[str, ...]:
        """Local ids of the records whose category is not set."""
        ...

    def listed(self, wanted: RecordFilter) -> tuple[ListedRecord, ...]:
        """The records that pass the filter, without their identifiers."""
        ...

    def count_refused(self) -> int:
        """Records that hold a reason why they were not taken."""
        ...

    def expired(self, today: date, limit: int) -> tuple[RecordReference, ...]:
        """Records at the hub, or with hits that may live there, whose review date has passed."""
        ...

    def count_by_publication(self) -> Mapping[str, int]:
        """Records by state of publication."""
        ...

    def add_import_run(
        self, report: ImportReport, run_id: UUID, imported_by: str, file_digest: bytes, now: datetime
    ) -> None:
        """Note a finished import."""
        ...


class OutboxStore(Protocol):
    """What waits to go out."""

    def add_items(self, items: Sequence[BatchEntry], now: datetime) -> None:
        """Queue submission or withdrawal items, and wake the worker when this transaction commits."""
        ...

    def cancel_unsent(self, references: Sequence[RecordReference]) -> None:
        """Take back the submissions of these records that are in no batch yet."""
        ...

    def ever_sent(self, references: Sequence[RecordReference]) -> frozenset[RecordReference]:
        """Those of these records of which a submission ever went into a batch."""
        ...

    def open_batch(self) -> tuple[OutgoingBatch, datetime] | None:
        """The oldest batch without an answer, and when it is due."""
        ...

    def lock_unsent(self, limit: int) -> tuple[tuple[int, BatchEntry], ...]:
        """The oldest items in no batch, with their numbers."""
        ...

    def add_batch(self, batch: OutgoingBatch, numbers: Sequence[int], now: datetime) -> None:
        """Store a formed batch."""
        ...

    def batch_items(self, batch_id: BatchId) -> tuple[tuple[RecordReference, int], ...]:
        """Reference and version of a batch's items."""
        ...

    def close_batch(
        self, batch_id: BatchId, results: Sequence[ItemResult], problem: Problem | None, now: datetime
    ) -> bool:
        """Note the answer to a batch; False when it had been noted before."""
        ...

    def renew_batch(
        self, batch_id: BatchId, problem: Problem, batch: OutgoingBatch, now: datetime, until: datetime
    ) -> None:
        """Close a batch whose id the hub does not take, and store its items' next one, to be tried at `until`."""
        ...

    def postpone_batch(self, batch_id: BatchId, until: datetime) -> None:
        """Note a failed try."""
        ...

    def add_message(self, message: OutgoingMessage, now: datetime) -> None:
        """Queue a message, and wake the worker when this transaction commits."""
        ...

    def due_messages(self, now: datetime, limit: int) -> tuple[OutgoingMessage, ...]:
        """Messages whose time has come, oldest first."""
        ...

    def close_message(self, message_id: MessageId, problem: Problem | None, now: datetime) -> None:
        """Note that a message was taken, or refused for good."""
        ...

    def postpone_message(self, message_id: MessageId, until: datetime) -> None:
        """Note a failed try."""
        ...

    def next_attempt(self) -> datetime | None:
        """When something is due next."""
        ...

    def count_waiting(self) -> Mapping[str, int]:
        """Items and messages that wait, and messages refused for good."""
        ...

    def add_receipt(self, receipt: StoredReceipt) -> None:
        """Keep what the hub signed."""
        ...

    def withdrawals_of(self, reference: RecordReference) -> tuple[WithdrawalProof, ...]:
        """The receipts of a record's withdrawals, newest first."""
        ...


class InboxStore(Protocol):
    """Deliveries from the hub."""

    def note_done(self, delivery_id: DeliveryId, hit_id: HitId | None, now: datetime) -> bool:
        """Mark a delivery as taken; False when it came before."""
        ...

    def note_waiting(self, delivery_id: DeliveryId, hit_id: HitId, envelope: bytes, now: datetime) -> None:
        """Keep a delivery that came before what it needs."""
        ...

    def note_refused(self, delivery_id: DeliveryId, problem: Problem, envelope: bytes, now: datetime) -> None:
        """Keep a delivery that was refused, with its problem."""
        ...

    def lock_waiting(self, hit_id: HitId | None, limit: int) -> tuple[tuple[DeliveryId, bytes], ...]:
        """Kept deliveries of a hit, or of all, oldest first."""
        ...

    def settle(self, delivery_id: DeliveryId, problem: Problem | None) -> None:
        """Note what became of a kept delivery."""
        ...

    def kept(self) -> tuple[KeptDelivery, ...]:
        """The deliveries that wait, and those that were refused, oldest first."""
        ...

    def note_slow_clock(self, now: datetime) -> None:
        """Note that a delivery came from the future of this node's clock."""
        ...

    def slow_clock_at(self) -> datetime | None:
        """When a delivery last came from the future of this node's clock."""
        ...

    def take_up_again(self, problem: Problem | None) -> int:
        """Let what was refused (for one problem, or for any) be tried again; how many deliveries that is."""
        ...

    def count(self) -> Mapping[str, int]:
        """Deliveries that wait, and that were refused."""
        ...


class HitStore(Protocol):
    """Hits and votes."""

    def add(self, hit: Hit) -> bool:
        """Store a hit; False when it is known."""
        ...

    def find(self, hit_id: HitId) -> Hit | None:
        """One hit."""
        ...

    def lock(self, hit_id: HitId) -> Hit | None:
        """One hit that is about to change."""
        ...

    def lock_of_record(self, reference: RecordReference) -> tuple[Hit, ...]:
        """The hits of a record that are about to change."""
        ...

    def all(self) -> tuple[Hit, ...]:
        """Every hit; the disclosure rules decide who sees which."""
        ...

    def digest(self, protected: Collection[bool]) -> str:
        """A short text that changes with the hits that are protected, or are not, and with what a list says of them."""
        ...

    def save(self, hit: Hit) -> None:
        """Store the changed states of a hit."""
        ...

    def count_by_state(self) -> Mapping[str, int]:
        """Hits by joint state."""
        ...

    def add_vote(self, hit_id: HitId, vote: VoteView, message_id: MessageId | None) -> bool:
        """Store a vote (the counterpart's has no voter and no message); False when that side has voted in that round.

        A vote whose message the hub refused is no vote: another one takes its place.
        """
        ...

    def votes(self, hit_id: HitId) -> tuple[tuple[VoteView, ...], tuple[VoteView, ...]]:
        """The own votes and the counterpart's, by round."""
        ...


class ExchangeStore(Protocol):
    """Requests and replies."""

    def add_request(self, request: Request, direction: Direction, message_id: MessageId | None) -> bool:
        """Store a request, with the message that carries ours; False when it is known."""
        ...

    def find_request(self, request_id: RequestId) -> StoredRequest | None:
        """One request with its reply."""
        ...

    def requests_of(self, hit_id: HitId) -> tuple[StoredRequest, ...]:
        """The requests about a hit, in their order."""
        ...

    def unanswered(self) -> tuple[StoredRequest, ...]:
        """The received requests that have no reply, of all hits."""
        ...

    def add_reply(self, reply: Reply, message_id: MessageId | None) -> bool:
        """Store a reply, with the message that carries ours; False when there is one that was not refused."""
        ...


class DirectoryStore(Protocol):
    """The member directory that the hub signed last, the cards that members are known by, and keys that they sent."""

    def find(self) -> FederationDirectory | None:
        """The newest directory; None before the node joined."""
        ...

    def save(self, directory: FederationDirectory, now: datetime) -> None:
        """Store a directory unless a newer one is there."""
        ...

    def pinned_cards(self) -> Mapping[MemberCode, MemberCard]:
        """The card that each member is known by here, also of those who left."""
        ...

    def pin_card(self, card: MemberCard, now: datetime) -> None:
        """Know a member by this card from now on."""
        ...

    def refuse_cards(self, cards: Sequence[MemberCard], now: datetime) -> None:
        """Note which cards of the newest directory were not taken; those noted before are forgotten."""
        ...

    def refused_cards(self) -> tuple[MemberCard, ...]:
        """The cards of the newest directory that were not taken."""
        ...

    def keep_key_offer(self, envelope: Envelope, now: datetime) -> None:
        """Keep a linkage key as it came, sealed; the sender's newest takes the place of an older one."""
        ...

    def key_offer(self, sender: MemberCode) -> Envelope | None:
        """The linkage key that this member sent and nobody has accepted yet."""
        ...

    def key_offers(self) -> tuple[MemberCode, ...]:
        """Whose linkage keys wait to be accepted."""
        ...

    def drop_key_offer(self, sender: MemberCode) -> None:
        """Keep this member's linkage key no longer."""
        ...


class AuditTrail(Protocol):
    """The audit log, within the transaction of the act."""

    def record(self, act: AuditAct, actor: str, subject: str | None, detail: Detail) -> None:
        """Leave one leaf."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction over everything that the node stores."""

    records: RecordStore
    outbox: OutboxStore
    inbox: InboxStore
    hits: HitStore
    exchange: ExchangeStore
    directory: DirectoryStore
    audit: AuditTrail


class UnitOfWork(Protocol):
    """Begins transactions: committed when the block ends, rolled back when it raises."""

    def begin(self) -> AbstractContextManager[Work]:
        """One transaction."""
        ...
