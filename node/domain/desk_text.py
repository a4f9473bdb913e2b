"""A state's own focal-point directory as people write it: TOML, and the same lines in the fields of a form.

What is read here is complete: desks, duty roster, holidays, and until when it speaks. Its state, version and time are
added when it is signed.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from symbolon.node.domain.desk_lines import (
    channel_line,
    checked_zone,
    hours_lines,
    one_of,
    read_channel,
    read_hours,
    with_offset,
)
from symbolon.node.errors import InvalidDraft
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.focal_points import check_hours
from symbolon.protocol.messages_focal_points import (
    Competence,
    DeskKind,
    DutyTurn,
    FocalPointDirectory,
    FocalPointEntry,
)
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import DeskId, MemberCode, parse_desk_id


@dataclass(frozen=True, slots=True)
class DirectoryDraft:
    """A directory that is not signed yet."""

    valid_until: date
    desks: tuple[FocalPointEntry, ...]
    roster: tuple[DutyTurn, ...]
    holidays: tuple[date, ...]

    def as_directory(self, member: MemberCode, version: int, now: datetime) -> FocalPointDirectory:
        """The directory, ready to be signed.

        Raises:
            InvalidDraft: it would not go onto the wire, or nobody could work by it; the sentence says where.

        """
        try:
            directory = FocalPointDirectory(
                member, version, now, self.valid_until, self.desks, self.roster, self.holidays
            )
            check_hours(directory)
            # What the codec refuses is said here, before it is signed.
            from_wire(FocalPointDirectory, to_wire(directory))
        except MalformedMessage as mistake:
            raise InvalidDraft("directory", str(mistake)) from None
        if self.valid_until < now.date():
            raise InvalidDraft("valid_until", "The last day of validity is past: give a later one.")
        for turn in self.roster:
            if turn.ends_at <= turn.starts_at:
                raise InvalidDraft("roster", "A duty turn ends after it starts.")
        return directory

    @classmethod
    def of(cls, directory: FocalPointDirectory) -> "DirectoryDraft":
        """A signed directory, to be changed."""
        return cls(directory.valid_until, directory.desks, directory.roster, directory.holidays)


def read_toml(text: str) -> DirectoryDraft:
    """Read a directory as it is exported.

    Raises:
        InvalidDraft: the sentence says where and what to write.

    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        raise InvalidDraft("toml", f"This is not TOML: {mistake}.") from None
    _only(table, ("valid_until", "holidays", "desk", "duty"), "the file")
    valid_until = table.get("valid_until")
    if not isinstance(valid_until, date) or isinstance(valid_until, datetime):
        raise InvalidDraft("valid_until", "valid_until: write the last day as a date, such as 2027-12-31.")
    holidays = _list(table.get("holidays", []), "holidays")
    if not all(isinstance(day, date) and not isinstance(day, datetime) for day in holidays):
        raise InvalidDraft("holidays", "holidays: write each as a date, such as 2027-01-01.")
    desks = tuple(_desk(entry, f"desk {place}") for place, entry in enumerate(_list(table.get("desk", []), "desk"), 1))
    turns = tuple(_turn(entry, f"duty {place}") for place, entry in enumerate(_list(table.get("duty", []), "duty"), 1))
    return DirectoryDraft(valid_until, desks, turns, tuple(holidays))  # type: ignore[arg-type]  # checked above


def write_toml(draft: DirectoryDraft) -> str:
    """Write a directory so that :func:`read_toml` gives the same."""
    lines = [
        "# Our focal points. Times of hours are local to the desk's zone; duty turns carry their own offset.",
        f"valid_until = {draft.valid_until.isoformat()}",
        f"holidays = [{', '.join(day.isoformat() for day in draft.holidays)}]",
    ]
    for desk in draft.desks:
        channels = ", ".join(f"{_text(channel_line(channel))}" for channel in desk.channels)
        lines += [
            "",
            "[[desk]]",
            f"id = {_text(desk.desk_id)}",
            f"kind = {_text(desk.kind.value)}",
            f"title = {_text(desk.title)}",
            f"competences = [{', '.join(_text(each.value) for each in desk.competences)}]",
            f"languages = [{', '.join(map(_text, desk.languages))}]",
            f"zone = {_text(desk.zone)}",
            f"hours = [{', '.join(map(_text, hours_lines(desk.hours)))}]",
            f"channels = [{channels}]",
            *([] if desk.deputy is None else [f"deputy = {_text(desk.deputy)}"]),
        ]
    for turn in draft.roster:
        lines += [
            "",
            "[[duty]]",
            f"desk = {_text(turn.desk_id)}",
            f"from = {turn.starts_at.isoformat()}",
            f"until = {turn.ends_at.isoformat()}",
        ]
    return "\n".join((*lines, ""))


def _desk(entry: object, where: str) -> FocalPointEntry:
    table = _table(entry, where)
    names = ("id", "kind", "title", "competences", "languages", "zone", "hours", "channels", "deputy")
    _only(table, names, where)

    def text(name: str) -> str:
        return _as_text(table.get(name), f"{where}, {name}")

    def texts(name: str) -> tuple[str, ...]:
        place = f"{where}, {name}"
        return tuple(_as_text(each, place) for each in _list(table.get(name, []), place))

    return FocalPointEntry(
        desk_id=_desk_id(text("id"), f"{where}, id"),
        kind=one_of(DeskKind, text("kind"), f"{where}, kind"),
        title=text("title"),
        competences=tuple(one_of(Competence, each, f"{where}, competences") for each in texts("competences")),
        languages=texts("languages"),
        zone=checked_zone(text("zone"), f"{where}, zone"),
        hours=read_hours(texts("hours"), f"{where}, hours"),
        channels=tuple(read_channel(each, f"{where}, channels") for each in texts("channels")),
        deputy=_desk_id(text("deputy"), f"{where}, deputy") if "deputy" in table else None,
    )


def _turn(entry: object, where: str) -> DutyTurn:
    table = _table(entry, where)
    _only(table, ("desk", "from", "until"), where)
    starts, ends = table.get("from"), table.get("until")
    if not isinstance(starts, datetime) or not isinstance(ends, datetime):
        raise InvalidDraft(where, f"{where}: write from and until as times with an offset: 2027-01-01T20:00:00+06:00.")
    return with_offset(DutyTurn(_desk_id(_as_text(table.get("desk"), where), where), starts, ends), where)


def _desk_id(text: str, where: str) -> DeskId:
    return _parsed(parse_desk_id, text, where)


def _parsed(parse: Callable[[str], DeskId], text: str, where: str) -> DeskId:
    try:
        return parse(text)
    except MalformedMessage as mistake:
        raise InvalidDraft(where, f"{where}: {mistake}") from None


def _only(table: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise InvalidDraft(where, f"{where} has an entry that does not exist; known are {', '.join(known)}.")


def _table(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise InvalidDraft(where, f"{where}: begin each with [[{where.split()[0]}]].")
    return value


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise InvalidDraft(where, f"{where}: write a list in square brackets.")
    return value


def _as_text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidDraft(where, f"{where}: write a text in quotation marks.")
    return value.strip()


def _text(value: str) -> str:
    """A TOML basic string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
    return f'"{escaped}"'
