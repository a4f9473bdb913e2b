"""Pseudo-random words that two operators share without sending them, each used once and never again.

A stream is told by (pair of operators, session, batch, purpose, gate). Pair, session and batch (its number and all that
it compares) make its AES key, purpose and gate the upper half of its counter, so distinct streams cannot meet; a
`PairStreams` hands out each of its streams once, and `BatchNumbers` each batch once. The session is made of nonces that
all three operators drew when it began (`session_of`), so one operator that restarts without memory, or is put back to
an old state, still makes it new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import IntEnum
from typing import Final, NewType

import numpy as np

from symbolon.matching.blind.bit_planes import Planes
from symbolon.matching.blind.errors import StreamReused
from symbolon.matching.blind.expansion import Use, counter_mode, derive_key

SessionId = NewType("SessionId", bytes)
"""16 bytes."""
BatchNumber = NewType("BatchNumber", int)
"""Rises within a session; 64 bits."""
NONCE_BYTES: Final = 32
_SESSION_BYTES: Final = 16
_GATE_BYTES: Final = 4


class Purpose(IntEnum):
    """What a stream masks; with the pair of operators it also tells their roles in the batch."""

    FIRST_MASK = 1
    """Roles 1 and 2: on role 1's share of v."""
    SECOND_MASK = 2
    """Roles 1 and 2: on role 2's share of v."""
    INPUT = 3
    """Roles 0 and 1: role 1's share of the bits that role 0 puts in."""
    ZERO = 4
    """Each two roles: half of a sharing of zero on an AND gate's results."""
    RESHARING = 5
    """Each two operators: half of a sharing of zero on the values of records that are proved to be bits."""
    VERDICT = 6
    """Each two operators: half of a sharing of zero on what opens of that proof."""


def session_of(nonces: tuple[bytes, bytes, bytes]) -> SessionId:
    """The session of operators 0, 1, 2 that sent each other these 32-byte nonces.

    Raises:
        StreamReused: a nonce is short, so that it may have been used before.

    """
    if any(len(nonce) != NONCE_BYTES for nonce in nonces):
        raise StreamReused("each operator begins a session with 32 fresh random bytes")
    digest = hashlib.sha256(b"symbolon/1/blind/session\n" + b"".join(nonces)).digest()
    return SessionId(digest[:_SESSION_BYTES])


class BatchNumbers:
    """Takes every batch number of a session once: they only rise."""

    def __init__(self) -> None:
        self._last = -1

    def take(self, batch: BatchNumber) -> None:
        """Use this number now.

        Raises:
            StreamReused: it, or a later one, was used already.

        """
        if batch <= self._last:
            raise StreamReused("the batch number was used, or a later one: batches take rising numbers")
        self._last = batch


class PairStreams:
    """The streams of one batch that this operator shares with one other."""

    def __init__(self, pair_key: bytes, session: SessionId, described: bytes) -> None:
        self._key = derive_key(pair_key, Use.STREAMS, session + hashlib.sha256(described).digest())
        self._drawn: set[tuple[Purpose, int]] = set()

    def planes(self, purpose: Purpose, gate: int, shape: tuple[int, ...]) -> Planes:
        """The uniform words of this purpose and gate.

        Raises:
            StreamReused: they were drawn before.

        """
        if (purpose, gate) in self._drawn:
            raise StreamReused("a stream is drawn once in a batch")
        self._drawn.add((purpose, gate))
        words = np.zeros(shape, dtype=np.uint64)
        stream = words.data.cast("B")
        counter_mode(self._key, first_block(purpose, gate)).update_into(stream, stream)
        return words


def first_block(purpose: Purpose, gate: int) -> bytes:
    """The counter block that a stream begins with; 2^64 blocks follow before another stream's first one."""
    return purpose.to_bytes(4, "big") + gate.to_bytes(_GATE_BYTES, "big") + bytes(8)


def streams_of_batch(pair_keys: Mapping[int, bytes], session: SessionId, described: bytes) -> dict[int, PairStreams]:
    """By the other operator, the streams of a batch; `pair_keys` likewise, 32 bytes that only the two know."""
    return {other: PairStreams(key, session, described) for other, key in pair_keys.items()}
