"""What is told by mail, to whom and when: counts, states and a link to the desk; never a record, a name or a hit.

A mail to one person is made of what that person may see, and of nothing else: what concerns a protected hit changes
neither a word nor the moment of anybody's mail but of those who may see it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from symbolon.node.domain.actors import Actor, Right
from symbolon.protocol.clocks import zone_named
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId

PAUSE_BETWEEN_MAILS: Final = timedelta(minutes=5)
KEPT_FOR: Final = timedelta(days=30)
MINUTES_AN_HOUR: Final = 60


class NoticeKind(StrEnum):
    """What somebody is told of."""

    NEW_HIT = "new-hit"
    HIT_CHANGED = "hit-changed"
    INTEREST = "interest"
    CLOCK_RUNS_OUT = "clock-runs-out"
    CLOCK_OVER = "clock-over"
    HOLD_OVER = "hold-over"
    DRAFT_WAITS = "draft-waits"
    DESK_ASKED = "desk-asked"
    DESK_STALE = "desk-stale"
    PAIR_PROPOSED = "pair-proposed"


@dataclass(frozen=True, slots=True)
class NewNotice:
    """Something to be told: to whoever holds a right, or to one person. `hit_id` None: it is about no hit."""

    kind: NoticeKind
    right: Right | None
    login: str | None
    hit_id: HitId | None
    urgency: Urgency | None
    state: JointState | None
    noted_at: datetime


def about_desks(kind: NoticeKind, now: datetime, *, right: Right | None = None, login: str | None = None) -> NewNotice:
    """A notice that concerns no hit: to whoever holds a right, or to one person."""
    return NewNotice(kind, right, login, hit_id=None, urgency=None, state=None, noted_at=now)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it is kept. `state` None: it is about no hit."""

    notice_id: int
    kind: NoticeKind
    right: Right | None
    login: str | None
    protected: bool
    """Whether the hit that it is about is the protection officers' alone now."""
    urgency: Urgency | None
    state: JointState | None
    noted_at: datetime


class Manner(StrEnum):
    """How somebody wants to be told."""

    OFF = "off"
    AT_ONCE = "at-once"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class NoticePreference:
    """One person's wishes. Times of day are minutes in their own zone; no quiet hours: None."""

    login: str
    address: str = field(repr=False)
    manner: Manner
    digest_at: int
    quiet_from: int | None
    quiet_until: int | None
    zone: str
    wake_for_life: bool
    """Whether what is at risk to life (U1) is told at any hour, and at once."""
    since: datetime
    """What was noted before is not told: they had not asked for it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is to be told by mail."""

    actor: Actor
    preference: NoticePreference


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail that was written and is to go out."""

    mail_id: str
    login: str
    address: str = field(repr=False)
    subject: str
    text: str
    written_at: datetime
    attempts: int
    is_protected: bool
    """Whether it tells of a protected hit: it goes after the others, so that it makes none of them wait."""


def is_for(notice: Notice, actor: Actor) -> bool:
    """Whether a notice is for this person, by what they may see now."""
    if notice.kind is NoticeKind.HOLD_OVER and notice.right is Right.VIEW_AUDIT:
        return actor.permits(Right.VIEW_AUDIT)
    if notice.login is not None and notice.login != actor.login:
        return False
    if notice.state is None:
        return notice.right is None or actor.permits(notice.right)
    return actor.permits_on_hit(notice.right or Right.VIEW_HITS, protected=notice.protected)


def is_due(wishes: NoticePreference, notices: Sequence[Notice], last_mail_at: datetime | None, now: datetime) -> bool:
    """Whether these notices are to be told now."""
    if not notices or wishes.manner is Manner.OFF:
        return False
    if wishes.wake_for_life and any(notice.urgency is Urgency.U1 for notice in notices):
        return True
    if _is_quiet(wishes, now):
        return False
    if wishes.manner is Manner.AT_ONCE:
        return last_mail_at is None or now - last_mail_at >= PAUSE_BETWEEN_MAILS
    moment = _last_digest(wishes, now)
    is_written = last_mail_at is not None and last_mail_at >= moment
    return not is_written and notices[0].noted_at <= moment


def write(notices: Sequence[Notice], desk: str, url: str | None) -> tuple[str, str]:
    """The subject and the text of a mail that tells of these notices.

    >>> from datetime import datetime, UTC
    >>> now = datetime(2031, 5, 4, tzinfo=UTC)
    >>> urgent = Notice(1, NoticeKind.NEW_HIT, Right.CAST_VOTE, None, False, Urgency.U2, JointState.ALERTED, now)
    >>> subject, text = write([urgent], "Amara (XA)", "https://desk.test")
    >>> subject
    'Amara (XA): 1 notice from your desk'
    >>> print(text)
    1 x a new hit (ALERTED, U2): https://desk.test/inbox
    <BLANKLINE>
    This mail holds no case data. How it is sent: https://desk.test/notices
    <BLANKLINE>
    """
    counted = Counter((notice.kind, notice.state, notice.urgency) for notice in notices)
    lines = []
    for (kind, state, urgency), count in sorted(counted.items(), key=lambda entry: _order(*entry[0])):
        codes = ", ".join(code.value for code in (state, urgency) if code is not None)
        what = f"{count} x {_WORDS[kind]}" + (f" ({codes})" if codes else "")
        lines.append(what if url is None else f"{what}: {url}{_PAGES[kind]}")
    total = len(notices)
    subject = f"{desk}: {total} {'notice' if total == 1 else 'notices'} from your desk"
    foot = "This mail holds no case data." + ("" if url is None else f" How it is sent: {url}/notices")
    return subject, "\n".join((*lines, "", foot, ""))


_WORDS: Final = {
    NoticeKind.NEW_HIT: "a new hit",
    NoticeKind.HIT_CHANGED: "a hit moved on",
    NoticeKind.INTEREST: "news of a record that you follow",
    NoticeKind.CLOCK_RUNS_OUT: "three quarters of a clock are used up",
    NoticeKind.CLOCK_OVER: "a clock is over",
    NoticeKind.HOLD_OVER: "a hold waits beyond its time",
    NoticeKind.DRAFT_WAITS: "a draft waits for a second officer",
    NoticeKind.DESK_ASKED: "the hub asks whether your desk is there",
    NoticeKind.DESK_STALE: "a desk that you stand in for did not answer the hub",
    NoticeKind.PAIR_PROPOSED: "another state proposes other times between you",
}
_PAGES: Final = {
    NoticeKind.NEW_HIT: "/inbox",
    NoticeKind.HIT_CHANGED: "/inbox",
    NoticeKind.INTEREST: "/interests",
    NoticeKind.CLOCK_RUNS_OUT: "/escalations",
    NoticeKind.CLOCK_OVER: "/escalations",
    NoticeKind.HOLD_OVER: "/escalations",
    NoticeKind.DRAFT_WAITS: "/drafts",
    NoticeKind.DESK_ASKED: "/focal-points/own",
    NoticeKind.DESK_STALE: "/focal-points/own",
    NoticeKind.PAIR_PROPOSED: "/agreements",
}


def _order(kind: NoticeKind, state: JointState | None, urgency: Urgency | None) -> tuple[str, int, str]:
    return "" if urgency is None else urgency.value, list(NoticeKind).index(kind), "" if state is None else state.value


def _is_quiet(wishes: NoticePreference, now: datetime) -> bool:
    if wishes.quiet_from is None or wishes.quiet_until is None:
        return False
    local = now.astimezone(zone_named(wishes.zone))
    minute = local.hour * MINUTES_AN_HOUR + local.minute
    if wishes.quiet_from <= wishes.quiet_until:
        return wishes.quiet_from <= minute < wishes.quiet_until
    return minute >= wishes.quiet_from or minute < wishes.quiet_until


def _last_digest(wishes: NoticePreference, now: datetime) -> datetime:
    """The last moment at which this person's digest is written; where clocks skip it, the moment after the gap."""
    zone = zone_named(wishes.zone)
    hour, minute = divmod(wishes.digest_at, MINUTES_AN_HOUR)
    today = now.astimezone(zone).replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
    moment = today.astimezone(UTC)
    if moment <= now:
        return moment
    return (today - timedelta(days=1)).astimezone(UTC)
