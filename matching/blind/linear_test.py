"""The one question that is asked about a pair: is a linear form of its overlap and its popcounts at least zero?

Dice(a, b) >= n/d <=> 2d·|a∧b| - n·(|a| + |b|) >= 0, in lowest terms. The form must not overflow: `bits_for` says how
many bits of two's complement hold it for all vectors that a schema admits. Two empty vectors give zero, which is "yes":
encoders refuse them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

from symbolon.matching.blind.errors import UnfitTest
from symbolon.matching.blind.ring import GaloisRing


@dataclass(frozen=True, slots=True)
class PopcountBounds:
    """What all vectors of a profile keep to."""

    vector_bits: int
    popcount_max: int


@dataclass(frozen=True, slots=True)
class LinearTest:
    """v = overlap·|a∧b| - query_weight·|a| - record_weight·|b| + constant; the answer is v >= 0."""

    overlap: int
    query_weight: int
    record_weight: int
    constant: int = 0

    @classmethod
    def dice(cls, threshold: Fraction) -> Self:
        """Dice(a, b) >= threshold.

        >>> LinearTest.dice(Fraction(4, 5))
        LinearTest(overlap=5, query_weight=2, record_weight=2, constant=0)
        """
        common = math.gcd(2 * threshold.denominator, threshold.numerator)
        weight = threshold.numerator // common
        return cls(2 * threshold.denominator // common, weight, weight)

    @classmethod
    def containment(cls, threshold: Fraction) -> Self:
        """|a∧b| >= threshold·|a|: at least so much of the query lies in the record."""
        return cls(threshold.denominator, threshold.numerator, 0)

    def value(self, overlap: int, query_popcount: int, record_popcount: int) -> int:
        """v, in clear."""
        weighed = self.query_weight * query_popcount + self.record_weight * record_popcount
        return self.overlap * overlap - weighed + self.constant

    def bits_for(self, bounds: PopcountBounds) -> int:
        """Least k with -2^(k-1) <= v < 2^(k-1) for every pair of vectors within the bounds.

        The possible (|a∧b|, |a|, |b|) are the whole points of a polytope: |a∧b| is at most either popcount, the
        popcounts are at most the cap, and |a| + |b| - |a∧b| is at most the width. A linear form is extreme at corners.

        >>> [LinearTest.dice(Fraction(n, 100)).bits_for(PopcountBounds(1024, 700)) for n in (80, 75, 70, 72, 85)]
        [12, 13, 14, 15, 16]
        """
        most = bounds.popcount_max
        spare = min(most, bounds.vector_bits - most)
        corners = (
            (0, 0, 0), (0, most, 0), (0, 0, most), (0, most, spare), (0, spare, most),
            (most, most, most), (most - spare, most, most),
        )  # fmt: skip
        values = (self.value(*corner) for corner in corners)
        return 1 + max((value if value >= 0 else ~value).bit_length() for value in values)

    def fitting(self, ring: GaloisRing, bounds: PopcountBounds) -> int:
        """`bits_for`, refused where the ring is too small for it.

        Raises:
            UnfitTest: the form would wrap around modulo 2^e and answer wrongly.

        """
        bits = self.bits_for(bounds)
        if bits > ring.word_bits:
            raise UnfitTest(f"the test needs {bits} bits and the ring has {ring.word_bits}: take a cheaper threshold")
        return bits
