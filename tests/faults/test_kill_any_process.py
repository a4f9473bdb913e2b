"""Any process may be killed at any moment: no hit, vote or request is lost by it, and none is doubled."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import pytest
from tests.faults.rounds import MATCHING, Round

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU
from symbolon.exercise.state_desk import StateDesk
from symbolon.protocol.references import MemberCode

_rounds = count(1)


@pytest.fixture(scope="module")
def desks(federation: Federation) -> Iterator[dict[MemberCode, StateDesk]]:
    with ExitStack() as stack:
        yield {code: stack.enter_context(node.desk()) for code, node in federation.nodes.items()}


def kill_soon(federation: Federation, process: str) -> threading.Thread:
    """Kill it with -9 while what follows is under way."""

    supervisor = federation.servers.supervisor

    def kill() -> None:
        supervisor.wait_until_ready(process)
        starts = supervisor.starts(process)
        time.sleep(0.03)
        supervisor.kill(process)
        while supervisor.starts(process) == starts:
            time.sleep(0.01)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


@pytest.mark.parametrize(
    "process", ["hub-web", "hub-worker", "hub-beat", "broker", "postgres", "xa-web", "xa-worker", "xb-worker"]
)
def test_nothing_is_lost_or_doubled_when_a_process_is_killed_amid_matching_voting_and_asking(
    federation: Federation, desks: dict[MemberCode, StateDesk], process: str
) -> None:
    starts = federation.servers.supervisor.starts(process)
    round_ = Round(federation, next(_rounds), desks)
    round_.load()

    amid_matching = kill_soon(federation, process)
    round_.publish()
    round_.await_hits()
    amid_matching.join()

    round_.vote(AMARA)
    amid_voting = kill_soon(federation, process)
    round_.vote(BELANU)
    round_.await_confirmed()
    amid_voting.join()

    amid_asking = kill_soon(federation, process)
    round_.ask()
    round_.answer()
    round_.await_answer()
    amid_asking.join()

    federation.servers.supervisor.wait_until_ready(process)
    assert federation.servers.supervisor.starts(process) == starts + 3
    for state in (AMARA, BELANU):
        assert len(round_.hits(state)) == MATCHING
        view = round_.view(state)
        assert len(view.own_votes) == len(view.counterpart_votes) == 1
        assert len(view.requests) == 1
        assert view.requests[0].reply is not None
