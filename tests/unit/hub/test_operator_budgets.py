"""Both owners of a pair pay for it, whichever of them asks, and for the same rows once."""

from dataclasses import replace
from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from tests.simulators.operator_bench import SCHEMA, segment

from symbolon.hub.operators.domain.budgets import (
    COMPARED,
    COMPARISONS,
    DAILY_COMPARISONS,
    EXPLANATIONS,
    DailyBudgets,
    PaidJobs,
    spent_by,
)
from symbolon.hub.operators.domain.questions import form_of
from symbolon.matching.blind.questions import threshold_question
from symbolon.protocol.messages_sessions import CompareRows, RowAddress, RowRange

PROFILE = SCHEMA.profiles[0]
OWNERS = ("XA", "XB", "XC")
SEGMENTS = {number: segment(number, OWNERS[number % 3], PROFILE.id) for number in range(6)}
Numbers = st.integers(0, 5)


def job(queries: list[int], ranges: list[tuple[int, int]], pairs: list[int] | None = None) -> CompareRows:
    return CompareRows(
        0, 0, False, 1, form_of(threshold_question(SCHEMA, PROFILE)),
        tuple(RowAddress(number, row) for row, number in enumerate(queries)),
        tuple(RowRange(number, 0, count) for number, count in ranges),
        tuple(RowAddress(number, row) for row, number in enumerate(pairs or [])),
    )  # fmt: skip


@given(
    st.lists(Numbers, min_size=1, max_size=9),
    st.lists(st.tuples(Numbers, st.integers(1, 300)), min_size=1, max_size=9),
    st.frozensets(st.tuples(Numbers, Numbers)),
)
def test_who_asks_and_who_is_asked_pay_for_every_pair_in_scope(
    queries: list[int], ranges: list[tuple[int, int]], scope: frozenset[tuple[int, int]]
) -> None:
    admitted = {one: frozenset(other for other in SEGMENTS if (one, other) in scope) for one in SEGMENTS}
    costs = spent_by(job(queries, ranges), SEGMENTS, admitted)
    for owner in OWNERS:
        asked = [
            (SEGMENTS[one].owner, SEGMENTS[other].owner, count)
            for one, (other, count) in product(queries, ranges)
            if (one, other) in scope
        ]
        assert costs.get((owner, COMPARISONS), 0) == sum(count for one, _, count in asked if one == owner)
        assert costs.get((owner, COMPARED), 0) == sum(count for _, other, count in asked if other == owner)


def test_single_pairs_cost_both_owners_the_same() -> None:
    costs = spent_by(job([0, 3, 0], [], [1, 2, 1]), SEGMENTS, {})
    assert costs == {("XA", EXPLANATIONS): 3, ("XB", EXPLANATIONS): 2, ("XC", EXPLANATIONS): 1}


def test_a_job_that_is_asked_again_is_paid_for_once_while_nothing_changed_and_not_for_ever() -> None:
    paid, asked = PaidJobs(), job([3], [(1, 64)])
    assert not paid.is_paid(asked)
    paid.note(asked)
    again = replace(asked, number=7, rotation=2, tree=True)
    assert paid.is_paid(again)
    for other in (replace(asked, change=2), replace(asked, generation=1), job([3], [(1, 65)]), job([2], [(1, 64)])):
        assert not paid.is_paid(other)
    for _ in range(3):
        paid.note(again)
    assert not paid.is_paid(asked)


def test_the_budget_as_it_comes_has_room_for_an_import_of_100_000_records() -> None:
    vectors_of_a_record, vectors_of_the_others = 5, 2_000_000
    assert 100_000 * vectors_of_a_record * vectors_of_the_others <= DAILY_COMPARISONS


def test_nobodys_import_spends_what_another_member_has() -> None:
    budgets = DailyBudgets().by_kind()
    assert budgets[COMPARED] >= 16 * budgets[COMPARISONS]
