"""Every step, party and office: who may cause what, and which four eyes see what leaves."""

from itertools import product

import pytest

from symbolon.protocol.lifecycle import RELEASES, STEPS, Event, HitAction, JointState, Office, Party, step_of
from symbolon.protocol.lifecycle_problems import FourEyesMissing, NotTheirs
from symbolon.protocol.lifecycle_rights import (
    SIDE_OFFICES,
    Caller,
    Officer,
    approving_offices,
    check_release,
    events_open_to,
    may_act_on_side,
    may_cause,
    may_hold_for_safety,
    offices_for,
)

FOCAL, INVESTIGATOR = Officer("fenn", frozenset({Office.FOCAL_POINT})), Officer("ivo", frozenset({Office.INVESTIGATOR}))
AUTHORISER = Officer("ada", frozenset({Office.AUTHORISER}))
PROTECTOR, OTHER_PROTECTOR = (Officer(login, frozenset({Office.PROTECTION_OFFICER})) for login in ("pia", "pau"))
EVERY_OFFICE = Officer("one", frozenset(Office))
RESPOND = step_of(JointState.ACCEPTED, Event.RESPONDED)


def caller(*parties, office=None, protected=False):
    return Caller(frozenset(parties), frozenset() if office is None else frozenset({office}), protected)


@pytest.mark.parametrize(("state", "party", "office"), list(product(JointState, Party, (None, *Office))))
@pytest.mark.parametrize("protected", [False, True])
def test_every_state_party_and_office_has_an_answer(state, party, office, protected):
    who = caller(party, office=office, protected=protected)
    for step in (step for step in STEPS if step.source is state):
        allowed = may_cause(step, who)
        assert allowed is (step.event in events_open_to(state, who))
        on_a_side = party in {Party.OWNER, Party.EITHER, Party.RECEIVER, Party.GIVER}
        assert allowed is (
            party in step.parties and (not on_a_side or office in offices_for(step, protected=protected))
        )


def test_on_a_protected_side_no_office_but_the_protection_officer_s_may_do_anything():
    for step in STEPS:
        assert offices_for(step, protected=True) <= {Office.PROTECTION_OFFICER}
        assert approving_offices(step, protected=True) <= {Office.PROTECTION_OFFICER}
    for action in SIDE_OFFICES:
        assert {office for office in Office if may_act_on_side(action, {office}, protected=True)} == {
            Office.PROTECTION_OFFICER
        }


def test_a_program_causes_only_what_no_officer_decides():
    by_clock = {step.event for step in STEPS if step.parties == {Party.CLOCK}}
    assert by_clock == {Event.EXPIRED, Event.FEEDBACK_DUE, Event.CLOSED}
    assert not by_clock & RELEASES


def test_the_other_side_of_an_exchange_cannot_do_what_is_this_side_s():
    for step in STEPS:
        if step.parties == {Party.GIVER}:
            assert not may_cause(step, Caller(frozenset({Party.RECEIVER, Party.EITHER}), frozenset(Office)))
        if step.parties == {Party.RECEIVER}:
            assert not may_cause(step, Caller(frozenset({Party.GIVER, Party.EITHER}), frozenset(Office)))


@pytest.mark.parametrize(
    ("state", "who", "events"),
    [
        (JointState.HELD, caller(Party.EITHER, office=Office.PROTECTION_OFFICER), set()),
        (JointState.HELD, caller(Party.OWNER, office=Office.FOCAL_POINT, protected=True), set()),
        (
            JointState.HELD,
            caller(Party.OWNER, office=Office.PROTECTION_OFFICER, protected=True),
            {Event.RELEASED, Event.CLOSED, Event.WITHDRAWN},
        ),
        (JointState.ALERTED, caller(Party.EITHER, office=Office.FOCAL_POINT), set()),
        (JointState.ALERTED, caller(Party.CLOCK), {Event.EXPIRED, Event.WITHDRAWN}),
        (JointState.REQUESTED, caller(Party.GIVER, office=Office.AUTHORISER), {Event.REFUSED}),
        (
            JointState.REQUESTED,
            caller(Party.GIVER, office=Office.FOCAL_POINT),
            {Event.ACCEPTED, Event.CLARIFY, Event.PARTIAL, Event.RESPONDED},
        ),
        (JointState.REQUESTED, caller(Party.RECEIVER, office=Office.FOCAL_POINT), {Event.RECALLED}),
        (JointState.CLARIFY, caller(Party.RECEIVER, office=Office.FOCAL_POINT), {Event.CLARIFIED, Event.RECALLED}),
        (JointState.RESPONDED, caller(Party.RECEIVER, office=Office.FOCAL_POINT), set()),
        (JointState.FEEDBACK_DUE, caller(Party.RECEIVER, office=Office.FOCAL_POINT), {Event.FEEDBACK_GIVEN}),
        (JointState.CLOSED, caller(Party.EITHER, office=Office.AUTHORISER), {Event.REOPENED}),
        (JointState.CLOSED, caller(Party.EITHER, office=Office.FOCAL_POINT), set()),
    ],
)
def test_who_may_cause_what(state, who, events):
    assert events_open_to(state, who) == events


def test_what_leaves_a_state_has_four_eyes_and_nothing_else_has():
    assert {step.event for step in STEPS if approving_offices(step, protected=False)} == RELEASES
    assert {step.event for step in STEPS if step.release} == RELEASES


def test_an_authoriser_approves_what_a_focal_point_drafted():
    check_release(RESPOND, FOCAL, AUTHORISER, protected=False)


def test_on_a_protected_side_a_second_protection_officer_approves():
    check_release(RESPOND, PROTECTOR, OTHER_PROTECTOR, protected=True)
    with pytest.raises(FourEyesMissing):
        check_release(RESPOND, PROTECTOR, AUTHORISER, protected=True)


@pytest.mark.parametrize("approver", [None, FOCAL, INVESTIGATOR, Officer("fenn", frozenset({Office.AUTHORISER}))])
def test_a_release_without_a_second_officer_of_the_office_stays(approver):
    with pytest.raises(FourEyesMissing):
        check_release(RESPOND, FOCAL, approver, protected=False)


def test_one_person_with_every_office_is_still_one_person():
    with pytest.raises(FourEyesMissing):
        check_release(RESPOND, EVERY_OFFICE, EVERY_OFFICE, protected=False)


def test_what_is_no_release_needs_its_office_alone():
    accept = step_of(JointState.REQUESTED, Event.ACCEPTED)
    check_release(accept, FOCAL, None, protected=False)
    with pytest.raises(NotTheirs):
        check_release(accept, INVESTIGATOR, AUTHORISER, protected=False)


@pytest.mark.parametrize(
    ("action", "office"),
    [
        (HitAction.ACKNOWLEDGE, Office.FOCAL_POINT),
        (HitAction.ASSIGN, Office.FOCAL_POINT),
        (HitAction.RECOMMEND, Office.INVESTIGATOR),
        (HitAction.VOTE, Office.FOCAL_POINT),
    ],
)
def test_each_action_of_the_side_track_has_its_office(action, office):
    assert {each for each in Office if may_act_on_side(action, {each}, protected=False)} == {office}


def test_only_a_protection_officer_holds_for_safety():
    assert {office for office in Office if may_hold_for_safety({office})} == {Office.PROTECTION_OFFICER}
