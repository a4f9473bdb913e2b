"""A protection officer freezes every disclosure and vote on a hit, and lifts that."""

import pytest

from symbolon.node.errors import Forbidden, InvalidDraft, NotAllowedNow
from symbolon.protocol.handling import HoldRuling, Verdict
from symbolon.protocol.lifecycle import HitAction, JointState
from symbolon.protocol.references import HitId

from .asking import answer, ask
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair
from .hit_stories import confirmed, reclassify, view


def freeze(node: NodeUnderTest, hit_id: HitId, *, holds: bool = True) -> None:
    node.services.hold_for_safety(PROTECTION_OFFICER, hit_id, holds, "Somebody was threatened")


def test_a_safety_hold_lies_on_both_sides_and_says_neither_whose_nor_why(pair: Pair) -> None:
    hit_id = confirmed(pair)
    freeze(pair.xa, hit_id)
    pair.exchange()
    for node in (pair.xa, pair.xb):
        assert view(node, hit_id).summary.is_frozen
    assert not view(pair.xb, hit_id).summary.holds_for_safety
    assert "threatened" not in repr([pair.xb.rows("hit"), pair.xb.rows("act_reason"), pair.xa.rows("act_reason")])
    assert [each.text for each in view(pair.xa, hit_id).reasons] == ["Somebody was threatened"]


def test_nothing_is_disclosed_while_it_lasts(pair: Pair) -> None:
    hit_id = confirmed(pair)
    freeze(pair.xb, hit_id)
    pair.exchange()
    for node in (pair.xa, pair.xb):
        actions = set(view(node, hit_id).summary.actions)
        assert not actions & {HitAction.REQUEST, HitAction.INFORM, HitAction.NOTE, HitAction.MEETING, HitAction.ATTACH}
        with pytest.raises(NotAllowedNow):
            ask(node, hit_id)


def test_a_vote_lies_at_the_hub_and_opens_when_the_hold_is_lifted(pair: Pair) -> None:
    hit_id = pair.hit()
    for node in (pair.xa, pair.xb):
        node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    freeze(pair.xa, hit_id)
    pair.xa.deliver()
    pair.exchange()
    for node in (pair.xa, pair.xb):
        assert view(node, hit_id).summary.joint_state is JointState.ALERTED
        assert view(node, hit_id).counterpart_votes == ()
    freeze(pair.xa, hit_id, holds=False)
    pair.exchange()
    for node in (pair.xa, pair.xb):
        assert view(node, hit_id).summary.joint_state is JointState.CONFIRMED


def test_a_reply_that_was_on_its_way_stays_at_home_and_goes_on_when_the_hold_is_lifted(pair: Pair) -> None:
    hit_id = confirmed(pair)
    exchange_id = ask(pair.xa, hit_id)
    pair.exchange()
    answer(pair.xb, hit_id, exchange_id)
    # The order reaches the hub before the reply does.
    freeze(pair.xa, hit_id)
    pair.xa.deliver()
    pair.exchange()
    assert [each.state for each in view(pair.xa, hit_id).exchanges] == [JointState.REQUESTED]
    assert view(pair.xb, hit_id).exchanges[0].thread[-1].on_its_way
    freeze(pair.xa, hit_id, holds=False)
    pair.exchange()
    for node in (pair.xa, pair.xb):
        assert [each.state for each in view(node, hit_id).exchanges] == [JointState.RESPONDED]


def test_a_request_can_be_taken_back_under_it(pair: Pair) -> None:
    hit_id = confirmed(pair)
    exchange_id = ask(pair.xa, hit_id)
    pair.exchange()
    freeze(pair.xb, hit_id)
    pair.exchange()
    assert HitAction.RECALL in view(pair.xa, hit_id).exchanges[0].actions
    assert view(pair.xb, hit_id).exchanges[0].actions == ()
    assert exchange_id


def test_each_side_lifts_its_own_hold_and_not_the_others(pair: Pair) -> None:
    hit_id = confirmed(pair)
    for node in (pair.xa, pair.xb):
        freeze(node, hit_id)
    pair.exchange()
    freeze(pair.xa, hit_id, holds=False)
    pair.exchange()
    assert view(pair.xa, hit_id).summary.is_frozen
    with pytest.raises(NotAllowedNow):
        freeze(pair.xa, hit_id, holds=False)
    freeze(pair.xb, hit_id, holds=False)
    pair.exchange()
    assert not view(pair.xa, hit_id).summary.is_frozen


def test_it_is_the_protection_officers_act_with_a_reason(pair: Pair) -> None:
    hit_id = confirmed(pair)
    with pytest.raises(Forbidden):
        pair.xa.services.hold_for_safety(FOCAL_POINT, hit_id, True, "I want to")
    with pytest.raises(InvalidDraft):
        pair.xa.services.hold_for_safety(PROTECTION_OFFICER, hit_id, True, " ")


def test_a_protection_officer_sees_a_general_hit_that_is_frozen_and_does_nothing_else_about_it(pair: Pair) -> None:
    hit_id = confirmed(pair)
    assert pair.xa.services.list_hits(PROTECTION_OFFICER) == ()
    freeze(pair.xa, hit_id)
    (summary,) = pair.xa.services.list_hits(PROTECTION_OFFICER)
    assert summary.actions == (HitAction.LIFT_SAFETY_HOLD,)


def test_a_held_hit_is_not_released_under_a_safety_hold(pair: Pair) -> None:
    hit_id = confirmed(pair)
    reclassify(pair)
    freeze(pair.xa, hit_id)
    with pytest.raises(NotAllowedNow):
        pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
