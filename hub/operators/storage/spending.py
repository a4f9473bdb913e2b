"""What members use of a day's budgets: part of the operator's one transaction."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from symbolon.protocol.references import MemberCode
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES: Final = load_queries("symbolon.hub.operators.storage", "spending")


@dataclass(frozen=True, slots=True)
class Spending:
    """Of one kind of budget, what a member used on a day."""

    member: MemberCode
    kind: str
    amount: int


class Spendings:
    """Amounts by member, day and kind of budget."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def take(self, member: str, day: date, kind: str, budget: tuple[int, int]) -> bool:
        """Take an amount from a member's budget, (amount, most a day); False where it has not so much left."""
        amount, most = budget
        if amount > most:
            return False
        spent = self._transaction.fetch_value(
            _QUERIES["spend"], member=member, day=day, kind=kind, amount=amount, most=most
        )
        return spent is not None

    def on(self, day: date) -> tuple[Spending, ...]:
        """What members had compared and evaluated on a day, as far as they had anything."""
        return tuple(
            Spending(MemberCode(row["member"]), row["kind"], row["amount"])
            for row in self._transaction.fetch_all(_QUERIES["list_spending"], day=day)
        )

    def forget(self, before: date) -> None:
        """Forget the budgets of days that are over."""
        self._transaction.execute(_QUERIES["forget_spending"], before=before)
