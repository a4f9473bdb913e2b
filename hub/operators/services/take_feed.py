"""An operator takes the hub's changes: shares in, shares out, rows in place; the same feed again changes nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from symbolon.hub.operators.errors import NotJoined, UnknownQuestion
from symbolon.hub.operators.storage.segments import ShareSegments
from symbolon.hub.operators.storage.shares import NewShares, OperatorStore, OperatorWork, Seat, StoredShares
from symbolon.matching.linkage_schema import schema_digest
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.messages_operators import (
    AddedRecord,
    Fed,
    Feed,
    RecordChange,
    RowAddress,
    SchemaContent,
    SegmentDescription,
)
from symbolon.protocol.problems import MalformedMessage, ProtocolError
from symbolon.protocol.references import HUB
from symbolon.protocol.share_sealing import ShareContext, open_shares
from symbolon.runtime.clock import Clock

_WORD_BYTES: Final = 2


@dataclass(slots=True)
class HeldRows:
    """The operator's rows, and the change up to which they are right: read by comparisons, changed by feeds."""

    segments: ShareSegments
    described: dict[int, SegmentDescription]
    number: int


class RowsInUse:
    """Lets any number of comparisons read the rows of one change, and a feed change them when none does."""

    def __init__(self, held: HeldRows) -> None:
        self._held = held
        self._turn = threading.Condition()
        self._readers = 0
        self._writers = 0

    @contextmanager
    def reading(self) -> Iterator[HeldRows]:
        """The rows as they are, unchanged while the block runs."""
        with self._turn:
            # Who is to change them waits for no reader that comes later.
            self._turn.wait_for(lambda: not self._writers)
            self._readers += 1
        try:
            yield self._held
        finally:
            with self._turn:
                self._readers -= 1
                self._turn.notify_all()

    @contextmanager
    def changing(self) -> Iterator[HeldRows]:
        """The rows for this block alone: no comparison begins, and those that run come to their end first."""
        with self._turn:
            self._writers += 1
            try:
                self._turn.wait_for(lambda: not self._readers)
                yield self._held
            finally:
                self._writers -= 1
                self._turn.notify_all()


class TakeFeed:
    """Takes changes in their order: first PostgreSQL, in one transaction, then the rows."""

    def __init__(self, store: OperatorStore, rows: RowsInUse, key: HybridSealingKey, clock: Clock) -> None:
        self._store = store
        self._rows = rows
        self._key = key
        self._clock = clock

    def __call__(self, feed: Feed) -> Fed:
        """Take what is new of a feed. Raises `NotJoined`, `DatabaseUnavailable`."""
        with self._rows.changing() as held:
            taken: list[StoredShares] = []
            gone: list[RowAddress] = []
            unreadable: list[int] = []
            with self._store.work() as work:
                seat = work.seat()
                if seat is None:
                    raise NotJoined("This operator has no place in a federation yet.")
                number = work.lock_progress()
                if held.number != number:
                    # An earlier feed was committed, and its rows could not be written.
                    fill(work, held, number)
                for schema in feed.schemas:
                    _keep(work, schema)
                for segment in feed.segments:
                    work.describe(segment)
                    held.described.setdefault(segment.segment, segment)
                for change in feed.changes:
                    if change.number <= number:
                        continue
                    number = change.number
                    gone += self._apply(work, seat, change, held, taken, unreadable)
                work.note_progress(number)
                if taken or gone or unreadable:
                    counts = {"taken": len(taken), "rows_erased": len(gone), "unreadable": len(unreadable)}
                    work.audit(AuditAct.SHARES_TAKEN, HUB, counts)
            self._place(held, taken, gone, number)
        return Fed(number, tuple(unreadable))

    def _apply(
        self,
        work: OperatorWork,
        seat: Seat,
        change: RecordChange,
        held: HeldRows,
        taken: list[StoredShares],
        unreadable: list[int],
    ) -> tuple[RowAddress, ...]:
        if change.added is None:
            # What came and went within one feed has no row to empty.
            taken[:] = [each for each in taken if each.handle != change.handle]
            return work.drop(change.handle)
        try:
            record = _opened(change.handle, change.added, seat, held.described, self._key)
        except ProtocolError as error:
            work.note_unreadable(change.handle, error.problem.value, self._clock.now())
            unreadable.append(change.handle)
            return ()
        work.put(record, self._clock.now())
        taken.append(StoredShares(record.handle, record.bundle, record.rows))
        return ()

    @staticmethod
    def _place(held: HeldRows, taken: list[StoredShares], gone: list[RowAddress], number: int) -> None:
        if number == held.number:
            return
        held.segments.begin()
        for row in gone:
            held.segments.clear(row, held.described[row.segment].bits)
        for record in taken:
            place_record(held, record)
        held.segments.settle(number)
        held.number = number


class FillRows:
    """Brings the rows to what PostgreSQL holds, when the operator starts."""

    def __init__(self, store: OperatorStore, segments: ShareSegments) -> None:
        self._store = store
        self._segments = segments

    def __call__(self) -> RowsInUse:
        """Take the files as they are where they are right, else fill them anew."""
        with self._store.work() as work:
            number = work.progress()
            held = HeldRows(self._segments, work.segments(), number)
            if self._segments.right_up_to() != number:
                fill(work, held, number)
        return RowsInUse(held)


def fill(work: OperatorWork, held: HeldRows, number: int) -> None:
    """Fill all rows anew from PostgreSQL, which is at this change."""
    held.segments.begin_anew()
    after = 0
    while records := work.shares_after(after):
        for record in records:
            place_record(held, record)
        after = records[-1].handle
    held.segments.settle(number)
    held.number = number


def _keep(work: OperatorWork, schema: SchemaContent) -> None:
    """Keep a schema that is what it says: shares are bound to its digest, so nobody can ask by another one."""
    if schema_digest(schema.content) != schema.digest:
        raise UnknownQuestion("A linkage schema came under another's digest.")
    work.keep_schema(schema.digest, schema.content)


def place_record(held: HeldRows, record: StoredShares) -> None:
    """Put each of a record's shares into its row."""
    start = 0
    for row in record.rows:
        bits = held.described[row.segment].bits
        end = start + bits * _WORD_BYTES
        held.segments.write(row, bits, record.bundle[start:end])
        start = end


def _opened(
    handle: int, added: AddedRecord, seat: Seat, described: dict[int, SegmentDescription], key: HybridSealingKey
) -> NewShares:
    if not added.rows or any(row.segment not in described for row in added.rows):
        raise MalformedMessage("A record came without rows, or for rows that were never described.")
    segment = described[added.rows[0].segment]
    context = ShareContext(
        federation=seat.federation,
        sender=added.sender,
        place=seat.place,
        reference=added.reference,
        version=added.version,
        schema_digest=segment.schema_digest,
        epoch=segment.epoch,
    )
    bundle = open_shares(added.sealed, key, context)
    expected = sum(described[row.segment].bits * _WORD_BYTES for row in added.rows)
    if len(bundle) != expected:
        raise MalformedMessage("The bundle has another length than its rows ask for.")
    return NewShares(handle, added.reference, added.version, added.sender, bundle, added.rows)
