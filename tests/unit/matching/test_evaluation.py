from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.matching.evaluation import (
    best_linkage_quality,
    calibration,
    clearly_each_others_best,
    linkage_quality,
    one_to_one,
    precision_recall,
    ranking_quality,
    rates_at,
    recall_at_fpr,
)

SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=30)


def ranked(positives: list[float], negatives: list[float]) -> "tuple[np.ndarray, np.ndarray]":
    scores = np.array([*positives, *negatives])
    return scores, np.arange(len(scores)) < len(positives)


def recall_by_hand(positives: list[float], negatives: list[float], allowed: int) -> float:
    """The best recall of any threshold with no more false positives than allowed, ties taken in whole."""
    recalls = [
        sum(score >= threshold for score in positives) / len(positives)
        for threshold in [*positives, *negatives, 2.0]
        if sum(score >= threshold for score in negatives) <= allowed
    ]
    return max(recalls)


@given(SCORES, SCORES, st.sampled_from([1, 10, 100, 500]))
def test_recall_is_that_of_the_best_threshold_with_so_many_false_positives(
    positives: list[float], negatives: list[float], permille: int
) -> None:
    allowed = len(negatives) * permille // 1000
    assert recall_at_fpr(*ranked(positives, negatives), permille) == recall_by_hand(positives, negatives, allowed)


def test_of_ninety_nine_negatives_none_may_score_as_high() -> None:
    assert recall_at_fpr(*ranked([0.9, 0.8], [0.85, *[0.1] * 98]), 10) == 0.5


def test_of_a_hundred_negatives_one_may_score_as_high() -> None:
    assert recall_at_fpr(*ranked([0.9, 0.8], [0.85, *[0.1] * 99]), 10) == 1.0


def test_a_positive_that_ties_with_the_first_forbidden_negative_is_a_miss() -> None:
    assert recall_at_fpr(*ranked([0.5], [0.5] * 200), 10) == 0.0


@given(SCORES, SCORES)
def test_the_area_is_the_chance_to_rank_a_positive_higher(positives: list[float], negatives: list[float]) -> None:
    found = ranking_quality(*ranked(positives, negatives), np.random.default_rng(1))
    assert found is not None
    pairs = [(one > other) + (one == other) / 2 for one in positives for other in negatives]
    assert found.auc == pytest.approx(sum(pairs) / len(pairs))


def test_the_interval_holds_the_measure_and_is_wider_where_pairs_are_few() -> None:
    random = np.random.default_rng(1)
    few, many = (
        ranking_quality(
            *ranked(random.normal(1, 1, size).tolist(), random.normal(0, 1, size).tolist()), np.random.default_rng(2)
        )
        for size in (50, 2000)
    )
    assert few is not None
    assert many is not None
    low, high = many.auc_interval
    assert low <= many.auc <= high
    assert high - low < few.auc_interval[1] - few.auc_interval[0]


def test_the_same_scores_and_seed_give_the_same_intervals() -> None:
    scores, positive = ranked([0.9, 0.5, 0.4], [0.6, 0.3, 0.2])
    first, second = (ranking_quality(scores, positive, np.random.default_rng(7)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("label", [True, False])
def test_nothing_is_ranked_where_one_class_lacks(label: bool) -> None:
    assert ranking_quality(np.array([0.5]), np.array([label]), np.random.default_rng(1)) is None


def test_a_score_that_equals_the_threshold_is_found() -> None:
    scores, positive = ranked([2 * 42 / 100], [0.8399999])
    assert rates_at(scores, positive, Fraction(21, 25)) == (1.0, 0.0)


def test_rates_are_unknown_where_there_is_nothing_to_divide_by() -> None:
    assert rates_at(np.array([0.5]), np.array([True]), Fraction(1, 2)) == (1.0, None)


def test_nothing_found_is_no_precision_and_no_failure() -> None:
    quality = linkage_quality(found=0, correct=0, positives=0, threshold=0.8)
    assert (quality.precision, quality.recall, quality.f1) == (0.0, 0.0, 0.0)


def test_pairs_that_tie_come_in_together_at_the_best_threshold() -> None:
    best = best_linkage_quality(np.array([0.9, 0.8, 0.8]), np.array([True, True, False]), positives=2)
    assert best is not None
    assert (best.threshold, best.precision, best.recall) == (0.8, 2 / 3, 1.0)


def test_there_is_no_best_threshold_without_pairs() -> None:
    assert best_linkage_quality(np.empty(0), np.empty(0, bool), positives=3) is None


def test_each_record_keeps_its_best_partner_and_no_other() -> None:
    left, right = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    kept = one_to_one(left, right, np.array([0.9, 0.8, 0.95, 0.7]))
    assert kept.tolist() == [False, True, True, False]


def test_pairs_under_a_threshold_do_not_change_the_choice_among_those_over_it() -> None:
    random = np.random.default_rng(3)
    left, right = random.integers(0, 20, 100), random.integers(0, 20, 100)
    scores = random.random(100)
    over = scores >= 0.5
    assert (one_to_one(left, right, scores)[over] == one_to_one(left[over], right[over], scores[over])).all()


def test_precision_and_recall_run_from_the_highest_score_down() -> None:
    curve = precision_recall(np.array([0.2, 0.9, 0.9]), np.array([True, True, False]), positives=4)
    assert curve.thresholds.tolist() == [0.9, 0.2]
    assert curve.precision.tolist() == [0.5, pytest.approx(2 / 3)]
    assert curve.recall.tolist() == [0.25, 0.5]


def test_a_curve_of_nothing_has_no_points() -> None:
    assert len(precision_recall(np.empty(0), np.empty(0, bool), positives=0).recall) == 0


def test_calibration_counts_pairs_by_score_and_takes_the_highest_into_the_last_step() -> None:
    steps = calibration(np.array([1.0, 0.95, 0.05]), np.array([True, False, False]), bins=10)
    assert [(step.low, step.pairs, step.positives) for step in steps] == [(0.0, 1, 0), (0.9, 2, 1)]


def test_of_what_is_left_over_only_pairs_that_no_other_comes_near_are_kept() -> None:
    left, right = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 0, 1])
    scores = np.array([0.50, 0.30, 0.20, 0.48, 0.10, 0.46])
    assert clearly_each_others_best(left, right, scores, 0.05).tolist() == [True, False, False, False, False, False]
    assert clearly_each_others_best(left, right, scores, 0.01).tolist() == [True, False, False, True, False, False]


def test_those_who_found_a_partner_stand_in_nobodys_way() -> None:
    left, right = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    scores = np.array([0.60, 0.10, 0.50, 0.48])
    assert clearly_each_others_best(left, right, scores, 0.05).tolist() == [True, False, False, True]


def test_a_pair_without_any_other_is_each_others_best_and_no_pairs_give_none() -> None:
    assert clearly_each_others_best(np.array([3]), np.array([7]), np.array([-0.4]), 0.5).tolist() == [True]
    assert clearly_each_others_best(np.empty(0, int), np.empty(0, int), np.empty(0), 0.5).tolist() == []


def test_a_tie_is_nobodys_best() -> None:
    left, right = np.array([0, 0]), np.array([0, 1])
    assert not clearly_each_others_best(left, right, np.array([0.5, 0.5]), 0.01).any()
