"""The operators of blind comparison as the hub lists them, and what they signed to owners."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from symbolon.protocol.messages_comparison import OperatorContact, OperatorErasureReceipt
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class SeatedOperator:
    """An operator that was added: its card and address, its certificate, and with which request it came."""

    contact: OperatorContact
    certificate_pem: str
    request_fingerprint: str


class OperatorSeats(Protocol):
    """The three seats."""

    def all(self) -> tuple[SeatedOperator, ...]:
        """The operators that were added, by place."""

    def seat(self, operator: SeatedOperator, now: datetime) -> None:
        """Add an operator, or put it in the place of the one before."""

    def take_erasures(self, limit: int) -> Sequence[tuple[MemberCode, OperatorErasureReceipt]]:
        """Receipts that wait for their owners; taken with this transaction, they wait no more."""
