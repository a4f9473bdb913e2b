"""Which records are compared with which in one job: rows of many owners together, where that is cheaper than apart.

A job compares each of its queries with each of its ranges, also what is out of scope and stays closed: so groups of
records with different scopes are asked together where the pairs that this wastes cost less than a job of their own.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from symbolon.hub.ports.operators import Asking
from symbolon.matching.blind.questions import Question
from symbolon.protocol.messages_sessions import RowAddress, RowRange, filled_up

COST_OF_A_JOB: Final = 1 << 18
"""In pairs that could be compared meanwhile."""


@dataclass(frozen=True, slots=True)
class Search:
    """Queries of one kind, the ranges that some of them are compared with, and which segments go with which."""

    question: Question
    queries: tuple[RowAddress, ...]
    ranges: Mapping[int, RowRange]
    """By segment."""
    scope: Mapping[int, frozenset[int]]
    """By segment of queries, the segments that its rows are compared with."""

    @property
    def pairs(self) -> int:
        """How many pairs it costs."""
        return len(self.queries) * sum(filled_up(each.count) for each in self.ranges.values())

    def asking(self) -> Asking:
        """As the operators are asked."""
        return Asking(self.question, self.queries, tuple(each for _, each in sorted(self.ranges.items())))

    def beside(self, other: "Search") -> "Search":
        """Both in one."""
        return Search(
            self.question,
            self.queries + other.queries,
            {**self.ranges, **other.ranges},
            {**self.scope, **other.scope},
        )


def search_of(question: Question, queries: tuple[RowAddress, ...], ranges: Collection[RowRange]) -> Search:
    """Queries that have one scope."""
    by_segment = {each.segment: each for each in ranges}
    scope = dict.fromkeys((query.segment for query in queries), frozenset(by_segment))
    return Search(question, queries, by_segment, scope)


def merged(searches: Sequence[Search]) -> list[Search]:
    """Searches of one question, put together where it pays; the largest first."""
    found: list[Search] = []
    for search in sorted(searches, key=lambda each: each.pairs, reverse=True):
        together = [each.beside(search) for each in found]
        wasted = [both.pairs - each.pairs - search.pairs for both, each in zip(together, found, strict=True)]
        place = min(range(len(found)), key=wasted.__getitem__, default=None)
        if place is None or wasted[place] > COST_OF_A_JOB:
            found.append(search)
        else:
            found[place] = together[place]
    return found


def places_of(ranges: Sequence[RowRange]) -> Callable[[int], RowAddress]:
    """Where a row lies that is counted over these ranges, each filled up to a word."""
    starts = list(accumulate((filled_up(each.count) for each in ranges), initial=0))

    def place(row: int) -> RowAddress:
        number = bisect_right(starts, row) - 1
        return RowAddress(ranges[number].segment, ranges[number].first + row - starts[number])

    return place
