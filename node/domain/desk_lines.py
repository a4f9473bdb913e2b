"""The lines in which people write of a desk: its hours, ways to reach it, duty turns and days.

A form's fields and the TOML of the whole directory (:mod:`symbolon.node.domain.desk_text`) hold the same lines.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeVar

from symbolon.node.errors import InvalidDraft
from symbolon.protocol.clocks import MINUTES_A_DAY, zone_named
from symbolon.protocol.messages_focal_points import ContactChannel, ContactKind, DeskHours, DutyTurn
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import parse_desk_id

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTES_AN_HOUR: Final = 60
Choice = TypeVar("Choice", bound=StrEnum)


def hours_lines(hours: Sequence[DeskHours]) -> tuple[str, ...]:
    """A desk's hours, a line for each run of days with the same ones.

    >>> hours_lines([DeskHours(day, 540, 1020) for day in range(5)] + [DeskHours(5, 540, 720)])
    ('Mon-Fri 09:00-17:00', 'Sat 09:00-12:00')
    """
    by_stretch: dict[tuple[int, int], list[int]] = {}
    for each in sorted(hours, key=lambda one: (one.weekday, one.opens)):
        by_stretch.setdefault((each.opens, each.closes), []).append(each.weekday)
    found: list[tuple[int, int, str]] = []
    for (opens, closes), days in by_stretch.items():
        for first, last in _runs(days):
            name = WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"
            found.append((first, opens, f"{name} {_clock(opens)}-{_clock(closes)}"))
    return tuple(line for _first, _opens, line in sorted(found))


def read_hours(lines: Sequence[str], where: str) -> tuple[DeskHours, ...]:
    """Read hours as :func:`hours_lines` writes them; raises :class:`InvalidDraft`."""
    found: list[DeskHours] = []
    for line in lines:
        days, _blank, stretch = line.strip().partition(" ")
        first, _dash, last = days.partition("-")
        opens, _to, closes = stretch.strip().partition("-")
        try:
            begin, end = WEEKDAYS.index(first.title()), WEEKDAYS.index((last or first).title())
            found += [DeskHours(day, _minutes(opens), _minutes(closes)) for day in range(begin, end + 1)]
        except (ValueError, MalformedMessage):
            raise InvalidDraft(
                where, f"{where}: write hours as Mon-Fri 09:00-17:00, a night as Mon 20:00-24:00 and Tue 00:00-06:00."
            ) from None
    return tuple(found)


def channel_line(channel: ContactChannel) -> str:
    """A way to reach a desk as one line: ``phone: +880 2 5550 100``; a key's fingerprint stands behind a ``|``."""
    line = f"{channel.kind.value}: {channel.address}"
    return f"{line} | {channel.key_fingerprint}" if channel.key_fingerprint else line


def read_channel(line: str, where: str) -> ContactChannel:
    """Read a line as :func:`channel_line` writes it; raises :class:`InvalidDraft`."""
    kind, colon, rest = line.partition(":")
    address, _bar, fingerprint = rest.partition("|")
    if not colon or not address.strip():
        raise InvalidDraft(where, f"{where}: write each way to reach the desk as phone: +880 2 5550 100.")
    return ContactChannel(one_of(ContactKind, kind.strip(), where), address.strip(), fingerprint.strip())


def turn_line(turn: DutyTurn) -> str:
    """A duty turn as one line: desk, from, until."""
    return f"{turn.desk_id} {turn.starts_at.isoformat(timespec='minutes')} {turn.ends_at.isoformat(timespec='minutes')}"


def read_turn(line: str, where: str) -> DutyTurn:
    """Read a line as :func:`turn_line` writes it; raises :class:`InvalidDraft`."""
    try:
        desk, starts, ends = line.split()
        turn = DutyTurn(parse_desk_id(desk), datetime.fromisoformat(starts), datetime.fromisoformat(ends))
    except (ValueError, MalformedMessage):
        raise InvalidDraft(
            where, f"{where}: write a turn as duty-desk 2027-01-01T20:00+06:00 2027-01-02T08:00+06:00."
        ) from None
    return with_offset(turn, where)


def read_day(text: str, where: str) -> date:
    """Read a date; raises :class:`InvalidDraft`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidDraft(where, f"{where}: write a day as year-month-day, such as 2027-03-31.") from None


def checked_zone(name: str, where: str) -> str:
    """A time zone that this machine knows; raises :class:`InvalidDraft`."""
    try:
        zone_named(name)
    except MalformedMessage as mistake:
        raise InvalidDraft(where, f"{where}: {mistake}") from None
    return name


def with_offset(turn: DutyTurn, where: str) -> DutyTurn:
    """The turn, whose times say in which zone they are; raises :class:`InvalidDraft`."""
    if turn.starts_at.tzinfo is None or turn.ends_at.tzinfo is None:
        raise InvalidDraft(where, f"{where}: give each time its offset, such as 2027-01-01T20:00+06:00.")
    return turn


def one_of(kind: type[Choice], text: str, where: str) -> Choice:
    """The member of an enumeration with this value; raises :class:`InvalidDraft`."""
    try:
        return kind(text)
    except ValueError:
        raise InvalidDraft(where, f"{where}: write one of {', '.join(kind)}.") from None


def _minutes(text: str) -> int:
    hour, colon, minute = text.strip().partition(":")
    if not colon or len(minute) != 2:
        raise ValueError
    minutes = int(hour) * 60 + int(minute)
    if not 0 <= int(minute) <= 59 or not 0 <= minutes <= MINUTES_A_DAY:
        raise ValueError
    return minutes


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _runs(days: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for day in days:
        if runs and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
