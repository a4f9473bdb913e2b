"""The operator's tables: shares, segments, schemas, budgets; one transaction at a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.handling import ComparableWith, ComparisonMode, Namespace
from symbolon.protocol.messages_operators import RowAddress, SegmentDescription
from symbolon.protocol.references import MemberCode
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.database import Database, Row, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES: Final = load_queries("symbolon.hub.operators.storage", "operator")
_SHARES_AT_A_TIME: Final = 500


@dataclass(frozen=True, slots=True)
class Seat:
    """Whom an operator serves, and at which point of the line it holds its shares."""

    federation: str
    exercise: bool
    place: int


@dataclass(frozen=True, slots=True)
class StoredShares:
    """A record's shares, one after another, and where each lies."""

    handle: int
    bundle: bytes
    rows: tuple[RowAddress, ...]


@dataclass(frozen=True, slots=True)
class NewShares:
    """A record that came."""

    handle: int
    reference: str
    version: int
    owner: MemberCode
    bundle: bytes
    rows: tuple[RowAddress, ...]


class OperatorWork:
    """One transaction over all that an operator stores."""

    def __init__(self, transaction: Transaction, audit_log: HashChainAuditLog) -> None:
        self._transaction = transaction
        self._audit_log = audit_log

    def audit(self, act: AuditAct, actor: str, detail: Detail) -> None:
        """Leave one leaf."""
        self._audit_log.record(self._transaction, act, actor, None, detail)

    def seat(self) -> Seat | None:
        """Whom this operator serves; None before it joined."""
        row = self._transaction.fetch_one(_QUERIES["find_seat"])
        return None if row is None else Seat(row["federation"], row["exercise"], row["place"])

    def take_seat(self, seat: Seat, now: datetime) -> bool:
        """Note whom this operator serves; False where it was noted before."""
        return bool(
            self._transaction.execute(
                _QUERIES["take_seat"],
                federation=seat.federation,
                exercise=seat.exercise,
                place=seat.place,
                now=now,
            )
        )

    def keep_schema(self, digest: str, content: bytes) -> None:
        """Keep a linkage schema."""
        self._transaction.execute(_QUERIES["keep_schema"], digest=digest, content=content)

    def schemas(self) -> dict[str, bytes]:
        """Every linkage schema by digest."""
        return {row["digest"]: row["content"] for row in self._transaction.fetch_all(_QUERIES["list_schemas"])}

    def lock_progress(self) -> int:
        """The newest change that is here; no other feed is taken until this transaction ends."""
        return int(self._transaction.fetch_value(_QUERIES["lock_progress"]))

    def progress(self) -> int:
        """The newest change that is here."""
        return int(self._transaction.fetch_value(_QUERIES["find_progress"]))

    def note_progress(self, number: int) -> None:
        """Note how far this operator is."""
        self._transaction.execute(_QUERIES["note_progress"], number=number)

    def describe(self, segment: SegmentDescription) -> None:
        """Keep what is said of a segment."""
        self._transaction.execute(
            _QUERIES["describe_segment"],
            segment=segment.segment,
            epoch=segment.epoch,
            schema_digest=segment.schema_digest,
            what=segment.what,
            bits=segment.bits,
            owner=segment.owner,
            namespace=segment.namespace.value,
            compare_mode=segment.comparable_with.mode.value,
            compare_members=list(segment.comparable_with.members),
        )

    def segments(self) -> dict[int, SegmentDescription]:
        """Every segment by its number."""
        return {row["segment"]: _segment(row) for row in self._transaction.fetch_all(_QUERIES["list_segments"])}

    def put(self, record: NewShares, now: datetime) -> None:
        """Keep a record's shares; again is nothing."""
        self._transaction.execute(
            _QUERIES["put_record"],
            handle=record.handle,
            reference=record.reference,
            version=record.version,
            owner=record.owner,
            bundle=record.bundle,
            segments=[row.segment for row in record.rows],
            row_numbers=[row.row for row in record.rows],
            now=now,
        )

    def drop(self, handle: int) -> tuple[RowAddress, ...]:
        """Erase a record's shares; where they lay."""
        self._transaction.execute(_QUERIES["drop_unreadable"], handle=handle)
        row = self._transaction.fetch_one(_QUERIES["drop_record"], handle=handle)
        return () if row is None else _rows(row)

    def note_unreadable(self, handle: int, reason: str, now: datetime) -> None:
        """Keep in mind that a record could not be read."""
        self._transaction.execute(_QUERIES["note_unreadable"], handle=handle, reason=reason, now=now)

    def shares_after(self, handle: int) -> Sequence[StoredShares]:
        """Some records' shares, by rising handles."""
        rows = self._transaction.fetch_all(_QUERIES["list_shares"], after=handle, limit=_SHARES_AT_A_TIME)
        return [StoredShares(row["handle"], row["bundle"], _rows(row)) for row in rows]

    def counts(self) -> tuple[int, int]:
        """Records that are here, and those that could not be read."""
        row = self._transaction.fetch_one(_QUERIES["count_records"])
        return (0, 0) if row is None else (row["records"], row["unreadable"])

    def spend(self, member: str, day: date, kind: str, budget: tuple[int, int]) -> bool:
        """Take an amount from a member's budget, (amount, most a day); False where it has not so much left."""
        amount, most = budget
        if amount > most:
            return False
        spent = self._transaction.fetch_value(
            _QUERIES["spend"], member=member, day=day, kind=kind, amount=amount, most=most
        )
        return spent is not None

    def forget_spending(self, before: date) -> None:
        """Forget the budgets of days that are over."""
        self._transaction.execute(_QUERIES["forget_spending"], before=before)


class OperatorStore:
    """Begins transactions on the operator's database."""

    def __init__(self, database: Database, audit_log: HashChainAuditLog) -> None:
        self._database = database
        self._audit_log = audit_log

    @contextmanager
    def work(self) -> Iterator[OperatorWork]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._database.transaction() as transaction:
            yield OperatorWork(transaction, self._audit_log)


def _rows(row: Row) -> tuple[RowAddress, ...]:
    return tuple(RowAddress(*each) for each in zip(row["segments"], row["row_numbers"], strict=True))


def _segment(row: Row) -> SegmentDescription:
    return SegmentDescription(
        segment=row["segment"],
        epoch=row["epoch"],
        schema_digest=row["schema_digest"],
        what=row["what"],
        bits=row["bits"],
        owner=MemberCode(row["owner"]),
        namespace=Namespace(row["namespace"]),
        comparable_with=ComparableWith(
            ComparisonMode(row["compare_mode"]), tuple(map(MemberCode, row["compare_members"]))
        ),
    )
