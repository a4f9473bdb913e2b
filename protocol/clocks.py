"""Deadlines in the hours in which somebody is there: time zones, working hours, holidays and pauses.

Nothing here reads a clock. A clock is what is stored of it (:class:`RunningClock`), so it is right after any restart.
Time is counted in one of three ways (:class:`Counting`): round the clock, in office hours, or in working days. In
working days each day that has office hours counts as one, spread evenly over them: two days from Friday noon end on
Tuesday noon, where Saturday and Sunday are free, however long Monday is and whatever a clock change does to it.

Everything is exact: amounts are fractions, and a deadline is rounded up to the microsecond.

Whose desk is hardly ever open makes nobody wait for ever: at the latest a clock is due after three times the span that
its time takes at a usual office, and a week for holidays (:func:`symbolon.protocol.allowances.longest_run`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from symbolon.protocol.allowances import LONGEST_TIME_S, Allowance, Counting, longest_run, usual_span
from symbolon.protocol.problems import MalformedMessage

MINUTES_A_DAY: Final = 24 * 60
MOST_HOLIDAYS: Final = 400
_MICROSECOND: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenHours:
    """One stretch of office hours on one day of the week (0 is Monday), in minutes of local time; 1440 is midnight."""

    weekday: int
    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not (0 <= self.weekday <= 6 and 0 <= self.opens < self.closes <= MINUTES_A_DAY):
            raise MalformedMessage("Office hours open before they close, on a weekday from 0 (Monday) to 6.")


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When a desk works: its zone, its hours in a week, and the dates on which it does not.

    Raises :class:`MalformedMessage` where there are no hours at all, or hours of a day overlap.
    """

    zone: tzinfo
    hours: tuple[OpenHours, ...]
    holidays: frozenset[date] = field(default=frozenset())

    def __post_init__(self) -> None:
        if not self.hours:
            raise MalformedMessage("A desk has office hours on one day of the week at least.")
        if len(self.holidays) > MOST_HOLIDAYS:
            raise MalformedMessage(f"A calendar lists at most {MOST_HOLIDAYS} holidays.")
        ordered = sorted(self.hours, key=lambda each: (each.weekday, each.opens))
        for one, other in pairwise(ordered):
            if one.weekday == other.weekday and other.opens < one.closes:
                raise MalformedMessage("The office hours of a day do not overlap.")
        object.__setattr__(self, "hours", tuple(ordered))

    def is_open(self, instant: datetime) -> bool:
        """Whether somebody is at the desk then."""
        return self.opens_next(instant) == instant

    def opens_next(self, instant: datetime) -> datetime:
        """Give the instant itself while the desk is open, else when it opens next (UTC)."""
        return next(
            max(opens, instant.astimezone(UTC))
            for stretches in _days_from(self, instant)
            for opens, closes in stretches
            if instant < closes
        )


def zone_named(name: str) -> ZoneInfo:
    """Give the time zone of an IANA name; raises :class:`MalformedMessage` where this machine knows none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise MalformedMessage("There is no time zone of this name; use one such as Asia/Bangkok.") from None


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which a clock stands still; ``until`` None: it still does."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class RunningClock:
    """What is stored of a clock: when it began, how much time it allows, and when it stood still."""

    started_at: datetime
    allowance: Allowance
    pauses: tuple[Pause, ...] = ()


class ClockLevel(StrEnum):
    """How far a clock has run, in the shares at which somebody is told."""

    IN_TIME = "in-time"
    DEPUTY = "deputy"
    OVERDUE = "overdue"


DEPUTY_SHARE: Final = Fraction(3, 4)
"""At three quarters of the time the deputy is told; at the whole of it the facilitator (of a hold: oversight)."""


def due_at(clock: RunningClock, calendar: WorkCalendar, share: Fraction = Fraction(1)) -> datetime | None:
    """Give when this share of the time is used up (UTC); None while it is not known, because the clock stands still.

    None, too, for a time that no clock may allow (more than a year): it is never due.
    """
    if usual_span(clock.allowance) > LONGEST_TIME_S:
        return None
    remaining = Fraction(clock.allowance.amount) * share
    left = _rounded_up(longest_run(clock.allowance) * share)
    for start, end in _running(clock):
        stop = _at_most(start, left) if end is None else min(end, _at_most(start, left))
        for begin, finish, weight in _weighted(calendar, clock.allowance.counting, start, stop):
            worth = _seconds(finish - begin) * weight
            if remaining <= worth:
                return begin + _rounded_up(remaining / weight)
            remaining -= worth
        left -= stop - start
        if not left:
            return stop
    return None


def used_share(clock: RunningClock, calendar: WorkCalendar, now: datetime) -> Fraction:
    """Give how much of the time is used up at ``now``: 0 at the start, 1 when it is due, more when it is overdue."""
    used, ran = Fraction(0), Fraction(0)
    for start, end in _running(clock):
        stop = now if end is None else min(now, end)
        if stop > start:
            ran += _seconds(stop - start)
            pieces = _weighted(calendar, clock.allowance.counting, start, stop)
            used += sum((_seconds(finish - begin) * weight for begin, finish, weight in pieces), Fraction(0))
    return max(used / clock.allowance.amount, ran / longest_run(clock.allowance))


def level_at(clock: RunningClock, calendar: WorkCalendar, now: datetime) -> ClockLevel:
    """Say who is to know by ``now``: nobody more, the deputy (75 %), or whoever watches over it (100 %)."""
    share = used_share(clock, calendar, now)
    if share >= 1:
        return ClockLevel.OVERDUE
    return ClockLevel.DEPUTY if share >= DEPUTY_SHARE else ClockLevel.IN_TIME


def paused(clock: RunningClock, since: datetime) -> RunningClock:
    """Stop the clock; one that stands still already is left as it is."""
    if any(pause.until is None for pause in clock.pauses):
        return clock
    return RunningClock(clock.started_at, clock.allowance, (*clock.pauses, Pause(since, None)))


def resumed(clock: RunningClock, until: datetime) -> RunningClock:
    """Let the clock run again; one that runs is left as it is."""
    pauses = tuple(Pause(pause.since, until) if pause.until is None else pause for pause in clock.pauses)
    return RunningClock(clock.started_at, clock.allowance, pauses)


def _running(clock: RunningClock) -> Iterator[tuple[datetime, datetime | None]]:
    """Give the stretches in which the clock runs, in UTC and in order; the last has no end unless it stands still."""
    start = clock.started_at.astimezone(UTC)
    for pause in sorted(clock.pauses, key=lambda each: each.since):
        since = pause.since.astimezone(UTC)
        if since > start:
            yield start, since
        if pause.until is None:
            return
        start = max(start, pause.until.astimezone(UTC))
    yield start, None


Weighted = tuple[datetime, datetime, Fraction]
"""A stretch of time, and how much a second of it counts."""


def _at_most(start: datetime, left: timedelta) -> datetime:
    """Give the moment that long after the start, or the last one that there is."""
    last = datetime.max.replace(tzinfo=UTC)
    return start + left if left < last - start else last


def _weighted(calendar: WorkCalendar, counting: Counting, start: datetime, end: datetime) -> Iterator[Weighted]:
    if counting is Counting.ROUND_THE_CLOCK:
        yield start, end, Fraction(1)
        return
    by_days = counting is Counting.WORKING_DAYS
    for stretches in _days_from(calendar, start):
        whole = sum((_seconds(closes - opens) for opens, closes in stretches), Fraction(0))
        for opens, closes in stretches:
            if opens >= end:
                return
            begin, finish = max(opens, start), min(closes, end)
            if begin < finish:
                yield begin, finish, 1 / whole if by_days else Fraction(1)


def _days_from(calendar: WorkCalendar, start: datetime) -> Iterator[list[tuple[datetime, datetime]]]:
    """Give, in UTC, the office hours of each day that has some, one list a day, from the day before ``start`` on."""
    try:
        # A day's hours may reach into the next date where clocks change, so the search begins a day early.
        day = start.astimezone(calendar.zone).date() - _DAY
        reached = datetime.min.replace(tzinfo=UTC)
        while True:
            stretches = []
            for opens, closes in _open_on(calendar, day):
                # Of an hour that comes twice, nothing counts twice; and what falls into a gap was never there.
                if max(opens, reached) < closes:
                    stretches.append((max(opens, reached), closes))
                    reached = closes
            if stretches:
                yield stretches
            day += _DAY
    except OverflowError:
        raise MalformedMessage("The clock would end beyond the calendar.") from None


def _open_on(calendar: WorkCalendar, day: date) -> Iterator[tuple[datetime, datetime]]:
    """Give a day's hours in UTC: of an hour that comes twice, an opening is the first, and a closing the second."""
    if day in calendar.holidays:
        return
    midnight = datetime.combine(day, time.min)
    for hours in calendar.hours:
        if hours.weekday == day.weekday():
            opens = (midnight + timedelta(minutes=hours.opens)).replace(tzinfo=calendar.zone, fold=0)
            closes = (midnight + timedelta(minutes=hours.closes)).replace(tzinfo=calendar.zone, fold=1)
            yield opens.astimezone(UTC), closes.astimezone(UTC)


def _seconds(span: timedelta) -> Fraction:
    return Fraction(span // _MICROSECOND, 1_000_000)


def _rounded_up(seconds: Fraction) -> timedelta:
    microseconds = seconds * 1_000_000
    return timedelta(microseconds=-(-microseconds.numerator // microseconds.denominator))
