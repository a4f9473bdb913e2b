"""Boolean shares between three roles: a bit is x₀ ⊕ x₁ ⊕ x₂, and role p holds x_p and x_{p+1}.

XOR is local. AND takes one round in which every role sends one bit to the role before it (Araki et al. 2016): the nine
products x_i·y_j are split so that each role can compute a third, and a fresh sharing of zero makes that third uniform.
Everything is bit-sliced: a word is 64 pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from symbolon.matching.blind.bit_planes import Planes


@dataclass(frozen=True, slots=True)
class Replicated:
    """What one role holds of shared bits: arrays of one shape."""

    own: Planes
    """x_p."""
    following: Planes
    """x_{p+1}."""

    def __xor__(self, other: Replicated) -> Replicated:
        """Shares of the XOR."""
        return Replicated(self.own ^ other.own, self.following ^ other.following)

    def planes(self, start: int, end: int) -> Replicated:
        """Some of the bits of numbers, (planes, queries, words)."""
        return self.at(slice(start, end))

    def at(self, places: slice) -> Replicated:
        """Likewise, not only adjacent ones."""
        return Replicated(self.own[places], self.following[places])

    def __and__(self, public: Planes) -> Replicated:
        """Shares of the AND with bits that everybody knows."""
        return Replicated(self.own & public, self.following & public)


def joined(*parts: Replicated) -> Replicated:
    """The planes of several, one after another."""
    return Replicated(np.concatenate([part.own for part in parts]), np.concatenate([part.following for part in parts]))


def third_of_and(one: Replicated, other: Replicated, zero: Replicated) -> Planes:
    """The role's own third of the AND: x_p·y_p ⊕ x_p·y_{p+1} ⊕ x_{p+1}·y_p ⊕ (f_p ⊕ f_{p+1}).

    `zero` holds the two pseudo-random functions' words f_p, f_{p+1}: over all roles each occurs twice.
    """
    third = np.empty_like(zero.own)
    factors = (one.own, one.following, other.own, other.following, zero.own, zero.following)
    x0, x1, y0, y1, f0, f1 = (factor.reshape(-1) for factor in factors)
    _third_of_and(x0, x1, y0, y1, f0, f1, third.reshape(-1))
    return third


def sum_of_planes(one: Planes, other: Planes) -> Planes:
    """Numbers in bit planes, added modulo 2^k by a ripple carry: (k, queries, words) each. In clear, at one role."""
    total = np.empty_like(one)
    planes = len(one)
    _sum_of_planes(one.reshape(planes, -1), other.reshape(planes, -1), total.reshape(planes, -1))
    return total


@njit(nogil=True, cache=True)
def _third_of_and(x0, x1, y0, y1, f0, f1, third):  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
    for word in range(len(third)):
        a, b = x0[word], y0[word]
        third[word] = (a & (b ^ y1[word])) ^ (x1[word] & b) ^ f0[word] ^ f1[word]


@njit(nogil=True, cache=True)
def _sum_of_planes(one, other, total):  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
    carry = np.empty(256, dtype=np.uint64)
    for start in range(0, total.shape[1], len(carry)):
        count = min(len(carry), total.shape[1] - start)
        carry[:] = 0
        for plane in range(total.shape[0]):
            a, b = one[plane, start : start + count], other[plane, start : start + count]
            s = total[plane, start : start + count]
            for word in range(count):
                differ, carried = a[word] ^ b[word], carry[word]
                s[word] = differ ^ carried
                carry[word] = (a[word] & b[word]) | (differ & carried)
