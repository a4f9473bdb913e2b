"""Three operators in one process: shares, seats and a carrier of frames that tests can look into."""

import os
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from symbolon.matching.blind.batch import Batch, Rotation, subject_of
from symbolon.matching.blind.dot_products import Lanes, dot_products, lanes_of, query_vectors
from symbolon.matching.blind.linear_test import LinearTest, PopcountBounds
from symbolon.matching.blind.opening import OpeningShare, opened_records, opening_shares, scope_planes
from symbolon.matching.blind.party import BatchRun, Seat
from symbolon.matching.blind.replicated import Replicated
from symbolon.matching.blind.ring import RING_16, GaloisRing, RowOfElements
from symbolon.matching.blind.sharing import share
from symbolon.matching.blind.streams import BatchNumber, session_of

Bits = npt.NDArray[np.bool_]
OPERATORS = (0, 1, 2)
SUBJECT = subject_of([b"a test"])


def seats() -> list[Seat]:
    keys = {frozenset(pair): os.urandom(32) for pair in ((0, 1), (1, 2), (2, 0))}
    session = session_of((os.urandom(32), os.urandom(32), os.urandom(32)))
    return [
        Seat(own, session, {other: keys[frozenset((own, other))] for other in OPERATORS if other != own})
        for own in OPERATORS
    ]


def shared(rows: Bits, ring: GaloisRing = RING_16) -> list[Lanes]:
    """What each operator stores of these vectors, filled up to 64 rows with shares of nothing."""
    width = rows.shape[1]
    row = RowOfElements(ring, width)
    packed = np.packbits(rows, axis=1, bitorder="little")
    by_row = [share(row, vector.tobytes(), os.urandom(row.size)) for vector in packed]
    return [lanes_of(ring, b"".join(shares), width) for shares in zip(*by_row, strict=True)]


def filled_up(rows: Bits) -> Bits:
    return np.concatenate([rows, np.zeros((-len(rows) % 64, rows.shape[1]), dtype=bool)])


def clear_values(queries: Bits, records: Bits, test: LinearTest) -> npt.NDArray[np.int64]:
    """v of every pair; the product is exact in float64."""
    overlaps = np.rint(queries.astype(np.float64) @ records.T.astype(np.float64)).astype(np.int64)
    return (
        test.overlap * overlaps
        - test.query_weight * queries.sum(axis=1)[:, None]
        - test.record_weight * records.sum(axis=1)[None]
        + test.constant
    )


@dataclass
class Federation:
    """Carries frames, remembers them by recipient, and opens at the hub."""

    seats: list[Seat] = field(default_factory=seats)
    seen: dict[int, list[bytes]] = field(default_factory=lambda: {operator: [] for operator in OPERATORS})
    openings: list[list[OpeningShare]] = field(default_factory=list)
    batches: int = 0

    def batch(self, queries: int, records: int, bits: int, rotation: Rotation = Rotation.STRAIGHT) -> Batch:
        self.batches += 1
        return Batch(BatchNumber(self.batches), queries, records, bits, SUBJECT, rotation)

    def run(self, batch: Batch, products: Iterable[Lanes], pick: Callable[[int], int] = lambda _: 0) -> list[BatchRun]:
        """All three to their results; `pick` says which of the waiting channels speaks next."""
        runs = [BatchRun(seat, batch) for seat in self.seats]
        channels: dict[tuple[int, int], deque[bytes]] = {}
        for sender, product in enumerate(products):
            self._post(channels, sender, runs[sender].start(product))
        while waiting := [channel for channel, frames in channels.items() if frames]:
            sender, recipient = waiting[pick(len(waiting))]
            frame = channels[sender, recipient].popleft()
            self.seen[recipient].append(frame)
            self._post(channels, recipient, runs[recipient].receive(sender, frame))
        return runs

    def _post(
        self, channels: dict[tuple[int, int], deque[bytes]], sender: int, outgoing: list[tuple[int, bytes]]
    ) -> None:
        for recipient, frame in outgoing:
            channels.setdefault((sender, recipient), deque()).append(frame)

    def open(self, ring: GaloisRing, batch: Batch, runs: list[BatchRun], in_scope: Bits) -> dict[int, set[int]]:
        return self.open_results(ring, batch, [run.result for run in runs], in_scope)

    def open_results(
        self, ring: GaloisRing, batch: Batch, results: list[Replicated | None], in_scope: Bits
    ) -> dict[int, set[int]]:
        scope = scope_planes(ring, in_scope)
        by_operator = []
        for seat, result in zip(self.seats, results, strict=True):
            assert result is not None
            by_operator.append(opening_shares(seat.session, batch, seat.operator, result, scope))
        session = self.seats[0].session
        self.openings = [list(shares) for shares in zip(*by_operator, strict=True)]
        return {
            query: set(opened_records(ring, batch, session, shares).tolist())
            for query, shares in enumerate(self.openings)
        }

    def compare(
        self, queries: Bits, records: Bits, test: LinearTest, ring: GaloisRing = RING_16, most: int | None = None
    ) -> dict[int, set[int]]:
        """Blind comparison of every query with every record, from vectors to opened rows."""
        width = queries.shape[1]
        stored, asked = shared(filled_up(records), ring), shared(queries, ring)
        bits = test.fitting(ring, PopcountBounds(width, width if most is None else most))
        batch = self.batch(len(queries), len(stored[0]), bits)
        runs = self.run(batch, self.products(stored, asked, test, ring))
        in_scope = np.broadcast_to(np.arange(len(stored[0])) < len(records), (len(queries), len(stored[0])))
        return self.open(ring, batch, runs, in_scope)

    def products(self, stored: list[Lanes], asked: list[Lanes], test: LinearTest, ring: GaloisRing) -> list[Lanes]:
        return [
            dot_products(stored[operator], *query_vectors(ring, asked[operator], test, operator))
            for operator in OPERATORS
        ]
