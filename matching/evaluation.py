"""Measures of matching: from scores and the truth to recall, precision and their uncertainty. Pure arithmetic.

Definitions follow Christen, *Data Matching* (2012), ch. 7 and Fawcett, *An introduction to ROC analysis* (2006). A pair
is positive when both sides are one person. Ties are always counted against the method.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
Interval = tuple[float, float]
RESAMPLES = 200
_INTERVAL_PERCENT = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class RankingQuality:
    """How well scores tell positive pairs from negative ones; intervals are 95 % bootstrap percentiles."""

    auc: float
    recall_at_1pct_fpr: float
    recall_at_01pct_fpr: float
    auc_interval: Interval
    recall_at_1pct_fpr_interval: Interval
    recall_at_01pct_fpr_interval: Interval


@dataclass(frozen=True, slots=True)
class LinkageQuality:
    """Precision, recall and F1 of the pairs at or over a threshold; of nothing found, the precision is 0."""

    precision: float
    recall: float
    f1: float
    threshold: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The pairs whose score lies in [low, high): how many, and which share of them is positive."""

    low: float
    high: float
    pairs: int
    positives: int


class _Ranking:
    """Positive and negative scores, sorted once, so that each resample only counts."""

    def __init__(self, scores: Scores, positive: Flags) -> None:
        self.positives: Scores = np.sort(scores[positive])
        self.negatives: Scores = np.sort(scores[~positive])
        self._below = np.searchsorted(self.negatives, self.positives, side="left")
        self._not_above = np.searchsorted(self.negatives, self.positives, side="right")

    def auc(self, positive_weights: Rows, negative_weights: Rows) -> float:
        """The Mann-Whitney statistic: the chance that a positive scores over a negative, half of one for a tie."""
        cumulated = np.concatenate([[0], np.cumsum(negative_weights)])
        won = (cumulated[self._below] + cumulated[self._not_above]) / 2
        return float((positive_weights * won).sum() / (positive_weights.sum() * negative_weights.sum()))

    def recall(self, permille: int, positive_weights: Rows, negative_weights: Rows) -> float:
        """Share of positives over the score that floor(permille / 1000 of the negatives) may exceed."""
        allowed = int(negative_weights.sum()) * permille // 1000
        from_top = np.cumsum(negative_weights[::-1])
        first_forbidden = self.negatives[::-1][np.searchsorted(from_top, allowed, side="right")]
        over = np.searchsorted(self.positives, first_forbidden, side="right")
        return float(positive_weights[over:].sum() / positive_weights.sum())


def recall_at_fpr(scores: Scores, positive: Flags, permille: int) -> float:
    """Recall when at most floor(permille / 1000 * n) of the n negatives may score as high; ties are misses.

    >>> recall_at_fpr(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False]), 10)
    0.5
    """
    ranking = _Ranking(scores, positive)
    return ranking.recall(permille, np.ones_like(ranking.positives, int), np.ones_like(ranking.negatives, int))


def ranking_quality(scores: Scores, positive: Flags, random: np.random.Generator) -> RankingQuality | None:
    """AUC and recall at 1 % and 0.1 % false positives; None where positives or negatives lack.

    `random` draws the resamples: positives and negatives each with replacement, apart.
    """
    ranking = _Ranking(scores, positive)
    if not len(ranking.positives) or not len(ranking.negatives):
        return None

    def measured(positive_weights: Rows, negative_weights: Rows) -> tuple[float, float, float]:
        weights = positive_weights, negative_weights
        return ranking.auc(*weights), ranking.recall(10, *weights), ranking.recall(1, *weights)

    def resampled(size: int) -> Rows:
        return np.bincount(random.integers(0, size, size), minlength=size)

    found = measured(np.ones(len(ranking.positives), int), np.ones(len(ranking.negatives), int))
    draws = [measured(resampled(len(ranking.positives)), resampled(len(ranking.negatives))) for _ in range(RESAMPLES)]
    low, high = np.percentile(draws, _INTERVAL_PERCENT, axis=0).tolist()
    return RankingQuality(*found, *zip(low, high, strict=True))


def rates_at(scores: Scores, positive: Flags, threshold: Fraction) -> tuple[float | None, float | None]:
    """(recall, false positive rate) of the pairs at or over `threshold`; None where there is nothing to divide by.

    A Dice coefficient and a threshold that are the same fraction are the same double, so no pair is lost by rounding.
    """
    found = scores >= float(threshold)
    return _share(found[positive]), _share(found[~positive])


def linkage_quality(found: int, correct: int, positives: int, threshold: float) -> LinkageQuality:
    """Of `found` pairs, `correct` are among the `positives` that there are.

    >>> linkage_quality(found=4, correct=3, positives=6, threshold=0.8)
    LinkageQuality(precision=0.75, recall=0.5, f1=0.6, threshold=0.8)
    """
    return LinkageQuality(
        precision=correct / found if found else 0.0,
        recall=correct / positives if positives else 0.0,
        f1=2 * correct / (found + positives) if found + positives else 0.0,
        threshold=threshold,
    )


def best_linkage_quality(scores: Scores, correct: Flags, positives: int) -> LinkageQuality | None:
    """The highest F1 over all thresholds; pairs that tie come in together. None without a pair."""
    if not len(scores):
        return None
    order = np.argsort(-scores, kind="stable")
    ordered, hits = scores[order], np.cumsum(correct[order])
    found = np.arange(1, len(order) + 1)
    closed = np.append(ordered[1:] < ordered[:-1], True)
    f1 = np.where(closed, 2 * hits / (found + positives), -1.0)
    best = int(f1.argmax())
    return linkage_quality(int(found[best]), int(hits[best]), positives, float(ordered[best]))


def one_to_one(left: Rows, right: Rows, scores: Scores) -> Flags:
    """Which pairs stay when each record is given one partner at most, best scores first (greedy).

    The choice among pairs over a threshold never depends on those under it, so one pass serves every threshold. Ties
    are settled by the records' numbers, which say nothing of the truth. On FEBRL4 the optimal assignment is the same.
    """
    kept = np.zeros(len(scores), dtype=bool)
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    for place in np.lexsort((right, left, -scores)).tolist():
        one, other = int(left[place]), int(right[place])
        if one not in taken_left and other not in taken_right:
            taken_left.add(one)
            taken_right.add(other)
            kept[place] = True
    return kept


def clearly_each_others_best(left: Rows, right: Rows, scores: Scores, least_lead: float) -> Flags:
    """Which pairs score at least `least_lead` higher than any other pair of either of their records.

    Needs all pairs of the records. What is nobody else's match may be taken at a score at which many pairs of strangers
    lie, if no stranger comes near it. Those who found a partner stand in nobody's way any more, until nothing changes.
    """
    kept = np.zeros(len(scores), dtype=bool)
    left_over = np.arange(len(scores))
    while len(left_over):
        lefts, rights = left[left_over], right[left_over]
        best = np.minimum(_lead(lefts, scores[left_over]), _lead(rights, scores[left_over])) >= least_lead
        if not best.any():
            break
        kept[left_over[best]] = True
        left_over = left_over[~np.isin(lefts, lefts[best]) & ~np.isin(rights, rights[best])]
    return kept


def _lead(records: Rows, scores: Scores) -> Scores:
    """By how much each pair scores higher than the best other pair of its record; infinite where there is none."""
    places = np.lexsort((-scores, records))
    owners, ordered = records[places], scores[places]
    starts = np.flatnonzero(np.append(True, owners[1:] != owners[:-1]))
    sizes = np.diff(np.append(starts, len(owners)))
    second = np.full(len(starts), -np.inf)
    second[sizes > 1] = ordered[starts[sizes > 1] + 1]
    best_other = np.repeat(ordered[starts], sizes)
    best_other[starts] = second
    lead = np.empty(len(scores))
    lead[places] = ordered - best_other
    return lead


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """Precision and recall by falling threshold, one point per distinct score."""

    thresholds: Scores = field(repr=False)
    precision: Scores = field(repr=False)
    recall: Scores = field(repr=False)


def precision_recall(scores: Scores, correct: Flags, positives: int) -> PrecisionRecall:
    """The curve of pairs found from the highest score down; `positives` counts those that were never scored too."""
    order = np.argsort(-scores, kind="stable")
    ordered, hits = scores[order], np.cumsum(correct[order])
    found = np.arange(1, len(order) + 1)
    closed = np.flatnonzero(np.append(ordered[1:] < ordered[:-1], True)) if len(ordered) else np.empty(0, int)
    return PrecisionRecall(ordered[closed], hits[closed] / found[closed], hits[closed] / max(positives, 1))


def calibration(scores: Scores, positive: Flags, bins: int = 20) -> tuple[CalibrationBin, ...]:
    """How many of the pairs in each of `bins` equal steps of the score, 0 to 1, are positive; empty steps left out."""
    places = np.minimum((scores * bins).astype(int), bins - 1)
    pairs = np.bincount(places, minlength=bins)
    positives = np.bincount(places[positive], minlength=bins)
    return tuple(
        CalibrationBin(place / bins, (place + 1) / bins, int(pairs[place]), int(positives[place]))
        for place in range(bins)
        if pairs[place]
    )


def _share(flags: Flags) -> float | None:
    return float(flags.mean()) if len(flags) else None
