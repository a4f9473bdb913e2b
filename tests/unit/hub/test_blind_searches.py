"""Records of many owners are asked about together where it pays; nobody is compared with more or less for it."""

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.hub.errors_of_operators import OperatorRefused, OperatorsDisagree, OperatorsLate
from symbolon.hub.ports.operators import Asking, Opened
from symbolon.hub.storage.blind_jobs import MOST_PAIRS, MOST_ROWS, QUERIES_OF_A_JOB, AskOperators, BudgetSpent
from symbolon.hub.storage.blind_searches import COST_OF_A_JOB, Search, merged, places_of, search_of
from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.questions import Question
from symbolon.protocol.messages_sessions import MOST_RANGES, RowAddress, RowRange, filled_up
from symbolon.protocol.references import MemberCode

QUESTION = Question("names", LinearTest(8, 3, 3), 12)
WORK: Any = None
Rows = st.integers(1, 700)


def queries_in(segment: int, count: int) -> tuple[RowAddress, ...]:
    return tuple(RowAddress(segment, row) for row in range(count))


@st.composite
def searches(draw: st.DrawFn) -> list[Search]:
    """Groups of queries, each with ranges of its own among the same segments."""
    sizes = draw(st.dictionaries(st.integers(1_000, 1_020), Rows, min_size=1))
    groups = draw(st.lists(st.tuples(st.integers(1, 80), st.sets(st.sampled_from(sorted(sizes)), min_size=1))))
    return [
        search_of(QUESTION, queries_in(number, count), [RowRange(segment, 0, sizes[segment]) for segment in segments])
        for number, (count, segments) in enumerate(groups)
    ]


def scopes(found: list[Search]) -> Mapping[RowAddress, frozenset[int]]:
    return {query: each.scope[query.segment] for each in found for query in each.queries}


@given(searches())
def test_every_query_keeps_its_scope_and_is_asked_once(apart: list[Search]) -> None:
    together = merged(apart)
    assert scopes(together) == scopes(apart)
    assert sum(len(each.queries) for each in together) == sum(len(each.queries) for each in apart)
    for each in together:
        assert all(scope <= each.ranges.keys() for scope in each.scope.values())


@given(searches())
def test_what_is_wasted_costs_less_than_the_jobs_that_are_saved(apart: list[Search]) -> None:
    together = merged(apart)
    cost = sum(each.pairs + COST_OF_A_JOB for each in together)
    assert cost <= sum(each.pairs + COST_OF_A_JOB for each in apart)


def test_small_groups_are_asked_together_and_large_ones_apart() -> None:
    small = [search_of(QUESTION, queries_in(number, 3), [RowRange(90 + number, 0, 50)]) for number in range(6)]
    assert len(merged(small)) == 1
    large = [search_of(QUESTION, queries_in(number, 900), [RowRange(90 + number, 0, 5_000)]) for number in range(3)]
    assert len(merged(large)) == 3


@given(st.lists(st.tuples(st.integers(0, 3), Rows), min_size=1, max_size=9))
def test_a_row_is_found_where_it_lies(parts: list[tuple[int, int]]) -> None:
    ranges = [RowRange(number, 64 * first, count) for number, (first, count) in enumerate(parts)]
    place, start = places_of(ranges), 0
    for each in ranges:
        assert place(start) == RowAddress(each.segment, each.first)
        assert place(start + each.count - 1) == RowAddress(each.segment, each.first + each.count - 1)
        start += filled_up(each.count)


class AnsweringOperators:
    """Says yes about every seventh pair, by where both rows lie; refuses, or answers otherwise, when it is told to."""

    def __init__(self) -> None:
        self.asked: list[Asking] = []
        self.refusing: list[str] = []
        self.lying = False

    def begin(self, asking: Asking, _change: int, rotation: int) -> "Future[Opened]":
        future: Future[Opened] = Future()
        self.asked.append(asking)
        if self.refusing:
            future.set_exception(OperatorRefused(1, self.refusing.pop(), "for a test"))
        elif asking.pairs:
            pairs = enumerate(zip(asking.queries, asking.pairs, strict=True))
            future.set_result([tuple(place for place, pair in pairs if says_yes(*pair))])
        else:
            future.set_result([self._rows(asking, query, rotation) for query in asking.queries])
        return future

    def _rows(self, asking: Asking, query: RowAddress, rotation: int) -> tuple[int, ...]:
        found, start = [], 0
        for each in asking.against:
            rows = range(each.first, each.first + each.count)
            found += [start + row - each.first for row in rows if says_yes(query, RowAddress(each.segment, row))]
            start += filled_up(each.count)
        return tuple(found[rotation:] if self.lying else found)


def says_yes(query: RowAddress, row: RowAddress) -> bool:
    return (query.row * 3 + query.segment + row.row + row.segment) % 7 == 0


def asker(operators: Any, one_in: int = 1_000_000) -> AskOperators:
    return AskOperators(operators, lambda _: 5, lambda below: below - 1 if below < 4 or one_in > 1 else 0, one_in)


@pytest.mark.parametrize(("queries", "ranges"), [(1, (3, 700_000)), (600, (64, 5, 9_000, 20_000)), (700, (1,) * 1_500)])
def test_what_is_asked_in_pieces_is_found_whole(queries: int, ranges: tuple[int, ...]) -> None:
    operators = AnsweringOperators()
    against = tuple(RowRange(number, 64 * (number % 2), count) for number, count in enumerate(ranges))
    asking = Asking(QUESTION, queries_in(9, queries)[:3] + queries_in(9, queries)[3:], against)
    [found] = asker(operators)(WORK, [asking], 1.0)
    place = places_of(against)
    for query, rows in list(zip(asking.queries, found, strict=True))[:: max(1, queries // 5)]:
        assert all(says_yes(query, place(row)) for row in rows)
        assert len(rows) == sum(
            says_yes(query, RowAddress(each.segment, row))
            for each in against
            for row in range(each.first, each.first + each.count)
        )
    for piece in operators.asked:
        size = sum(filled_up(each.count) for each in piece.against)
        assert len(piece.queries) <= QUERIES_OF_A_JOB
        assert len(piece.against) <= MOST_RANGES
        assert size <= MOST_ROWS
        assert size * len(piece.queries) <= MOST_PAIRS + 64 * len(piece.queries)


def test_pairs_lie_side_by_side_and_are_found_by_their_place() -> None:
    operators = AnsweringOperators()
    first, second = queries_in(1, 9_000), queries_in(2, 9_000)
    [[found]] = asker(operators)(WORK, [Asking(QUESTION, first, (), second)], 1.0)
    assert found == tuple(place for place, pair in enumerate(zip(first, second, strict=True)) if says_yes(*pair))
    assert len(operators.asked) == 3


@pytest.mark.parametrize("code", ["moved-on", "spoiled"])
def test_a_job_that_came_too_late_is_asked_again(code: str) -> None:
    operators = AnsweringOperators()
    operators.refusing = [code] * 3
    asking = Asking(QUESTION, queries_in(1, 4), (RowRange(2, 0, 100),))
    assert asker(operators)(WORK, [asking], 1.0) == asker(AnsweringOperators())(WORK, [asking], 1.0)


def test_rows_that_move_on_while_many_jobs_run_spoil_each_of_them_once() -> None:
    operators = AnsweringOperators()
    operators.refusing = ["moved-on"] * 20
    askings = [Asking(QUESTION, queries_in(number, 4), (RowRange(90, 0, 100),)) for number in range(20)]
    assert asker(operators)(WORK, askings, 1.0) == asker(AnsweringOperators())(WORK, askings, 1.0)
    assert len(operators.asked) == 40


@pytest.mark.parametrize("codes", [["out-of-scope"], ["moved-on"] * 6])
def test_what_is_refused_for_good_is_not_asked_for_ever(codes: list[str]) -> None:
    operators = AnsweringOperators()
    operators.refusing = codes
    with pytest.raises(OperatorRefused):
        asker(operators)(WORK, [Asking(QUESTION, queries_in(1, 4), (RowRange(2, 0, 100),))], 1.0)


class MovingOperators(AnsweringOperators):
    """The rows move on now and then: who asks about them as they were is refused."""

    def __init__(self, every: int) -> None:
        super().__init__()
        self.change = 10
        self.every = every

    def begin(self, asking: Asking, change: int, rotation: int) -> "Future[Opened]":
        if len(self.asked) % self.every == self.every - 1:
            self.change += 1
        if change != self.change:
            self.refusing = ["moved-on"]
        return super().begin(asking, change, rotation)


@pytest.mark.parametrize("every", [2, 3, 7])
def test_records_that_come_all_the_while_do_not_end_a_run(every: int) -> None:
    operators = MovingOperators(every)
    askings = [Asking(QUESTION, queries_in(number, 4), (RowRange(90, 0, 100),)) for number in range(100)]
    ask = AskOperators(operators, lambda _: operators.change, lambda below: below - 1, 1_000_000)
    assert ask(WORK, askings, 1.0) == asker(AnsweringOperators())(WORK, askings, 1.0)


def test_rows_that_moved_on_before_a_job_was_computed_again_are_no_disagreement() -> None:
    class Withdrawn(AnsweringOperators):
        change = 10

        def begin(self, asking: Asking, change: int, _rotation: int) -> "Future[Opened]":
            # The second computation finds that somebody withdrew a record meanwhile; what is left says something else.
            self.change = max(self.change, 10 + (len(self.asked) >= 2))
            self.lying = self.change > 10
            self.refusing = ["moved-on"] if change != self.change else []
            return super().begin(asking, change, 1)

    operators = Withdrawn()
    asking = Asking(QUESTION, queries_in(1, 4), (RowRange(2, 0, 100),))
    ask = AskOperators(operators, lambda _: operators.change, lambda _below: 0, 1)
    assert len(ask(WORK, [asking, asking, asking], 1.0)) == 3


def test_whose_budget_is_spent_is_said_with_what_was_asked() -> None:
    class Spent(AnsweringOperators):
        def begin(self, asking: Asking, change: int, rotation: int) -> "Future[Opened]":
            future = super().begin(asking, change, rotation)
            if asking.queries[0].segment == 1:
                future = Future()
                future.set_exception(OperatorRefused(0, "budget-spent", "for a test", MemberCode("XA")))
            return future

    askings = [Asking(QUESTION, queries_in(segment, 4), (RowRange(90, 0, 100),)) for segment in (2, 1, 3)]
    with pytest.raises(BudgetSpent) as caught:
        asker(Spent())(WORK, askings, 1.0)
    assert (caught.value.member, caught.value.asking) == ("XA", askings[1])


def test_a_job_that_comes_out_otherwise_the_second_time_stops_everything() -> None:
    operators = AnsweringOperators()
    operators.lying = True
    with pytest.raises(OperatorsDisagree):
        asker(operators, one_in=1)(WORK, [Asking(QUESTION, queries_in(1, 4), (RowRange(2, 0, 100),))], 1.0)


def test_an_answer_that_never_comes_is_not_waited_for() -> None:
    class Silent(AnsweringOperators):
        def begin(self, *_: object) -> "Future[Opened]":
            return Future()

    with pytest.raises(OperatorsLate):
        asker(Silent())(WORK, [Asking(QUESTION, queries_in(1, 4), (RowRange(2, 0, 100),))], 0.01)
