"""The operators of blind comparison, as the hub lists them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from symbolon.hub.domain.operator_receipts import ReceivedReceipt
from symbolon.hub.domain.operators import OperatorStanding, SharedNoBits, TokenSpending
from symbolon.hub.ports import SeatedOperator
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages_comparison import OperatorContact, OperatorErasureReceipt, UnreadVersion
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode, RecordReference
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

    def spend_tokens(self, member: MemberCode, day: date, tokens: int, budget: int) -> bool:
        """Take tokens from a member's budget of the day; False where it has not so many left."""
        found = self._transaction.fetch_one(
            _QUERIES["spend_tokens"], member=member, day=day, tokens=tokens, most=budget
        )
        return found is not None

    def give_back_tokens(self, member: MemberCode, day: date, tokens: int) -> None:
        """What was taken from a member's budget of the day and brought it nothing."""
        self._transaction.execute(_QUERIES["give_back_tokens"], member=member, day=day, tokens=tokens)

    def tokens_spent(self, day: date) -> tuple[TokenSpending, ...]:
        """What the members had evaluated on a day, as far as they had anything."""
        return tuple(
            TokenSpending(MemberCode(row["member"]), row["tokens"])
            for row in self._transaction.fetch_all(_QUERIES["list_budgets"], day=day)
        )

    def shared_no_bits(self) -> tuple[SharedNoBits, ...]:
        """Which members shared out something else than bits."""
        found = self._transaction.fetch_all(_QUERIES["count_no_bits"])
        return tuple(SharedNoBits(MemberCode(row["member"]), row["records"]) for row in found)

    def forget_budgets(self, day: date) -> int:
        """Forget the budgets of days before this one; how many."""
        return self._transaction.execute(_QUERIES["forget_budgets"], day=day)

    def note_trouble(self, place: int, trouble: str, now: datetime) -> None:
        """Note that an operator is away, or refuses."""
        self._transaction.execute(_QUERIES["note_trouble"], place=place, trouble=trouble, now=now)

    def stop(self, reason: str, now: datetime) -> bool:
        """Let nothing be compared any more; False where that was so already."""
        return self._transaction.execute(_QUERIES["stop_comparison"], now=now, reason=reason) > 0

    def resume(self) -> bool:
        """Let it be compared again; False where it was."""
        return self._transaction.execute(_QUERIES["resume_comparison"]) > 0

    def stopped_since(self) -> datetime | None:
        """Since when nothing is compared."""
        row = self._transaction.fetch_one(_QUERIES["find_stop"])
        return None if row is None else row["since"]

    def stopped_because(self) -> str | None:
        """Why nothing is compared."""
        row = self._transaction.fetch_one(_QUERIES["find_stop"])
        return None if row is None else row["reason"]

    def standings(self) -> tuple[OperatorStanding, ...]:
        """How the operators that were added are."""
        return tuple(
            OperatorStanding(
                place=row["place"],
                name=from_wire(OperatorContact, parse_json(row["contact"])).card.name,
                number=row["number"],
                changes_behind=max(0, row["newest"] - row["number"]),
                records=row["records"],
                seen_at=row["seen_at"],
                away_since=row["away_since"],
                trouble=row["trouble"],
                unreadable=row["unreadable"],
                receipts_refused=row["receipts_refused"],
            )
            for row in self._transaction.fetch_all(_QUERIES["list_standings"])
        )

    def take_erasures(self, limit: int) -> Sequence[ReceivedReceipt]:
        """Receipts that wait for their owners; taken with this transaction, they wait no more."""
        return [
            ReceivedReceipt(row["place"], row["number"], MemberCode(row["owner"]), row["content"], row["signature"])
            for row in self._transaction.fetch_all(_QUERIES["take_erasures"], limit=limit)
        ]

    def settle_erasures(self, receipt: OperatorErasureReceipt) -> None:
        """The operator owes no receipt for these versions any more."""
        erasure = receipt.erasure
        self._transaction.execute(
            _QUERIES["settle_erasures"],
            place=erasure.place,
            owner=erasure.owner,
            references=[each.reference for each in erasure.records],
            versions=[each.version for each in erasure.records],
        )

    def set_aside(self, received: ReceivedReceipt, reason: Problem) -> None:
        """Keep a receipt that cannot be forwarded, and why."""
        self._transaction.execute(
            _QUERIES["set_aside_erasure"],
            place=received.place,
            number=received.number,
            owner=received.owner,
            content=received.content,
            signature=received.signature,
            reason=reason.value,
        )

    def take_unread(self, limit: int) -> Mapping[MemberCode, Sequence[UnreadVersion]]:
        """Versions that some operator cannot read, by owners who do not know it; with this transaction they do."""
        found: defaultdict[MemberCode, list[UnreadVersion]] = defaultdict(list)
        for row in self._transaction.fetch_all(_QUERIES["take_unread"], limit=limit):
            version = UnreadVersion(
                RecordReference(row["reference"]), row["version"], row["key_epoch"], tuple(row["places"])
            )
            found[MemberCode(row["member"])].append(version)
        return found
