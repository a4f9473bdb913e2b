"""Clocks over zones, holidays, leap days, clock changes and pauses."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.thoroughness import examples

from symbolon.protocol.allowances import Allowance, Counting, elapsed, longest_run, office_hours, working_days
from symbolon.protocol.clocks import (
    ClockLevel,
    OpenHours,
    Pause,
    RunningClock,
    WorkCalendar,
    due_at,
    level_at,
    paused,
    resumed,
    used_share,
    zone_named,
)
from symbolon.protocol.problems import MalformedMessage

ZONES = [
    zone_named(name)
    for name in (
        "UTC",
        "Asia/Bangkok",
        "Asia/Kathmandu",
        "Australia/Sydney",
        "Australia/Lord_Howe",  # moves by half an hour
        "Pacific/Auckland",
        "Pacific/Apia",  # left out 30 December 2011
        "America/Santiago",  # changes at midnight
        "America/Havana",  # midnight comes twice
        "Europe/London",
    )
]
WEEK = tuple(OpenHours(weekday, 9 * 60, 17 * 60) for weekday in range(5))
BANGKOK = WorkCalendar(zone_named("Asia/Bangkok"), WEEK)
SYDNEY = WorkCalendar(zone_named("Australia/Sydney"), WEEK)


@st.composite
def calendars(draw):
    hours = []
    for weekday in draw(st.sets(st.integers(0, 6), min_size=1)):
        edges = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=4)))
        hours += [OpenHours(weekday, *edges[at : at + 2]) for at in range(0, len(edges) - 1, 2)]
    holidays = draw(st.frozensets(st.dates(date(2023, 12, 1), date(2025, 1, 31)), max_size=20))
    return WorkCalendar(draw(st.sampled_from(ZONES)), tuple(hours), holidays)


INSTANTS = st.datetimes(datetime(2011, 12, 1), datetime(2025, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ALLOWANCES = st.one_of(
    st.integers(1, 5 * 86_400).map(lambda seconds: Allowance(Counting.ROUND_THE_CLOCK, seconds)),
    st.integers(1, 5 * 86_400).map(lambda seconds: Allowance(Counting.OFFICE_HOURS, seconds)),
    st.integers(1, 10).map(working_days),
)


@st.composite
def clocks(draw):
    start = draw(INSTANTS)
    pauses = []
    for _ in range(draw(st.integers(0, 3))):
        since = start + timedelta(minutes=draw(st.integers(-600, 10_000)))
        pauses.append(Pause(since, since + timedelta(minutes=draw(st.integers(0, 5_000)))))
    return RunningClock(start, draw(ALLOWANCES), tuple(pauses))


def local(calendar, *parts):
    return datetime(*parts, tzinfo=calendar.zone)


def due(calendar, start, allowance):
    return due_at(RunningClock(start, allowance), calendar).astimezone(calendar.zone)


@given(clocks(), calendars())
@settings(max_examples=examples(150), deadline=None)
def test_exactly_the_allowed_time_is_used_when_it_is_due(clock, calendar):
    end = due_at(clock, calendar)
    tick = timedelta(microseconds=1)
    assert used_share(clock, calendar, end) >= 1 > used_share(clock, calendar, end - tick)


@given(clocks(), calendars(), st.integers(0, 20_000), st.integers(0, 20_000))
@settings(max_examples=examples(150), deadline=None)
def test_what_is_used_never_goes_back(clock, calendar, first, second):
    earlier, later = sorted(clock.started_at + timedelta(minutes=minutes) for minutes in (first, second))
    assert 0 <= used_share(clock, calendar, earlier) <= used_share(clock, calendar, later)


@given(clocks(), calendars())
@settings(max_examples=examples(100), deadline=None)
def test_the_deputy_is_told_before_it_is_overdue(clock, calendar):
    warned, end = due_at(clock, calendar, Fraction(3, 4)), due_at(clock, calendar)
    assert clock.started_at <= warned <= end
    assert level_at(clock, calendar, warned) is not ClockLevel.IN_TIME
    assert level_at(clock, calendar, end) is ClockLevel.OVERDUE
    assert level_at(clock, calendar, clock.started_at) is ClockLevel.IN_TIME


@given(clocks(), calendars())
@settings(max_examples=examples(100), deadline=None)
def test_counted_in_office_time_it_is_due_while_somebody_is_there_or_when_nobody_waits_longer(clock, calendar):
    if clock.allowance.counting is not Counting.ROUND_THE_CLOCK:
        end = due_at(clock, calendar)
        at_the_latest = due_at(replace(clock, allowance=elapsed(seconds=longest_run(clock.allowance))), calendar)
        assert end <= at_the_latest
        assert end == at_the_latest or calendar.is_open(end - timedelta(microseconds=1))


@given(clocks(), calendars(), st.integers(0, 5_000), st.integers(1, 5_000))
@settings(max_examples=examples(100), deadline=None)
def test_a_pause_never_makes_it_due_earlier_and_overlapping_pauses_count_once(clock, calendar, after, length):
    since = clock.started_at + timedelta(minutes=after)
    pause = Pause(since, since + timedelta(minutes=length))
    once = RunningClock(clock.started_at, clock.allowance, (*clock.pauses, pause))
    twice = RunningClock(clock.started_at, clock.allowance, (pause, *clock.pauses, pause))
    assert due_at(clock, calendar) <= due_at(once, calendar) == due_at(twice, calendar)


@given(calendars(), INSTANTS)
@settings(max_examples=examples(100), deadline=None)
def test_the_desk_opens_next_when_it_is_open(calendar, instant):
    opens = calendar.opens_next(instant)
    assert opens >= instant
    assert calendar.is_open(opens)
    assert calendar.is_open(instant) is (opens == instant)


@given(INSTANTS, calendars(), st.integers(1, 400))
@settings(max_examples=examples(100), deadline=None)
def test_risk_to_life_runs_through_nights_and_holidays(start, calendar, hours):
    assert due_at(RunningClock(start, elapsed(hours=hours)), calendar) == start + timedelta(hours=hours)


def test_working_days_end_at_the_same_hour_some_working_days_later():
    friday_noon = local(BANGKOK, 2026, 3, 6, 13)
    assert due(BANGKOK, friday_noon, working_days(2)) == local(BANGKOK, 2026, 3, 10, 13)


def test_what_comes_on_a_free_day_counts_from_the_next_opening():
    sunday = local(BANGKOK, 2026, 3, 8, 11)
    assert due(BANGKOK, sunday, working_days(1)) == local(BANGKOK, 2026, 3, 9, 17)
    assert due(BANGKOK, sunday, office_hours(3)) == local(BANGKOK, 2026, 3, 9, 12)


def test_a_holiday_is_passed_over():
    songkran = WorkCalendar(BANGKOK.zone, WEEK, frozenset(date(2026, 4, day) for day in (13, 14, 15)))
    assert due(songkran, local(songkran, 2026, 4, 10, 16), office_hours(2)) == local(songkran, 2026, 4, 16, 10)


def test_a_leap_day_is_a_day_like_any_other():
    assert due(BANGKOK, local(BANGKOK, 2024, 2, 28, 12), working_days(1)) == local(BANGKOK, 2024, 2, 29, 12)
    assert due(BANGKOK, local(BANGKOK, 2024, 2, 29, 12), working_days(1)) == local(BANGKOK, 2024, 3, 1, 12)
    assert due(BANGKOK, local(BANGKOK, 2024, 2, 29, 12), elapsed(days=1)) == local(BANGKOK, 2024, 3, 1, 12)


@pytest.mark.parametrize("change", [(2026, 4, 5), (2026, 10, 4)])
def test_a_clock_change_at_the_weekend_moves_no_deadline_of_the_desk(change):
    sunday = date(*change)
    friday, monday = sunday - timedelta(days=2), sunday + timedelta(days=1)
    start = local(SYDNEY, friday.year, friday.month, friday.day, 15)
    end = due(SYDNEY, start, office_hours(4))
    assert (end.date(), end.hour) == (monday, 11)


def test_a_desk_that_is_open_through_a_clock_change_works_an_hour_more_or_less():
    always = WorkCalendar(SYDNEY.zone, tuple(OpenHours(weekday, 0, 1440) for weekday in range(7)))
    back, forward = local(always, 2026, 4, 5), local(always, 2026, 10, 4)
    for start, hours in ((back, 25), (forward, 23)):
        end = due(always, start, working_days(1))
        assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=hours)
        assert due(always, start, office_hours(24)).astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=24)


def test_midnight_that_comes_twice_counts_no_hour_twice():
    havana = WorkCalendar(zone_named("America/Havana"), tuple(OpenHours(weekday, 0, 1440) for weekday in range(7)))
    start = datetime(2025, 11, 1, 12, tzinfo=UTC)
    assert due_at(RunningClock(start, office_hours(48)), havana) == start + timedelta(hours=48)


def test_a_day_that_a_zone_left_out_is_no_working_day():
    apia = WorkCalendar(zone_named("Pacific/Apia"), tuple(OpenHours(weekday, 540, 1020) for weekday in range(7)))
    assert due(apia, local(apia, 2011, 12, 29, 12), working_days(1)) == local(apia, 2011, 12, 31, 12)


def test_a_clock_stands_still_until_it_is_resumed_and_is_paused_once():
    clock = RunningClock(local(BANGKOK, 2026, 3, 9, 9), office_hours(8))
    still = paused(clock, local(BANGKOK, 2026, 3, 9, 11))
    assert due_at(still, BANGKOK) is None
    assert paused(still, local(BANGKOK, 2026, 3, 9, 12)) == still
    assert used_share(still, BANGKOK, local(BANGKOK, 2026, 3, 20, 9)) == Fraction(2, 8)
    again = resumed(still, local(BANGKOK, 2026, 3, 10, 9))
    assert due_at(again, BANGKOK) == local(BANGKOK, 2026, 3, 10, 15)
    assert resumed(again, local(BANGKOK, 2026, 3, 11, 9)) == again


def test_a_clock_that_was_due_before_it_was_paused_stays_due():
    clock = paused(RunningClock(local(BANGKOK, 2026, 3, 9, 9), elapsed(hours=1)), local(BANGKOK, 2026, 3, 9, 12))
    assert due_at(clock, BANGKOK) == local(BANGKOK, 2026, 3, 9, 10)


@pytest.mark.parametrize(
    "build",
    [
        lambda: WorkCalendar(UTC, ()),
        lambda: WorkCalendar(UTC, (OpenHours(0, 60, 120), OpenHours(0, 100, 200))),
        lambda: WorkCalendar(UTC, WEEK, frozenset(date(2020, 1, 1) + timedelta(days=day) for day in range(401))),
        lambda: OpenHours(7, 0, 60),
        lambda: OpenHours(0, 60, 60),
        lambda: OpenHours(0, 0, 1441),
        lambda: Allowance(Counting.OFFICE_HOURS, 0),
        lambda: zone_named("Asia/Atlantis"),
        lambda: zone_named("../../etc/passwd"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(build):
    with pytest.raises(MalformedMessage):
        build()


def test_a_clock_beyond_the_calendar_is_refused():
    with pytest.raises(MalformedMessage):
        due_at(RunningClock(datetime(9999, 12, 30, tzinfo=UTC), working_days(9)), BANGKOK)


@pytest.mark.parametrize("counting", Counting)
@pytest.mark.parametrize("amount", [400 * 86_400, 2**31 - 1, 2**53 - 1])
def test_a_time_that_no_clock_may_allow_is_never_due_and_costs_nothing(counting, amount, monkeypatch):
    looked_at = []
    monkeypatch.setattr("symbolon.protocol.clocks._open_on", lambda *day: looked_at.append(day) or iter(()))
    assert due_at(RunningClock(local(BANGKOK, 2026, 3, 9, 9), Allowance(counting, amount)), BANGKOK) is None
    assert looked_at == []


@pytest.mark.parametrize(
    "calendar",
    [
        WorkCalendar(UTC, (OpenHours(0, 0, 1),)),
        WorkCalendar(UTC, WEEK, frozenset(date(2026, 3, 1) + timedelta(days=day) for day in range(400))),
    ],
)
@pytest.mark.parametrize("allowance", [working_days(4), office_hours(32)])
def test_a_desk_that_is_hardly_ever_open_makes_nobody_wait_for_ever(calendar, allowance):
    # Four days are 5.6 of the calendar; three times that, and a week.
    latest = timedelta(seconds=longest_run(allowance))
    assert timedelta(days=23) < latest < timedelta(days=24)
    start = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert due_at(RunningClock(start, allowance), calendar) == start + latest
    stood_still = Pause(start + timedelta(days=1), start + timedelta(days=11))
    clock = RunningClock(start, allowance, (stood_still,))
    assert due_at(clock, calendar) == start + latest + timedelta(days=10)
    assert level_at(clock, calendar, start + latest + timedelta(days=10)) is ClockLevel.OVERDUE
