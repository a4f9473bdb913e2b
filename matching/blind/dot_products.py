"""What each operator computes alone: its additive share of v for every pair, one dot product of shares each.

Shares are arrays of lanes (rows, vector_bits) of int16 or int32; all arithmetic wraps modulo 2^e. With shares A of a
record and C + D·ω of a query at the same point, Σ_p L(A_p · B_p) / 3 = |a∧b| (a product of two lines is a parabola,
and 1 + ω + ω² = 0 leaves its value at 0), and popcounts are linear in the shares: both fold into one vector per query.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numba import njit

from symbolon.matching.blind.errors import UnfitBatch
from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.ring import GaloisRing

Lanes = npt.NDArray[Any]
"""int16 or int32, by the ring."""
PAIRS_PER_WORD: Final = 64
"""Stored rows come in multiples of this: pairs are bits of 64-bit words from `bit_planes` on."""
_TILE: Final = 4
_WIDE: Final = 16
"""From so many queries on, tiles of 4 x 4 keep more in registers than they lose at the edges."""
_SIGNED: Final = {16: np.int16, 32: np.int32}
_UNSIGNED: Final = {16: np.uint16, 32: np.uint32}


def lanes_of(ring: GaloisRing, shares: bytes, vector_bits: int) -> Lanes:
    """Shares one after another as (rows, vector_bits), without a copy."""
    return np.frombuffer(shares, dtype=_SIGNED[ring.word_bits]).reshape(-1, vector_bits)


def query_vectors(ring: GaloisRing, queries: Lanes, test: LinearTest, operator: int) -> tuple[Lanes, Lanes]:
    """Turn shares of queries into vectors and constants such that record · vector + constant is a share of v.

    With L(A·B) = a₀(c + 2d) + a₁(2c - 3d) and popcounts a₀ + h·a₁, the vector of a query share (c, d) is
    s·(c + 2d) - t at a₀ and s·(2c - 3d) - t·h at a₁, s = overlap / 3, t = record_weight / 3.

    Args:
        ring: the ring of the shares.
        queries: (queries, vector_bits) shares of the queries, which are stored shares like any other.
        test: its `constant` is added by operator 0.
        operator: 0, 1 or 2.

    Returns:
        (queries, vector_bits) vectors and (queries,) constants.

    """
    word = _UNSIGNED[ring.word_bits]
    pairs = queries.view(word).reshape(len(queries), -1, 2)
    first, second = pairs[..., 0], pairs[..., 1]
    scale = word(test.overlap * ring.third % ring.modulus)
    record = test.record_weight * ring.third
    height = word(ring.popcount_weight)
    vectors = np.empty_like(pairs)
    vectors[..., 0] = scale * (first + word(2) * second) - word(record % ring.modulus)
    vectors[..., 1] = scale * (word(2) * first - word(3) * second) - word(record * ring.popcount_weight % ring.modulus)
    popcounts = first.sum(axis=1, dtype=word) + height * second.sum(axis=1, dtype=word)
    constants = word(-test.query_weight * ring.third % ring.modulus) * popcounts
    if operator == 0:
        constants += word(test.constant % ring.modulus)
    signed = _SIGNED[ring.word_bits]
    return vectors.reshape(queries.shape).view(signed), constants.view(signed)


def dot_products(records: Lanes, vectors: Lanes, constants: Lanes) -> Lanes:
    """Value of record · vector + constant of each pair, modulo 2^e.

    Args:
        records: (n, vector_bits) shares, n a multiple of `PAIRS_PER_WORD`.
        vectors: (q, vector_bits), as from `query_vectors`.
        constants: (q,).

    Returns:
        (q, n) additive shares of v.

    """
    if len(records) % PAIRS_PER_WORD or records.shape[1] != vectors.shape[1]:
        raise UnfitBatch("records come in multiples of 64 rows, as wide as the queries")
    products = np.empty((len(vectors), len(records)), dtype=vectors.dtype)
    tiled = len(vectors) - len(vectors) % _TILE
    multiply = _MULTIPLY[vectors.dtype.itemsize]
    tiles = multiply[0] if len(vectors) >= _WIDE else multiply[1]
    if tiled:
        tiles(records, vectors[:tiled], constants[:tiled], products[:tiled])
    if tiled < len(vectors):
        multiply[2](records, vectors[tiled:], constants[tiled:], products[tiled:])
    return products


def paired_products(records: Lanes, vectors: Lanes, constants: Lanes) -> Lanes:
    """The same of the first record with the first query, the second with the second and so on, side by side.

    Args:
        records: (n, vector_bits) shares.
        vectors: (n, vector_bits), as from `query_vectors`.
        constants: (n,).

    Returns:
        (1, n) additive shares of v, n filled up to a multiple of `PAIRS_PER_WORD`; what fills up means nothing.

    """
    products: Lanes = np.zeros((1, -(-len(records) // PAIRS_PER_WORD) * PAIRS_PER_WORD), dtype=vectors.dtype)
    # Sums of narrow words wrap around as the ring does.
    products[0, : len(records)] = np.einsum("ij,ij->i", records, vectors) + constants
    return products


def _compile(word: Any) -> tuple[Any, Any, Any]:
    """Kernels for one word type. Every product and sum is cut to the word at once, so that LLVM keeps narrow lanes."""

    @njit(nogil=True, cache=True)
    def four_by_four(records, queries, constants, products):  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
        for row in range(0, records.shape[0], _TILE):
            r0, r1, r2, r3 = records[row], records[row + 1], records[row + 2], records[row + 3]
            for query in range(0, queries.shape[0], _TILE):
                q0, q1, q2, q3 = queries[query], queries[query + 1], queries[query + 2], queries[query + 3]
                a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = word(0)
                c0 = c1 = c2 = c3 = d0 = d1 = d2 = d3 = word(0)
                for lane in range(records.shape[1]):
                    x0, x1, x2, x3 = r0[lane], r1[lane], r2[lane], r3[lane]
                    y0, y1, y2, y3 = q0[lane], q1[lane], q2[lane], q3[lane]
                    a0, a1, a2, a3 = word(a0 + x0 * y0), word(a1 + x1 * y0), word(a2 + x2 * y0), word(a3 + x3 * y0)
                    b0, b1, b2, b3 = word(b0 + x0 * y1), word(b1 + x1 * y1), word(b2 + x2 * y1), word(b3 + x3 * y1)
                    c0, c1, c2, c3 = word(c0 + x0 * y2), word(c1 + x1 * y2), word(c2 + x2 * y2), word(c3 + x3 * y2)
                    d0, d1, d2, d3 = word(d0 + x0 * y3), word(d1 + x1 * y3), word(d2 + x2 * y3), word(d3 + x3 * y3)
                for place, (s0, s1, s2, s3) in enumerate(
                    ((a0, a1, a2, a3), (b0, b1, b2, b3), (c0, c1, c2, c3), (d0, d1, d2, d3))
                ):
                    constant, line = constants[query + place], products[query + place]
                    line[row] = s0 + constant
                    line[row + 1] = s1 + constant
                    line[row + 2] = s2 + constant
                    line[row + 3] = s3 + constant

    @njit(nogil=True, cache=True)
    def one_by_four(records, queries, constants, products):  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
        for row in range(records.shape[0]):
            record = records[row]
            for query in range(0, queries.shape[0], _TILE):
                q0, q1, q2, q3 = queries[query], queries[query + 1], queries[query + 2], queries[query + 3]
                s0 = s1 = s2 = s3 = word(0)
                for lane in range(records.shape[1]):
                    x = record[lane]
                    s0, s1 = word(s0 + x * q0[lane]), word(s1 + x * q1[lane])
                    s2, s3 = word(s2 + x * q2[lane]), word(s3 + x * q3[lane])
                products[query, row] = s0 + constants[query]
                products[query + 1, row] = s1 + constants[query + 1]
                products[query + 2, row] = s2 + constants[query + 2]
                products[query + 3, row] = s3 + constants[query + 3]

    @njit(nogil=True, cache=True)
    def one_by_one(records, queries, constants, products):  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
        for row in range(records.shape[0]):
            record = records[row]
            for query in range(queries.shape[0]):
                vector = queries[query]
                total = word(0)
                for lane in range(records.shape[1]):
                    total = word(total + record[lane] * vector[lane])
                products[query, row] = total + constants[query]

    return four_by_four, one_by_four, one_by_one


_MULTIPLY: Final = {2: _compile(np.int16), 4: _compile(np.int32)}
