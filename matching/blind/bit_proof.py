"""One operator's part in finding whether records are bits: frames in, frames out, at the end a verdict on each.

Nobody tells the operators which records these are; they tell each other what they hold, and go on with what all three
do. After that, two rounds (docs/BLIND.md, section 10):

| gate | to | what |
|---|---|---|
| 0 | both others | SHA-256 of what it was told, which records it holds, and which of these are proved here |
| 1 | both others | SHA-256 of what is to be proved, a nonce; to the operator before, its masked part of each value |
| 2 | both others | its part of each record's 64 sums, masked |

The nonces make the subsets: no member knew them when it dealt. Where two are about to prove different things nothing is
concluded, and the proof is spoiled. No socket and no thread here, as in `party`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from symbolon.matching.blind.batch import Gate, Operator, subject_of
from symbolon.matching.blind.bit_checks import (
    Words,
    bit_parts,
    challenge_of,
    line_parts,
    subset_sums,
    value_parts,
)
from symbolon.matching.blind.errors import FrameOutOfOrder, MalformedFrame, MisdirectedFrame, UnfitBatch
from symbolon.matching.blind.frames import Frame
from symbolon.matching.blind.holdings import Holding, InCommon, Told, Verdict, listed, parse_list
from symbolon.matching.blind.party import Outgoing, Seat
from symbolon.matching.blind.sharing import OPERATORS
from symbolon.matching.blind.streams import NONCE_BYTES, BatchNumber, PairStreams, Purpose, streams_of_batch

LISTED: Final = Gate(0)
SHARED: Final = Gate(1)
OPENED: Final = Gate(2)
_GATES: Final = (LISTED, SHARED, OPENED)
_WORD_BYTES: Final = 2
_STREAM_WORD: Final = 4
"""Numbers modulo 2^16 in a word of a stream."""
_LABEL: Final = b"symbolon/1/blind/proof\n"


class ProofRun:
    """One operator's part in one proof.

    Legal order: `start` once; `receive` any number of times, also before; then `verdict`. Any error spoils the run, and
    it refuses everything thereafter.
    """

    def __init__(self, seat: Seat, number: BatchNumber, subject: bytes, nonce: bytes) -> None:
        """`subject`: what this operator was told to prove; `nonce`: 32 bytes that were drawn for this run."""
        if len(nonce) != NONCE_BYTES:
            raise UnfitBatch("each operator draws 32 random bytes for a proof")
        seat.numbers.take(number)
        self.number = number
        self.verdict: Verdict | None = None
        """What came of it, once all frames have come."""
        self._seat = seat
        self._told = hashlib.sha256(subject).digest()
        self._nonce = nonce
        self._arrived: dict[Operator, list[memoryview]] = {other: [] for other in seat.pair_keys}
        self._steps: Iterator[tuple[Gate, list[Outgoing]]] | None = None
        self._awaited: Gate | None = None
        self._spoiled = False

    def start(self, holding: Holding) -> list[Outgoing]:
        """Begin with what this operator holds."""
        if self._steps is not None or self._spoiled:
            raise FrameOutOfOrder("a proof starts once, and not when it is spoiled")
        self._steps = self._prove(holding)
        self._spoiled = True
        outgoing = self._advance()
        self._spoiled = False
        return outgoing

    def receive(self, channel: Operator, data: bytes) -> list[Outgoing]:
        """Take a frame that came over the channel of an operator, and say which frames to carry now.

        Raises:
            MalformedFrame: it is no frame, or of another length or content than its place asks for.
            MisdirectedFrame: it belongs to another session, proof, sender or recipient, or to a proof of other records.
            FrameOutOfOrder: it came twice, or before or after its turn, or the run is spoiled already.

        """
        if self._spoiled:
            raise FrameOutOfOrder("the proof is spoiled: ask for it under a new number")
        self._spoiled = True
        self._take(channel, Frame.from_bytes(data))
        outgoing = self._advance()
        self._spoiled = False
        return outgoing

    def _take(self, channel: Operator, frame: Frame) -> None:
        seat = self._seat
        expected = (seat.session, self.number, channel, seat.operator)
        if (frame.session, frame.batch, frame.sender, frame.recipient) != expected:
            raise MisdirectedFrame("a frame of another session, proof, sender or recipient")
        arrived = self._arrived[channel]
        if len(arrived) == len(_GATES) or frame.gate != _GATES[len(arrived)]:
            raise FrameOutOfOrder("a frame came twice, or before or after its turn")
        arrived.append(memoryview(frame.words))

    def _advance(self) -> list[Outgoing]:
        ready: list[Outgoing] = []
        while self._steps is not None and self._is_there(self._awaited):
            step = next(self._steps, None)
            if step is None:
                self._steps, self._awaited = iter(()), OPENED
                break
            self._awaited, outgoing = step
            ready += outgoing
        return ready

    def _is_there(self, gate: Gate | None) -> bool:
        if self.verdict is not None:
            return False
        return gate is None or all(len(frames) > gate for frames in self._arrived.values())

    def _prove(self, holding: Holding) -> Iterator[tuple[Gate, list[Outgoing]]]:
        """Each step: what is sent, and which gate of both others is awaited then."""
        yield LISTED, self._to_others(LISTED, self._told + listed(holding))
        common = InCommon.of(holding, [self._list_of(frames[LISTED]) for frames in self._arrived.values()])
        if not common.to_prove:
            self.verdict = common.verdict(frozenset())
            return
        subject = subject_of([self._told, common.described])
        described = _LABEL + self.number.to_bytes(8, "big") + subject
        streams = streams_of_batch(self._seat.pair_keys, self._seat.session, described)
        share = np.frombuffer(b"".join(record.share for record in common.to_prove), dtype=np.uint16)
        values = value_parts(share) + self._zeros(streams, Purpose.RESHARING, len(share))
        head = subject + self._nonce
        before, after = (self._seat.operator - 1) % len(OPERATORS), (self._seat.operator + 1) % len(OPERATORS)
        yield SHARED, [self._frame(before, SHARED, head + values.tobytes()), self._frame(after, SHARED, head)]
        challenge = self._challenge(subject, {before: 0, after: values.nbytes})
        following = np.frombuffer(self._arrived[after][SHARED][len(head) :], dtype=np.uint16)
        constraints = bit_parts(values, following), line_parts(share, self._seat.operator)
        sizes = np.array([len(record.share) // _WORD_BYTES for record in common.to_prove], dtype=np.int64)
        sums = subset_sums(constraints, sizes, challenge)
        masked = sums + self._zeros(streams, Purpose.VERDICT, sums.size).reshape(sums.shape)
        yield OPENED, self._to_others(OPENED, masked.tobytes())
        for frames in self._arrived.values():
            masked = masked + _words_of(frames[OPENED], sums.size).reshape(sums.shape)
        self.verdict = common.verdict(frozenset(np.flatnonzero(masked.any(axis=1)).tolist()))

    def _list_of(self, frame: memoryview) -> Told:
        told = bytes(frame[: len(self._told)])
        if len(told) == len(self._told) and told != self._told:
            raise MisdirectedFrame("another operator was told to prove something else")
        return parse_list(frame[len(told) :])

    def _challenge(self, subject: bytes, words: Mapping[Operator, int]) -> bytes:
        """Of the nonces of all three; raises where another is about to prove something else."""
        nonces = {self._seat.operator: self._nonce}
        for other, size in words.items():
            frame = self._arrived[other][SHARED]
            if len(frame) < len(subject) + NONCE_BYTES:
                raise MalformedFrame("a frame of a proof is shorter than its digest and its nonce")
            if bytes(frame[: len(subject)]) != subject:
                raise MisdirectedFrame("another operator is to prove something else")
            if len(frame) != len(subject) + NONCE_BYTES + size:
                raise MalformedFrame("another number of words than this place of the protocol has")
            nonces[other] = bytes(frame[len(subject) : len(subject) + NONCE_BYTES])
        return challenge_of((nonces[0], nonces[1], nonces[2]), subject)

    def _zeros(self, streams: Mapping[Operator, PairStreams], purpose: Purpose, count: int) -> Words:
        """A part of a sharing of zero: of each two of the three, one adds and one takes away the same words."""
        own, shape = self._seat.operator, (-(-count // _STREAM_WORD),)
        after, before = (streams[(own + turn) % len(OPERATORS)].planes(purpose, 0, shape) for turn in (1, 2))
        zeros: Words = after.view(np.uint16)[:count] - before.view(np.uint16)[:count]
        return zeros

    def _to_others(self, gate: Gate, payload: bytes) -> list[Outgoing]:
        return [self._frame(other, gate, payload) for other in self._seat.pair_keys]

    def _frame(self, recipient: Operator, gate: Gate, payload: bytes) -> Outgoing:
        seat = self._seat
        return recipient, Frame(seat.session, self.number, gate, seat.operator, recipient, payload).to_bytes()


def _words_of(payload: memoryview, count: int) -> Words:
    if len(payload) != count * _WORD_BYTES:
        raise MalformedFrame("another number of words than this place of the protocol has")
    return np.frombuffer(payload, dtype=np.uint16)
