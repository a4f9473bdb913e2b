"""Dice coefficients of many pairs of packed vectors at once, for evaluation.

A record may hold several vectors of one kind (a name in two scripts, two readings of one spelling): a pair of records
is as alike as its best two. Scores are the exact quotient rounded to a double, so equal coefficients compare equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Scores = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
_PAIRS_AT_ONCE: Final = 1 << 16
"""65,536 pairs of 128 bytes a side: the working set stays at some 30 MB."""


@dataclass(frozen=True, slots=True)
class PackedVectors:
    """All vectors of a list of records, one after the other; record i holds rows `starts[i]` to `starts[i + 1]`."""

    words: Words = field(repr=False)
    starts: Rows = field(repr=False)

    @staticmethod
    def of(records: Sequence[tuple[bytes, ...]], vector_bits: int) -> PackedVectors:
        """Pack each record's vectors, little-endian, `vector_bits` wide."""
        starts = np.zeros(len(records) + 1, dtype=np.int64)
        np.cumsum([len(vectors) for vectors in records], out=starts[1:])
        packed = b"".join(vector for vectors in records for vector in vectors)
        return PackedVectors(np.frombuffer(packed, dtype="<u8").reshape(-1, vector_bits // 64), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def counts(self) -> Rows:
        """How many vectors each record holds."""
        return np.diff(self.starts)


def pair_scores(left: PackedVectors, right: PackedVectors, pairs: Rows) -> Scores:
    """The best Dice of each pair of records.

    Args:
        left: vectors of the records on the left.
        right: of those on the right; the same width.
        pairs: (n, 2) record numbers.

    Returns:
        (n,) from 0 to 1; 0 where either record holds no vector, or both are empty.

    """
    scores = np.zeros(len(pairs))
    most_left = int(left.counts.max(initial=0))
    most_right = int(right.counts.max(initial=0))
    left_counts, right_counts = left.counts[pairs[:, 0]], right.counts[pairs[:, 1]]
    for one in range(most_left):
        for other in range(most_right):
            chosen = np.flatnonzero((left_counts > one) & (right_counts > other))
            for begin in range(0, len(chosen), _PAIRS_AT_ONCE):
                part = chosen[begin : begin + _PAIRS_AT_ONCE]
                alike = row_scores(
                    left.words[left.starts[pairs[part, 0]] + one], right.words[right.starts[pairs[part, 1]] + other]
                )
                scores[part] = np.maximum(scores[part], alike)
    return scores


def scores_against_all(query: Words, targets: PackedVectors) -> Scores:
    """The best Dice of one record's vectors (any number, words) with each of the target records: (len(targets),)."""
    scores = np.zeros(len(targets))
    holders = np.flatnonzero(targets.counts)
    for vector in query:
        alike = row_scores(vector[np.newaxis], targets.words)
        if len(holders):
            scores[holders] = np.maximum(scores[holders], np.maximum.reduceat(alike, targets.starts[holders]))
    return scores


def row_scores(first: Words, second: Words) -> Scores:
    """The Dice of each row of `first` with the same row of `second`, or with its only one."""
    common = np.bitwise_count(first & second).sum(axis=1, dtype=np.int64)
    total = np.bitwise_count(first).sum(axis=1, dtype=np.int64) + np.bitwise_count(second).sum(axis=1, dtype=np.int64)
    scores = np.zeros(len(common))
    np.divide(2 * common, total, out=scores, where=total > 0)
    return scores
