"""Dice coefficients of many pairs of packed vectors at once, for evaluation.

A record may hold several vectors of one kind (a name in two scripts, two readings of one spelling): a pair of records
is as alike as its best two. Scores are the exact quotient rounded to a double, so equal coefficients compare equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Scores = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
_PAIRS_AT_ONCE: Final = 1 << 16
"""65,536 pairs of 128 bytes a side: the working set stays at some 30 MB."""
_QUERY_SHARE: Final = 0.65
_CONTAINED_SHARE: Final = 0.3
"""Chosen on the aliases of the UN list; between .55 and .65, and .2 and .4, the first hits change by a percent."""


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
    return _best_against_all(query, targets, row_scores)


def search_scores_against_all(query: Words, targets: PackedVectors) -> Scores:
    """How well each target record answers a search for one record's name, 0 to 1: (len(targets),).

    A list gives the whole name, and who searches it knows a part. So what the query has and the target lacks weighs
    more than the other way round (Tversky 1977, who calls the query the subject), and that the shorter one of the two
    is contained in the longer one counts by itself. Dice, which a hub needs because it must be the same from both
    sides, puts a short name of somebody else before the right long one.
    """
    return _best_against_all(query, targets, _row_search_scores)


def _best_against_all(query: Words, targets: PackedVectors, score: Callable[[Words, Words], Scores]) -> Scores:
    scores = np.zeros(len(targets))
    holders = np.flatnonzero(targets.counts)
    for vector in query:
        alike = score(vector[np.newaxis], targets.words)
        if len(holders):
            scores[holders] = np.maximum(scores[holders], np.maximum.reduceat(alike, targets.starts[holders]))
    return scores


def row_scores(first: Words, second: Words) -> Scores:
    """The Dice of each row of `first` with the same row of `second`, or with its only one."""
    common, of_first, of_second = _counts(first, second)
    return _quotient(2 * common, of_first + of_second)


def _row_search_scores(query: Words, targets: Words) -> Scores:
    common, of_query, of_target = _counts(query, targets)
    overlap = _quotient(common, _QUERY_SHARE * of_query + (1 - _QUERY_SHARE) * of_target)
    contained = _quotient(common, np.minimum(of_query, of_target))
    return (1 - _CONTAINED_SHARE) * overlap + _CONTAINED_SHARE * contained


def _counts(first: Words, second: Words) -> tuple[Rows, Rows, Rows]:
    """Bits that both have, and that each has."""
    of_both, of_first, of_second = (
        np.bitwise_count(words).sum(axis=1, dtype=np.int64) for words in (first & second, first, second)
    )
    return of_both, of_first, of_second


def _quotient(part: Rows, whole: Rows | Scores) -> Scores:
    quotient = np.zeros(np.broadcast_shapes(part.shape, whole.shape))
    np.divide(part, whole, out=quotient, where=whole > 0)
    return quotient
