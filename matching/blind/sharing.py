"""Degree-1 Shamir sharing over a Galois ring: three shares, of which any one is uniform and any two tell all.

The polynomial of an element a is a + r·X with r uniform in the ring; the operators hold its values at 1, ω, ω², whose
differences are units, as Shamir (1979) needs (over rings: Abspoel et al. 2019). Addition is lane-wise, multiplication
by ω swaps lanes, so nothing here multiplies. All functions map bytes to bytes of `RowOfElements.size`.

Randomness is passed in: for `share` from the operating system's generator, or `streams.expand` of a seed drawn from it.
"""

from __future__ import annotations

from typing import Final

from symbolon.matching.blind.ring import RowOfElements

OPERATORS: Final = (0, 1, 2)
"""Operator p holds the value at ω^p."""


def share(row: RowOfElements, vector: bytes, randomness: bytes) -> tuple[bytes, bytes, bytes]:
    """The shares of a bit vector for operators 0, 1 and 2.

    Args:
        row: the ring and the vector's width.
        vector: `row.vector_bits` bits, little-endian by position.
        randomness: `row.size` uniform bytes, used once and forgotten: with one share they give the vector.

    """
    secret, slope = row.embed(vector), row.read(randomness)
    turned = row.times_omega(slope)
    first, second = row.plus(secret, slope), row.plus(secret, turned)
    third = row.minus(row.minus(secret, slope), turned)  # 1 + ω + ω² = 0
    return row.write(first), row.write(second), row.write(third)


def refreshed(row: RowOfElements, operator: int, held: bytes, slope: bytes) -> bytes:
    """The operator's share after a sharing of zero was added (Herzberg et al. 1995).

    Shares from before and after do not fit together: who copied one operator's shares then and another's now has
    nothing. `slope` (uniform, `row.size` bytes) comes from seeds that all three contributed and then erase.
    """
    return row.write(row.plus(row.read(held), _turned(row, row.read(slope), operator)))


def restoring_part(row: RowOfElements, lost: int, holder: int, held: bytes, mask: bytes) -> bytes:
    """What `holder` sends to the operator `lost`, who lost its share: the two parts' sum is that share.

    With i = lost + 1, j = lost + 2: a_lost = -ω·a_i - ω²·a_j, the line through two points. `mask` (uniform) is known
    to the two holders and used for this row alone, so that the parts tell no more than their sum.
    """
    turns = (holder - lost) % len(OPERATORS)
    part = _turned(row, row.read(held), turns)
    first = turns == 1
    masked = row.minus(row.read(mask), part) if first else row.minus(row.minus(0, part), row.read(mask))
    return row.write(masked)


def restored(row: RowOfElements, one_part: bytes, other_part: bytes) -> bytes:
    """The lost share, from the two parts of `restoring_part`."""
    return row.write(row.plus(row.read(one_part), row.read(other_part)))


def _turned(row: RowOfElements, value: int, times: int) -> int:
    for _ in range(times):
        value = row.times_omega(value)
    return value
