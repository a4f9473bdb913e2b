"""What a member that means harm, a race or an accident must not bring about at the hub."""

import threading
from typing import Any

from tests.simulators.hub_members import item

from symbolon.hub.bootstrap.commands import reinstate_member, suspend_member
from symbolon.protocol.references import MemberCode

XC = MemberCode("XC")


def _hits(bench: Any) -> int:
    return sum(state.hits for state in bench.hub.show_status()().hits_by_state)


def test_reinstating_while_a_worker_has_the_record_in_hand_loses_no_hit(bench: Any, person: Any) -> None:
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    bench.submit(bench.cassor, item(person))
    suspend_member(bench.hub)(XC)
    reinstated = threading.Event()

    def reinstate() -> None:
        reinstate_member(bench.hub)(XC)
        reinstated.set()

    with bench.hub.store.work() as work:
        # Taken while XC is suspended: there is nothing to compare it with.
        handles = work.records.take_waiting(1000)
        thread = threading.Thread(target=reinstate)
        thread.start()
        assert not reinstated.wait(1), "reinstating waits for the comparison that is under way"
        work.records.settle(handles)
    thread.join(20)
    bench.worker.find_matches()
    assert _hits(bench) == 1
