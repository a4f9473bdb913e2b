"""What the facilitator sees: states and clocks, whose they are, and which desks do not answer; no case. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from symbolon.hub.domain.clocks import ENDS_BY_ITSELF, HitClock
from symbolon.hub.domain.desks import DeskWatch
from symbolon.hub.domain.notices import MailsUnsent
from symbolon.protocol.focal_points import Liveness
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_states import JointState
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.references import HitId, MemberCode, RequestId


class Standing(StrEnum):
    """How a clock stands, worst first."""

    OVER = "over"
    LATE = "late"
    IN_TIME = "in-time"
    STANDS_STILL = "stands-still"


class Order(StrEnum):
    """By what lines are sorted; what is due first comes first among equals."""

    DUE = "due"
    MEMBER = "member"
    STATE = "state"
    CLOCK = "clock"
    URGENCY = "urgency"


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock, as the facilitator sees it: opaque ids, states and times."""

    hit_id: HitId
    exchange_id: RequestId | None
    member: MemberCode
    other: MemberCode
    state: JointState
    clock: ClockName
    urgency: Urgency
    started_at: datetime
    due_at: datetime | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """Which lines are listed, and in which order; None admits all."""

    member: MemberCode | None = None
    state: JointState | None = None
    clock: ClockName | None = None
    urgency: Urgency | None = None
    standing: Standing | None = None
    order: Order = Order.DUE

    def admits(self, line: ClockLine) -> bool:
        """Whether a line is listed."""
        wanted = (self.member, self.state, self.clock, self.urgency, self.standing)
        had = (line.member, line.state, line.clock, line.urgency, line.standing)
        return all(want in (None, has) for want, has in zip(wanted, had, strict=True))


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A desk of a state, and whether it lives."""

    watch: DeskWatch
    liveness: Liveness


@dataclass(frozen=True, slots=True)
class ClockBoard:
    """All of the page. `overdue` counts by member; `purges` are those that no holder confirmed within 24 hours."""

    at: datetime
    lines: tuple[ClockLine, ...]
    running: int
    overdue: Mapping[MemberCode, int]
    purges: tuple[ClockLine, ...]
    stale: tuple[DeskLine, ...]
    members: tuple[MemberCode, ...]
    mails: MailsUnsent


def board_lines(clocks: Iterable[HitClock], now: datetime, *, with_holds: bool) -> tuple[ClockLine, ...]:
    """A line for each clock of which somebody may be late.

    Holds, and what their protection officers are late with, are shown to oversight alone (`with_holds`).
    """
    return tuple(
        _line(clock, now)
        for clock in clocks
        if clock.name not in ENDS_BY_ITSELF and (with_holds or clock.watcher is not Watcher.OVERSIGHT)
    )


def arrange(lines: Iterable[ClockLine], query: BoardQuery) -> tuple[ClockLine, ...]:
    """The lines that a query admits, in its order."""
    by_due = sorted((line for line in lines if query.admits(line)), key=_due_first)
    return tuple(sorted(by_due, key=_KEYS[query.order]))


def overdue_by_member(lines: Iterable[ClockLine]) -> Mapping[MemberCode, int]:
    """Who has let clocks run out, and how many; the most first."""
    counts = Counter(line.member for line in lines if line.standing is Standing.OVER)
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def overdue_purges(lines: Iterable[ClockLine]) -> tuple[ClockLine, ...]:
    """Purges that their holder has not confirmed within 24 hours, the oldest first."""
    late = (line for line in lines if line.clock is ClockName.PURGE and line.standing is Standing.OVER)
    return tuple(sorted(late, key=_due_first))


def _line(clock: HitClock, now: datetime) -> ClockLine:
    return ClockLine(
        hit_id=clock.hit_id,
        exchange_id=clock.exchange_id,
        member=clock.whose,
        other=clock.other,
        state=clock.state,
        clock=clock.name,
        urgency=clock.urgency,
        started_at=clock.started_at,
        due_at=clock.due_at,
        standing=_standing(clock, now),
    )


def _standing(clock: HitClock, now: datetime) -> Standing:
    if clock.is_over(now):
        return Standing.OVER
    if clock.stands_still:
        return Standing.STANDS_STILL
    return Standing.LATE if clock.is_late(now) else Standing.IN_TIME


def _due_first(line: ClockLine) -> tuple[bool, float, str, str]:
    # What stands still is due at a time that nobody knows: last.
    due = line.due_at
    return due is None, 0.0 if due is None else due.timestamp(), line.hit_id, line.member


_KEYS: Final[Mapping[Order, Callable[[ClockLine], Any]]] = MappingProxyType(
    {
        Order.DUE: _due_first,
        Order.MEMBER: lambda line: line.member,
        Order.STATE: lambda line: tuple(JointState).index(line.state),
        Order.CLOCK: lambda line: tuple(ClockName).index(line.clock),
        Order.URGENCY: lambda line: line.urgency.value,
    }
)
