"""Which bits of a vector a token sets, and the memory of what was computed before."""

from __future__ import annotations

import hmac
import struct
from collections.abc import Callable, Hashable, Iterable
from typing import Final

from symbolon.matching.tokens import WeightedToken

_POSITIONS: Final = struct.Struct("<32H")
"""A SHA-512 digest as 32 positions; 65,536 is a multiple of every allowed width, so they are uniform."""
_REMEMBERED: Final = 100_000
"""Tokens, and values, remembered per vector; beyond that the memory starts anew (about 40 MB a vector at most)."""


class BitSets:
    """The bits of tokens within one vector, `bits` wide, under one key."""

    def __init__(self, key: bytes, bits: int) -> None:
        self._key = key
        self._last_position = bits - 1
        self._of_token: dict[WeightedToken, int] = {}
        self._of_value: dict[Hashable, int] = {}

    def of_value(self, field: str, value: Hashable, tokens: Callable[[], Iterable[WeightedToken]], scale: float) -> int:
        """The bits of all tokens of a field's value, their weights times `scale`; remembered by (field, value)."""
        known = self._of_value.get((field, value))
        if known is not None:
            return known
        bits = 0
        for token, weight in tokens():
            bits |= self._of_one_token(f"{field}:{token}", weight * scale)
        if len(self._of_value) >= _REMEMBERED:
            self._of_value.clear()
        self._of_value[field, value] = bits
        return bits

    def _of_one_token(self, token: str, weight: float) -> int:
        known = self._of_token.get((token, weight))
        if known is None:
            known = self._computed(token, weight)
            if len(self._of_token) >= _REMEMBERED:
                self._of_token.clear()
            self._of_token[token, weight] = known
        return known

    def _computed(self, token: str, weight: float) -> int:
        """A weight of 3.4 sets 3 bits, or 4, by a coin that the token itself tosses: the same everywhere.

        More weight sets the same bits and some more, so a token that weighs differently in two words still overlaps.
        """
        digest = hmac.digest(self._key, token.encode(), "sha512")
        positions = _POSITIONS.unpack(digest)
        missing = int(weight + positions[-1] / 65536)
        bits = 0
        block = 0
        while missing:
            for position in positions[:-1]:
                bit = 1 << (position & self._last_position)
                if not bits & bit:
                    bits |= bit
                    missing -= 1
                    if not missing:
                        break
            block += 1
            positions = _POSITIONS.unpack(hmac.digest(self._key, f"{token}\x1f{block}".encode(), "sha512"))
        return bits
