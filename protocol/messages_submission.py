"""Between a node and the hub: records published and withdrawn in batches, and the hub's signed receipts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, ClassVar, Final

from symbolon.protocol.codec import canonical_bytes, to_wire
from symbolon.protocol.handling import (
    ComparableWith,
    Namespace,
    OffenceGroup,
    RecordKind,
    Urgency,
    WithdrawalReason,
)
from symbolon.protocol.messages_canaries import Canary
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import BatchId, HitId, RecordReference
from symbolon.protocol.wire_limits import Counter, SchemaId, Sentence, Sha256Hex, Tally, entries, octets

MAX_BATCH_ITEMS: Final = 1_000
"""How many items the hub takes in one batch; more is refused as a whole (``batch-too-large``)."""


@dataclass(frozen=True, slots=True)
class SubmissionItem:
    """One version of one record, as the hub may see it.

    ``envelopes`` are the encodings, opaque to the protocol: one for open comparison; for blind comparison an outline,
    and a bundle sealed to each operator. ``schema_digest`` is the SHA-256 of the linkage schema they were made with.
    ``reconsider`` names the hits, judged DIFFERENT, whose pairs may come back: this version changed materially since
    (:mod:`symbolon.protocol.suppression`).
    """

    reference: RecordReference
    version: Counter
    record_kind: RecordKind
    namespace: Namespace
    offence_group: OffenceGroup
    urgency: Urgency
    comparable_with: ComparableWith
    review_date: date
    schema_id: SchemaId
    schema_digest: Sha256Hex
    key_epoch: Counter
    envelopes: Annotated[tuple[Annotated[bytes, octets(1, 131_072)], ...], entries(1, 8)] = field(repr=False)
    reconsider: Annotated[tuple[HitId, ...], entries(0, 100)] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """A batch of records that a node publishes; the same batch sent again counts once."""

    PURPOSE: ClassVar[Purpose] = Purpose.SUBMISSION

    batch_id: BatchId
    items: tuple[SubmissionItem, ...]
    canaries: Annotated[tuple[Canary, ...], entries(0, 1_000)] = ()
    """Which items are canaries of blind comparison (:mod:`symbolon.protocol.messages_canaries`)."""

    def __post_init__(self) -> None:
        marked = {canary.reference for canary in self.canaries}
        items = [item.reference for item in self.items if item.reference in marked]
        if not len(marked) == len(self.canaries) == len(items) or marked != set(items):
            raise MalformedMessage("Each canary is one item of its batch, and is named once.")


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """What became of one submitted item; ``problem`` is None where it was accepted, else ``detail`` says what to do."""

    reference: RecordReference
    version: Counter
    problem: Problem | None
    detail: Sentence | None


@dataclass(frozen=True, slots=True)
class SubmissionReceipt:
    """The hub's word on a batch: which body it received (hexadecimal SHA-256) and what became of each item."""

    PURPOSE: ClassVar[Purpose] = Purpose.SUBMISSION_RECEIPT

    batch_id: BatchId
    body_digest: Sha256Hex
    received_at: datetime
    outcomes: tuple[ItemOutcome, ...]


@dataclass(frozen=True, slots=True)
class WithdrawalItem:
    """One record to be taken out of the hub; where it was reclassified, its pending hits are held instead of ended."""

    reference: RecordReference
    reason: WithdrawalReason


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A batch of records that their owner takes back."""

    PURPOSE: ClassVar[Purpose] = Purpose.WITHDRAWAL

    batch_id: BatchId
    items: tuple[WithdrawalItem, ...]


@dataclass(frozen=True, slots=True)
class WithdrawalOutcome:
    """What was erased for one record: how many encodings, and how many hits ended or were held with it."""

    reference: RecordReference
    erased_encodings: Tally
    hits_closed: Tally
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class WithdrawalReceipt:
    """The hub's signed word that the encodings are gone (invariant 7).

    It answers a withdrawal, or it is posted to the owner of records that expired (:func:`expiry_digest`).
    """

    PURPOSE: ClassVar[Purpose] = Purpose.WITHDRAWAL_RECEIPT

    batch_id: BatchId
    body_digest: Sha256Hex
    withdrawn_at: datetime
    outcomes: tuple[WithdrawalOutcome, ...]


def expiry_digest(batch_id: BatchId, references: Sequence[RecordReference]) -> str:
    """Give the ``body_digest`` of the receipt for records that the hub itself took out when they expired.

    It is that of the withdrawal that their owner did not send: these records in this order, each with the reason
    ``expired``. So a receipt says what was withdrawn, and why, in one form whoever began it.
    """
    items = tuple(WithdrawalItem(reference, WithdrawalReason.EXPIRED) for reference in references)
    return sha256(canonical_bytes(to_wire(Withdrawal(batch_id, items)))).hexdigest()
