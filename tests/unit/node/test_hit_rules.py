from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.node.domain.clocks import due_at
from symbolon.node.domain.disclosure import opened_votes, state_actions
from symbolon.node.domain.hit import Hit, can, held, moved, opened, released
from symbolon.node.domain.hits import VoteView
from symbolon.node.domain.outbox import FIRST_PAUSE, LONGEST_PAUSE, next_attempt
from symbolon.protocol.handling import Band, HoldRuling, OffenceGroup, RecordKind, Urgency, Verdict
from symbolon.protocol.lifecycle import Event, HitAction, JointState, SideState, possible_events
from symbolon.protocol.problems import IllegalTransition
from symbolon.protocol.references import HitId, MemberCode, RecordReference

NOW = datetime(2031, 5, 4, tzinfo=UTC)
HIT = Hit(
    hit_id=HitId("h"),
    own_reference=RecordReference("r"),
    counterpart=MemberCode("XB"),
    counterpart_reference=RecordReference("s"),
    joint_state=JointState.ALERTED,
    side_state=SideState.VOTED,
    round=1,
    band=Band.STRONG,
    agreement=(),
    counterpart_offence_group=OffenceGroup.OTHER,
    counterpart_record_kind=RecordKind.PERSON,
    urgency=Urgency.U1,
    protected=False,
    non_punishment=False,
    exercise=True,
    schema_id="s",
    key_epoch=1,
    detected_at=NOW,
    alerted_at=NOW,
    state_since=NOW,
    state_version=1,
)


def vote(verdict: Verdict, round_number: int = 1) -> VoteView:
    return VoteView(round_number, verdict, "", NOW, None)


verdicts = st.sampled_from(Verdict)


@given(verdicts, verdicts, st.sampled_from([1, 2]))
def test_both_sides_compute_one_outcome(ours: Verdict, theirs: Verdict, round_number: int) -> None:
    hit = replace(HIT, round=round_number)
    here = opened(hit, vote(ours), vote(theirs), NOW)
    there = opened(hit, vote(theirs), vote(ours), NOW)
    assert (here.joint_state, here.round) == (there.joint_state, there.round)
    assert here.round <= 2


def test_a_second_round_starts_with_this_side_able_to_vote() -> None:
    after = opened(HIT, vote(Verdict.UNSURE), vote(Verdict.SAME), NOW)
    assert HitAction.VOTE in state_actions(after, ())


LIVE = [state for state in JointState if Event.HELD in possible_events(state) and state is not JointState.DETECTED]


@given(st.sampled_from(LIVE), st.sampled_from(SideState), st.sampled_from([1, 2]))
def test_a_released_hit_is_where_it_was_before_its_hold(state: JointState, side: SideState, round_number: int) -> None:
    before = replace(HIT, joint_state=state, side_state=side, round=round_number)
    during = held(before, NOW, by_own_record=True)
    assert (during.joint_state, during.held_from) == (JointState.HELD, state)
    after = released(during, NOW)
    assert (after.joint_state, after.side_state, after.round) == (state, side, round_number)
    assert (after.held_from, after.protected, after.non_punishment) == (None, True, True)


def test_a_hit_that_was_held_when_it_was_detected_is_alerted_by_its_release() -> None:
    after = released(replace(HIT, joint_state=JointState.HELD, held_from=JointState.DETECTED), NOW)
    assert after.joint_state is JointState.ALERTED


def test_a_protected_hit_is_held_again_at_once_and_decided_on_when_the_hub_knows() -> None:
    again = held(replace(HIT, protected=True), NOW, by_own_record=True)
    assert (again.joint_state, again.hold_confirmed) == (JointState.HELD, False)


def test_who_does_not_own_the_hold_cannot_release_it() -> None:
    theirs = held(HIT, NOW, by_own_record=False, confirmed=True)
    assert state_actions(theirs, ()) == frozenset()
    ours = held(HIT, NOW, by_own_record=True, confirmed=True)
    assert state_actions(ours, ()) == {HitAction.RELEASE, HitAction.CLOSE}


def test_nobody_decides_on_a_hold_twice_or_before_the_hub_knows_of_it() -> None:
    ours = held(HIT, NOW, by_own_record=True, confirmed=True)
    assert state_actions(replace(ours, hold_decision=HoldRuling.RELEASE), ()) == frozenset()
    assert state_actions(held(HIT, NOW, by_own_record=True), ()) == frozenset()


@given(st.sampled_from(JointState), st.sampled_from(Event))
def test_a_hit_moves_exactly_where_the_table_says(state: JointState, event: Event) -> None:
    hit = replace(HIT, joint_state=state)
    if can(hit, event):
        assert moved(hit, event, NOW).state_since == NOW
    else:
        with pytest.raises(IllegalTransition):
            moved(hit, event, NOW)


def test_the_counterparts_vote_is_shown_only_beside_an_own_one_of_the_same_round() -> None:
    theirs = (vote(Verdict.SAME, 1), vote(Verdict.SAME, 2))
    assert opened_votes((), theirs) == ()
    assert [each.round for each in opened_votes((vote(Verdict.UNSURE, 1),), theirs)] == [1]


def test_the_clock_follows_state_and_urgency() -> None:
    assert due_at(HIT, ()) == NOW + timedelta(hours=5)
    assert due_at(replace(HIT, joint_state=JointState.HELD), ()) is None
    assert due_at(replace(HIT, joint_state=JointState.HELD, protected=True), ()) == NOW + timedelta(hours=4)
    responded = replace(HIT, joint_state=JointState.RESPONDED)
    assert due_at(responded, ()) is None
    assert due_at(responded, ((Urgency.U2, NOW),)) == NOW + timedelta(days=3)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_grow_to_a_limit_and_never_vanish(attempts: int, jitter: float) -> None:
    pause = next_attempt(NOW, attempts, jitter) - NOW
    assert FIRST_PAUSE / 2 <= pause <= LONGEST_PAUSE
