"""What the hub signed, as the node keeps and shows it."""

from dataclasses import dataclass, field
from datetime import datetime

from symbolon.protocol.messages import WithdrawalOutcome
from symbolon.protocol.problems import Problem
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import BatchId


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A receipt of the hub: its signed envelope as it came, and for withdrawals what it says of each record."""

    batch_id: BatchId
    purpose: Purpose
    envelope: bytes = field(repr=False)
    received_at: datetime
    withdrawn_at: datetime | None
    withdrawals: tuple[WithdrawalOutcome, ...]


@dataclass(frozen=True, slots=True)
class WithdrawalProof:
    """The hub's signed word that a record's encodings are gone (invariant 7)."""

    batch_id: BatchId
    erased_encodings: int
    hits_closed: int
    withdrawn_at: datetime
    problem: Problem | None
    envelope: bytes = field(repr=False)
