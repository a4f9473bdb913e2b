"""What a node keeps of all states' desks, and what the people there are shown of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from symbolon.node.domain.desk_text import DirectoryDraft
from symbolon.protocol.focal_points import Call, Liveness, liveness
from symbolon.protocol.messages_focal_points import (
    Competence,
    DeskLife,
    FocalPointDirectory,
    FocalPointEntry,
    SignedFocalPoints,
)
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import DeskId, MemberCode, PingId

NEWS_OVERDUE_AFTER: Final = timedelta(hours=24)
"""After so long without a word from the hub, a page says so loudly."""


@dataclass(frozen=True, slots=True)
class KeptDirectory:
    """A state's verified directory, and when this node took it."""

    signed: SignedFocalPoints
    taken_at: datetime

    @property
    def directory(self) -> FocalPointDirectory:
        """What the state says."""
        return self.signed.directory


@dataclass(frozen=True, slots=True)
class BookAge:
    """How old the book is: when the hub wrote it, and when it was heard here."""

    issued_at: datetime
    heard_at: datetime
    own_version: int
    """Which version of our own desks the hub handed out then; 0: none."""

    def is_old(self, now: datetime) -> bool:
        """Whether the hub should have been heard since."""
        return now - self.heard_at >= NEWS_OVERDUE_AFTER


@dataclass(frozen=True, slots=True)
class RefusedDirectory:
    """What the hub handed out in a state's name and this node did not believe: the entry before it stays."""

    member: MemberCode
    version: int
    problem: Problem
    refused_at: datetime


@dataclass(frozen=True, slots=True)
class DeskQuery:
    """Which desks are looked for; an empty field admits all."""

    member: MemberCode | None = None
    competence: Competence | None = None
    language: str = ""

    def admits(self, line: "DeskLine") -> bool:
        """Whether a desk is one of them."""
        return (
            self.member in (None, line.member)
            and (self.competence is None or self.competence in line.desk.competences)
            and (not self.language or self.language in line.desk.languages)
        )


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One desk of one state, as it is listed."""

    member: MemberCode
    desk: FocalPointEntry
    liveness: Liveness
    answered_at: datetime | None
    is_outdated: bool
    """Its state said until when its directory speaks, and that day is past."""


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One turn of one state's duty roster that has not ended."""

    member: MemberCode
    desk: FocalPointEntry
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class FocalPointView:
    """The book of all states' desks."""

    lines: tuple[DeskLine, ...]
    age: BookAge | None
    """None: the hub was never heard, and the book holds no more than the own directory."""
    is_old: bool
    refused: tuple[RefusedDirectory, ...]
    members: tuple[MemberCode, ...]
    """The states that have published desks."""


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """Whom to call in one state now, the first to try first."""

    member: MemberCode
    calls: tuple[Call, ...]
    version: int
    valid_until: str
    taken_at: datetime
    age: BookAge | None
    is_old: bool
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Ping:
    """The hub asked one of our desks for a sign of life."""

    ping_id: PingId
    desk_id: DeskId
    asked_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    answered_by: str | None


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """The own directory as somebody works on it: TOML."""

    text: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class OwnDirectory:
    """The own desks for whoever looks after them."""

    draft: DirectoryDraft | None
    """What would be signed: the draft, else what is published, else None."""
    toml: str
    mark: str
    """Changes whenever the draft does: who saves, saves what they saw."""
    is_changed: bool
    """Whether the draft says other than what is published."""
    changed_by: str | None
    published: KeptDirectory | None
    handed_out: int | None
    """Which version of ours the hub hands out to the others, as it last said; None: it was not heard yet."""
    staff: Mapping[DeskId, frozenset[str]]
    pings: tuple[Ping, ...]


def lines_of(
    directories: tuple[KeptDirectory, ...], lives: tuple[DeskLife, ...], now: datetime
) -> tuple[DeskLine, ...]:
    """Every desk of every state, by state, then as the state lists them."""
    known = {(life.member, life.desk_id): life for life in lives}
    found: list[DeskLine] = []
    for kept in sorted(directories, key=lambda each: each.directory.member):
        directory = kept.directory
        for desk in directory.desks:
            life = known.get((directory.member, desk.desk_id))
            answered = None if life is None else life.answered_at
            is_outdated = now.date() > directory.valid_until
            found.append(DeskLine(directory.member, desk, liveness(life, now), answered, is_outdated))
    return tuple(found)


def duty_lines(directories: tuple[KeptDirectory, ...], now: datetime) -> tuple[DutyLine, ...]:
    """Every turn of every state that has not ended, the first to begin first."""
    lines = [
        DutyLine(kept.directory.member, desk, turn.starts_at, turn.ends_at)
        for kept in directories
        for turn in kept.directory.roster
        if turn.ends_at > now and (desk := kept.directory.desk(turn.desk_id)) is not None
    ]
    return tuple(sorted(lines, key=lambda line: (line.starts_at, line.member, line.desk.desk_id)))


def may_answer(ping: Ping, staff: Mapping[DeskId, frozenset[str]], login: str) -> bool:
    """Whether somebody works at the desk that was asked; a desk nobody was entered for is anybody's."""
    people = staff.get(ping.desk_id, frozenset())
    return not people or login in people
