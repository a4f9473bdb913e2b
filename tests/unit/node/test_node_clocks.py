"""The clocks of a hit at a node: whose they are, when they begin, stand still and are due."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.node.domain.clocks import ClockTerms, HitHistory, clocks_of, own_due_at
from symbolon.node.domain.desk_text import read_toml
from symbolon.node.domain.hit import Hit, followed
from symbolon.node.services.read_clocks import clocks_alone
from symbolon.protocol.allowances import Counting
from symbolon.protocol.clocks import ClockLevel, Pause
from symbolon.protocol.handling import Band, OffenceGroup, RecordKind, Urgency
from symbolon.protocol.hit_ledger import HitLedger, TrackStep
from symbolon.protocol.lifecycle import Event, JointState, SideState
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.messages_pairs import AgreedTime, PairProfile
from symbolon.protocol.references import HUB, HitId, MemberCode, RecordReference, RequestId

MONDAY = datetime(2031, 5, 5, 9, 0, tzinfo=UTC)
XA, XB = MemberCode("XA"), MemberCode("XB")
ASKED = RequestId("q")
HIT = Hit(
    hit_id=HitId("h"),
    own_reference=RecordReference("r"),
    counterpart=XB,
    counterpart_reference=RecordReference("s"),
    ledger=HitLedger(HitId("h"), (XA, XB), JointState.ALERTED, 1, MONDAY),
    side_state=SideState.WAITING,
    band=Band.STRONG,
    agreement=(),
    counterpart_offence_group=OffenceGroup.OTHER,
    counterpart_record_kind=RecordKind.PERSON,
    urgency=Urgency.U2,
    protected=False,
    non_punishment=False,
    exercise=True,
    schema_id="s",
    key_epoch=1,
    detected_at=MONDAY,
    alerted_at=MONDAY,
    state_version=1,
)
TWO_WORKING_DAYS = timedelta(days=1, hours=8)
"""From Monday nine o'clock to Tuesday five."""
NO_HISTORY = HitHistory()
ZONES = ("UTC", "Asia/Dhaka", "Pacific/Auckland", "Australia/Lord_Howe", "America/St_Johns", "Europe/Berlin")


def desks(zone="UTC", holidays="", hours="Mon-Fri 09:00-17:00"):
    text = f"""
valid_until = 2099-12-31
holidays = [{holidays}]

[[desk]]
id = "desk"
kind = "focal-point"
title = "Desk"
competences = ["general"]
languages = ["en"]
zone = "{zone}"
hours = ["{hours}"]
channels = ["phone: 1"]
"""
    return read_toml(text).as_directory(XA, 1, MONDAY)


def terms(**changes):
    return ClockTerms({XA: desks(**changes), XB: desks()})


def story(hit, *steps):
    """The hit after steps that the hub took, and its history: (event, by, hours after Monday, exchange)."""
    taken = []
    for event, by, hours, exchange in steps:
        known = None if exchange is None else hit.ledger.exchange(exchange)
        version = hit.ledger.version if exchange is None else 0 if known is None else known.version
        urgency = Urgency.U2 if event is Event.REQUESTED else None
        step = TrackStep(exchange, event, by, version, MONDAY + timedelta(hours=hours), urgency)
        hit = followed(hit, step, own_record_protected=False)
        taken.append(step)
    return hit, HitHistory(tuple(taken))


def named(hit, history=NO_HISTORY, by=None):
    return {clock.name: clock for clock in clocks_of(hit, history, by or terms())}


def test_an_alert_is_to_be_acknowledged_and_voted_on_by_this_side():
    found = named(HIT)
    assert set(found) == {ClockName.TRIAGE, ClockName.ACKNOWLEDGE}
    assert {clock.whose for clock in found.values()} == {XA}
    assert found[ClockName.TRIAGE].due_at == MONDAY + TWO_WORKING_DAYS
    assert found[ClockName.ACKNOWLEDGE].due_at == MONDAY + timedelta(hours=8)


def test_after_this_sides_vote_the_rest_of_the_time_is_the_other_sides():
    found = named(replace(HIT, side_state=SideState.VOTED))
    assert {name: clock.whose for name, clock in found.items()} == {ClockName.TRIAGE: XB}
    assert own_due_at(tuple(found.values()), XA) is None


def test_what_is_wrong_with_one_hit_is_no_other_s(monkeypatch):
    def reading(hit, *arguments):
        if hit.hit_id == "broken":
            raise ArithmeticError
        return clocks_of(hit, *arguments)

    monkeypatch.setattr("symbolon.node.services.read_clocks.clocks_of", reading)
    assert clocks_alone(replace(HIT, hit_id=HitId("broken")), NO_HISTORY, terms()) is None
    assert clocks_alone(HIT, NO_HISTORY, terms()) == clocks_of(HIT, NO_HISTORY, terms())


def test_a_holiday_of_the_own_desk_is_no_time():
    found = named(HIT, by=terms(holidays="2031-05-06"))
    assert found[ClockName.TRIAGE].due_at == MONDAY + TWO_WORKING_DAYS + timedelta(days=1)


def test_where_a_life_is_at_risk_no_holiday_and_no_night_counts():
    found = named(replace(HIT, urgency=Urgency.U1), by=terms(holidays="2031-05-05, 2031-05-06"))
    assert found[ClockName.TRIAGE].due_at == MONDAY + timedelta(hours=5)


def test_a_received_request_is_to_be_accepted_and_answered():
    hit, history = story(
        replace(HIT, side_state=SideState.VOTED), (Event.CONFIRMED, XB, 1, None), (Event.REQUESTED, XB, 2, ASKED)
    )
    found = named(hit, history)
    assert {name: clock.whose for name, clock in found.items()} == {ClockName.ACCEPT: XA, ClockName.RESPOND: XA}
    assert {clock.exchange_id for clock in found.values()} == {ASKED}


def test_the_answer_is_counted_from_the_request_and_the_first_question_stops_it_alone():
    steps = (
        (Event.CONFIRMED, XB, 1, None),
        (Event.REQUESTED, XB, 0, ASKED),
        (Event.CLARIFY, XA, 2, ASKED),
        (Event.CLARIFIED, XB, 24, ASKED),
        (Event.CLARIFY, XA, 25, ASKED),
        (Event.CLARIFIED, XB, 26, ASKED),
    )
    hit, history = story(replace(HIT, side_state=SideState.VOTED), *steps)
    respond = named(hit, history)[ClockName.RESPOND]
    assert respond.running.started_at == MONDAY
    # Three working days from Monday nine; Monday eleven to Tuesday nine did not count.
    assert respond.due_at == MONDAY + timedelta(days=3, hours=6)


def test_while_the_first_question_is_open_nobody_knows_when_the_answer_is_due():
    steps = ((Event.CONFIRMED, XB, 1, None), (Event.REQUESTED, XB, 2, ASKED), (Event.CLARIFY, XA, 3, ASKED))
    hit, history = story(replace(HIT, side_state=SideState.VOTED), *steps)
    respond = named(hit, history)[ClockName.RESPOND]
    assert respond.stands_still
    assert respond.due_at is None


def test_a_hold_stops_the_vote_and_what_ran_goes_on_after_it():
    hit, history = story(HIT, (Event.HELD, HUB, 4, None), (Event.RELEASED, HUB, 28, None))
    triage = named(hit, history)[ClockName.TRIAGE]
    assert triage.running.started_at == MONDAY
    assert triage.due_at == MONDAY + TWO_WORKING_DAYS + timedelta(days=1)


def test_the_other_sides_hold_is_no_clock_of_this_side():
    hit, history = story(HIT, (Event.HELD, HUB, 4, None))
    assert {clock.whose for clock in clocks_of(hit, history, terms())} == {XB}


def test_a_safety_hold_lets_every_clock_stand_still():
    frozen = HitHistory(freezes=(Pause(MONDAY + timedelta(hours=1), None),))
    assert all(clock.stands_still and clock.due_at is None for clock in clocks_of(HIT, frozen, terms()))


def test_a_reopened_hit_is_voted_on_from_its_reopening():
    hit, history = story(HIT, (Event.EXPIRED, HUB, 50, None), (Event.REOPENED, XA, 72, None))
    assert named(hit, history)[ClockName.TRIAGE].running.started_at == MONDAY + timedelta(hours=72)


def agreed(effective_from):
    times = (AgreedTime(ClockName.TRIAGE, Urgency.U2, Counting.ROUND_THE_CLOCK, 3600),)
    return {XB: (PairProfile((XA, XB), 1, None, effective_from, times),)}


@pytest.mark.parametrize(("day", "hours"), [(date(2031, 5, 5), 1), (date(2031, 5, 6), 32)])
def test_what_the_pair_agreed_on_counts_for_clocks_that_begin_after_its_day(day, hours):
    found = named(HIT, by=replace(terms(), agreed=agreed(day)))
    assert found[ClockName.TRIAGE].due_at == MONDAY + timedelta(hours=hours)


def test_a_state_without_desks_works_from_nine_to_five():
    assert named(HIT, by=ClockTerms())[ClockName.TRIAGE].due_at == MONDAY + TWO_WORKING_DAYS


MOMENTS = st.datetimes(datetime(2027, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - made UTC
URGENCIES = st.sampled_from(Urgency)


@given(MOMENTS, URGENCIES, st.sampled_from(ZONES), st.sets(st.dates(date(2027, 1, 1), date(2037, 2, 1)), max_size=30))
def test_levels_follow_each_other_in_every_zone_and_year(moment, urgency, zone, holidays):
    days = ", ".join(day.isoformat() for day in holidays)
    hit = replace(HIT, alerted_at=moment, urgency=urgency, ledger=replace(HIT.ledger, since=moment))
    for clock in clocks_of(hit, HitHistory(), ClockTerms({XA: desks(zone, days)})):
        deputy, due = clock.share_at(ClockLevel.DEPUTY), clock.share_at(ClockLevel.OVERDUE)
        assert moment < deputy < due
        assert clock.level(deputy - timedelta(microseconds=1)) is ClockLevel.IN_TIME
        assert clock.level(deputy) is ClockLevel.DEPUTY
        assert clock.level(due - timedelta(microseconds=1)) is ClockLevel.DEPUTY
        assert clock.level(due) is ClockLevel.OVERDUE


@given(MOMENTS, URGENCIES, st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_hold_never_makes_a_vote_due_earlier(moment, urgency, after, lasting):
    hit = replace(HIT, alerted_at=moment, urgency=urgency, ledger=replace(HIT.ledger, since=moment))
    since = moment + timedelta(seconds=after)
    frozen = HitHistory(freezes=(Pause(since, since + timedelta(seconds=lasting)),))
    held = named(hit, frozen)[ClockName.TRIAGE].due_at
    free = named(hit)[ClockName.TRIAGE].due_at
    assert held >= free
