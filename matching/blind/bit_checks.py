"""What each operator computes alone to find whether records are bits on lines: its share of every constraint.

Of an element a = x + y·V·(ω - 2) with shares a_p = a + r·ω^p (docs/BLIND.md, section 10):

* *Line.* Σ_p ω^p·a_p = 0: a dealer that adds s·ω^(2p) leaves 3s there.
* *Bits.* x = a₀ + 2·a₁ and y = a₁/V, and Σ_p a_p = 3a; so thirds of these, of each a_p, are additive shares of x and of
  y modulo 2^16. There t² - t = 0 only for 0 and 1, since one of t and t - 1 is odd, a unit. With t = t₀ + t₁ + t₂, of
  which operator p holds t_p and t_{p+1}, its share of t² - t is t_p² + 2·t_p·t_{p+1} - t_p.

A record's constraints are added up 64 times over random subsets. If one of them is not zero, each sum is zero with
chance at most ½: with and without that constraint, the same subset gives two values. (Servers that verify what clients
share out, without seeing it: Prio, Corrigan-Gibbs & Boneh 2017.)
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from symbolon.matching.blind.expansion import Use, counter_mode, derive_key
from symbolon.matching.blind.ring import RING_16

Words = npt.NDArray[np.uint16]
"""Numbers modulo 2^16."""
SUMS: Final = 64
"""Random subsets over which each record's constraints are added up: a record that is wrong passes with 2^-64."""
_KINDS: Final = 2
"""Constraints of each word of a record: that a value is a bit, and one lane of the line."""
_MASK_BYTES: Final = 8
_TILE: Final = 1024
"""Words whose subsets are spread out at a time: they stay in the second-level cache while every record is added up."""
_THIRD: Final = np.uint16(RING_16.third)
_THIRD_OF_INVERSE: Final = np.uint16(RING_16.third * pow(RING_16.basis, -1, RING_16.modulus) % RING_16.modulus)


def value_parts(share: Words) -> Words:
    """Additive shares of the values x, y of every element, in the order of the share's lanes."""
    parts = np.empty_like(share)
    _value_parts(share, parts)
    return parts


def line_parts(share: Words, operator: int) -> Words:
    """Additive shares of what a dealer left a line by: ω^p·a_p, lane by lane."""
    parts = np.empty_like(share)
    _line_parts(share, operator, parts)
    return parts


def bit_parts(own: Words, following: Words) -> Words:
    """Additive shares of t² - t for replicated shares of every value t."""
    parts = np.empty_like(own)
    _bit_parts(own, following, parts)
    return parts


def subset_sums(constraints: tuple[Words, Words], sizes: npt.NDArray[np.int64], challenge: bytes) -> Words:
    """Each record's constraints, added up over the subsets of a challenge.

    Args:
        constraints: of all records one after another, (that values are bits, that shares lie on lines).
        sizes: words of each record.
        challenge: a key that nobody knew when the records were dealt. All records share its subsets: of each alone
            they are as random.

    Returns:
        (records, SUMS).

    """
    sums = np.zeros((len(sizes), SUMS), dtype=np.uint16)
    ends = np.cumsum(sizes)
    starts = ends - sizes
    longest = int(sizes.max(initial=0))
    stream = counter_mode(challenge, bytes(16))
    for first in range(0, longest, _TILE):
        count = min(_TILE, longest - first)
        drawn = np.frombuffer(stream.update(bytes(_KINDS * count * _MASK_BYTES)), dtype=np.uint8)
        chosen = np.unpackbits(drawn.reshape(_KINDS, count, _MASK_BYTES), axis=2, bitorder="little")
        masks = np.uint16(0) - chosen.astype(np.uint16)
        for kind, words in enumerate(constraints):
            _add_up(words, starts + first, np.minimum(ends, starts + first + count), masks[kind], sums)
    return sums


def challenge_of(nonces: tuple[bytes, bytes, bytes], subject: bytes) -> bytes:
    """The key that a proof's subsets are drawn by, of a nonce of each operator and of all that the proof is about."""
    return derive_key(b"".join(nonces), Use.CHALLENGE, subject)


@njit(nogil=True, cache=True)
def _value_parts(share, parts):  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
    for at in range(0, len(share), 2):
        first, second = share[at], share[at + 1]
        parts[at] = np.uint16((first + second + second) * _THIRD)
        parts[at + 1] = np.uint16(second * _THIRD_OF_INVERSE)


@njit(nogil=True, cache=True)
def _line_parts(share, operator, parts):  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
    for at in range(0, len(share), 2):
        first, second = share[at], share[at + 1]
        if operator == 0:
            parts[at], parts[at + 1] = first, second
        elif operator == 1:
            parts[at], parts[at + 1] = np.uint16(-second), np.uint16(first - second)
        else:
            parts[at], parts[at + 1] = np.uint16(second - first), np.uint16(-first)


@njit(nogil=True, cache=True)
def _bit_parts(own, following, parts):  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
    for at in range(len(own)):
        t, after = own[at], following[at]
        parts[at] = np.uint16(t * np.uint16(t + after + after - 1))


@njit(nogil=True, cache=True)
def _add_up(words, starts, ends, masks, sums):  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
    totals = np.empty(SUMS, dtype=np.uint16)
    for record in range(len(starts)):
        totals[:] = sums[record]
        for place in range(starts[record], ends[record]):
            word, chosen = words[place], masks[place - starts[record]]
            for each in range(SUMS):
                totals[each] += word & chosen[each]
        sums[record] = totals
