"""Where records and what is to be sent of them are kept."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from symbolon.node.domain.import_report import ImportReport
from symbolon.node.domain.outbox import BatchEntry, ItemResult, OutgoingBatch, OutgoingMessage
from symbolon.node.domain.receipts import StoredReceipt, WithdrawalProof
from symbolon.node.domain.record_list import ListedRecord, RecordFilter
from symbolon.node.domain.records import Record
from symbolon.protocol.messages import StateNotice
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import (
    BatchId,
    HitId,
    MessageId,
    RecordReference,
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

    def listed(self, wanted: RecordFilter, protected: Collection[bool]) -> tuple[ListedRecord, ...]:
        """The protected records, or the others, that pass the filter, without their identifiers."""
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

    def lock_unsent_submissions(self, limit: int) -> tuple[tuple[int, BatchEntry], ...]:
        """Submissions in no batch that no withdrawal waits before, of each record the oldest, with their numbers.

        They come in an order that was drawn for them, and follows from nothing about them.
        """
        ...

    def lock_unsent_withdrawals(self, limit: int) -> tuple[tuple[int, BatchEntry], ...]:
        """The oldest withdrawals in no batch, before which nothing of the same record waits, with their numbers."""
        ...

    def add_batch(self, batch: OutgoingBatch, numbers: Sequence[int], now: datetime) -> None:
        """Store a formed batch."""
        ...

    def batch_items(self, batch_id: BatchId) -> tuple[tuple[RecordReference, int, int | None], ...]:
        """Reference, version and epoch of a batch's items."""
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
        """Messages whose time has come, and before which none of the same lane waits, oldest first."""
        ...

    def close_message(self, message_id: MessageId, problem: Problem | None, now: datetime) -> None:
        """Note that a message was taken, or refused for good."""
        ...

    def seal_again(self, message_id: MessageId, body: bytes) -> None:
        """Put a body that is sealed for another key into the place of the one that has not gone out."""
        ...

    def withdrawal_waits(self, reference: RecordReference) -> bool:
        """Whether a withdrawal of the record waits for the hub's answer."""
        ...

    def taken_steps(self, hit_id: HitId) -> tuple[tuple[MessageId, StateNotice], ...]:
        """The own steps about a hit that the hub took and that are not followed here, in their order."""
        ...

    def note_followed(self, message_id: MessageId) -> None:
        """Note that the ledger has come to where a step stands."""
        ...

    def lock_of_hit(self, hit_id: HitId) -> tuple[OutgoingMessage, ...]:
        """What waits to go out about a hit, oldest first; it does not go out meanwhile."""
        ...

    def note_tried(self, message_id: MessageId) -> bool:
        """Note that a message goes out now: the hub may have it. False when it was taken back meanwhile."""
        ...

    def note_in_doubt(self, message_id: MessageId) -> None:
        """Note that the hub is to be asked, while it holds the hit, whether it has a message."""
        ...

    def is_in_doubt(self, hit_id: HitId) -> bool:
        """Whether the hub is still to be asked about a message of this hit."""
        ...

    def keep_on_hold(self, message_id: MessageId, until: datetime, *, by_hub: bool) -> None:
        """Keep a message that a hold stops, here or by the hub's word; others about the hit may pass it."""
        ...

    def let_go_on(self, hit_id: HitId, now: datetime) -> None:
        """Let what a hold stopped be tried again, and wake the worker when this transaction commits."""
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
