from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from symbolon.matching.pair_scores import PackedVectors, pair_scores, scores_against_all, search_scores_against_all
from symbolon.matching.similarity import overlap, reaches

BITS = 128
VECTOR = st.binary(min_size=BITS // 8, max_size=BITS // 8)
RECORDS = st.lists(st.lists(VECTOR, max_size=3).map(tuple), min_size=1, max_size=5)


def best(one: tuple[bytes, ...], other: tuple[bytes, ...]) -> float:
    """The best Dice, one pair of vectors at a time."""
    scores = [0.0]
    for first in one:
        for second in other:
            common, total = overlap(first, second)
            scores.append(2 * common / total if total else 0.0)
    return max(scores)


@given(RECORDS, RECORDS)
def test_scores_are_those_of_the_best_two_vectors(
    left: list[tuple[bytes, ...]], right: list[tuple[bytes, ...]]
) -> None:
    pairs = [(one, other) for one in range(len(left)) for other in range(len(right))]
    scores = pair_scores(PackedVectors.of(left, BITS), PackedVectors.of(right, BITS), np.array(pairs))
    assert scores.tolist() == [best(left[one], right[other]) for one, other in pairs]


@given(st.lists(VECTOR, max_size=3).map(tuple), RECORDS)
def test_one_against_all_is_the_same(query: tuple[bytes, ...], targets: list[tuple[bytes, ...]]) -> None:
    packed = PackedVectors.of([query], BITS)
    assert scores_against_all(packed.words, PackedVectors.of(targets, BITS)).tolist() == [
        best(query, target) for target in targets
    ]


@given(VECTOR, VECTOR, st.sampled_from([Fraction(21, 25), Fraction(13, 20), Fraction(2, 3)]))
def test_a_score_is_over_a_threshold_exactly_where_the_fraction_is(
    one: bytes, other: bytes, threshold: Fraction
) -> None:
    packed = PackedVectors.of([(one,), (other,)], BITS)
    score = pair_scores(packed, packed, np.array([(0, 1)]))[0]
    assert (score >= float(threshold)) == reaches(one, other, threshold)


def test_a_record_without_a_vector_is_like_nothing_itself_included() -> None:
    packed = PackedVectors.of([(), (bytes(BITS // 8),)], BITS)
    assert pair_scores(packed, packed, np.array([(0, 0), (0, 1), (1, 1)])).tolist() == [0.0, 0.0, 0.0]


def _first_bits(count: int, start: int = 0) -> bytes:
    return (((1 << count) - 1) << start).to_bytes(BITS // 8, "little")


def test_a_search_prefers_the_longer_name_that_holds_all_of_the_query() -> None:
    query, longer, other = _first_bits(20), _first_bits(40), _first_bits(22, 6)
    packed, targets = PackedVectors.of([(query,)], BITS), PackedVectors.of([(longer,), (other,)], BITS)
    assert np.diff(scores_against_all(packed.words, targets))[0] == 0
    assert np.diff(search_scores_against_all(packed.words, targets))[0] < 0


@given(VECTOR.filter(any), RECORDS)
def test_a_search_score_lies_between_none_and_the_whole_and_is_whole_for_the_same_name(
    query: bytes, targets: list[tuple[bytes, ...]]
) -> None:
    packed = PackedVectors.of([(query,)], BITS)
    scores = search_scores_against_all(packed.words, PackedVectors.of([*targets, (query,)], BITS))
    assert ((scores >= 0) & (scores <= 1 + 1e-12)).all()
    assert abs(scores[-1] - 1) < 1e-12
