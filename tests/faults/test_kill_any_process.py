"""Any process may be killed at any moment: no hit, vote or request is lost by it, and none is doubled."""

import pytest
from tests.faults.kills import assert_nothing_is_lost_or_doubled, begin_round, killed_amid

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU
from symbolon.exercise.state_desk import StateDesk
from symbolon.protocol.references import MemberCode


@pytest.mark.parametrize(
    "process", ["hub-web", "hub-worker", "hub-beat", "broker", "postgres", "xa-web", "xa-worker", "xb-worker"]
)
def test_nothing_is_lost_or_doubled_when_a_process_is_killed_amid_matching_voting_and_asking(
    federation: Federation, desks: dict[MemberCode, StateDesk], process: str
) -> None:
    supervisor = federation.servers.supervisor
    round_ = begin_round(federation, desks)
    with killed_amid(supervisor, process):
        round_.publish()
        round_.await_hits()
    round_.vote(AMARA)
    with killed_amid(supervisor, process):
        round_.vote(BELANU)
        round_.await_confirmed()
    with killed_amid(supervisor, process):
        round_.ask()
        round_.answer()
        round_.await_answer()
    supervisor.wait_until_ready(process)
    assert_nothing_is_lost_or_doubled(round_)
