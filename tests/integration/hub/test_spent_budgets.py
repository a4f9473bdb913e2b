"""A member whose budget is spent at one operator: its records wait for another day, and everybody else's go on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.simulators.hub_members import item
from tests.simulators.operator_bench import OperatorBench

from symbolon.hub.gateway.operator_room import OperatorRoom
from symbolon.hub.operators.domain.budgets import COMPARISONS, EXPLANATIONS, DailyBudgets
from symbolon.matching.identifiers import BirthDate, PersonName, RecordIdentifiers

OTHER = RecordIdentifiers(names=(PersonName("Zoltan Petrovic"),), birth_date=BirthDate(1971, 2, 3))
THIRD = RecordIdentifiers(names=(PersonName("Rahima Khatun"),), birth_date=BirthDate(1983, 11, 28))


@pytest.fixture
def comparison() -> str:
    return "blind"


def _spend(operators: tuple[OperatorBench, OperatorRoom], member: str, kind: str) -> None:
    """Leave a member nothing of today's budget at one operator."""
    most = DailyBudgets().by_kind()[kind]
    with operators[0].store(1).work() as work:
        assert work.spendings.take(member, datetime.now(UTC).date(), kind, (most, most))


def _waiting(bench: Any, later: timedelta = timedelta()) -> int:
    with bench.hub.store.work() as work:
        return len(work.records.take_waiting(100, datetime.now(UTC) + later))


def test_records_of_a_member_without_budget_wait_and_all_others_are_compared(
    bench: Any, person: Any, operators: tuple[OperatorBench, OperatorRoom]
) -> None:
    _spend(operators, bench.amara.code, COMPARISONS)
    for one in (person, OTHER, THIRD):
        bench.submit(bench.amara, item(one))
    for one in (OTHER, THIRD):
        bench.submit(bench.belanu, item(one))
    assert bench.worker.find_matches() == 2
    assert _waiting(bench) == 0
    assert _waiting(bench, timedelta(hours=2)) == 3
    bench.submit(bench.belanu, item(person))
    assert bench.worker.find_matches() == 1


def test_a_hit_that_cannot_be_explained_today_is_not_lost_and_keeps_no_other_one_back(
    bench: Any, person: Any, operators: tuple[OperatorBench, OperatorRoom]
) -> None:
    bench.submit(bench.amara, item(person))
    assert bench.worker.find_matches() == 0
    _spend(operators, bench.amara.code, EXPLANATIONS)
    bench.submit(bench.belanu, item(person))
    bench.submit(bench.belanu, item(OTHER))
    assert bench.worker.find_matches() == 0
    assert (_waiting(bench), _waiting(bench, timedelta(hours=2))) == (0, 1)
