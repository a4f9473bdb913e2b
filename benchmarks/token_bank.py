"""Token sets of many records, kept apart by kind, so that any weights can be tried without encoding anything again.

The Dice coefficient of two weighted token sets is linear in the weights above and below the line: with the common and
the total mass of each kind known for a pair, a new set of weights costs one product of matrices.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Mass = tuple[str, str, float]
"""(kind, text, factor on the kind's weight)."""
_MOST_FOUND = 500_000


@dataclass
class TokenBank:
    """Records as sets of tokens; a record may have several sets (readings of its name)."""

    kinds: tuple[str, ...]
    _tokens: dict[tuple[str, str], int] = field(default_factory=dict)
    _sets: list[list[tuple[int, int, float]]] = field(default_factory=list)
    _records: list[range] = field(default_factory=list)
    _known: dict[Hashable, int] = field(default_factory=dict)

    def add(self, key: Hashable, sets: Iterable[Iterable[Mass]]) -> int:
        """The number of the record `key`, whose sets are read the first time only."""
        if key in self._known:
            return self._known[key]
        start = len(self._sets)
        self._sets += [self._set(masses) for masses in sets]
        self._records.append(range(start, len(self._sets)))
        self._known[key] = len(self._records) - 1
        return self._known[key]

    def known(self, key: Hashable) -> bool:
        """Whether `add` has seen the key."""
        return key in self._known

    def _set(self, masses: Iterable[Mass]) -> list[tuple[int, int, float]]:
        most: dict[tuple[int, int], float] = {}
        for kind, text, factor in masses:
            token = (self._tokens.setdefault((kind, text), len(self._tokens)), self.kinds.index(kind))
            most[token] = max(most.get(token, 0.0), factor)
        return sorted((token, kind, factor) for (token, kind), factor in most.items())

    def freeze(self) -> FrozenBank:
        """The bank as arrays."""
        starts = np.zeros(len(self._sets) + 1, dtype=np.int64)
        np.cumsum([len(tokens) for tokens in self._sets], out=starts[1:])
        flat = [entry for tokens in self._sets for entry in tokens]
        return FrozenBank(
            self.kinds,
            starts,
            np.array([token for token, _, _ in flat], dtype=np.int32),
            np.array([kind for _, kind, _ in flat], dtype=np.int16),
            np.array([factor for _, _, factor in flat], dtype=np.float32),
            tuple(self._records),
        )


@dataclass(frozen=True)
class FrozenBank:
    """Token sets one after the other: set i holds entries `starts[i]` to `starts[i + 1]`, sorted by token."""

    kinds: tuple[str, ...]
    starts: Rows
    tokens: npt.NDArray[np.int32]
    kind_of: npt.NDArray[np.int16]
    factors: Floats
    records: tuple[range, ...]

    def totals(self) -> Floats:
        """(sets, kinds) mass of each kind."""
        totals = np.zeros((len(self.starts) - 1, len(self.kinds)), dtype=np.float32)
        np.add.at(totals, (np.repeat(np.arange(len(totals)), np.diff(self.starts)), self.kind_of), self.factors)
        return totals

    def pairs(self, pairs: Sequence[tuple[int, int]]) -> PairMasses:
        """The masses of pairs of records, each the best of its sets."""
        left, right, first = [], [], []
        for one, other in pairs:
            first.append(len(left))
            for a in self.records[one]:
                for b in self.records[other]:
                    left.append(a)
                    right.append(b)
        a, b = np.array(left, dtype=np.int64), np.array(right, dtype=np.int64)
        common = _common(self.starts, self.tokens, self.kind_of, self.factors, a, b, len(self.kinds))
        totals = self.totals()
        return PairMasses(common, totals[a] + totals[b], np.array(first, dtype=np.int64))

    def over(
        self, weights: npt.NDArray[np.float64], threshold: float, groups: Iterable[Sequence[int]]
    ) -> set[tuple[int, int]]:
        """The pairs of records (one set each) within a group whose weighted Dice reaches `threshold`."""
        entry_weights = (weights[self.kind_of] * self.factors).astype(np.float32)
        totals = np.add.reduceat(entry_weights, self.starts[:-1])
        pairs: set[tuple[int, int]] = set()
        for group in groups:
            rows = np.array([self.records[number][0] for number in group], dtype=np.int64)
            found = _over(self.starts, self.tokens, entry_weights, totals, rows, np.float32(threshold), _MOST_FOUND)
            pairs.update((group[one], group[other]) for one, other in found.tolist())
        return pairs


@dataclass(frozen=True)
class PairMasses:
    """Common and total masses by kind, for each combination of a pair's sets; `first` is where each pair begins."""

    common: Floats
    total: Floats
    first: Rows

    def dice(self, weights: npt.NDArray[np.float64]) -> Floats:
        """The best weighted Dice of each pair."""
        scores = 2 * (self.common @ weights) / np.maximum(self.total @ weights, 1e-9)
        return np.maximum.reduceat(scores, self.first)


@njit(cache=True)
def _common(starts, tokens, kind_of, factors, left, right, kinds):  # type: ignore[no-untyped-def]  # compiled
    common = np.zeros((len(left), kinds), np.float32)
    for pair in range(len(left)):
        i, i_end = starts[left[pair]], starts[left[pair] + 1]
        j, j_end = starts[right[pair]], starts[right[pair] + 1]
        while i < i_end and j < j_end:
            if tokens[i] == tokens[j]:
                common[pair, kind_of[i]] += min(factors[i], factors[j])
                i += 1
                j += 1
            elif tokens[i] < tokens[j]:
                i += 1
            else:
                j += 1
    return common


@njit(cache=True)
def _over(starts, tokens, weights, totals, rows, threshold, most):  # type: ignore[no-untyped-def]  # compiled
    found = np.zeros((most, 2), np.int32)
    count = 0
    for first in range(len(rows)):
        for second in range(first + 1, len(rows)):
            a, b = rows[first], rows[second]
            need = threshold * (totals[a] + totals[b]) / 2
            if min(totals[a], totals[b]) < need:
                continue
            i, i_end = starts[a], starts[a + 1]
            j, j_end = starts[b], starts[b + 1]
            common = np.float32(0)
            while i < i_end and j < j_end:
                if tokens[i] == tokens[j]:
                    common += min(weights[i], weights[j])
                    i += 1
                    j += 1
                elif tokens[i] < tokens[j]:
                    i += 1
                else:
                    j += 1
            if common >= need and count < most:
                found[count, 0] = first
                found[count, 1] = second
                count += 1
    return found[:count]
