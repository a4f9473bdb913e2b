"""A node's worker, the hub or its database is killed between commitment and reveal: the same key comes about at all."""

import pytest
from tests.faults.rounds import wait_until

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU
from symbolon.hub.errors import EpochNotReady


@pytest.mark.parametrize("process", ["xa-worker", "hub-web", "postgres"])
def test_the_ceremony_ends_with_one_key_when_a_process_is_killed_between_commitment_and_reveal(
    federation: Federation, process: str
) -> None:
    supervisor = federation.servers.supervisor
    amara, belanu = federation.nodes[AMARA], federation.nodes[BELANU]
    (former,) = amara.key_checks()
    federation.hub.open_epoch()
    federation.co_sign()
    # While Belanu's worker is down, neither commitment is known on both sides, so nobody reveals.
    supervisor.hold(belanu.worker)
    amara.join_ceremony()
    belanu.join_ceremony()
    wait_until("Amara's commitment at the hub", lambda: not amara.status().outbox["messages"])
    assert not amara.holds_linkage_keys()
    assert not belanu.holds_linkage_keys()
    starts = supervisor.starts(process)
    supervisor.kill(process)
    supervisor.release(belanu.worker)
    wait_until("the new start", lambda: supervisor.starts(process) > starts)
    supervisor.wait_until_ready(process)
    wait_until("the key at Amara", amara.holds_linkage_keys)
    wait_until("the key at Belanu", belanu.holds_linkage_keys)
    checks = amara.key_checks()
    assert checks == belanu.key_checks()
    assert set(checks) == {former, former + 1}
    assert checks[former] != checks[former + 1]
    wait_until("the end of the former epoch", lambda: is_closed(federation, former))


def is_closed(federation: Federation, epoch: int) -> bool:
    try:
        federation.hub.close_epoch(epoch)
    except EpochNotReady:
        return False
    federation.co_sign()
    return True
