"""Forms about desks, agreements and notices, from text to drafts; a field that cannot be read gets its sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

from symbolon.node.domain.agreements import PairDraft, read_amount
from symbolon.node.domain.desk_lines import (
    channel_line,
    checked_zone,
    hours_lines,
    read_channel,
    read_day,
    read_hours,
    read_turn,
    turn_line,
)
from symbolon.node.domain.desk_text import DirectoryDraft
from symbolon.node.domain.notices import MINUTES_AN_HOUR, Manner, NoticePreference
from symbolon.node.errors import InvalidDraft
from symbolon.node.web.form_spec import FormMistakes
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.messages_focal_points import Competence, DeskKind, DutyTurn, FocalPointEntry
from symbolon.protocol.messages_pairs import AgreedTime
from symbolon.protocol.pair_profiles import FIXED_CLOCKS
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import DeskId, parse_desk_id
from symbolon.runtime.form_fields import FormFields

Choice = TypeVar("Choice", bound=StrEnum)
Read = TypeVar("Read")
USUAL_DIGEST: Final = 8 * MINUTES_AN_HOUR


@dataclass(slots=True)
class _Reading:
    """Reads one form and collects what is wrong, so that all of it is said at once."""

    fields: FormFields
    mistakes: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, what: str | None = None) -> str:
        value = self.fields.text(name)
        if what is not None and not value:
            self.mistakes[name] = what
        return value

    def lines(self, name: str) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.fields.text(name).splitlines() if line.strip())

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        try:
            return kind(self.fields.text(name))
        except ValueError:
            self.mistakes[name] = "Choose one of these."
            return next(iter(kind))

    def read(self, name: str, read: Callable[[], Read], instead: Read) -> Read:
        """What a rule makes of the field; where it refuses, its sentence stands beside the field."""
        try:
            return read()
        except (InvalidDraft, MalformedMessage) as mistake:
            self.mistakes[name] = str(mistake)
            return instead

    def finish(self) -> None:
        if self.mistakes:
            raise FormMistakes(self.mistakes)


def fields_of_desk(desk: FocalPointEntry | None) -> Mapping[str, str]:
    """What a desk's form shows before it is changed."""
    if desk is None:
        return {"kind": DeskKind.FOCAL_POINT.value, "hours": "Mon-Fri 09:00-17:00"}
    return {
        "desk_id": desk.desk_id,
        "kind": desk.kind.value,
        "title": desk.title,
        "languages": " ".join(desk.languages),
        "zone": desk.zone,
        "hours": "\n".join(hours_lines(desk.hours)),
        "channels": "\n".join(map(channel_line, desk.channels)),
        "deputy": desk.deputy or "",
    }


def read_desk(fields: FormFields) -> FocalPointEntry:
    """One desk. Raises :class:`FormMistakes`."""
    reading = _Reading(fields)
    competences = tuple(each for each in Competence if each.value in fields.choices("competences"))
    if not competences:
        reading.mistakes["competences"] = "Tick at least one subject, or Anything."
    languages = tuple(fields.text("languages").replace(",", " ").split())
    if not languages:
        reading.mistakes["languages"] = "Write the languages as codes, such as en bn zh-Hant."
    hours = reading.lines("hours")
    if not hours:
        reading.mistakes["hours"] = "Write the hours, such as Mon-Fri 09:00-17:00."
    channels = reading.lines("channels")
    if not channels:
        reading.mistakes["channels"] = "Write a way to reach the desk, such as phone: +880 2 5550 100."
    deputy = fields.text("deputy")
    desk = FocalPointEntry(
        desk_id=reading.read("desk_id", lambda: parse_desk_id(fields.text("desk_id")), DeskId("desk")),
        kind=reading.choice("kind", DeskKind),
        title=reading.text("title", "Write what the desk is called."),
        competences=competences,
        languages=languages,
        zone=reading.read("zone", lambda: checked_zone(fields.text("zone"), "Time zone"), "UTC"),
        hours=reading.read("hours", lambda: read_hours(hours, "Hours"), ()),
        channels=reading.read("channels", lambda: tuple(read_channel(line, "Channels") for line in channels), ()),
        deputy=reading.read("deputy", lambda: parse_desk_id(deputy), None) if deputy else None,
    )
    reading.finish()
    return desk


def with_desk(draft: DirectoryDraft | None, desk: FocalPointEntry, now: datetime) -> DirectoryDraft:
    """The directory with this desk in the place of the one of its name, or after the others."""
    if draft is None:
        # A first draft speaks for a year from its day on.
        return DirectoryDraft(now.date().replace(day=1, year=now.year + 1), (desk,), (), ())
    if any(each.desk_id == desk.desk_id for each in draft.desks):
        desks = tuple(desk if each.desk_id == desk.desk_id else each for each in draft.desks)
    else:
        desks = (*draft.desks, desk)
    return replace(draft, desks=desks)


def without_desk(draft: DirectoryDraft, desk_id: str) -> DirectoryDraft:
    """The directory without a desk, its turns, and it as anybody's deputy."""
    kept = (each for each in draft.desks if each.desk_id != desk_id)
    desks = tuple(replace(each, deputy=None) if each.deputy == desk_id else each for each in kept)
    return replace(draft, desks=desks, roster=tuple(turn for turn in draft.roster if turn.desk_id != desk_id))


def fields_of_directory(draft: DirectoryDraft) -> Mapping[str, str]:
    """What the form of all that is no desk shows before it is changed."""
    return {
        "valid_until": draft.valid_until.isoformat(),
        "holidays": "\n".join(day.isoformat() for day in draft.holidays),
        "roster": "\n".join(map(turn_line, draft.roster)),
    }


def read_directory(fields: FormFields, draft: DirectoryDraft) -> DirectoryDraft:
    """Validity, holidays and duty roster. Raises :class:`FormMistakes`."""
    reading = _Reading(fields)
    valid_until = reading.read(
        "valid_until", lambda: read_day(fields.text("valid_until"), "Valid until"), draft.valid_until
    )
    holidays = reading.read("holidays", lambda: _days(reading.lines("holidays")), draft.holidays)
    roster = reading.read("roster", lambda: _turns(reading.lines("roster")), draft.roster)
    reading.finish()
    return replace(draft, valid_until=valid_until, holidays=tuple(sorted(set(holidays))), roster=roster)


def _days(lines: tuple[str, ...]) -> tuple[date, ...]:
    return tuple(read_day(line, "Holidays") for line in lines)


def _turns(lines: tuple[str, ...]) -> tuple[DutyTurn, ...]:
    return tuple(read_turn(line, "Duty roster") for line in lines)


def read_pair_draft(fields: FormFields) -> PairDraft:
    """What a pair is to agree on. Raises :class:`FormMistakes`."""
    reading = _Reading(fields)
    effective_from = reading.read("effective_from", lambda: read_day(fields.text("effective_from"), "From"), date.min)
    times: list[AgreedTime] = []
    for clock in ClockName:
        if clock in FIXED_CLOCKS:
            continue
        for urgency in Urgency:
            name = f"{clock.value}-{urgency.value}"
            read = partial(read_amount, fields.text(name), clock, urgency)
            time = reading.read(name, read, None)
            if time is not None:
                times.append(time)
    reading.finish()
    return PairDraft(effective_from, tuple(times))


def fields_of_notices(wishes: NoticePreference | None) -> Mapping[str, str]:
    """What the form of somebody's notices shows before it is changed."""
    if wishes is None:
        return {"manner": Manner.OFF.value, "digest_at": "08:00", "zone": "UTC", "wake_for_life": "yes"}
    return {
        "address": wishes.address,
        "manner": wishes.manner.value,
        "digest_at": _clock(wishes.digest_at),
        "quiet_from": "" if wishes.quiet_from is None else _clock(wishes.quiet_from),
        "quiet_until": "" if wishes.quiet_until is None else _clock(wishes.quiet_until),
        "zone": wishes.zone,
        "wake_for_life": "yes" if wishes.wake_for_life else "",
    }


def read_notices(fields: FormFields, login: str, now: datetime) -> NoticePreference:
    """How somebody wants to be told. Raises :class:`FormMistakes`."""
    reading = _Reading(fields)
    quiet_from, quiet_until = fields.text("quiet_from"), fields.text("quiet_until")
    if bool(quiet_from) != bool(quiet_until):
        reading.mistakes["quiet_until"] = "Write both ends of the quiet hours, or neither."
    wishes = NoticePreference(
        login=login,
        address=fields.text("address"),
        manner=reading.choice("manner", Manner),
        digest_at=reading.read("digest_at", lambda: _minutes(fields.text("digest_at") or "08:00"), USUAL_DIGEST),
        quiet_from=reading.read("quiet_from", lambda: _minutes(quiet_from), 0) if quiet_from else None,
        quiet_until=reading.read("quiet_until", lambda: _minutes(quiet_until), 0) if quiet_until else None,
        zone=reading.read("zone", lambda: checked_zone(fields.text("zone"), "Time zone"), "UTC"),
        wake_for_life=fields.text("wake_for_life") == "yes",
        since=now,
    )
    reading.finish()
    return wishes


def _clock(minutes: int) -> str:
    return f"{minutes // MINUTES_AN_HOUR:02}:{minutes % MINUTES_AN_HOUR:02}"


def _minutes(text: str) -> int:
    try:
        moment = datetime.strptime(text, "%H:%M")  # noqa: DTZ007 - a time of day, wherever
    except ValueError:
        raise InvalidDraft("time", "Write a time of day as 08:30.") from None
    return moment.hour * MINUTES_AN_HOUR + moment.minute
