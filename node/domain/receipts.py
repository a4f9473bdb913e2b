"""What the hub signed, as the node keeps and shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from symbolon.protocol.messages import WithdrawalOutcome
from symbolon.protocol.problems import Problem
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import BatchId

TIME_TO_ERASE: Final = timedelta(hours=24)
"""An operator gives its receipt within a day, as every other holder does."""

CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""By so much an operator's clock may be behind the hub's."""


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
    operators_owe: bool = False
    """Whether operators of blind comparison, where the federation has them, owe receipts of their own for it."""
    operators: tuple["OperatorProof", ...] = ()


@dataclass(frozen=True, slots=True)
class OperatorProof:
    """What one operator of blind comparison signed of a withdrawal: when its share was gone, or None so far."""

    place: int
    name: str
    erased_at: datetime | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class OwedReceipts:
    """Of how many withdrawn records an operator has not signed that its share is gone, though its time is over."""

    place: int
    records: int
    since: datetime


def of_operators(
    proof: WithdrawalProof, names: Mapping[int, str], erased_at: Mapping[int, datetime], now: datetime
) -> tuple[OperatorProof, ...]:
    """How the operators, by place, stand to a withdrawal; none where nothing was erased, and nothing is owed."""
    if not proof.operators_owe or proof.problem is not None or not proof.erased_encodings:
        return ()
    found = []
    for place, name in sorted(names.items()):
        moment = erased_at.get(place)
        if moment is not None and moment < proof.withdrawn_at - CLOCKS_DIFFER:
            # That was said of an earlier withdrawal.
            moment = None
        is_overdue = moment is None and now > proof.withdrawn_at + TIME_TO_ERASE
        found.append(OperatorProof(place, name, moment, is_overdue))
    return tuple(found)
