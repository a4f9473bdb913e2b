"""How much time a clock allows: how it is counted, how long that takes in the calendar, and what it is at the most."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from symbolon.protocol.problems import MalformedMessage

LONGEST_TIME_S: Final = 366 * 86_400
"""No clock allows more than a year, in the span that it takes at a usual office."""

_USUAL_DAY_S: Final = 8 * 3600
_WEEK_TO_WORKING_WEEK: Final = Fraction(7, 5)
_SLOWEST: Final = 3
_HOLIDAYS_S: Final = 7 * 86_400


class Counting(StrEnum):
    """How the time of a clock is counted."""

    ROUND_THE_CLOCK = "round-the-clock"
    OFFICE_HOURS = "office-hours"
    WORKING_DAYS = "working-days"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much time there is: in seconds, or, where working days are counted, in days."""

    counting: Counting
    amount: int

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise MalformedMessage("A clock allows one second or one day at least.")


def usual_span(allowance: Allowance) -> int:
    """Give how many seconds of the calendar it takes, holidays aside, where an office is open 8 hours on 5 days a week.

    >>> usual_span(working_days(5)) == usual_span(office_hours(40)) == usual_span(elapsed(days=7))
    True
    """
    match allowance.counting:
        case Counting.ROUND_THE_CLOCK:
            return allowance.amount
        case Counting.OFFICE_HOURS:
            days = Fraction(allowance.amount, _USUAL_DAY_S)
        case Counting.WORKING_DAYS:
            days = Fraction(allowance.amount)
    return int(days * _WEEK_TO_WORKING_WEEK * 86_400)


def longest_run(allowance: Allowance) -> int:
    """Give after how many seconds, pauses aside, the time is used up at the latest, whatever the desk's hours are."""
    if allowance.counting is Counting.ROUND_THE_CLOCK:
        return allowance.amount
    return _SLOWEST * usual_span(allowance) + _HOLIDAYS_S


def elapsed(**parts: int) -> Allowance:
    """Allow a time that runs day and night: ``elapsed(hours=5)``, ``elapsed(days=30)``."""
    return Allowance(Counting.ROUND_THE_CLOCK, int(timedelta(**parts).total_seconds()))


def office_hours(hours: int) -> Allowance:
    """Allow hours in which somebody is there."""
    return Allowance(Counting.OFFICE_HOURS, hours * 3600)


def working_days(days: int) -> Allowance:
    """Allow days on which somebody is there."""
    return Allowance(Counting.WORKING_DAYS, days)
