"""Reading birth dates as people write them: partial, in native digits, in Buddhist-era years."""

from __future__ import annotations

import calendar as gregorian_calendar
import re
from enum import StrEnum
from typing import Final

from symbolon.matching.errors import IdentifierError
from symbolon.matching.normalise import ascii_digits

EARLIEST_YEAR: Final = 1850
LATEST_YEAR: Final = 2100
BUDDHIST_ERA_OFFSET: Final = 543
"""Thailand, Laos, Cambodia, Myanmar and Sri Lanka count from the parinibbana: 2567 is 2024."""
_BUDDHIST_YEARS: Final = range(2400, 2601)
_DAYS_OF_EVERY_MONTH: Final = 28

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",), ("jun", "june"),
            ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"), ("oct", "october"),
            ("nov", "november"), ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip

_YEAR_FIRST: Final = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_FIRST: Final = re.compile(r"(?:(\d{1,2})[-/.])?(\d{1,2})[-/.](\d{4})")
_MONTH_NAMED: Final = re.compile(r"(?:(\d{1,2})[ -]?)?([a-z]{3,9})\.?,?[ -](\d{4})")


class Calendar(StrEnum):
    """The calendar that a file's dates are written in."""

    GREGORIAN = "gregorian"
    BUDDHIST = "buddhist"


def read_date(text: str, calendar: Calendar | None = None) -> tuple[int, int | None, int | None]:
    """Read `text` as (Gregorian year, month or None, day or None).

    Accepted: 1990, 1990-05, 1990-05-03, 19900503, 3/5/1990 (day first), 3 May 1990, May 1990; `-`, `/` and `.` alike;
    digits of any script; zero month or day means unknown. A year from 2400 to 2600 is Buddhist era, unless `calendar`
    says Gregorian.

    Raises:
        IdentifierError: the text is no date, or an impossible one.

    """
    plain = ascii_digits(text).strip().lower()
    year, month, day = _parts(plain)
    year = _gregorian_year(year, calendar)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise _refusal(f"the year lies outside {EARLIEST_YEAR} to {LATEST_YEAR}")
    if not month:
        return year, None, None
    if month > 12:
        raise _refusal("there is no such month")
    if not day:
        return year, month, None
    if day > _DAYS_OF_EVERY_MONTH and day > gregorian_calendar.monthrange(year, month)[1]:
        raise _refusal("that month has no such day")
    return year, month, day


def read_date_as_written(text: str, calendar: Calendar | None = None) -> tuple[int, int | None, int | None]:
    """Read `text` like `read_date`, but keep what no calendar has: month 61, 31 June, the year 1630.

    For files that are compared as they are, where a mistyped date still tells more than none. What an office enters
    goes through `read_date`, so that the mistake is put right at its source.

    Raises:
        IdentifierError: the text has not the form of a date.

    """
    year, month, day = _parts(ascii_digits(text).strip().lower())
    return _gregorian_year(year, calendar), month or None, (day or None) if month else None


def _parts(plain: str) -> tuple[int, int, int]:
    if match := _YEAR_FIRST.fullmatch(plain) or _COMPACT.fullmatch(plain):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(plain):
        day, month, year = match.groups()
    elif match := _MONTH_NAMED.fullmatch(plain):
        day, name, year = match.groups()
        if name not in _MONTHS:
            raise _refusal("the month's name is not known")
        month = str(_MONTHS[name])
    else:
        raise _refusal("this is not a date that can be read")
    return int(year), int(month or 0), int(day or 0)


def _gregorian_year(year: int, calendar: Calendar | None) -> int:
    if calendar is Calendar.BUDDHIST or (calendar is None and year in _BUDDHIST_YEARS):
        return year - BUDDHIST_ERA_OFFSET
    return year


def _refusal(what: str) -> IdentifierError:
    return IdentifierError("birth_date", what, "write it as YYYY-MM-DD, YYYY-MM or YYYY")
