"""Operators follow the hub's changes, also where the newest of them is forgotten."""

from typing import Any

import pytest
from tests.simulators.hub_members import item


@pytest.fixture
def comparison() -> str:
    return "blind"


def test_what_waits_is_compared_though_the_newest_change_is_a_removal_that_was_forgotten(
    bench: Any, person: Any, somebody_else: Any
) -> None:
    gone = item(somebody_else)
    bench.submit(bench.cassor, gone)
    bench.submit(bench.amara, item(person))
    bench.submit(bench.belanu, item(person))
    bench.api.withdraw_records(bench.cassor.code, bench.cassor.withdrawal(gone.reference))
    bench.worker.refresh_index()
    assert bench.worker.tidy_up()
    bench.worker.find_matches()
    assert len(bench.alerts(bench.amara)) == len(bench.alerts(bench.belanu)) == 1
