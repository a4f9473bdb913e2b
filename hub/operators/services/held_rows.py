"""An operator's rows in memory: read by comparisons, changed by feeds, and brought to what PostgreSQL holds."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from symbolon.hub.operators.domain.placed_records import PlacedRecords
from symbolon.hub.operators.errors import (
    NeedsRestore,
    StandingStill,
)
from symbolon.hub.operators.storage.segments import ShareSegments
from symbolon.hub.operators.storage.shares import OperatorStore, OperatorWork
from symbolon.hub.operators.storage.stored_shares import StoredShares
from symbolon.matching.blind.holdings import place_digest
from symbolon.protocol.messages_operators import SegmentDescription
from symbolon.protocol.messages_peers import Doing
from symbolon.protocol.messages_sessions import RowAddress

_WORD_BYTES: Final = 2


@dataclass(slots=True)
class HeldRows:
    """The operator's rows, and the change up to which they are right: read by comparisons, changed by feeds."""

    segments: ShareSegments
    described: dict[int, SegmentDescription]
    number: int
    generation: int = 0
    doing: Doing = Doing.WORKING
    waits_for_another: bool = False
    """Another operator's shares are being restored."""
    limit: int | None = None
    """While it stands still, up to which change this operator catches up with the others."""
    contributed: bool = False
    """It contributed to a refresh: nothing changes what is here before that is over."""
    keys_agreed: bool = False
    """It has the same keys as each of the others, of the generation of these rows."""
    placed: PlacedRecords = field(default_factory=PlacedRecords)
    """The records that lie in the rows: those that are proved to be bits, and no others."""
    records: bytes = b""
    """Their name, by which jobs are about the same records at all three."""

    @property
    def stands_still(self) -> bool:
        """Whether nothing may be compared now."""
        return self.doing is not Doing.WORKING or self.waits_for_another

    def settle(self, number: int) -> None:
        """Say that the rows are right up to this change."""
        self.records = self.placed.name()
        self.segments.settle(number, self.generation, self.records)
        self.number = number

    def refuse_where_still(self) -> None:
        """Raise `NeedsRestore` or `StandingStill` where nothing may be compared now."""
        if self.doing in {Doing.LOST, Doing.RESTORING}:
            raise NeedsRestore("This operator lost shares: it compares again when the other two have restored them.")
        if self.stands_still:
            raise StandingStill("Shares are refreshed or restored: ask again in a moment.")
        if not self.keys_agreed:
            raise StandingStill("The operators agree on their keys: ask again in a moment.")


class RowsInUse:
    """Lets any number of comparisons read the rows of one change, and a feed change them when none does."""

    def __init__(self, held: HeldRows) -> None:
        self._held = held
        self._turn = threading.Condition()
        self._readers = 0
        self._writers = 0

    @property
    def records(self) -> bytes:
        """The name of the records in rows, as it was last: who only tells it waits for nobody."""
        return self._held.records

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


class FillRows:
    """Brings the rows to what PostgreSQL holds, when the operator starts."""

    def __init__(self, store: OperatorStore, segments: ShareSegments) -> None:
        self._store = store
        self._segments = segments

    def __call__(self) -> RowsInUse:
        """Take the files as they are where they are right, else fill them anew."""
        with self._store.work() as work:
            number, standing = work.progress(), work.standings.own()
            held = HeldRows(self._segments, work.segments.all(), number, standing.generation, standing.doing)
            for handle, rows in work.proofs.places():
                held.placed.add(handle, place_of(held, handle, rows))
            held.records = held.placed.name()
            if not self._segments.are_right_at(number, standing.generation, held.records):
                fill(work, held, number)
        # One that was given back, when the operator ended before its file was.
        self._segments.remove_all_but(held.described)
        return RowsInUse(held)


def fill(work: OperatorWork, held: HeldRows, number: int) -> None:
    """Fill all rows anew from PostgreSQL, which is at this change."""
    held.segments.begin_anew()
    held.placed.clear()
    held.generation = work.standings.own().generation
    after = 0
    while records := work.proofs.proved_after(after):
        for record in records:
            place_record(held, record)
        after = records[-1].handle
    held.settle(number)


def place_of(held: HeldRows, handle: int, rows: Sequence[RowAddress]) -> bytes:
    """Name where a record's vectors lie."""
    return place_digest(handle, [(row.segment, row.row, held.described[row.segment].bits) for row in rows])


def take_out(held: HeldRows, handle: int, rows: Sequence[RowAddress]) -> None:
    """Empty a record's rows, where it lies in them."""
    if handle in held.placed:
        for row in rows:
            held.segments.clear(row, held.described[row.segment].bits)
        held.placed.remove(handle)


def place_record(held: HeldRows, record: StoredShares) -> None:
    """Put each of a record's shares, which are proved to be bits, into its row."""
    start = 0
    for row in record.rows:
        bits = held.described[row.segment].bits
        end = start + bits * _WORD_BYTES
        held.segments.write(row, bits, record.bundle[start:end])
        start = end
    held.placed.add(record.handle, place_of(held, record.handle, record.rows))
