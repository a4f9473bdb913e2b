"""Whom do I call now? By subject, language, hour, holiday and whether the entry lives."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.thoroughness import examples

from symbolon.protocol.clocks import zone_named
from symbolon.protocol.focal_points import (
    ANSWER_WITHIN,
    PING_EVERY,
    CallQuery,
    Liveness,
    Reached,
    liveness,
    on_duty,
    ping_due,
    sign_focal_points,
    verify_focal_points,
    who_to_call,
)
from symbolon.protocol.membership_problems import OlderVersion
from symbolon.protocol.messages import (
    ContactChannel,
    DeskHours,
    DeskLife,
    DutyTurn,
    FocalPointDirectory,
    FocalPointEntry,
)
from symbolon.protocol.messages_focal_points import Competence, ContactKind, DeskKind
from symbolon.protocol.problems import BadSignature, MalformedMessage
from symbolon.protocol.references import HUB, DeskId, MemberCode

BANGKOK = zone_named("Asia/Bangkok")
WEEK = tuple(DeskHours(weekday, 540, 1020) for weekday in range(5))
PHONE = (ContactChannel(ContactKind.PHONE, "+99 555 000 100", ""),)
MONDAY_MORNING = datetime(2026, 3, 2, 10, tzinfo=BANGKOK)
MONDAY_NIGHT = datetime(2026, 3, 2, 22, tzinfo=BANGKOK)
XA = MemberCode("XA")


def desk(name, *competences, kind=DeskKind.FOCAL_POINT, languages=("en",), hours=WEEK, deputy=None):
    return FocalPointEntry(
        DeskId(name),
        kind,
        name.title(),
        competences,
        languages,
        "Asia/Bangkok",
        hours,
        PHONE,
        deputy and DeskId(deputy),
    )


CRIME = desk("crime", Competence.TRAFFICKING, Competence.SMUGGLING, deputy="deputy")
DEPUTY = desk("deputy", Competence.TRAFFICKING, kind=DeskKind.DEPUTY, languages=("th", "en"))
MONEY = desk("money", Competence.FINANCE)
CHILDREN = desk("children", Competence.MINORS, languages=("th",))
NIGHT = desk("night", Competence.GENERAL, kind=DeskKind.DUTY, hours=(DeskHours(5, 0, 300), DeskHours(6, 0, 300)))
DIRECTORY = FocalPointDirectory(
    member=XA,
    version=2,
    issued_at=MONDAY_MORNING - timedelta(days=9),
    valid_until=date(2026, 12, 31),
    desks=(MONEY, NIGHT, DEPUTY, CHILDREN, CRIME),
    roster=(DutyTurn(DeskId("night"), MONDAY_NIGHT - timedelta(hours=4), MONDAY_NIGHT + timedelta(hours=8)),),
    holidays=(date(2026, 3, 3),),
)


def order(competence, now, *languages, lives=(), directory=DIRECTORY):
    return [call.desk.desk_id for call in who_to_call(directory, lives, CallQuery(competence, languages), now)]


def test_by_day_the_desk_for_the_subject_is_called_and_its_deputy_next():
    assert order(Competence.TRAFFICKING, MONDAY_MORNING)[:2] == ["crime", "deputy"]
    assert order(Competence.FINANCE, MONDAY_MORNING)[0] == "money"


def test_who_shares_the_language_comes_first_among_those_for_the_subject():
    assert order(Competence.TRAFFICKING, MONDAY_MORNING, "th", "en")[:2] == ["deputy", "crime"]


def test_at_night_and_on_a_holiday_whoever_is_on_duty_is_called():
    assert order(Competence.TRAFFICKING, MONDAY_NIGHT)[0] == "night"
    holiday = datetime(2026, 3, 3, 10, tzinfo=BANGKOK)
    first, second, *_ = who_to_call(DIRECTORY, (), CallQuery(Competence.TRAFFICKING), holiday)
    assert (first.reached, second.opens_at) == (Reached.CLOSED, datetime(2026, 3, 4, 9, tzinfo=BANGKOK))
    turn = DutyTurn(DeskId("night"), holiday - timedelta(hours=1), holiday + timedelta(hours=1))
    assert order(Competence.TRAFFICKING, holiday, directory=replace(DIRECTORY, roster=(turn,)))[0] == "night"


def test_a_minor_s_subject_goes_to_those_for_minors_or_for_victims():
    assert order(Competence.MINORS, MONDAY_MORNING)[0] == "children"
    shelter = desk("shelter", Competence.VICTIM_PROTECTION)
    elsewhere = replace(DIRECTORY, desks=(CRIME, DEPUTY, NIGHT, shelter))
    assert order(Competence.MINORS, MONDAY_MORNING, directory=elsewhere)[0] == "shelter"


def test_a_stale_entry_comes_behind_everybody_who_is_there():
    stale = DeskLife(XA, DeskId("crime"), MONDAY_MORNING - ANSWER_WITHIN, None)
    assert order(Competence.TRAFFICKING, MONDAY_MORNING, lives=[stale])[0] == "deputy"
    assert order(Competence.TRAFFICKING, MONDAY_MORNING, lives=[stale])[-2:] == ["crime", "night"]
    other_states = replace(stale, member=MemberCode("XB"))
    assert order(Competence.TRAFFICKING, MONDAY_MORNING, lives=[other_states])[0] == "crime"


def test_a_directory_past_its_last_day_is_still_read_and_says_so():
    late = datetime(2027, 1, 4, 10, tzinfo=BANGKOK)
    assert all(call.outdated for call in who_to_call(DIRECTORY, (), CallQuery(Competence.FINANCE), late))
    assert not any(call.outdated for call in who_to_call(DIRECTORY, (), CallQuery(Competence.FINANCE), MONDAY_MORNING))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(Competence),
    st.lists(st.sampled_from(["en", "th", "fr"]), max_size=3).map(tuple),
)
@settings(max_examples=examples(60), deadline=None)
def test_every_desk_is_named_once_and_nobody_closed_before_somebody_open(now, competence, languages):
    calls = who_to_call(DIRECTORY, (), CallQuery(competence, languages), now)
    assert {call.desk.desk_id for call in calls} == {each.desk_id for each in DIRECTORY.desks}
    closed = [call.reached is Reached.CLOSED for call in calls]
    assert closed == sorted(closed)
    for call in calls:
        assert (call.opens_at is None) is (call.reached is not Reached.CLOSED)
        assert call.opens_at is None or call.opens_at > now


def test_a_turn_begins_with_its_first_moment_and_ends_before_its_last():
    (turn,) = DIRECTORY.roster
    assert on_duty(DIRECTORY, turn.starts_at) == {"night"}
    assert on_duty(DIRECTORY, turn.ends_at) == frozenset()


@pytest.mark.parametrize(
    ("pinged", "answered", "now", "expected"),
    [
        (None, None, 0, Liveness.NEVER_ASKED),
        (0, None, 0, Liveness.ASKED),
        (0, None, 3, Liveness.STALE),
        (0, 1, 90, Liveness.ALIVE),
        (30, 1, 31, Liveness.ASKED),
        (30, 1, 33, Liveness.STALE),
        (30, 40, 41, Liveness.ALIVE),
    ],
)
def test_an_entry_is_stale_three_days_after_an_unanswered_ping_until_it_is_answered(pinged, answered, now, expected):
    def day(number):
        return None if number is None else MONDAY_MORNING + timedelta(days=number)

    assert liveness(DeskLife(XA, DeskId("crime"), day(pinged), day(answered)), day(now)) is expected


def test_a_desk_is_asked_at_once_and_then_every_month():
    assert ping_due(None, MONDAY_MORNING)
    life = DeskLife(XA, DeskId("crime"), MONDAY_MORNING, None)
    assert not ping_due(life, MONDAY_MORNING + PING_EVERY - timedelta(seconds=1))
    assert ping_due(life, MONDAY_MORNING + PING_EVERY)
    assert liveness(None, MONDAY_MORNING) is Liveness.NEVER_ASKED


def test_only_what_its_state_signed_is_taken_and_nothing_older(samples):
    key, other = samples.SIGNING_KEYS[XA], samples.SIGNING_KEYS["XB"]
    signed = sign_focal_points(DIRECTORY, key)
    verify_focal_points(None, signed, key.public)
    verify_focal_points(replace(DIRECTORY, version=1), signed, key.public)
    for known in (DIRECTORY, replace(DIRECTORY, version=3)):
        with pytest.raises(OlderVersion):
            verify_focal_points(known, signed, key.public)
    for wrong in (
        sign_focal_points(DIRECTORY, other),
        replace(signed, directory=replace(DIRECTORY, version=9)),
        replace(sign_focal_points(DIRECTORY, other), key_id=key.key_id),
    ):
        with pytest.raises(BadSignature):
            verify_focal_points(None, wrong, key.public)


@pytest.mark.parametrize(
    "change",
    [
        {"desks": (CRIME,)},
        {"desks": (MONEY, MONEY)},
        {"desks": (MONEY,)},
        {"member": HUB},
    ],
)
def test_a_directory_that_contradicts_itself_is_refused(change):
    with pytest.raises(MalformedMessage):
        replace(DIRECTORY, **change)
    with pytest.raises(MalformedMessage):
        DeskHours(0, 540, 540)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"desks": (desk("money", Competence.FINANCE, hours=(DeskHours(0, 0, 1),)),)}, "desk money is open 1 minutes"),
        ({"desks": (desk("money", Competence.FINANCE, hours=(DeskHours(0, 0, 599),)),)}, "at least 10 hours"),
        (
            {"desks": (desk("money", Competence.FINANCE, hours=(DeskHours(0, 0, 600), DeskHours(0, 500, 700))),)},
            "overlap",
        ),
        ({"holidays": tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(61))}, "61 holidays in 2026"),
    ],
)
def test_hours_by_which_nobody_s_clock_would_run_out_are_refused(samples, change, what):
    key = samples.SIGNING_KEYS[XA]
    wrong = replace(DIRECTORY, roster=(), **change)
    with pytest.raises(MalformedMessage, match=what):
        verify_focal_points(None, sign_focal_points(wrong, key), key.public)


def test_ten_hours_a_week_and_sixty_holidays_a_year_are_hours(samples):
    key = samples.SIGNING_KEYS[XA]
    free = (*(date(2026, 1, 1) + timedelta(days=day) for day in range(60)), date(2026, 1, 1), date(2027, 1, 1))
    few = desk("money", Competence.FINANCE, hours=(DeskHours(0, 0, 600),))
    right = replace(DIRECTORY, desks=(few,), roster=(), holidays=free)
    verify_focal_points(None, sign_focal_points(right, key), key.public)
