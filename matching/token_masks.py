"""Which bits a token sets in several vectors at once.

The vectors that a record needs lie side by side in one wide integer, each in a lane of its own. A token is hashed once,
with keyed BLAKE2b (RFC 7693); each vector of the schema reads its positions from a part of the digest that no other
vector reads, so vectors say nothing of each other that the token does not say.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from symbolon.matching.remembered import Remembered
from symbolon.matching.tokens import Token, TokenGroup

POSITION_BITS: Final = 10
WIDEST_LANE: Final = 1 << POSITION_BITS
_BIT: Final = tuple(1 << position for position in range(WIDEST_LANE))
_LAST: Final = WIDEST_LANE - 1
_BLOCK_BYTES: Final = 64
_BLOCK_NUMBER: Final = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Lane:
    """One vector in which a field takes part, and how many bits a token of each kind sets there."""

    vector: str
    bits: int
    """A power of two, 1,024 at most."""
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Share:
    """What one lane takes of the digest for tokens of one kind."""

    offset: int
    last: int
    start: int
    end: int
    shift: int
    """The bytes of the digest that hold this lane's part, and the bits of their first byte that are another's."""
    whole: int
    coin: int
    """One bit more when the part's first position is under this: a weight of 3.4 sets 3 bits, or 4 in 40 %."""


class _Kind:
    """The tokens of one kind: their text to the bits that they set."""

    def __init__(self, key: bytes, kind: str, shares: list[_Share], blocks: int) -> None:
        # Hashing goes on from here for each text: the key and the kind are read once.
        self._begun, *self._more = [
            blake2b(f"{kind}:".encode(), key=key, salt=_BLOCK_NUMBER.pack(number)) for number in range(blocks)
        ]
        self._shares = [
            (share.offset, share.last, share.start, share.end, share.shift, share.whole, share.coin) for share in shares
        ]

    def mask(self, text: str) -> int:
        """The bits of one token."""
        content = text.encode()
        block = self._begun.copy()
        block.update(content)
        digest = block.digest()
        for begun in self._more:
            block = begun.copy()
            block.update(content)
            digest += block.digest()
        bits = 0
        for offset, last, start, end, shift, whole, coin in self._shares:
            positions = int.from_bytes(digest[start:end], "little") >> shift
            if count := whole + (positions & _LAST < coin):
                lane = 0
                for _ in range(count):
                    positions >>= POSITION_BITS
                    lane |= _BIT[positions & last]
                bits |= lane << offset
        return bits


class TokenMasks:
    """The bits of one field's tokens over several lanes, under one key.

    Args:
        key: 32 bytes; the field's own.
        lanes: all vectors of the schema in which the field takes part: a token's digest is shared out among them.
        places: where vectors lie in the wide integer, by the first bit; a vector without a place is not computed.
        factor: on every weight. The same token under a lower factor sets some of the same bits, so both still overlap.

    """

    def __init__(self, key: bytes, lanes: Iterable[Lane], places: Mapping[str, int], factor: float = 1.0) -> None:
        self._once: dict[str, Callable[[str], int]] = {}
        lanes = tuple(lanes)
        for kind in dict.fromkeys(kind for lane in lanes for kind in lane.weights):
            shares, used = [], 0
            for lane in lanes:
                weight = lane.weights.get(kind, 0.0)
                if weight > 0:
                    place = places.get(lane.vector)
                    if place is not None:
                        shares.append(_share(lane, place, used * POSITION_BITS, weight * factor))
                    used += int(weight) + 2
            if shares:
                blocks = -(-used * POSITION_BITS // (8 * _BLOCK_BYTES))
                self._once[kind] = _Kind(key, kind, shares, blocks).mask
        self._kinds = {kind: Remembered(mask) for kind, mask in self._once.items()}

    def of(self, tokens: Iterable[Token]) -> int:
        """The bits of all these tokens; a token of a kind without weight sets none."""
        kinds = self._kinds
        bits = 0
        for kind, text in tokens:
            if kind in kinds:
                bits |= kinds[kind][text]
        return bits

    def once(self, tokens: Iterable[Token]) -> int:
        """The bits of tokens that are hardly met again, so that they are not remembered."""
        kinds = self._once
        bits = 0
        for kind, text in tokens:
            if kind in kinds:
                bits |= kinds[kind](text)
        return bits

    def of_groups(self, groups: Iterable[TokenGroup]) -> int:
        """The bits of all tokens of these groups."""
        kinds = self._kinds
        bits = 0
        for kind, texts in groups:
            if kind in kinds:
                masks = kinds[kind]
                for text in texts:
                    bits |= masks[text]
        return bits


def _share(lane: Lane, place: int, first_bit: int, weight: float) -> _Share:
    whole, part = divmod(weight, 1)
    end = first_bit + (int(whole) + 2) * POSITION_BITS
    start_byte, shift = divmod(first_bit, 8)
    return _Share(place, lane.bits - 1, start_byte, -(-end // 8), shift, int(whole), round(part * WIDEST_LANE))
