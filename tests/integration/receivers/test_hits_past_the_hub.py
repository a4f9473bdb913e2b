"""From two submissions to an exchange, in a federation whose hub learns no pair."""

from tests.integration.backup.federation import FOCAL_POINT, PROTECTION_OFFICER
from tests.integration.receivers.federation import ReceiverFederation

from symbolon.protocol.handling import HoldRuling, Verdict
from symbolon.protocol.lifecycle import JointState

SOMCHAI = "Somchai Jaidee,1990-05-03,suspect,all"
VICTIM = "Somchai Jaidee,1990-05-03,victim,all"


def hits(federation: ReceiverFederation, code: str) -> list[tuple[str, str, JointState]]:
    """Own record, the other's, and the state, of each hit of a node."""
    names = federation._names()
    with federation[code].node.unit_of_work.begin() as work:
        return [
            (names[hit.own_reference], names.get(hit.counterpart_reference, "?"), hit.joint_state)
            for hit in work.hits.all()
        ]


def test_both_sides_are_alerted_on_their_own_records_and_the_votes_meet(federation: ReceiverFederation) -> None:
    federation["XA"].publish(f"A-1,C-1,{SOMCHAI}", "A-2,C-1,Nguyen Van Anh,1970-12-03,suspect,all")
    federation.pump()
    federation["XB"].publish(f"B-1,C-1,{SOMCHAI}")
    federation.pump()
    assert hits(federation, "XA") == [("XA A-1", "XB B-1", JointState.ALERTED)]
    assert hits(federation, "XB") == [("XB B-1", "XA A-1", JointState.ALERTED)]
    hit_id = federation["XA"].hit_on("A-1")
    assert hit_id == federation["XB"].hit_on("B-1")
    for code in ("XA", "XB"):
        federation[code].node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    federation.pump()
    assert {state for code in ("XA", "XB") for _own, _other, state in hits(federation, code)} == {JointState.CONFIRMED}


def test_a_victims_hit_is_her_protection_officers_alone_until_it_is_released(federation: ReceiverFederation) -> None:
    federation["XA"].publish(f"A-1,C-1,{VICTIM}")
    federation.pump()
    federation["XB"].publish(f"B-1,C-1,{SOMCHAI}")
    federation.pump()
    assert hits(federation, "XA") == [("XA A-1", "?", JointState.HELD)]
    assert hits(federation, "XB") == []
    with federation["XB"].node.unit_of_work.begin() as work:
        assert not work.pairs.of_record(federation["XB"].reference("B-1"))
    hit_id = federation["XA"].hit_on("A-1")
    federation["XA"].node.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
    federation.pump()
    assert hits(federation, "XA") == [("XA A-1", "XB B-1", JointState.ALERTED)]
    assert hits(federation, "XB") == [("XB B-1", "XA A-1", JointState.ALERTED)]


def test_a_withdrawn_record_ends_its_hit_at_both(federation: ReceiverFederation) -> None:
    federation["XA"].publish(f"A-1,C-1,{SOMCHAI}")
    federation["XB"].publish(f"B-1,C-1,{SOMCHAI}")
    federation.pump()
    assert len(hits(federation, "XA")) == len(hits(federation, "XB")) == 1
    federation["XA"].withdraw("A-1")
    federation.pump()
    assert hits(federation, "XA")[0][2] is JointState.WITHDRAWN
    assert hits(federation, "XB")[0][2] is JointState.WITHDRAWN


def test_a_record_that_becomes_a_victims_has_its_hit_held_at_both(federation: ReceiverFederation) -> None:
    federation["XA"].publish(f"A-1,C-1,{SOMCHAI}")
    federation["XB"].publish(f"B-1,C-1,{SOMCHAI}")
    federation.pump()
    federation["XA"].write(f"A-1,C-1,{VICTIM}", revise=True)
    federation.pump()
    assert hits(federation, "XA")[0][2] is JointState.HELD
    assert hits(federation, "XB")[0][2] is JointState.HELD


def test_a_revised_record_is_found_again_and_told_to_nobody(federation: ReceiverFederation) -> None:
    federation["XA"].publish(f"A-1,C-1,{SOMCHAI}")
    federation["XB"].publish(f"B-1,C-1,{SOMCHAI}")
    federation.pump()
    federation["XB"].write(f"B-1,C-1,{SOMCHAI.replace('Jaidee', 'Jaidi')}", revise=True)
    federation["XB"].publish()
    federation.pump()
    assert len(hits(federation, "XA")) == len(hits(federation, "XB")) == 1


def test_two_victims_are_each_their_own_officers_to_release(federation: ReceiverFederation) -> None:
    federation["XA"].publish(f"A-1,C-1,{VICTIM}")
    federation.pump()
    federation["XB"].publish(f"B-1,C-1,{VICTIM}")
    federation.pump()
    assert [state for _own, _other, state in hits(federation, "XA")] == [JointState.HELD]
    assert hits(federation, "XB") == []
    hit_id = federation["XA"].hit_on("A-1")
    federation["XA"].node.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
    federation.pump()
    assert hits(federation, "XB") == [("XB B-1", "XA A-1", JointState.HELD)]
    # It is held anew, since the first officer did not know that the other side is a victim's too: both decide.
    for code in ("XA", "XB"):
        federation[code].node.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
    federation.pump()
    assert hits(federation, "XA") == [("XA A-1", "XB B-1", JointState.ALERTED)]
