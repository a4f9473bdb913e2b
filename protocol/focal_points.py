"""Whom do I call now? A state's desks by subject, language, hour and holiday; and whether an entry is still alive.

Pure rules on what a node keeps of the focal-point book, so that they hold offline too.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from symbolon.protocol.clocks import OpenHours, WorkCalendar, zone_named
from symbolon.protocol.keys import SigningKey, VerifyingKey
from symbolon.protocol.membership_problems import OlderVersion
from symbolon.protocol.messages_focal_points import (
    Competence,
    DeskKind,
    DeskLife,
    FocalPointDirectory,
    FocalPointEntry,
    SignedFocalPoints,
)
from symbolon.protocol.problems import BadSignature, MalformedMessage
from symbolon.protocol.references import DeskId

PING_EVERY: Final = timedelta(days=30)
"""How often a desk is asked for a sign of life."""

ANSWER_WITHIN: Final = timedelta(days=3)
"""How long it has to answer; after that the entry is stale, and its deputy and the facilitator are told."""

LEAST_WEEKLY_MINUTES: Final = 10 * 60
"""How long a desk is open in a week at least: by its hours, others' time is counted."""

MOST_HOLIDAYS_A_YEAR: Final = 60


def sign_focal_points(directory: FocalPointDirectory, key: SigningKey) -> SignedFocalPoints:
    """Sign a state's directory with its signing key (Ed25519, over a label and the canonical bytes)."""
    return SignedFocalPoints(directory, key.key_id, key.sign(directory.signed_bytes()))


def verify_focal_points(known: FocalPointDirectory | None, offered: SignedFocalPoints, key: VerifyingKey) -> None:
    """Check a directory by its state's key, and that it is newer than the known one.

    Raises :class:`BadSignature`; :class:`OlderVersion` for a version that is known, or older; what :func:`check_hours`
    raises.
    """
    if offered.key_id != key.key_id:
        raise BadSignature("The focal-point directory was signed with another key than its state's.")
    key.verify(offered.signature, offered.directory.signed_bytes())
    if known is not None and offered.directory.version <= known.version:
        raise OlderVersion("A focal-point directory of this version or a newer one is known.")
    check_hours(offered.directory)


def check_hours(directory: FocalPointDirectory) -> None:
    """Refuse hours by which nobody's clock would ever run out; raises :class:`MalformedMessage`, which names the desk.

    Hours that overlap, or a zone that nobody knows, are refused too.
    """
    for year, count in sorted(Counter(day.year for day in set(directory.holidays)).items()):
        if count > MOST_HOLIDAYS_A_YEAR:
            raise MalformedMessage(
                f"There are {count} holidays in {year}: list at most {MOST_HOLIDAYS_A_YEAR} a year, and no free days of"
                " the week, which the desks' hours leave out."
            )
    for desk in directory.desks:
        open_for = sum(hours.closes - hours.opens for hours in calendar_of(directory, desk).hours)
        if open_for < LEAST_WEEKLY_MINUTES:
            raise MalformedMessage(
                f"The desk {desk.desk_id} is open {open_for} minutes a week: give it at least"
                f" {LEAST_WEEKLY_MINUTES // 60} hours, or leave it out."
            )


class Liveness(StrEnum):
    """Whether somebody is known to stand behind an entry."""

    ALIVE = "alive"
    ASKED = "asked"
    STALE = "stale"
    NEVER_ASKED = "never-asked"


def liveness(life: DeskLife | None, now: datetime) -> Liveness:
    """Say how an entry stands: stale once a ping was left unanswered for three days, until the next answer."""
    if life is None or life.pinged_at is None:
        return Liveness.NEVER_ASKED
    if life.answered_at is not None and life.answered_at >= life.pinged_at:
        return Liveness.ALIVE
    return Liveness.STALE if now >= life.pinged_at + ANSWER_WITHIN else Liveness.ASKED


def ping_due(life: DeskLife | None, now: datetime) -> bool:
    """Whether a desk is to be asked (again): 30 days after the last time, and at once where it never was."""
    return life is None or life.pinged_at is None or now >= life.pinged_at + PING_EVERY


def calendar_of(directory: FocalPointDirectory, desk: FocalPointEntry) -> WorkCalendar:
    """Give a desk's calendar: its hours in its zone, without its state's holidays."""
    hours = tuple(OpenHours(each.weekday, each.opens, each.closes) for each in desk.hours)
    return WorkCalendar(zone_named(desk.zone), hours, frozenset(directory.holidays))


class Reached(StrEnum):
    """Why somebody can be reached now, best first."""

    AT_THE_DESK = "at-the-desk"
    ON_DUTY = "on-duty"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CallQuery:
    """For what subject, in which languages (best first; none: any)."""

    competence: Competence
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A desk to call, in the order in which to try; ``opens_at`` is when it opens, where nobody is there now."""

    desk: FocalPointEntry
    reached: Reached
    liveness: Liveness
    shares_language: bool
    is_competent: bool
    opens_at: datetime | None
    outdated: bool


def who_to_call(
    directory: FocalPointDirectory, lives: Collection[DeskLife], query: CallQuery, now: datetime
) -> tuple[Call, ...]:
    """Give every desk of a state, the first to try first.

    In this order: somebody is there whose entry is not stale, then whose entry is, then nobody is; at the desk, then on
    duty (which counts on holidays too); the desk is for the subject, then for anything, then for something else; it
    shares a language; it is a focal point, then a deputy, then a duty desk; and the sooner it opens. Where nothing else
    decides, a deputy stands behind the desk that it stands for. A minor's subject goes to a desk for minors, or for the
    protection of victims, before all.
    """
    by_desk = {life.desk_id: life for life in lives if life.member == directory.member}
    outdated = now.astimezone(UTC).date() > directory.valid_until
    calls = [_call(directory, desk, by_desk, query, now, outdated=outdated) for desk in directory.desks]
    return tuple(sorted(calls, key=lambda call: _rank(directory, call, query)))


def on_duty(directory: FocalPointDirectory, now: datetime) -> frozenset[DeskId]:
    """Give the desks that are on call now by the roster."""
    return frozenset(turn.desk_id for turn in directory.roster if turn.starts_at <= now < turn.ends_at)


def _call(
    directory: FocalPointDirectory,
    desk: FocalPointEntry,
    lives: Mapping[DeskId, DeskLife],
    query: CallQuery,
    now: datetime,
    *,
    outdated: bool,
) -> Call:
    opens_at = calendar_of(directory, desk).opens_next(now)
    if opens_at <= now:
        reached = Reached.AT_THE_DESK
    else:
        reached = Reached.ON_DUTY if desk.desk_id in on_duty(directory, now) else Reached.CLOSED
    return Call(
        desk=desk,
        reached=reached,
        liveness=liveness(lives.get(desk.desk_id), now),
        shares_language=not query.languages or not set(query.languages).isdisjoint(desk.languages),
        is_competent=_competence_rank(desk, query.competence) < _SOMETHING_ELSE,
        opens_at=opens_at if reached is Reached.CLOSED else None,
        outdated=outdated,
    )


_SOMETHING_ELSE: Final = 2
_KINDS: Final = tuple(DeskKind)
_REACHED: Final = tuple(Reached)


def _competence_rank(desk: FocalPointEntry, wanted: Competence) -> int:
    sought = {wanted, Competence.VICTIM_PROTECTION} if wanted is Competence.MINORS else {wanted}
    if not sought.isdisjoint(desk.competences):
        return 0
    return 1 if Competence.GENERAL in desk.competences else _SOMETHING_ELSE


def _language_rank(desk: FocalPointEntry, languages: tuple[str, ...]) -> int:
    return next((place for place, language in enumerate(languages) if language in desk.languages), len(languages))


def _rank(directory: FocalPointDirectory, call: Call, query: CallQuery) -> tuple[int | float | str, ...]:
    desk = call.desk
    behind = {each.deputy for each in directory.desks}
    return (
        2 if call.reached is Reached.CLOSED else int(call.liveness is Liveness.STALE),
        _REACHED.index(call.reached),
        _competence_rank(desk, query.competence),
        _language_rank(desk, query.languages),
        _KINDS.index(desk.kind),
        0.0 if call.opens_at is None else call.opens_at.timestamp(),
        desk.desk_id in behind,
        desk.desk_id,
    )
