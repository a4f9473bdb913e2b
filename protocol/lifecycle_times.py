"""How long each state may last, by urgency, and what stops its clock: the federation's defaults.

U1 (risk to life) runs round the clock, everywhere. Of the others, hours are office hours and days are working days of
the desk that is to act (:mod:`symbolon.protocol.clocks`), except where the whole federation waits for a date: the use
of a confirmed hit, feedback, reopening and purging run round the clock for everybody. Two states may agree on other
times (:mod:`symbolon.protocol.pair_profiles`).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from symbolon.protocol.allowances import Allowance, elapsed, office_hours, working_days
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_states import JointState, Overlay, SideState


class ClockName(StrEnum):
    """The clocks of a hit's life."""

    HOLD = "hold"
    TRIAGE = "triage"
    ACKNOWLEDGE = "acknowledge"
    VERIFY = "verify"
    SECOND_ROUND = "second-round"
    USE = "use"
    ACCEPT = "accept"
    RESPOND = "respond"
    FORMAL_ROUTE = "formal-route"
    FEEDBACK = "feedback"
    PURGE = "purge"
    REOPEN = "reopen"


Allowances = Mapping[Urgency, Allowance]


def _by_urgency(u1: Allowance, u2: Allowance, u3: Allowance) -> Allowances:
    return MappingProxyType({Urgency.U1: u1, Urgency.U2: u2, Urgency.U3: u3})


def _always(allowance: Allowance) -> Allowances:
    return _by_urgency(allowance, allowance, allowance)


DEFAULT_TIMES: Final[Mapping[ClockName, Allowances]] = MappingProxyType(
    {
        ClockName.HOLD: _by_urgency(elapsed(hours=4), working_days(1), working_days(3)),
        ClockName.TRIAGE: _by_urgency(elapsed(hours=5), working_days(2), working_days(4)),
        ClockName.ACKNOWLEDGE: _by_urgency(elapsed(hours=1), office_hours(8), working_days(1)),
        ClockName.VERIFY: _by_urgency(elapsed(hours=4), working_days(1), working_days(3)),
        ClockName.SECOND_ROUND: _by_urgency(elapsed(days=3), working_days(3), working_days(3)),
        ClockName.USE: _always(elapsed(days=30)),
        ClockName.ACCEPT: _by_urgency(elapsed(hours=1), office_hours(8), working_days(1)),
        ClockName.RESPOND: _by_urgency(elapsed(hours=8), working_days(3), working_days(7)),
        ClockName.FORMAL_ROUTE: _always(elapsed(days=30)),
        ClockName.FEEDBACK: _always(elapsed(days=30)),
        ClockName.PURGE: _always(elapsed(hours=24)),
        ClockName.REOPEN: _always(elapsed(days=90)),
    }
)
"""The durations of the design's table. SECOND_ROUND begins anew with the second round: the triage clock has ended."""

FEEDBACK_REMINDERS: Final = (timedelta(days=30), timedelta(days=60))
CLOSED_WITHOUT_FEEDBACK: Final = timedelta(days=90)

CLOCKS_OF_STATE: Final[Mapping[JointState, tuple[ClockName, ...]]] = MappingProxyType(
    {
        JointState.HELD: (ClockName.HOLD,),
        JointState.ALERTED: (ClockName.TRIAGE,),
        JointState.NEEDS_MORE: (ClockName.SECOND_ROUND,),
        JointState.CONFIRMED: (ClockName.USE,),
        # The response is counted from the request, whatever comes between.
        JointState.REQUESTED: (ClockName.ACCEPT, ClockName.RESPOND),
        JointState.CLARIFY: (ClockName.RESPOND,),
        JointState.ACCEPTED: (ClockName.RESPOND,),
        JointState.PARTIAL: (ClockName.RESPOND,),
        JointState.FORMAL_ROUTE: (ClockName.FORMAL_ROUTE,),
        JointState.FEEDBACK_DUE: (ClockName.FEEDBACK,),
        JointState.RECALLED: (ClockName.PURGE,),
        JointState.WITHDRAWN: (ClockName.PURGE,),
        JointState.CLOSED: (ClockName.REOPEN,),
    }
)
"""Which clocks run in a state; where none is named, the next step is a program's, at once."""

CLOCKS_OF_SIDE: Final[Mapping[SideState, tuple[ClockName, ...]]] = MappingProxyType(
    {
        SideState.WAITING: (ClockName.ACKNOWLEDGE,),
        SideState.ACKED: (),
        SideState.VERIFYING: (ClockName.VERIFY,),
        SideState.VOTED: (),
    }
)
"""Which clocks run on a side beside the joint one, while the votes are not open."""

_STOPPED_BY_SAFETY_HOLD: Final = frozenset(ClockName) - {ClockName.HOLD, ClockName.PURGE, ClockName.REOPEN}


def stands_still(clock: ClockName, *, clarifying: bool, overlays: frozenset[Overlay], held: bool) -> bool:
    """Whether a clock is paused now.

    A safety hold, and a hold for a protected record, stop every clock by which somebody would have to act on the hit;
    never that of the hold itself, nor those by which data is purged. The first clarification stops the response clock
    (``clarifying``: it is the first one, and lies open); a second one does not.
    """
    if (held or Overlay.SAFETY_HOLD in overlays) and clock in _STOPPED_BY_SAFETY_HOLD:
        return True
    return clarifying and clock is ClockName.RESPOND


class Watcher(StrEnum):
    """Who is told of a clock, at three quarters and at the whole of its time."""

    DEPUTY = "deputy"
    FACILITATOR = "facilitator"
    DEPUTY_PROTECTION_OFFICER = "deputy-protection-officer"
    OVERSIGHT = "oversight"


def watchers(clock: ClockName, *, protected: bool) -> tuple[Watcher, Watcher]:
    """Give who is told at 75 % and at 100 %, of states and clocks alone.

    A hold is nobody's but the protection officers': their deputy, then oversight; and never released by time. On a
    protected record's own side the deputy is the protection officer's in everything.
    """
    if clock is ClockName.HOLD:
        return Watcher.DEPUTY_PROTECTION_OFFICER, Watcher.OVERSIGHT
    return Watcher.DEPUTY_PROTECTION_OFFICER if protected else Watcher.DEPUTY, Watcher.FACILITATOR


def feedback_reminders_due(feedback_due_since: datetime, now: datetime) -> int:
    """Give how many reminders were due by ``now``: none, the one at 30 days, or the one at 60 days too."""
    return sum(now - feedback_due_since >= after for after in FEEDBACK_REMINDERS)


def closes_without_feedback(feedback_due_since: datetime, now: datetime) -> bool:
    """Whether feedback was waited for long enough: 90 days."""
    return now - feedback_due_since >= CLOSED_WITHOUT_FEEDBACK


def may_be_reopened(closed_at: datetime, now: datetime) -> bool:
    """Whether a closed hit may still be reopened: within 90 days."""
    return now - closed_at <= timedelta(days=90)
