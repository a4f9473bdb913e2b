"""Which bits of a vector a token sets, and the memory of what was computed before."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from typing import Final

from symbolon.matching.tokens import WeightedToken

_POSITION_BYTES: Final = 2
"""65,536 is a multiple of every allowed width, so positions are uniform."""
_REMEMBERED_VALUES: Final = 100_000
"""Words and dates remembered per vector; beyond that the memory starts anew (about 25 MB a vector at most)."""


class BitSets:
    """The bits of tokens within one vector, `bits` wide, under one key."""

    def __init__(self, key: bytes, bits: int) -> None:
        self._key = key
        self._bits = bits
        self._of_value: dict[tuple[str, object], int] = {}

    def of_value(self, field: str, value: object, tokens: Callable[[], Iterable[WeightedToken]], scale: float) -> int:
        """The union of the bits of a field value's tokens, remembered by (field, value)."""
        known = self._of_value.get((field, value))
        if known is not None:
            return known
        bits = 0
        for token, weight in tokens():
            bits |= self._token_bits(f"{field}:{token}", weight * scale)
        if len(self._of_value) >= _REMEMBERED_VALUES:
            self._of_value.clear()
        self._of_value[field, value] = bits
        return bits

    def _token_bits(self, token: str, weight: float) -> int:
        """A weight of 3.4 sets 3 or 4 bits, by a coin that the token itself tosses: the same everywhere."""
        digest = hmac.digest(self._key, token.encode(), "sha512")
        count = int(weight + digest[-1] / 256)
        bits = 0
        found = 0
        block = 0
        while found < count:
            for place in range(0, len(digest) - _POSITION_BYTES, _POSITION_BYTES):
                position = 1 << (int.from_bytes(digest[place : place + _POSITION_BYTES], "big") % self._bits)
                if not bits & position:
                    bits |= position
                    found += 1
                    if found == count:
                        break
            block += 1
            digest = hmac.digest(self._key, f"{token}\x1f{block}".encode(), "sha512")
        return bits
