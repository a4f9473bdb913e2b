"""All batches and proofs of an operator in a session: which frame belongs to which, and what to do with early ones.

Operators hear of a batch at different times, so a frame may come before its batch was announced here. A few are kept;
by the protocol no operator sends more than two frames of a batch before it needs an answer.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from symbolon.matching.blind.batch import Batch, Operator
from symbolon.matching.blind.bit_proof import ProofRun
from symbolon.matching.blind.dot_products import Lanes
from symbolon.matching.blind.errors import FrameOutOfOrder, MisdirectedFrame
from symbolon.matching.blind.frames import Frame
from symbolon.matching.blind.holdings import Holding, Verdict
from symbolon.matching.blind.party import BatchRun, Outgoing, Seat
from symbolon.matching.blind.replicated import Replicated
from symbolon.matching.blind.streams import BatchNumber

MOST_EARLY: Final = 64
"""Frames of unannounced batches that are kept of each operator."""


class OperatorSession:
    """One operator's batches and proofs from announcement to result.

    Legal order for each batch: `announce` (numbers rise), `start` with the products, `result` once it is there, or
    `drop` at any time. A proof: `prove`, then `verdict` once it is there. `receive` takes every frame that comes. Not
    for use from two threads at once.
    """

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._announced = BatchNumber(-1)
        self._runs: dict[BatchNumber, BatchRun | ProofRun] = {}
        self._early: dict[Operator, deque[tuple[BatchNumber, bytes]]] = {other: deque() for other in seat.pair_keys}

    def announce(self, batch: Batch) -> None:
        """Make room for a batch, and hand it the frames that came before.

        Raises:
            StreamReused: its number was used, or a later one.
            BlindError: an early frame does not fit it; the run is spoiled.

        """
        self._take_up(batch.number, BatchRun(self._seat, batch))

    def start(self, number: BatchNumber, products: Lanes) -> list[Outgoing]:
        """Begin an announced batch with this operator's additive shares of v."""
        return self._batch(number).start(products)

    def prove(self, number: BatchNumber, subject: bytes, nonce: bytes, holding: Holding) -> list[Outgoing]:
        """Begin to find which records are bits; numbers are of one row with those of batches. Raises as `announce`."""
        run = ProofRun(self._seat, number, subject, nonce)
        return [*self._take_up(number, run), *run.start(holding)]

    def receive(self, channel: Operator, data: bytes) -> list[Outgoing]:
        """Take a frame that came over an operator's channel, and say which frames to carry now.

        Raises:
            MalformedFrame, MisdirectedFrame, FrameOutOfOrder: as `BatchRun.receive`; or the frame belongs to a batch
                that is over, or too many came of batches that nobody announced.

        """
        number = Frame.from_bytes(data).batch
        if number <= self._announced:
            return self._run(number).receive(channel, data)
        kept = self._early.get(channel)
        if kept is None or len(kept) >= MOST_EARLY:
            raise FrameOutOfOrder("too many frames of batches that were not announced")
        kept.append((number, data))
        return []

    def result(self, number: BatchNumber) -> Replicated | None:
        """The shares of the match bits, told once; None while frames are missing."""
        found = self._batch(number).result
        if found is not None:
            self.drop(number)
        return found

    def verdict(self, number: BatchNumber) -> Verdict | None:
        """What came of a proof, told once; None while frames are missing."""
        run = self._run(number)
        found = run.verdict if isinstance(run, ProofRun) else None
        if found is not None:
            self.drop(number)
        return found

    def drop(self, number: BatchNumber) -> None:
        """Forget a batch: it is finished, or spoiled, or an operator went away. It comes again under a new number."""
        self._runs.pop(number, None)

    def _take_up(self, number: BatchNumber, run: BatchRun | ProofRun) -> list[Outgoing]:
        self._runs[number] = run
        self._announced = number
        outgoing: list[Outgoing] = []
        for channel, kept in self._early.items():
            mine = [data for of, data in kept if of == number]
            self._early[channel] = deque(entry for entry in kept if entry[0] > number)
            for data in mine:
                outgoing += run.receive(channel, data)
        return outgoing

    def _batch(self, number: BatchNumber) -> BatchRun:
        run = self._run(number)
        if not isinstance(run, BatchRun):
            raise MisdirectedFrame("the number is a proof's")
        return run

    def _run(self, number: BatchNumber) -> BatchRun | ProofRun:
        if number not in self._runs:
            raise MisdirectedFrame("the batch is over, or was never announced")
        return self._runs[number]
