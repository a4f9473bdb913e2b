"""An operator's receipts for what it erased: part of its one transaction."""

from typing import Final

from symbolon.protocol.messages_erasures import MOST_CHANGES, SignedErasure
from symbolon.protocol.references import MemberCode
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES: Final = load_queries("symbolon.hub.operators.storage", "erasures")


class KeptErasures:
    """Signed receipts, each kept until the hub has it."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, receipt: SignedErasure) -> None:
        """Keep a receipt until the hub has it, under a ticket that is no lower than its number."""
        ticket = self._transaction.fetch_value(_QUERIES["draw_ticket"], number=receipt.number)
        self._transaction.execute(
            _QUERIES["add_erasure"],
            number=ticket,
            owner=receipt.owner,
            content=receipt.content,
            signature=receipt.signature,
        )

    def after(self, number: int) -> tuple[SignedErasure, ...]:
        """Receipts after a change; those up to it are with the hub, and forgotten."""
        self._transaction.execute(_QUERIES["forget_erasures"], number=number)
        rows = self._transaction.fetch_all(_QUERIES["list_erasures"], after=number, limit=MOST_CHANGES)
        if len(rows) == MOST_CHANGES:
            # Receipts of one change are told together, since the hub asks by number.
            last = rows[-1]["number"]
            rows = [row for row in rows if row["number"] != last]
        return tuple(
            SignedErasure(row["number"], MemberCode(row["owner"]), row["content"], row["signature"]) for row in rows
        )

    def newest(self) -> int:
        """The change that the newest receipt is about."""
        return int(self._transaction.fetch_value(_QUERIES["newest_erasure"]))
