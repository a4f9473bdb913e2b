import random

import pytest

from symbolon.node.errors import NotAllowedNow, NotFound
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.handling import HoldRuling, SubjectCategory, Verdict
from symbolon.protocol.lifecycle import Event, HitAction, JointState

from .asking import answer, ask
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, Pair
from .hit_stories import confirmed, reclassify, states, view


def test_a_held_hit_is_the_protection_officers_alone_until_and_after_its_release(pair: Pair) -> None:
    ours = pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,victim,all,,")
    theirs = pair.xb.publish("B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    hit_id = pair.hub.match(("XA", ours), ("XB", theirs), JointState.HELD, told=("XA",))
    pair.exchange()
    assert pair.xa.services.list_hits(FOCAL_POINT) == ()
    with pytest.raises(NotFound):
        view(pair.xa, hit_id)
    assert pair.xb.services.list_hits(FOCAL_POINT) == ()
    (held,) = pair.xa.services.list_hits(PROTECTION_OFFICER)
    assert held.actions == (HitAction.SAFETY_HOLD, HitAction.RELEASE, HitAction.CLOSE_HOLD)
    pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
    pair.exchange()
    assert view(pair.xa, hit_id, PROTECTION_OFFICER).summary.joint_state is JointState.ALERTED
    assert view(pair.xa, hit_id, PROTECTION_OFFICER).summary.non_punishment
    with pytest.raises(NotFound):
        pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xa.services.cast_vote(PROTECTION_OFFICER, hit_id, Verdict.SAME, "")
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.exchange()
    assert view(pair.xb, hit_id).summary.joint_state is JointState.CONFIRMED


def test_a_released_hit_goes_on_where_it_was_held_at_both_sides_without_another_vote(pair: Pair) -> None:
    hit_id = confirmed(pair)
    request_id = ask(pair.xa, hit_id)
    pair.exchange()
    reclassify(pair)
    assert states(pair, hit_id) == [JointState.HELD, JointState.HELD]
    pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
    pair.exchange()
    assert states(pair, hit_id) == [JointState.REQUESTED, JointState.REQUESTED]
    answer(pair.xb, hit_id, request_id)
    pair.exchange()
    assert states(pair, hit_id) == [JointState.RESPONDED, JointState.RESPONDED]
    assert [row["round"] for row in pair.xa.rows("vote")] == [1, 1]


def test_a_hold_is_decided_once_and_the_page_knows_it(pair: Pair) -> None:
    hit_id = confirmed(pair)
    reclassify(pair)
    pair.hub.away = True
    pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
    assert view(pair.xa, hit_id, PROTECTION_OFFICER).hold_decision is HoldRuling.RELEASE
    with pytest.raises(NotAllowedNow):
        pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.CLOSE)
    assert [row["kind"] for row in pair.xa.rows("outbox_message")].count("hold-decision") == 1
    pair.hub.away = False
    pair.exchange()
    assert view(pair.xa, hit_id, PROTECTION_OFFICER).hold_decision is None


@pytest.mark.parametrize("seed", range(6))
def test_holds_releases_and_alerts_in_any_order_come_to_the_same_end(pair: Pair, seed: int) -> None:
    shuffle = random.Random(seed)  # noqa: S311 - a repeatable order
    ours = pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    theirs = pair.xb.publish("B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    hit_id = pair.hub.match(("XA", ours), ("XB", theirs))
    pair.hub.step(hit_id, Event.HELD, Event.RELEASED, Event.HELD, Event.RELEASED)
    for member in pair.hub.queues:
        pair.hub.queues[member] *= 2
        shuffle.shuffle(pair.hub.queues[member])
    pair.exchange()
    for node in (pair.xa, pair.xb):
        node.hub_services.receive_deliveries.retry_waiting()
        assert view(node, hit_id).summary.joint_state is JointState.ALERTED
    pair.hub.step(hit_id, Event.HELD, Event.WITHDRAWN)
    shuffle.shuffle(pair.hub.queues[pair.xa.code])
    pair.exchange()
    assert view(pair.xa, hit_id).summary.joint_state is JointState.WITHDRAWN


def test_a_release_that_is_older_than_our_own_hold_does_not_lift_it(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.hub.step(hit_id, Event.HELD, Event.RELEASED)
    pair.xa.hub_services.receive_deliveries(0, 1)
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(category=SubjectCategory.VICTIM))
    pair.xa.receive()
    assert view(pair.xa, hit_id, PROTECTION_OFFICER).summary.joint_state is JointState.HELD


def test_a_withdrawal_ends_the_hit_at_both_nodes(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    for node in (pair.xa, pair.xb):
        assert view(node, hit_id).summary.joint_state is JointState.WITHDRAWN
    with pytest.raises(NotAllowedNow):
        ask(pair.xb, hit_id)
