"""The operators of blind comparison, as the hub lists them."""

from collections.abc import Sequence
from datetime import datetime

from symbolon.hub.ports import SeatedOperator
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages_comparison import OperatorContact, OperatorErasure, OperatorErasureReceipt
from symbolon.protocol.references import MemberCode
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "operators")


class PostgresOperatorSeats:
    """See `symbolon.hub.ports.OperatorSeats`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def all(self) -> tuple[SeatedOperator, ...]:
        """The operators that were added, by place."""
        return tuple(
            SeatedOperator(
                from_wire(OperatorContact, parse_json(row["contact"])),
                row["certificate_pem"],
                row["request_fingerprint"],
            )
            for row in self._transaction.fetch_all(_QUERIES["list_seats"])
        )

    def seat(self, operator: SeatedOperator, now: datetime) -> None:
        """Add an operator, or put it in the place of the one before."""
        self._transaction.execute(
            _QUERIES["put_seat"],
            place=operator.contact.card.place,
            contact=canonical_bytes(to_wire(operator.contact)),
            certificate_pem=operator.certificate_pem,
            request_fingerprint=operator.request_fingerprint,
            now=now,
        )

    def take_erasures(self, limit: int) -> Sequence[tuple[MemberCode, OperatorErasureReceipt]]:
        """Receipts that wait for their owners; taken with this transaction, they wait no more."""
        rows = self._transaction.fetch_all(_QUERIES["take_erasures"], limit=limit)
        return [
            (
                MemberCode(row["owner"]),
                OperatorErasureReceipt(from_wire(OperatorErasure, parse_json(row["content"])), row["signature"]),
            )
            for row in rows
        ]
