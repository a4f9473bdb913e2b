"""Which bits a token sets in every vector at once, and the memory of what was computed before.

All vectors of an encoding lie side by side in one wide integer, each in a lane of its own. A token is hashed once, with
keyed BLAKE2b (RFC 7693); each lane reads its positions from a part of the digest that no other lane reads, so vectors
say nothing of each other that the token does not say.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from symbolon.matching.tokens import Token

POSITION_BITS: Final = 10
WIDEST_LANE: Final = 1 << POSITION_BITS
_REMEMBERED: Final = 50_000
"""Tokens remembered per field; beyond that the memory starts anew (about 30 MB at most)."""
_BIT: Final = tuple(1 << position for position in range(WIDEST_LANE))
_LAST: Final = WIDEST_LANE - 1
_BLOCK_BYTES: Final = 64
_BLOCK_NUMBER: Final = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Lane:
    """One vector's place in the wide integer, and how many bits a token of each kind sets there."""

    offset: int
    bits: int
    """A power of two, 1,024 at most."""
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Share:
    """What one lane takes of the digest for tokens of one kind."""

    offset: int
    last: int
    shift: int
    """Bits of the digest before this lane's part."""
    whole: int
    coin: int
    """One bit more when the part's first position is under this: a weight of 3.4 sets 3 bits, or 4 in 40 %."""


class TokenMasks:
    """The bits of one field's tokens over all lanes, under one key.

    Args:
        key: 32 bytes; the field's own.
        lanes: all vectors in which the field takes part.
        factor: on every weight. The same token under a lower factor sets some of the same bits, so both still overlap.

    """

    def __init__(self, key: bytes, lanes: Iterable[Lane], factor: float = 1.0) -> None:
        self._key = key
        self._shares: dict[str, tuple[_Share, ...]] = {}
        self._blocks: dict[str, int] = {}
        lanes = tuple(lanes)
        for kind in dict.fromkeys(kind for lane in lanes for kind in lane.weights):
            shares, used = [], 0
            for lane in lanes:
                weight = lane.weights.get(kind, 0.0)
                if weight > 0:
                    whole, part = divmod(weight * factor, 1)
                    shift = used * POSITION_BITS
                    shares.append(_Share(lane.offset, lane.bits - 1, shift, int(whole), round(part * WIDEST_LANE)))
                    used += int(weight) + 2
            if shares:
                self._shares[kind] = tuple(shares)
                self._blocks[kind] = -(-used * POSITION_BITS // (8 * _BLOCK_BYTES))
        self._known: dict[Token, int] = {}

    def of(self, tokens: Iterable[Token]) -> int:
        """The bits of all these tokens; a token of a kind without weight sets none."""
        known, shares = self._known, self._shares
        bits = 0
        for token in tokens:
            if token in known:
                bits |= known[token]
            elif token[0] in shares:
                if len(known) >= _REMEMBERED:
                    known.clear()
                mask = known[token] = self._computed(token)
                bits |= mask
        return bits

    def _computed(self, token: Token) -> int:
        kind, text = token
        digest = self._digest(f"{kind}:{text}".encode(), self._blocks[kind])
        bits = 0
        for share in self._shares[kind]:
            positions = digest >> share.shift
            count = share.whole + (positions & _LAST < share.coin)
            lane = 0
            for _ in range(count):
                positions >>= POSITION_BITS
                lane |= _BIT[positions & share.last]
            bits |= lane << share.offset
        return bits

    def _digest(self, text: bytes, blocks: int) -> int:
        if blocks == 1:
            return int.from_bytes(blake2b(text, key=self._key).digest(), "little")
        return int.from_bytes(
            b"".join(blake2b(text, key=self._key, salt=_BLOCK_NUMBER.pack(n)).digest() for n in range(blocks)),
            "little",
        )
