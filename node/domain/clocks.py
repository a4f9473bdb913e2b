"""The clocks of a hit, as this node reads them: whose each is, since when it runs, when it stood still, when it is due.

Nothing is counted on: a clock follows from the steps that the hub confirmed, from what pairs agreed on, and from the
hours and holidays of the desk that is to act. So it is right after any restart, and both sides come to the same.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Final

from symbolon.node.domain.hit import Hit
from symbolon.protocol.acting_desks import COMPETENCE_FOR, acting_calendar, agreed_allowance
from symbolon.protocol.allowances import Allowance
from symbolon.protocol.clocks import DEPUTY_SHARE, ClockLevel, Pause, RunningClock, WorkCalendar, due_at, level_at
from symbolon.protocol.handling import Urgency
from symbolon.protocol.hit_ledger import Exchange, TrackStep
from symbolon.protocol.lifecycle import VOTING, Event, JointState, SideState
from symbolon.protocol.lifecycle_states import Overlay
from symbolon.protocol.lifecycle_times import (
    CLOCKS_OF_SIDE,
    CLOCKS_OF_STATE,
    ClockName,
    stands_still,
)
from symbolon.protocol.messages_focal_points import Competence, FocalPointDirectory
from symbolon.protocol.messages_pairs import PairProfile
from symbolon.protocol.references import MemberCode, RequestId

WHOLE: Final = Fraction(1)
ENDS_BY_ITSELF: Final = frozenset({ClockName.USE, ClockName.FORMAL_ROUTE, ClockName.REOPEN})
"""Until when something may be done, or lasts: nobody is late, and nobody is told."""
_SHOWN_ELSEWHERE: Final = frozenset({ClockName.REOPEN, ClockName.PURGE})
"""Reopening is nobody's duty; and what is to be purged has a list of its own, with its holders and their receipts."""
_OF_THE_VOTES: Final = frozenset({ClockName.TRIAGE, ClockName.SECOND_ROUND})
_OF_THE_GIVER: Final = frozenset({ClockName.ACCEPT, ClockName.RESPOND})
_OF_THE_RECEIVER: Final = frozenset({ClockName.FORMAL_ROUTE, ClockName.FEEDBACK})


@dataclass(frozen=True, slots=True)
class ClockTerms:
    """By what clocks are counted: each state's desks, and what this state agreed on with each, oldest first."""

    directories: Mapping[MemberCode, FocalPointDirectory] = field(default_factory=dict)
    agreed: Mapping[MemberCode, tuple[PairProfile, ...]] = field(default_factory=dict)

    def calendar(self, member: MemberCode, competence: Competence) -> WorkCalendar:
        """The calendar of the desk that is to act for a state."""
        return acting_calendar(self.directories.get(member), competence)

    def allowance(self, counterpart: MemberCode, clock: ClockName, urgency: Urgency, began: date) -> Allowance:
        """How much time a clock allows that began on a day: by what the pair had agreed on by then."""
        return agreed_allowance(self.agreed.get(counterpart, ()), clock, urgency, began)


@dataclass(frozen=True, slots=True)
class HitHistory:
    """The steps of a hit that the hub confirmed, in their order, and when a safety hold lay on it."""

    steps: tuple[TrackStep, ...] = ()
    freezes: tuple[Pause, ...] = ()

    def of(self, exchange_id: RequestId | None) -> tuple[TrackStep, ...]:
        """The steps of one exchange; None: of the hit's own track."""
        return tuple(step for step in self.steps if step.exchange_id == exchange_id)


@dataclass(frozen=True, slots=True)
class HitClock:
    """One clock that runs; ``whose`` it is says who is to act."""

    name: ClockName
    exchange_id: RequestId | None
    whose: MemberCode
    running: RunningClock
    calendar: WorkCalendar

    @property
    def due_at(self) -> datetime | None:
        """When its time is used up; None while it stands still and nobody knows until when."""
        return _due(self.running, self.calendar, WHOLE)

    @property
    def stands_still(self) -> bool:
        """Whether it is paused now."""
        return any(pause.until is None for pause in self.running.pauses)

    def share_at(self, level: ClockLevel) -> datetime | None:
        """When it reaches three quarters, or the whole, of its time."""
        if level is ClockLevel.DEPUTY:
            return _due(self.running, self.calendar, DEPUTY_SHARE)
        return self.due_at

    def level(self, now: datetime) -> ClockLevel:
        """How far it has run."""
        return level_at(self.running, self.calendar, now)


@lru_cache(maxsize=50_000)
def _due(running: RunningClock, calendar: WorkCalendar, share: Fraction) -> datetime | None:
    """A clock's end is worked out once, as long as nothing of it changes: every list asks for it again."""
    return due_at(running, calendar, share)


def clocks_of(hit: Hit, history: HitHistory, terms: ClockTerms) -> tuple[HitClock, ...]:
    """Every clock that runs for either side of a hit now."""
    reading = _Reading(hit, history, terms)
    return tuple(clock for clock in reading.clocks() if clock.name not in _SHOWN_ELSEWHERE)


def own_due_at(clocks: Collection[HitClock], own: MemberCode) -> datetime | None:
    """When the first of this side's clocks is due; None while none runs for it."""
    moments = (clock.due_at for clock in clocks if clock.whose == own)
    return min((moment for moment in moments if moment is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One hit, and all that its clocks are read from."""

    hit: Hit
    history: HitHistory
    terms: ClockTerms

    def clocks(self) -> Iterator[HitClock]:
        shown, state = self.hit.shown, self.hit.joint_state
        if state is JointState.HELD:
            yield from self._of_state(JointState.HELD)
            return
        if shown.state is not JointState.CONFIRMED:
            yield from self._of_state(shown.state)
        elif not shown.exchanges:
            yield from self._of_state(JointState.CONFIRMED)
        if shown.state in VOTING:
            yield from self._of_own_side()
        if shown.state is JointState.CONFIRMED:
            for exchange in shown.exchanges:
                yield from self._of_exchange(exchange)

    def _of_state(self, state: JointState) -> Iterator[HitClock]:
        for name in CLOCKS_OF_STATE.get(state, ()):
            whose = self.hit.own
            has_voted = name in _OF_THE_VOTES and self.hit.side_state is SideState.VOTED
            # What is left of the round is the other side's; and the other's hold is its own affair.
            if has_voted or (name is ClockName.HOLD and not self.hit.protected):
                whose = self.hit.counterpart
            yield self._clock(name, whose, self.hit.shown.since if name is ClockName.HOLD else self._began())

    def _of_own_side(self) -> Iterator[HitClock]:
        began = self._began()
        for name in CLOCKS_OF_SIDE[self.hit.side_state]:
            started = max(began, self.hit.acknowledged_at or began) if name is ClockName.VERIFY else began
            yield self._clock(name, self.hit.own, started)

    def _of_exchange(self, exchange: Exchange) -> Iterator[HitClock]:
        giver = self.hit.shown.other(exchange.receiver)
        steps = self.history.of(exchange.exchange_id)
        opened_at = steps[0].at if steps else exchange.since
        for name in CLOCKS_OF_STATE.get(exchange.state, ()):
            whose = giver if name in _OF_THE_GIVER else exchange.receiver if name in _OF_THE_RECEIVER else self.hit.own
            # The answer is counted from the request, whatever comes between; all else from its own state.
            started = opened_at if name is ClockName.RESPOND else exchange.since
            yield self._clock(name, whose, started, exchange)

    def _clock(
        self, name: ClockName, whose: MemberCode, started: datetime, exchange: Exchange | None = None
    ) -> HitClock:
        urgency = self.hit.urgency if exchange is None else exchange.urgency
        exchange_id = None if exchange is None else exchange.exchange_id
        allowed = self.terms.allowance(self.hit.counterpart, name, urgency, started.astimezone(UTC).date())
        calendar = self.terms.calendar(whose, competence_of(self.hit, whose))
        pauses = _pauses(name, self.history, exchange_id)
        since = tuple(pause for pause in pauses if pause.until is None or pause.until > started)
        return HitClock(name, exchange_id, whose, RunningClock(started, allowed, since), calendar)

    def _began(self) -> datetime:
        """Since when the hit's own track is where it is, holds aside: what ran before a hold goes on after it."""
        began, was_held = self.hit.alerted_at, False
        for step in self.history.of(None):
            if step.event is not Event.HELD and not (step.event is Event.RELEASED and was_held):
                began = max(began, step.at)
            was_held = step.event is Event.HELD
        return began


def competence_of(hit: Hit, whose: MemberCode) -> Competence:
    """For what subject the desk is, that is to act for a side of a hit; the hub comes to the same for the own side."""
    if whose == hit.own and hit.protected:
        return Competence.VICTIM_PROTECTION
    return COMPETENCE_FOR[hit.counterpart_offence_group]


def _pauses(name: ClockName, history: HitHistory, exchange_id: RequestId | None) -> tuple[Pause, ...]:
    """When a clock stood still: safety holds, holds, and the first clarification, each where it stops this clock."""
    pauses: list[Pause] = []
    if stands_still(name, clarifying=False, overlays=frozenset({Overlay.SAFETY_HOLD}), held=False):
        pauses += history.freezes
    if stands_still(name, clarifying=False, overlays=frozenset(), held=True):
        pauses += _spans(history.of(None), Event.HELD)
    if exchange_id is not None and stands_still(name, clarifying=True, overlays=frozenset(), held=False):
        pauses += _spans(history.of(exchange_id), Event.CLARIFY)[:1]
    return tuple(pauses)


def _spans(steps: tuple[TrackStep, ...], begins: Event) -> list[Pause]:
    """From each step of that kind to the next one of its track, whatever that is."""
    spans: list[Pause] = []
    for place, step in enumerate(steps):
        if step.event is begins:
            following = steps[place + 1] if place + 1 < len(steps) else None
            spans.append(Pause(step.at, None if following is None else following.at))
    return spans
