"""Which jobs are asked where only members learn the answers, and what is asked again."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from symbolon.hub.errors_of_operators import OperatorRefused
from symbolon.hub.ports.operators import Asking
from symbolon.hub.storage.blind_jobs import BudgetSpent
from symbolon.hub.storage.receiver_jobs import MOST_QUERIES, AskForReceivers, Rows
from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.questions import Question
from symbolon.protocol.messages_sessions import RowAddress, RowRange
from symbolon.protocol.references import MemberCode

XA = MemberCode("XA")
QUESTION = Question("person", LinearTest(8, 3, 3), 13)


class Operators:
    """Answers each job with its asking, or as it is told."""

    def __init__(self, answer: Callable[[int], Exception | None] = lambda _number: None) -> None:
        self.asked: list[Asking] = []
        self.changes: list[int] = []
        self._answer = answer

    def begin_sealed(self, asking: Asking, change: int, _rotation: int, _receivers: Any) -> Future[Any]:
        future: Future[Any] = Future()
        refused = self._answer(len(self.asked))
        self.asked.append(asking)
        self.changes.append(change)
        if refused is None:
            future.set_result(asking)
        else:
            future.set_exception(refused)
        return future


def ask(operators: Operators, rows: Rows) -> list[Any]:
    changes = iter(range(1, 100))
    asking = AskForReceivers(operators, lambda _work: next(changes), lambda below: below - 1, 2)  # type: ignore[arg-type]
    return [piece for _rows, piece, _bits in asking(None, [rows], 1.0)]  # type: ignore[arg-type]


def rows_of(queries: dict[int, int], against: dict[int, int], scope: set[tuple[int, int]]) -> Rows:
    return Rows(
        XA,
        (QUESTION,),
        tuple(RowAddress(segment, row) for segment, count in queries.items() for row in range(count)),
        tuple(RowRange(segment, 0, count) for segment, count in against.items()),
        frozenset(scope),
    )


def test_what_is_in_nobodys_scope_is_not_asked() -> None:
    operators = Operators()
    ask(operators, rows_of({1: MOST_QUERIES, 2: MOST_QUERIES}, {7: 10, 8: 10}, {(1, 7), (2, 8)}))
    assert [{each.segment for each in asking.against} for asking in operators.asked] == [{7}, {8}]


def test_ranges_of_one_side_are_asked_together() -> None:
    operators = Operators()
    pieces = ask(operators, rows_of({1: 3}, {7: 10, 8: 70}, {(1, 7), (1, 8)}))
    assert len(pieces) == len(operators.asked) == 1


def test_what_the_rows_moved_on_from_is_asked_again_as_they_are_now() -> None:
    operators = Operators(lambda number: OperatorRefused(0, "moved-on", "the rows moved on") if number == 0 else None)
    assert len(ask(operators, rows_of({1: 3}, {7: 10}, {(1, 7)}))) == 1
    assert operators.changes == [1, 2]


def test_a_member_whose_budget_is_spent_is_named() -> None:
    operators = Operators(lambda _number: OperatorRefused(0, "budget-spent", "no more today", XA))
    with pytest.raises(BudgetSpent) as spent:
        ask(operators, rows_of({1: 3}, {7: 10}, {(1, 7)}))
    assert spent.value.member == XA
