"""One operator's part in a batch as a state machine: frames in, frames out, at the end its shares of the match bits.

No socket, no thread: whoever drives a `BatchRun` carries bytes, so that all three run in one test as over TLS.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

from symbolon.matching.blind.batch import Batch, Gate, Operator, Role
from symbolon.matching.blind.bit_planes import Planes, bit_planes
from symbolon.matching.blind.dot_products import Lanes
from symbolon.matching.blind.errors import FrameOutOfOrder, MisdirectedFrame, UnfitBatch
from symbolon.matching.blind.frames import Frame
from symbolon.matching.blind.program import Awaited, match_bits
from symbolon.matching.blind.replicated import Replicated
from symbolon.matching.blind.streams import BatchNumbers, Purpose, SessionId, streams_of_batch

Outgoing = tuple[Operator, bytes]
"""A frame and whom to carry it to. Frames for one operator keep their order."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who an operator is in a session."""

    operator: Operator
    session: SessionId
    pair_keys: Mapping[Operator, bytes] = field(repr=False)
    """By each other operator, 32 secret bytes that only the two know."""
    numbers: BatchNumbers = field(default_factory=BatchNumbers)
    """Which batch numbers this session has used."""


class BatchRun:
    """One operator's part in one batch.

    Legal order: `start` once; `receive` any number of times, also before, since a faster operator's first frames may
    come while this one still multiplies; then `result`. Any error spoils the run, and it refuses everything thereafter.
    """

    def __init__(self, seat: Seat, batch: Batch) -> None:
        seat.numbers.take(batch.number)
        self.batch = batch
        self.role = batch.role_of(seat.operator)
        self._seat = seat
        self._streams = streams_of_batch(seat.pair_keys, seat.session, batch.described)
        self._ahead = {sender: deque(gates) for sender, gates in batch.arrivals(self.role).items()}
        self._arrived: dict[Awaited, Planes] = {}
        self._outgoing: list[Outgoing] = []
        self._program: Generator[Awaited, Planes, Replicated] | None = None
        self._awaited: Awaited | None = None
        self._spoiled = False
        self.result: Replicated | None = None
        """This operator's shares of the match bits, (queries, words) each, once all frames have come."""

    def start(self, products: Lanes) -> list[Outgoing]:
        """Begin with this operator's additive shares of v, (queries, records) as from `dot_products`."""
        if self._program is not None or self._spoiled:
            raise FrameOutOfOrder("a batch starts once, and not when it is spoiled")
        if products.shape != (self.batch.queries, self.batch.records):
            raise UnfitBatch("the products have another shape than the batch")
        self._program = match_bits(self, bit_planes(products, self.batch.bits))
        self._awaited = next(self._program)
        return self._advance()

    def receive(self, channel: Operator, data: bytes) -> list[Outgoing]:
        """Take a frame that came over the channel of an operator, and say which frames to carry now.

        Raises:
            MalformedFrame: it is no frame, or of another length than its place asks for.
            MisdirectedFrame: it belongs to another session, batch, sender or recipient.
            FrameOutOfOrder: it came twice, or before or after its turn, or the run is spoiled already.

        """
        if self._spoiled:
            raise FrameOutOfOrder("the batch is spoiled: compute it under a new number")
        self._spoiled = True
        self._take(channel, Frame.from_bytes(data))
        self._spoiled = False
        return self._advance()

    def send(self, role: int, gate: Gate, words: Planes) -> None:
        """Post a message of this operator's program."""
        recipient, seat = self.batch.operator_of(role), self._seat
        frame = Frame(seat.session, self.batch.number, gate, seat.operator, recipient, words.data.cast("B"))
        self._outgoing.append((recipient, frame.to_bytes()))

    def stream(self, role: int, purpose: Purpose, gate: int, shape: tuple[int, ...]) -> Planes:
        """Draw a stream that is shared with the operator in that role."""
        return self._streams[self.batch.operator_of(role)].planes(purpose, gate, shape)

    def _take(self, channel: Operator, frame: Frame) -> None:
        expected = (self._seat.session, self.batch.number, channel, self._seat.operator)
        if (frame.session, frame.batch, frame.sender, frame.recipient) != expected:
            raise MisdirectedFrame("a frame of another session, batch, sender or recipient")
        ahead = self._ahead.get(channel)
        if not ahead or frame.gate != ahead[0]:
            raise FrameOutOfOrder("a frame came twice, or before or after its turn")
        ahead.popleft()
        place = Role(self.batch.role_of(channel)), frame.gate
        self._arrived[place] = frame.planes(self.batch.shape_at(frame.gate))

    def _advance(self) -> list[Outgoing]:
        while self._program is not None and self._awaited in self._arrived:
            try:
                self._awaited = self._program.send(self._arrived.pop(self._awaited))
            except StopIteration as finished:
                self.result, self._awaited = finished.value, None
        ready, self._outgoing = self._outgoing, []
        return ready
