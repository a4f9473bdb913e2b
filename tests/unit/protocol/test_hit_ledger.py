"""The order of a hit's steps: what the hub takes, and what a node follows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from symbolon.protocol.handling import Urgency
from symbolon.protocol.hit_ledger import (
    FURTHEST_BEHIND_FIRST,
    HitLedger,
    TrackStep,
    follow,
    foreseen,
    take,
    with_safety_hold,
)
from symbolon.protocol.lifecycle import EXCHANGE_STATES, Event, JointState
from symbolon.protocol.lifecycle_problems import NotTheirs, OnHold, StaleState
from symbolon.protocol.problems import IllegalTransition
from symbolon.protocol.references import HUB, HitId, MemberCode, RequestId

NOW = datetime(2026, 3, 1, tzinfo=UTC)
XA, XB, XC = MemberCode("XA"), MemberCode("XB"), MemberCode("XC")
ASKED, ALSO_ASKED = RequestId("asked"), RequestId("also-asked")
DETECTED = HitLedger(HitId("hit"), (XA, XB), JointState.DETECTED, 0, NOW)


def hit_step(event, by, follows):
    return TrackStep(None, event, by, follows, NOW)


def step(exchange, event, by, follows):
    opens = event in (Event.REQUESTED, Event.SPONTANEOUS)
    return TrackStep(exchange, event, by, follows, NOW, Urgency.U2 if opens else None)


def after(*steps, ledger=DETECTED):
    for each in steps:
        ledger = take(ledger, each)
    return ledger


CONFIRMED = after(hit_step(Event.ALERTED, HUB, 0), hit_step(Event.CONFIRMED, XA, 1))
REQUESTED = after(step(ASKED, Event.REQUESTED, XA, 0), ledger=CONFIRMED)


def test_of_an_answer_and_a_recall_that_cross_the_first_at_the_hub_counts():
    answered = take(REQUESTED, step(ASKED, Event.RESPONDED, XB, 1))
    with pytest.raises(StaleState):
        take(answered, step(ASKED, Event.RECALLED, XA, 1))
    recalled = take(REQUESTED, step(ASKED, Event.RECALLED, XA, 1))
    with pytest.raises(StaleState):
        take(recalled, step(ASKED, Event.RESPONDED, XB, 1))


def test_two_requests_that_cross_are_two_exchanges_and_both_count():
    both = take(REQUESTED, step(ALSO_ASKED, Event.REQUESTED, XB, 0))
    assert [(each.receiver, each.state) for each in both.exchanges] == [
        (XA, JointState.REQUESTED),
        (XB, JointState.REQUESTED),
    ]


def test_a_node_follows_each_track_in_its_order_whatever_comes_first():
    opened, answered = step(ASKED, Event.REQUESTED, XA, 0), step(ASKED, Event.RESPONDED, XB, 1)
    with pytest.raises(StaleState):
        follow(CONFIRMED, answered)
    alerted = after(hit_step(Event.ALERTED, HUB, 0))
    # The request came before the other's vote: it is followed, and the hit is not confirmed here yet.
    early = follow(follow(alerted, opened), answered)
    assert early.joint_state is JointState.ALERTED
    assert follow(early, hit_step(Event.CONFIRMED, XA, 1)).joint_state is JointState.RESPONDED


def test_the_joint_state_is_that_of_the_exchange_which_is_furthest_behind():
    assert set(FURTHEST_BEHIND_FIRST) == EXCHANGE_STATES - {JointState.CLOSED}
    assert CONFIRMED.joint_state is JointState.CONFIRMED
    two = after(step(ASKED, Event.RESPONDED, XB, 1), step(ALSO_ASKED, Event.REQUESTED, XB, 0), ledger=REQUESTED)
    assert two.joint_state is JointState.REQUESTED
    assert take(two, step(ALSO_ASKED, Event.REFUSED, XA, 1)).joint_state is JointState.RESPONDED


def test_who_asked_does_not_answer_and_who_is_asked_does_not_recall():
    for event, by in ((Event.RESPONDED, XA), (Event.ACCEPTED, XA), (Event.RECALLED, XB), (Event.RESPONDED, XC)):
        with pytest.raises(NotTheirs):
            take(REQUESTED, step(ASKED, event, by, 1))


def test_what_is_the_receiver_s_to_end_its_giver_does_not_end():
    answered = after(step(ASKED, Event.RESPONDED, XB, 1), ledger=REQUESTED)
    refused = after(step(ASKED, Event.REFUSED, XB, 1), ledger=REQUESTED)
    due = after(step(ASKED, Event.FEEDBACK_DUE, XB, 2), ledger=answered)
    for ledger, version in ((due, 3), (refused, 2)):
        with pytest.raises(NotTheirs):
            take(ledger, step(ASKED, Event.CLOSED, XB, version))
        assert not take(ledger, step(ASKED, Event.CLOSED, HUB, version)).exchanges[0].is_open
    # Feedback ends it, not the wish of its receiver; a refusal it may take as it is.
    with pytest.raises(NotTheirs):
        take(due, step(ASKED, Event.CLOSED, XA, 3))
    assert not take(refused, step(ASKED, Event.CLOSED, XA, 2)).exchanges[0].is_open


@pytest.mark.parametrize("member", [XA, XB])
def test_that_what_was_recalled_is_purged_says_who_did_it_or_who_has_the_receipt(member):
    recalled = after(step(ASKED, Event.RECALLED, XA, 1), ledger=REQUESTED)
    assert not take(recalled, step(ASKED, Event.CLOSED, member, 2)).exchanges[0].is_open


def test_information_given_unasked_is_answered_by_its_receiver_s_feedback():
    informed = after(step(ASKED, Event.SPONTANEOUS, XA, 0), step(ASKED, Event.FEEDBACK_DUE, XB, 1), ledger=CONFIRMED)
    with pytest.raises(NotTheirs):
        take(informed, step(ASKED, Event.FEEDBACK_GIVEN, XA, 2))
    assert not take(informed, step(ASKED, Event.FEEDBACK_GIVEN, XB, 2)).exchange(ASKED).is_open


def test_a_hold_stops_every_exchange_and_its_release_goes_on_where_it_stopped():
    held = take(REQUESTED, hit_step(Event.HELD, HUB, 2))
    with pytest.raises(OnHold):
        take(held, step(ASKED, Event.ACCEPTED, XB, 1))
    released = take(held, hit_step(Event.RELEASED, HUB, 3))
    assert released.joint_state is JointState.REQUESTED
    assert take(released, step(ASKED, Event.ACCEPTED, XB, 1)).joint_state is JointState.ACCEPTED


def test_what_the_votes_came_to_is_said_after_the_hold():
    held = after(hit_step(Event.ALERTED, HUB, 0), hit_step(Event.HELD, HUB, 1))
    with pytest.raises(OnHold):
        take(held, hit_step(Event.CONFIRMED, XA, 1))


def test_a_safety_hold_of_either_side_stops_disclosures_until_that_side_lifts_it():
    frozen = with_safety_hold(REQUESTED, XB, holds=True)
    with pytest.raises(OnHold):
        take(frozen, step(ASKED, Event.RESPONDED, XB, 1))
    still = with_safety_hold(frozen, XA, holds=False)
    assert still.frozen_by == {XB}
    assert take(still, step(ASKED, Event.RECALLED, XA, 1)).joint_state is JointState.RECALLED
    lifted = with_safety_hold(still, XB, holds=False)
    assert take(lifted, step(ASKED, Event.RESPONDED, XB, 1)).joint_state is JointState.RESPONDED
    with pytest.raises(NotTheirs):
        with_safety_hold(REQUESTED, XC, holds=True)


def test_a_hit_with_an_open_exchange_is_not_closed():
    with pytest.raises(IllegalTransition):
        take(REQUESTED, hit_step(Event.CLOSED, XA, 2))
    over = after(
        step(ASKED, Event.REFUSED, XB, 1), step(ASKED, Event.CLOSED, XA, 2), hit_step(Event.CLOSED, HUB, 2),
        ledger=REQUESTED,
    )  # fmt: skip
    assert over.joint_state is JointState.CLOSED


def test_after_the_end_nothing_is_asked_and_after_ninety_days_nothing_reopened():
    closed = take(CONFIRMED, hit_step(Event.CLOSED, XA, 2))
    with pytest.raises(IllegalTransition):
        take(closed, step(ASKED, Event.REQUESTED, XB, 0))
    reopening = hit_step(Event.REOPENED, XB, 3)
    assert take(closed, reopening).joint_state is JointState.CONFIRMED
    with pytest.raises(IllegalTransition):
        take(closed, replace(reopening, at=NOW + timedelta(days=91)))


def test_votes_are_asked_again_under_a_new_number():
    expired = after(hit_step(Event.ALERTED, HUB, 0), hit_step(Event.NEEDS_MORE, XA, 1), hit_step(Event.EXPIRED, HUB, 2))
    again = take(expired, hit_step(Event.REOPENED, XA, 3))
    assert (again.state, again.round, again.voting_round) == (JointState.ALERTED, 3, 1)


def test_a_hit_that_was_closed_on_hold_is_held_again_when_it_is_reopened():
    closed = after(hit_step(Event.HELD, HUB, 0), hit_step(Event.CLOSED, HUB, 1))
    again = take(closed, hit_step(Event.REOPENED, XA, 2))
    assert (again.state, again.held_from) == (JointState.HELD, JointState.DETECTED)
    assert take(again, hit_step(Event.RELEASED, HUB, 3)).state is JointState.ALERTED


def test_the_hub_cannot_be_made_to_invent_a_step():
    for event in (Event.REQUESTED, Event.SPONTANEOUS):
        with pytest.raises(IllegalTransition):
            take(CONFIRMED, hit_step(event, XA, 2))
    with pytest.raises(IllegalTransition):
        take(CONFIRMED, step(ASKED, Event.CLOSED, XA, 0))
    for event in (Event.HELD, Event.WITHDRAWN):
        with pytest.raises(IllegalTransition):
            take(REQUESTED, step(ASKED, event, HUB, 1))
    with pytest.raises(NotTheirs):
        take(CONFIRMED, hit_step(Event.WITHDRAWN, XA, 2))
    with pytest.raises(IllegalTransition):
        take(CONFIRMED, TrackStep(ASKED, Event.REQUESTED, XA, 0, NOW))


def test_officers_see_their_own_steps_as_far_as_these_are_still_possible():
    recalled = step(ASKED, Event.RECALLED, XA, 1)
    assert foreseen(REQUESTED, [recalled]).joint_state is JointState.RECALLED
    answered = follow(REQUESTED, step(ASKED, Event.RESPONDED, XB, 1))
    assert foreseen(answered, [recalled]).joint_state is JointState.RESPONDED
