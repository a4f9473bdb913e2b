"""The inbox's own order: which hits it lists, sorted how, and what each line says. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from symbolon.node.domain.hits import HitSummary
from symbolon.node.web.wording import NEXT_STEPS, OWN_SIDE, WAITS
from symbolon.protocol.handling import Band, Urgency
from symbolon.protocol.lifecycle import EXCHANGE_STATES, VOTING, HitAction, JointState, SideState
from symbolon.runtime.pages import span_text

Word = TypeVar("Word", bound=StrEnum)
Fallback = TypeVar("Fallback")

ENDED: Final = frozenset(
    {
        JointState.NOT_SAME,
        JointState.UNRESOLVED,
        JointState.EXPIRED,
        JointState.SUPPRESSED,
        JointState.WITHDRAWN,
        JointState.CLOSED,
    }
)
EXCHANGES: Final = (EXCHANGE_STATES - {JointState.CLOSED}) | {JointState.CONFIRMED}
SOON: Final = timedelta(hours=1)

_BAND_ORDER: Final = {Band.STRONG: 0, Band.PROBABLE: 1, Band.POSSIBLE: 2}


class Show(StrEnum):
    """Which part of the hits is listed."""

    OPEN = "open"
    MINE = "mine"
    ENDED = "ended"
    ALL = "all"


class Overlay(StrEnum):
    """What lies over the listed hits, whatever their state."""

    ESCALATED = "escalated"
    SAFETY_HOLD = "safety-hold"
    PROTECTED = "protected"


class Sort(StrEnum):
    """By what the list is sorted."""

    TIME_LEFT = "time-left"
    NEWEST = "newest"
    URGENCY = "urgency"
    BAND = "band"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """What somebody wants to see of the inbox; empty means any."""

    show: Show = Show.OPEN
    country: str = ""
    urgency: Urgency | None = None
    band: Band | None = None
    sort: Sort = Sort.TIME_LEFT
    overlay: Overlay | None = None

    def admits(self, hit: HitSummary) -> bool:
        """Whether the line is in the list."""
        wanted = {
            Show.OPEN: hit.joint_state not in ENDED,
            Show.MINE: is_mine(hit),
            Show.ENDED: hit.joint_state in ENDED,
            Show.ALL: True,
        }
        return (
            wanted[self.show]
            and self.country in ("", hit.counterpart)
            and self.urgency in (None, hit.urgency)
            and self.band in (None, hit.band)
            and (self.overlay is None or _LIES_OVER[self.overlay](hit))
        )


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One line: the hit, with the words for its time and its next step."""

    hit: HitSummary
    time_left: str
    time_class: str
    next_step: str
    ours: str
    theirs: str
    turn: str


def parse_query(
    show: str = "", country: str = "", urgency: str = "", band: str = "", sort: str = "", overlay: str = ""
) -> QueueQuery:
    """The query of the page's address; what it does not know counts as not said."""
    return QueueQuery(
        overlay=_known(Overlay, overlay, None),
        show=_known(Show, show, Show.OPEN),
        country=country,
        urgency=_known(Urgency, urgency, None),
        band=_known(Band, band, None),
        sort=_known(Sort, sort, Sort.TIME_LEFT),
    )


_MAY: Final = frozenset(
    {
        HitAction.ASSIGN,
        HitAction.PROPOSE_FIELD,
        HitAction.REQUEST,
        HitAction.INFORM,
        HitAction.CLARIFY,
        HitAction.REFUSE,
        HitAction.RECALL,
        HitAction.NOTE,
        HitAction.MEETING,
        HitAction.ATTACH,
        HitAction.SAFETY_HOLD,
        HitAction.LIFT_SAFETY_HOLD,
        HitAction.CLOSE_HOLD,
        HitAction.CLOSE,
        HitAction.REOPEN,
    }
)
"""What somebody may do at any time, and nobody waits for."""


def is_mine(hit: HitSummary) -> bool:
    """Whether the hit waits for this person: something must, not merely may, be done."""
    return any(action not in _MAY for action in hit.actions)


def arrange(hits: Iterable[HitSummary], query: QueueQuery, now: datetime) -> tuple[QueueLine, ...]:
    """The lines of the inbox, in order."""
    chosen = sorted((hit for hit in hits if query.admits(hit)), key=_SORT_KEYS[query.sort])
    return tuple(
        QueueLine(
            hit=hit,
            time_left=time_left(hit.due_at, now),
            time_class=time_class(hit.due_at, now),
            next_step=next_step(hit),
            ours=own_state(hit),
            theirs=their_state(hit),
            turn=turn(hit),
        )
        for hit in chosen
    )


def next_step(hit: HitSummary) -> str:
    """The most pressing thing that this person can do, or whom it waits for."""
    for action, words in NEXT_STEPS.items():
        if action in hit.actions and action not in _MAY:
            return words
    if hit.joint_state in VOTING and hit.side_state is not SideState.VOTED:
        return "Another officer votes"
    return WAITS.get(hit.joint_state, "Wait for the other side")


def turn(hit: HitSummary) -> str:
    """Whose turn it is: this person's, another officer's of ours, or the other side's.

    A clock that runs for our side says that somebody of ours is to act.
    """
    if is_mine(hit):
        return "Yours"
    if hit.joint_state in ENDED:
        return "Nobody's"
    return "Ours" if hit.due_at is not None else "Theirs, or nobody's"


def own_state(hit: HitSummary) -> str:
    """How far our side has come."""
    if hit.joint_state is JointState.HELD:
        return "To decide on the hold" if hit.protected else "Can do nothing"
    if hit.joint_state in VOTING:
        return OWN_SIDE[hit.side_state]
    return "Voted" if hit.side_state is SideState.VOTED else "Ended before a vote"


def their_state(hit: HitSummary) -> str:
    """What we may know of the other side: before both voted, nothing of its vote."""
    if hit.joint_state is JointState.HELD:
        return "Can do nothing" if hit.protected else "To decide on the hold"
    if hit.joint_state in VOTING:
        return "Have not voted yet" if hit.side_state is SideState.VOTED else "Not told before both voted"
    if hit.joint_state in EXCHANGES and hit.joint_state is not JointState.CONFIRMED:
        return "Wait for us" if is_mine(hit) else "Have the turn, or nobody has"
    return "Voted" if hit.side_state is SideState.VOTED else "Ended before a vote"


def time_left(due_at: datetime | None, now: datetime) -> str:
    """The time left in words; a dash where no clock runs."""
    if due_at is None:
        return "–"
    return span_text(due_at - now) if due_at >= now else f"{span_text(now - due_at)} over"


def time_class(due_at: datetime | None, now: datetime) -> str:
    """How pressing the time is, as the page's style names it."""
    if due_at is None or due_at - now > SOON:
        return ""
    return "soon" if due_at >= now else "overdue"


def _known(kind: type[Word], text: str, otherwise: Fallback) -> Word | Fallback:
    try:
        return kind(text)
    except ValueError:
        return otherwise


def _clock(hit: HitSummary) -> tuple[bool, datetime]:
    return (hit.due_at is None, hit.due_at or hit.alerted_at)


_LIES_OVER: Final[Mapping[Overlay, Callable[[HitSummary], bool]]] = {
    Overlay.ESCALATED: lambda hit: hit.is_escalated,
    Overlay.SAFETY_HOLD: lambda hit: hit.is_frozen,
    Overlay.PROTECTED: lambda hit: hit.non_punishment,
}
_SORT_KEYS: Final[Mapping[Sort, Callable[[HitSummary], tuple[Any, ...]]]] = {
    Sort.TIME_LEFT: _clock,
    Sort.NEWEST: lambda hit: (-hit.alerted_at.timestamp(),),
    Sort.URGENCY: lambda hit: (hit.urgency.value, *_clock(hit)),
    Sort.BAND: lambda hit: (_BAND_ORDER[hit.band], *_clock(hit)),
    Sort.COUNTRY: lambda hit: (hit.counterpart, *_clock(hit)),
}
