import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle import (
    EXCHANGE_STATES,
    HIT_STATES,
    RELEASES,
    SIDE_AT_SECOND_ROUND,
    SIDE_TRANSITIONS,
    STEPS,
    TRANSITIONS,
    VOTING,
    Event,
    HitAction,
    JointState,
    Party,
    SideState,
    advance,
    advance_side,
    after_reopening,
    joint_outcome,
    possible_events,
    step_of,
    stops_under_safety_hold,
)
from symbolon.protocol.problems import IllegalTransition, Problem

OPEN_STATES = [state for state in JointState if state not in {JointState.WITHDRAWN, JointState.CLOSED}]


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("state", JointState)
def test_every_event_in_every_state_leads_somewhere_or_is_refused(state, event):
    if event in possible_events(state):
        assert advance(state, event) in JointState
    else:
        with pytest.raises(IllegalTransition) as refusal:
            advance(state, event)
        assert refusal.value.problem is Problem.ILLEGAL_TRANSITION


def test_every_state_is_in_the_table():
    assert set(TRANSITIONS) == set(JointState)
    assert set(SIDE_TRANSITIONS) == set(SideState)


def test_every_state_can_be_reached_from_detection():
    reached, frontier = set(), {JointState.DETECTED}
    while frontier:
        reached |= frontier
        frontier = {following for state in frontier for following in TRANSITIONS[state].values()} - reached
    assert reached == set(JointState)


def test_every_state_can_still_be_closed():
    closing = {JointState.CLOSED}
    while True:
        more = {state for state, events in TRANSITIONS.items() if closing & set(events.values())} | closing
        if more == closing:
            break
        closing = more
    assert closing == set(JointState)


@given(st.lists(st.sampled_from(Event), max_size=30))
def test_a_hit_is_confirmed_only_after_it_was_alerted_and_exchanged_only_after_it_was_confirmed(events):
    state, passed = JointState.DETECTED, [JointState.DETECTED]
    for event in events:
        if event in possible_events(state):
            state = advance(state, event)
            passed.append(state)
    for later, earlier in (
        (JointState.CONFIRMED, JointState.ALERTED),
        (JointState.REQUESTED, JointState.CONFIRMED),
        (JointState.RESPONDED, JointState.REQUESTED),
        (JointState.FEEDBACK_DUE, JointState.CONFIRMED),
        (JointState.FORMAL_ROUTE, JointState.REFUSED),
    ):
        if later in passed:
            assert earlier in passed[: passed.index(later)]


def test_a_closed_hit_is_reopened_or_stays_closed():
    assert possible_events(JointState.CLOSED) == {Event.REOPENED}


@pytest.mark.parametrize(
    ("closed_from", "back_to"),
    [
        (JointState.NOT_SAME, JointState.ALERTED),
        (JointState.UNRESOLVED, JointState.ALERTED),
        (JointState.EXPIRED, JointState.ALERTED),
        (JointState.HELD, JointState.HELD),
        (JointState.CONFIRMED, JointState.CONFIRMED),
        (JointState.REFUSED, JointState.CONFIRMED),
        (JointState.RECALLED, JointState.CONFIRMED),
        (JointState.FEEDBACK_DUE, JointState.CONFIRMED),
    ],
)
def test_a_reopened_hit_goes_back_to_where_its_sides_last_agreed(closed_from, back_to):
    assert Event.CLOSED in possible_events(closed_from) or Event.FEEDBACK_GIVEN in possible_events(closed_from)
    assert after_reopening(closed_from) is back_to


def test_a_hit_on_a_withdrawn_record_is_not_reopened():
    with pytest.raises(IllegalTransition):
        after_reopening(JointState.WITHDRAWN)


def test_a_suppressed_pair_comes_back_only_by_a_material_change():
    assert possible_events(JointState.SUPPRESSED) == {Event.CHANGED, Event.WITHDRAWN}
    assert advance(JointState.SUPPRESSED, Event.CHANGED) is JointState.DETECTED


def test_a_hold_is_never_released_by_a_clock():
    assert {step.parties for step in STEPS if step.event is Event.RELEASED} == {frozenset({Party.OWNER})}


def test_the_table_has_one_row_at_most_for_a_state_and_an_event():
    assert len({(step.source, step.event) for step in STEPS}) == len(STEPS)
    for step in STEPS:
        assert step_of(step.source, step.event) is step
        assert advance(step.source, step.event) is step.target


def test_states_of_the_hit_and_of_its_exchanges_meet_only_where_an_exchange_begins_and_ends():
    assert set(JointState) == HIT_STATES | EXCHANGE_STATES
    crossing = {
        (step.source, step.event) for step in STEPS if step.target not in HIT_STATES and step.source in HIT_STATES
    }
    assert crossing == {
        (JointState.CONFIRMED, Event.REQUESTED),
        (JointState.CONFIRMED, Event.SPONTANEOUS),
    }


def test_a_safety_hold_stops_what_discloses_and_nothing_that_takes_back():
    assert all(stops_under_safety_hold(event) for event in RELEASES)
    for event in (Event.WITHDRAWN, Event.HELD, Event.RECALLED, Event.REFUSED, Event.CLOSED):
        assert not stops_under_safety_hold(event)


@pytest.mark.parametrize("state", OPEN_STATES)
def test_either_owner_can_withdraw_any_open_hit(state):
    assert advance(state, Event.WITHDRAWN) is JointState.WITHDRAWN


@pytest.mark.parametrize(
    "state", [JointState.ALERTED, JointState.NEEDS_MORE, JointState.CONFIRMED, JointState.REQUESTED]
)
def test_a_reclassified_record_holds_whatever_is_pending(state):
    assert advance(state, Event.HELD) is JointState.HELD


def test_a_held_hit_is_released_closed_or_withdrawn_and_nothing_else():
    assert possible_events(JointState.HELD) == {Event.RELEASED, Event.CLOSED, Event.WITHDRAWN}


def test_two_requests_may_cross():
    state = advance(advance(JointState.CONFIRMED, Event.REQUESTED), Event.REQUESTED)
    assert advance(advance(state, Event.RESPONDED), Event.RESPONDED) is JointState.RESPONDED


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("other", Verdict)
@pytest.mark.parametrize("own", Verdict)
def test_both_sides_draw_the_same_conclusion_and_the_state_takes_it(number, own, other):
    event = joint_outcome(number, own, other)
    assert event is joint_outcome(number, other, own)
    voting = JointState.ALERTED if number == 1 else JointState.NEEDS_MORE
    assert event in possible_events(voting)


@pytest.mark.parametrize(
    ("number", "own", "other", "event"),
    [
        (1, Verdict.SAME, Verdict.SAME, Event.CONFIRMED),
        (1, Verdict.DIFFERENT, Verdict.DIFFERENT, Event.NOT_SAME),
        (1, Verdict.SAME, Verdict.DIFFERENT, Event.UNRESOLVED),
        (1, Verdict.UNSURE, Verdict.DIFFERENT, Event.NEEDS_MORE),
        (1, Verdict.UNSURE, Verdict.UNSURE, Event.NEEDS_MORE),
        (2, Verdict.SAME, Verdict.SAME, Event.CONFIRMED),
        (2, Verdict.DIFFERENT, Verdict.DIFFERENT, Event.NOT_SAME),
        (2, Verdict.UNSURE, Verdict.SAME, Event.UNRESOLVED),
        (2, Verdict.UNSURE, Verdict.UNSURE, Event.UNRESOLVED),
    ],
)
def test_two_votes_mean(number, own, other, event):
    assert joint_outcome(number, own, other) is event


@pytest.mark.parametrize("joint", [JointState.ALERTED, JointState.NEEDS_MORE])
def test_while_votes_are_open_a_side_acknowledges_then_votes_once(joint):
    acked = advance_side(joint, SideState.WAITING, HitAction.ACKNOWLEDGE)
    assert acked is SideState.ACKED
    voted = advance_side(joint, acked, HitAction.VOTE)
    assert voted is SideState.VOTED
    with pytest.raises(IllegalTransition):
        advance_side(joint, voted, HitAction.VOTE)


def test_a_vote_without_acknowledgement_counts_as_both():
    assert advance_side(JointState.ALERTED, SideState.WAITING, HitAction.VOTE) is SideState.VOTED


def test_the_second_round_needs_no_second_acknowledgement():
    assert set(SIDE_TRANSITIONS[SIDE_AT_SECOND_ROUND]) == {HitAction.ASSIGN, HitAction.VOTE}


def test_who_assigns_has_seen_the_alert_and_an_investigator_recommends_before_the_vote():
    verifying = advance_side(JointState.ALERTED, SideState.WAITING, HitAction.ASSIGN)
    assert verifying is SideState.VERIFYING
    assert advance_side(JointState.ALERTED, verifying, HitAction.RECOMMEND) is SideState.VERIFYING
    assert advance_side(JointState.ALERTED, verifying, HitAction.VOTE) is SideState.VOTED


@pytest.mark.parametrize("action", HitAction)
@pytest.mark.parametrize("side", SideState)
@pytest.mark.parametrize("joint", JointState)
def test_a_side_moves_exactly_where_the_action_is_permitted(joint, side, action):
    moves = joint in VOTING and action in SIDE_TRANSITIONS[side]
    if moves:
        assert advance_side(joint, side, action) in SideState
    else:
        with pytest.raises(IllegalTransition):
            advance_side(joint, side, action)
