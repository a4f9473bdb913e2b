"""A token's value as a vector, so that numbers too are compared where nobody sees what is equal.

Of `NUMBER_BITS` bits exactly `NUMBER_WEIGHT` are set, chosen by the value. Equal values have Dice 1. Those of two
others share about a quarter of their bits; that they reach `EQUAL` has a probability below 2^-80 (hypergeometric).
"""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import Final

NUMBER_BITS: Final = 256
NUMBER_WEIGHT: Final = 64
EQUAL: Final = Fraction(4, 5)
_LABEL: Final = b"symbolon/1/blind/number\n"


def vector_of_number(value: bytes) -> bytes:
    """The vector of one value of the oblivious function: little-endian by position.

    A uniformly random order of the positions (Fisher-Yates on SHAKE-256 of the value), of which the first are set.
    """
    drawn = hashlib.shake_256(_LABEL + value).digest(8 * NUMBER_WEIGHT)
    positions = list(range(NUMBER_BITS))
    bits = 0
    for place in range(NUMBER_WEIGHT):
        # Sixty-four bits modulo at most 256: no position is likelier by more than 2^-56.
        other = place + int.from_bytes(drawn[8 * place : 8 * place + 8], "little") % (NUMBER_BITS - place)
        positions[place], positions[other] = positions[other], positions[place]
        bits |= 1 << positions[place]
    return bits.to_bytes(NUMBER_BITS // 8, "little")
