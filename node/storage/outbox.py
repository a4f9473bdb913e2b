"""The outbox and the hub's receipts in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from psycopg.types.json import Jsonb

from symbolon.node.domain.outbox import BatchEntry, ItemResult, KeyPlace, OutboxKind, OutgoingBatch, OutgoingMessage
from symbolon.node.domain.receipts import StoredReceipt, WithdrawalProof
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages import Purpose, StateNotice
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import BatchId, HitId, MemberCode, MessageId, RecordReference
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "outbox")
OUTBOX_CHANNEL: Final = "symbolon_node_outbox"
"""Notified when something was put into the outbox, on commit."""


class PostgresOutbox:
    """The outbox within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add_items(self, items: Sequence[BatchEntry], now: datetime) -> None:
        """Queue submission or withdrawal items, and wake the worker when this transaction commits."""
        if not items:
            return
        self._tx.execute(
            QUERIES["add_items"],
            kinds=[item.kind for item in items],
            references=[item.reference for item in items],
            versions=[item.version for item in items],
            payloads=[item.payload for item in items],
            key_epochs=[item.key_epoch for item in items],
            created_at=now,
        )
        self._tx.notify(OUTBOX_CHANNEL)

    def cancel_unsent(self, references: Sequence[RecordReference]) -> None:
        """Take back the submissions of these records that are in no batch yet."""
        self._tx.execute(QUERIES["cancel_unsent_submissions"], references=list(references))

    def ever_sent(self, references: Sequence[RecordReference]) -> frozenset[RecordReference]:
        """Those of these records of which a submission ever went into a batch."""
        rows = self._tx.fetch_all(QUERIES["list_ever_sent"], references=list(references))
        return frozenset(RecordReference(str(row["reference"])) for row in rows)

    def open_batch(self) -> tuple[OutgoingBatch, datetime] | None:
        """The oldest batch without an answer, and when it is due."""
        row = self._tx.fetch_one(QUERIES["find_open_batch"])
        if row is None:
            return None
        batch = OutgoingBatch(
            BatchId(str(row["batch_id"])), OutboxKind(row["kind"]), bytes(row["body"]), row["attempts"]
        )
        return batch, row["next_attempt_at"]

    def lock_unsent(self, limit: int) -> tuple[tuple[int, BatchEntry], ...]:
        """The oldest items in no batch, with their numbers."""
        return tuple(map(_entry, self._tx.fetch_all(QUERIES["lock_unsent_items"], limit=limit)))

    def lock_unsent_submissions(self, limit: int) -> tuple[tuple[int, BatchEntry], ...]:
        """Submissions in no batch that no withdrawal waits before, of each record the oldest, by their turns."""
        return tuple(map(_entry, self._tx.fetch_all(QUERIES["lock_unsent_submissions"], limit=limit)))

    def lock_unsent_withdrawals(self, limit: int) -> tuple[tuple[int, BatchEntry], ...]:
        """The oldest withdrawals in no batch, before which nothing of the same record waits, with their numbers."""
        return tuple(map(_entry, self._tx.fetch_all(QUERIES["lock_unsent_withdrawals"], limit=limit)))

    def add_batch(self, batch: OutgoingBatch, numbers: Sequence[int], now: datetime) -> None:
        """Store a formed batch."""
        self._add_batch(batch, now, now)
        self._tx.execute(QUERIES["assign_items"], batch_id=batch.batch_id, ids=list(numbers))

    def renew_batch(
        self, batch_id: BatchId, problem: Problem, batch: OutgoingBatch, now: datetime, until: datetime
    ) -> None:
        """Close a batch whose id the hub does not take, and store its items' next one, to be tried at `until`."""
        self._tx.execute(QUERIES["close_batch"], batch_id=batch_id, problem=problem, now=now)
        self._add_batch(batch, now, until)
        self._tx.execute(QUERIES["move_items"], batch_id=batch_id, next_batch_id=batch.batch_id)

    def batch_items(self, batch_id: BatchId) -> tuple[tuple[RecordReference, int, int | None], ...]:
        """Reference, version and epoch of a batch's items."""
        rows = self._tx.fetch_all(QUERIES["list_batch_items"], batch_id=batch_id)
        return tuple((RecordReference(str(row["reference"])), row["version"], row["key_epoch"]) for row in rows)

    def close_batch(
        self, batch_id: BatchId, results: Sequence[ItemResult], problem: Problem | None, now: datetime
    ) -> bool:
        """Note the answer to a batch; False when it had been noted before."""
        if self._tx.execute(QUERIES["close_batch"], batch_id=batch_id, problem=problem, now=now) == 0:
            return False
        self._tx.execute(
            QUERIES["close_items"],
            batch_id=batch_id,
            references=[result.reference for result in results],
            problems=[result.problem for result in results],
            now=now,
        )
        return True

    def postpone_batch(self, batch_id: BatchId, until: datetime) -> None:
        """Note a failed try."""
        self._tx.execute(QUERIES["postpone_batch"], batch_id=batch_id, next_attempt_at=until)

    def _add_batch(self, batch: OutgoingBatch, now: datetime, until: datetime) -> None:
        self._tx.execute(
            QUERIES["add_batch"],
            batch_id=batch.batch_id,
            kind=batch.kind,
            body=batch.body,
            attempts=batch.attempts,
            next_attempt_at=until,
            now=now,
        )

    def add_message(self, message: OutgoingMessage, now: datetime) -> None:
        """Queue a message, and wake the worker when this transaction commits."""
        self._tx.execute(
            QUERIES["add_message"],
            message_id=message.message_id,
            kind=message.purpose,
            audience=message.audience,
            hit_id=message.hit_id,
            body=message.body,
            key_epoch=None if message.key_place is None else message.key_place.epoch,
            key_attempt=None if message.key_place is None else message.key_place.attempt,
            step=None if message.step is None else Jsonb(to_wire(message.step)),
            now=now,
        )
        self._tx.notify(OUTBOX_CHANNEL)

    def due_messages(self, now: datetime, limit: int) -> tuple[OutgoingMessage, ...]:
        """Messages whose time has come, and before which none of the same lane waits, oldest first."""
        return tuple(_message(row) for row in self._tx.fetch_all(QUERIES["list_due_messages"], now=now, limit=limit))

    def lock_of_hit(self, hit_id: HitId) -> tuple[OutgoingMessage, ...]:
        """What waits to go out about a hit, oldest first; it does not go out meanwhile."""
        return tuple(_message(row) for row in self._tx.fetch_all(QUERIES["lock_unsent_of_hit"], hit_id=hit_id))

    def note_tried(self, message_id: MessageId) -> bool:
        """Note that a message goes out now: the hub may have it. False when it was taken back meanwhile."""
        return self._tx.fetch_one(QUERIES["note_tried"], message_id=message_id) is not None

    def note_in_doubt(self, message_id: MessageId) -> None:
        """Note that the hub is to be asked, while it holds the hit, whether it has a message."""
        self._tx.execute(QUERIES["note_in_doubt"], message_id=message_id)

    def is_in_doubt(self, hit_id: HitId) -> bool:
        """Whether the hub is still to be asked about a message of this hit."""
        return bool(self._tx.fetch_value(QUERIES["find_in_doubt"], hit_id=hit_id))

    def close_message(self, message_id: MessageId, problem: Problem | None, now: datetime) -> None:
        """Note that a message was taken, or refused for good."""
        self._tx.execute(QUERIES["close_message"], message_id=message_id, problem=problem, now=now)

    def seal_again(self, message_id: MessageId, body: bytes) -> None:
        """Put a body that is sealed for another key into the place of the one that has not gone out."""
        self._tx.execute(QUERIES["seal_again"], message_id=message_id, body=body)

    def withdrawal_waits(self, reference: RecordReference) -> bool:
        """Whether a withdrawal of the record waits for the hub's answer."""
        return bool(self._tx.fetch_value(QUERIES["find_waiting_withdrawal"], reference=reference))

    def taken_steps(self, hit_id: HitId) -> tuple[tuple[MessageId, StateNotice], ...]:
        """The own steps about a hit that the hub took and that are not followed here, in their order."""
        rows = self._tx.fetch_all(QUERIES["list_taken_steps"], hit_id=hit_id)
        return tuple((MessageId(str(row["message_id"])), from_wire(StateNotice, row["step"])) for row in rows)

    def note_followed(self, message_id: MessageId) -> None:
        """Note that the ledger has come to where a step stands."""
        self._tx.execute(QUERIES["note_followed"], message_id=message_id)

    def keep_on_hold(self, message_id: MessageId, until: datetime, *, by_hub: bool) -> None:
        """Keep a message that a hold stops, here or by the hub's word; others about the hit may pass it."""
        self._tx.execute(QUERIES["note_on_hold"], message_id=message_id, next_attempt_at=until, by_hub=by_hub)

    def let_go_on(self, hit_id: HitId, now: datetime) -> None:
        """Let what a hold stopped be tried again, and wake the worker when this transaction commits."""
        if self._tx.execute(QUERIES["let_go_on"], hit_id=hit_id, now=now):
            self._tx.notify(OUTBOX_CHANNEL)

    def postpone_message(self, message_id: MessageId, until: datetime) -> None:
        """Note a failed try."""
        self._tx.execute(QUERIES["postpone_message"], message_id=message_id, next_attempt_at=until)

    def next_attempt(self) -> datetime | None:
        """When something is due next."""
        due: datetime | None = self._tx.fetch_value(QUERIES["find_next_attempt"])
        return due

    def count_waiting(self) -> Mapping[str, int]:
        """Items and messages that wait, and messages refused for good."""
        row = self._tx.fetch_one(QUERIES["count_waiting"])
        return {} if row is None else dict(row)

    def add_receipt(self, receipt: StoredReceipt) -> None:
        """Keep what the hub signed."""
        self._tx.execute(
            QUERIES["add_receipt"],
            batch_id=receipt.batch_id,
            kind=receipt.purpose,
            envelope=receipt.envelope,
            received_at=receipt.received_at,
        )
        self._tx.execute_many(
            QUERIES["add_withdrawal_outcome"],
            [
                {
                    "batch_id": receipt.batch_id,
                    "reference": outcome.reference,
                    "erased_encodings": outcome.erased_encodings,
                    "hits_closed": outcome.hits_closed,
                    "withdrawn_at": receipt.withdrawn_at,
                    "problem": outcome.problem,
                }
                for outcome in receipt.withdrawals
            ],
        )

    def withdrawals_of(self, reference: RecordReference) -> tuple[WithdrawalProof, ...]:
        """The receipts of a record's withdrawals, newest first."""
        return tuple(
            WithdrawalProof(
                BatchId(str(row["batch_id"])),
                row["erased_encodings"],
                row["hits_closed"],
                row["withdrawn_at"],
                None if row["problem"] is None else Problem(row["problem"]),
                bytes(row["envelope"]),
                operators_owe=row["operators_owe"],
            )
            for row in self._tx.fetch_all(QUERIES["list_withdrawals"], reference=reference)
        )


def _entry(row: Row) -> tuple[int, BatchEntry]:
    kind, reference = OutboxKind(row["kind"]), RecordReference(str(row["reference"]))
    return row["id"], BatchEntry(kind, reference, row["version"], bytes(row["payload"]), row["key_epoch"])


def _message(row: Row) -> OutgoingMessage:
    return OutgoingMessage(
        MessageId(str(row["message_id"])),
        Purpose(row["kind"]),
        MemberCode(row["audience"]),
        None if row["hit_id"] is None else HitId(str(row["hit_id"])),
        bytes(row["body"]),
        row["attempts"],
        None if row["key_epoch"] is None else KeyPlace(row["key_epoch"], row["key_attempt"]),
        None if row["step"] is None else from_wire(StateNotice, row["step"]),
        tried=row["tried"],
        in_doubt=row["in_doubt"],
    )
