"""What one operator sees of every pair in every batch: bits of frames, of its own values, of what it opens."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tests.privacy.federations import BlindFederationView, OperatorView
from tests.privacy.wiretap import Multiplied

from symbolon.matching.blind.batch import FIRST_AND, MASKED, Gate
from symbolon.matching.blind.bit_planes import Planes, bit_planes
from symbolon.matching.blind.frames import Frame
from symbolon.matching.blind.opening import OpeningShare
from symbolon.matching.blind.replicated import sum_of_planes
from symbolon.matching.blind.streams import BatchNumber, SessionId
from symbolon.protocol.messages_operators import Channel

PairBits = npt.NDArray[np.bool_]
"""(planes, queries, records)."""
_SESSION = slice(4, 20)
"""Where an opening names its session: after four bytes that say what it is."""
BatchKey = tuple[SessionId, BatchNumber]


@dataclass(frozen=True, slots=True)
class BatchView:
    """One batch at one operator."""

    role: int
    computed: Multiplied
    received: Mapping[tuple[int, Gate], Planes]
    """Words by the place that sent them and the gate."""
    sent: Mapping[Gate, Planes]
    openings: PairBits | None
    """Its two shares of the match bits, (2, queries, records); None where the batch was never finished."""

    def bits_received(self) -> PairBits:
        """All planes of all frames of the other two."""
        return np.concatenate([pair_bits(words) for _, words in sorted(self.received.items())])

    def bits_combined(self) -> PairBits:
        """At each AND, what it received and what it sent, put together by XOR."""
        thirds = {gate: words for (_, gate), words in self.received.items() if gate >= FIRST_AND}
        return np.concatenate([pair_bits(words ^ self.sent[gate]) for gate, words in sorted(thirds.items())])

    def masked_values(self) -> npt.NDArray[np.float64] | None:
        """Role 0: the number v + u of each pair, which it alone learns; None for others."""
        masked = [words for (_, gate), words in sorted(self.received.items()) if gate == MASKED]
        if self.role != 0 or len(masked) != 2:
            return None
        own = bit_planes(np.ascontiguousarray(self.computed.products), self.computed.batch.bits)
        return signed(pair_bits(sum_of_planes(sum_of_planes(own, masked[0]), masked[1])))

    def scope(self) -> npt.NDArray[np.bool_]:
        """(queries, records): which pairs are opened."""
        return pair_bits(self.computed.scope[None])[0]


def batch_views(view: BlindFederationView, operator: OperatorView) -> Iterator[BatchView]:
    """Every batch that an operator took part in, in the order in which it multiplied."""
    received: dict[BatchKey, dict[tuple[int, Gate], bytes]] = defaultdict(dict)
    sent: dict[BatchKey, dict[Gate, bytes]] = defaultdict(dict)
    for other in view.operators:
        for message in other.received:
            if message.kind is not Channel.FRAME:
                continue
            frame = Frame.from_bytes(message.payload)
            key = frame.session, frame.batch
            if other is operator:
                received[key][frame.sender, frame.gate] = bytes(frame.words)
            elif frame.sender == operator.place and frame.gate >= FIRST_AND:
                sent[key][frame.gate] = bytes(frame.words)
    openings = _openings(view, operator)
    for computed in operator.computed:
        batch = computed.batch
        key = computed.session, batch.number
        yield BatchView(
            role=batch.role_of(operator.place),
            computed=computed,
            received={
                place: np.frombuffer(words, dtype=np.uint64).reshape(batch.shape_at(place[1]))
                for place, words in received[key].items()
            },
            sent={
                gate: np.frombuffer(words, dtype=np.uint64).reshape(batch.shape_at(gate))
                for gate, words in sent[key].items()
            },
            openings=_opened(computed, openings[key]),
        )


def pair_bits(planes: Planes) -> PairBits:
    """Bit planes, (planes, queries, words), in the order of records: what `bit_planes` did, undone."""
    count, queries, words = planes.shape
    bits = np.unpackbits(np.ascontiguousarray(planes).view(np.uint8), axis=-1, bitorder="little")
    return bits.reshape(count, queries, words, 4, 16).transpose(0, 1, 4, 2, 3).reshape(count, queries, -1).astype(bool)


def signed(bits: PairBits) -> npt.NDArray[np.float64]:
    """The numbers of which these are the binary places, lowest first, two's complement."""
    weights = 2.0 ** np.arange(len(bits))
    weights[-1] = -weights[-1]
    return np.tensordot(weights, bits, axes=1)


def _openings(view: BlindFederationView, operator: OperatorView) -> Mapping[BatchKey, list[bytes]]:
    found: dict[BatchKey, list[bytes]] = defaultdict(list)
    for message in view.hub_received:
        if message.kind is Channel.OPENING and message.sender == operator.place:
            session = SessionId(message.payload[_SESSION])
            found[session, OpeningShare.batch_of(message.payload)].append(message.payload)
    return found


def _opened(computed: Multiplied, messages: list[bytes]) -> PairBits | None:
    if not messages:
        return None
    shares = OpeningShare.all_from_bytes(computed.batch, b"".join(messages))
    return pair_bits(np.array([[each.own for each in shares], [each.following for each in shares]]))
