from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.disclosure import ALL_OFFICES, actions_of, may_see, open_actions, opened_votes
from symbolon.node.domain.hit import Hit, acted, followed, protected_here
from symbolon.node.domain.hits import VoteView
from symbolon.node.domain.outbox import FIRST_PAUSE, LONGEST_PAUSE, next_attempt
from symbolon.protocol.handling import Band, HoldRuling, OffenceGroup, RecordKind, Urgency, Verdict
from symbolon.protocol.hit_ledger import Exchange, HitLedger, TrackStep
from symbolon.protocol.lifecycle import (
    SIDE_TRANSITIONS,
    VOTING,
    Event,
    HitAction,
    JointState,
    SideState,
    possible_events,
)
from symbolon.protocol.lifecycle_problems import StaleState
from symbolon.protocol.references import HUB, HitId, MemberCode, RecordReference, RequestId

NOW = datetime(2031, 5, 4, tzinfo=UTC)
XA, XB = MemberCode("XA"), MemberCode("XB")
LEDGER = HitLedger(HitId("h"), (XA, XB), JointState.ALERTED, 1, NOW)
HIT = Hit(
    hit_id=HitId("h"),
    own_reference=RecordReference("r"),
    counterpart=XB,
    counterpart_reference=RecordReference("s"),
    ledger=LEDGER,
    side_state=SideState.VOTED,
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
    state_version=1,
)
PROTECTION = frozenset({Role.PROTECTION_OFFICER})


def at(state: JointState, **ledger: object) -> Hit:
    return replace(HIT, ledger=replace(LEDGER, state=state, **ledger))  # type: ignore[arg-type]


def step(hit: Hit, event: Event, by: MemberCode = HUB) -> TrackStep:
    return TrackStep(None, event, by, hit.ledger.version, NOW)


def after(hit: Hit, event: Event, *, protected: bool = False, hub_knows: bool = True) -> Hit:
    return followed(hit, step(hit, event), own_record_protected=protected, hub_knows=hub_knows)


def officer(*roles: Role) -> Actor:
    return Actor("o", frozenset(roles))


LIVE = [state for state in JointState if Event.HELD in possible_events(state) and state is not JointState.DETECTED]
OF_THE_HIT = [state for state in LIVE if state in {*VOTING, JointState.NOT_SAME, JointState.CONFIRMED}]


@given(st.sampled_from(OF_THE_HIT), st.sampled_from(SideState), st.sampled_from([1, 2]))
def test_a_released_hit_is_where_it_was_before_its_hold(state: JointState, side: SideState, number: int) -> None:
    before = replace(at(state, round=number), side_state=side)
    during = after(before, Event.HELD, protected=True)
    assert (during.joint_state, during.protected, during.non_punishment) == (JointState.HELD, True, True)
    released = after(during, Event.RELEASED)
    assert (released.joint_state, released.side_state, released.round) == (state, side, number)
    assert released.protected


def test_a_hit_that_was_held_when_it_was_detected_is_alerted_by_its_release() -> None:
    assert after(at(JointState.HELD, held_from=JointState.DETECTED), Event.RELEASED).joint_state is JointState.ALERTED


def test_a_hold_for_the_other_sides_record_takes_the_hit_from_nobody_here() -> None:
    during = after(HIT, Event.HELD, protected=False)
    assert (during.joint_state, during.protected, during.non_punishment) == (JointState.HELD, False, True)
    assert open_actions(during, ALL_OFFICES, ()) == frozenset()


def test_a_second_round_starts_with_this_side_able_to_vote_and_without_the_old_advice() -> None:
    again = followed(HIT, step(HIT, Event.NEEDS_MORE, XB), own_record_protected=False)
    assert (again.round, again.side_state, again.recommendation) == (2, SideState.ACKED, None)
    assert HitAction.VOTE in open_actions(again, ALL_OFFICES, ())


def test_a_record_that_becomes_a_victims_holds_its_hit_at_once_and_is_decided_on_when_the_hub_knows() -> None:
    here = protected_here(HIT)
    assert (here.joint_state, here.protected, here.assigned_to) == (JointState.HELD, True, None)
    assert open_actions(here, ALL_OFFICES, ()) == frozenset()
    told = after(here, Event.HELD, protected=True)
    assert open_actions(told, ALL_OFFICES, ()) == {HitAction.RELEASE, HitAction.CLOSE_HOLD}


def test_an_older_hold_and_its_release_do_not_end_the_wait_for_our_own() -> None:
    here = after(protected_here(HIT), Event.HELD, protected=True, hub_knows=False)
    assert after(here, Event.RELEASED, protected=True, hub_knows=False).joint_state is JointState.HELD


def test_nobody_decides_on_a_hold_twice_nor_releases_under_a_safety_hold() -> None:
    ours = after(HIT, Event.HELD, protected=True)
    assert open_actions(replace(ours, hold_decision=HoldRuling.RELEASE), ALL_OFFICES, ()) == frozenset()
    assert open_actions(replace(ours, is_frozen=True), ALL_OFFICES, ()) == {HitAction.CLOSE_HOLD}


def test_a_step_is_followed_only_from_the_version_it_was_taken_from() -> None:
    late = TrackStep(None, Event.WITHDRAWN, HUB, 2, NOW)
    with pytest.raises(StaleState):
        followed(HIT, late, own_record_protected=False)


def test_officers_see_their_own_step_at_once_and_the_side_track_waits_for_the_hub() -> None:
    own = TrackStep(None, Event.NEEDS_MORE, XA, 1, NOW)
    hit = replace(HIT, pending=(own,), side_state=SideState.ACKED)
    assert (hit.joint_state, hit.ledger.state, hit.round) == (JointState.NEEDS_MORE, JointState.ALERTED, 2)
    assert not open_actions(hit, ALL_OFFICES, ()) & {HitAction.VOTE, HitAction.ASSIGN}


@given(st.sampled_from(SideState), st.sampled_from(sorted(VOTING)), st.booleans())
def test_the_side_track_offers_exactly_what_it_then_takes(side: SideState, state: JointState, protected: bool) -> None:
    hit = replace(at(state), side_state=side, protected=protected)
    everybody = officer(*Role)
    offered = {action for action in actions_of(everybody, hit) if action in SIDE_TRANSITIONS[SideState.WAITING]}
    offered |= {HitAction.RECOMMEND} & set(actions_of(everybody, hit))
    assert offered == set(SIDE_TRANSITIONS[side])
    for action in offered:
        assert acted(hit, action).side_state is SIDE_TRANSITIONS[side][action]


@given(st.sampled_from(JointState), st.sampled_from(SideState), st.booleans())
def test_of_a_protected_hit_nobody_but_a_protection_officer_sees_or_does_anything(
    state: JointState, side: SideState, frozen: bool
) -> None:
    exchange = Exchange(RequestId("e"), XB, Urgency.U2, JointState.REQUESTED, 1, NOW)
    exchanges = (exchange,) if state is JointState.CONFIRMED else ()
    hit = replace(at(state, exchanges=exchanges), side_state=side, protected=True, is_frozen=frozen)
    for role in set(Role) - PROTECTION:
        assert not may_see(officer(role), hit)
        assert actions_of(officer(role), hit) == ()
    assert may_see(officer(*PROTECTION), hit)


@given(st.sampled_from(JointState), st.sampled_from(SideState))
def test_a_protection_officer_does_nothing_about_a_general_hit_but_hold_it(state: JointState, side: SideState) -> None:
    hit = replace(at(state), side_state=side)
    assert set(actions_of(officer(*PROTECTION), hit)) <= {HitAction.SAFETY_HOLD}
    assert not may_see(officer(*PROTECTION), hit)
    assert may_see(officer(*PROTECTION), replace(hit, non_punishment=True))


def test_under_a_safety_hold_a_request_can_be_taken_back_and_nothing_be_asked() -> None:
    exchange = Exchange(RequestId("e"), XA, Urgency.U2, JointState.REQUESTED, 1, NOW)
    hit = replace(at(JointState.CONFIRMED, exchanges=(exchange,)), is_frozen=True)
    assert actions_of(officer(Role.FOCAL_POINT), hit) == (HitAction.RECALL,)


def test_the_counterparts_vote_is_shown_only_beside_an_own_one_of_the_same_round() -> None:
    theirs = (VoteView(1, Verdict.SAME, "", NOW, None), VoteView(2, Verdict.SAME, "", NOW, None))
    ours = VoteView(1, Verdict.UNSURE, "", NOW, "fp")
    assert opened_votes((), theirs) == ()
    assert [each.round for each in opened_votes((ours,), theirs)] == [1]


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_grow_to_a_limit_and_never_vanish(attempts: int, jitter: float) -> None:
    pause = next_attempt(NOW, attempts, jitter) - NOW
    assert FIRST_PAUSE / 2 <= pause <= LONGEST_PAUSE
