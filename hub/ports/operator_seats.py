"""The operators of blind comparison as the hub lists them, and what they signed to owners."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from symbolon.hub.domain.operator_receipts import ReceivedReceipt
from symbolon.hub.domain.operators import OperatorStanding, SharedNoBits, TokenSpending
from symbolon.protocol.messages_comparison import OperatorContact, OperatorErasureReceipt, UnreadVersion
from symbolon.protocol.problems import Problem
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

    def spend_tokens(self, member: MemberCode, day: date, tokens: int, budget: int) -> bool:
        """Take tokens from a member's budget of the day; False where it has not so many left."""

    def give_back_tokens(self, member: MemberCode, day: date, tokens: int) -> None:
        """What was taken from a member's budget of the day and brought it nothing."""

    def tokens_spent(self, day: date) -> tuple[TokenSpending, ...]:
        """What the members had evaluated on a day, as far as they had anything."""

    def shared_no_bits(self) -> tuple[SharedNoBits, ...]:
        """Which members shared out something else than bits."""

    def forget_budgets(self, day: date) -> int:
        """Forget the budgets of days before this one; how many."""

    def note_trouble(self, place: int, trouble: str, now: datetime) -> None:
        """Note that an operator is away, or refuses."""

    def stop(self, reason: str, now: datetime) -> bool:
        """Let nothing be compared any more; False where that was so already."""

    def resume(self) -> bool:
        """Let it be compared again; False where it was."""

    def stopped_since(self) -> datetime | None:
        """Since when nothing is compared."""

    def stopped_because(self) -> str | None:
        """Why nothing is compared, for people."""

    def standings(self) -> tuple[OperatorStanding, ...]:
        """How the operators that were added are."""

    def take_erasures(self, limit: int) -> Sequence[ReceivedReceipt]:
        """Receipts that wait for their owners; taken with this transaction, they wait no more."""

    def settle_erasures(self, receipt: OperatorErasureReceipt) -> None:
        """The operator owes no receipt for these versions any more."""

    def set_aside(self, received: ReceivedReceipt, reason: Problem) -> None:
        """Keep a receipt that cannot be forwarded, and why."""

    def take_unread(self, limit: int) -> Mapping[MemberCode, Sequence[UnreadVersion]]:
        """Versions that some operator cannot read, by owners who do not know it; with this transaction they do."""
