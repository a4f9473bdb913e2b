"""Operators follow the hub's changes, also where the newest of them is forgotten or the hub began another life."""

from typing import Any
from uuid import uuid4

import pytest
from tests.simulators.hub_members import item
from tests.simulators.operator_bench import OperatorBench

from symbolon.hub.errors import OperatorRefused
from symbolon.hub.gateway.operator_room import OperatorRoom
from symbolon.protocol.references import new_incarnation_id


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


def test_a_hub_that_was_put_back_to_a_backup_is_not_followed(
    bench: Any, person: Any, operators: tuple[OperatorBench, OperatorRoom]
) -> None:
    bench.submit(bench.amara, item(person))
    bench.worker.find_matches()
    with bench.hub.store.work() as work:
        work.reconciliation.begin(new_incarnation_id(uuid4()), bench.now(), bench.now())
    bench.submit(bench.belanu, item(person))
    with pytest.raises(OperatorRefused) as refused, bench.hub.store.work() as work:
        bench.new_comparator().refresh(work)
    assert refused.value.code == "another-hub"
