"""What each member has used of a day's budgets, for the status command; it is taken in `shares`."""

from dataclasses import dataclass
from datetime import date

from symbolon.protocol.references import MemberCode
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.operators.storage", "spending")


@dataclass(frozen=True, slots=True)
class Spending:
    """Of one kind of budget, what a member used on a day."""

    member: MemberCode
    kind: str
    amount: int


def spent_on(transaction: Transaction, day: date) -> tuple[Spending, ...]:
    """What members had compared and evaluated on a day, as far as they had anything."""
    return tuple(
        Spending(MemberCode(row["member"]), row["kind"], row["amount"])
        for row in transaction.fetch_all(_QUERIES["list_spending"], day=day)
    )
