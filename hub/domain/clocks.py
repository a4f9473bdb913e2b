"""The clocks of hits as the hub keeps them: whose each is, since when it runs, when it stood still, when it is over.

Nothing is counted on and no deadline is stored: a clock follows from the steps that were taken, from what pairs agreed
on, and from the hours and holidays of the desk that is to act. So it is right after any restart. Moments are those at
which the hub took a step, not those that a member names: nobody dates another's clock back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Final

from symbolon.hub.domain.hits import Hit, HitSide
from symbolon.protocol.acting_desks import COMPETENCE_FOR, acting_calendar, agreed_allowance
from symbolon.protocol.clocks import DEPUTY_SHARE, Pause, RunningClock, WorkCalendar, due_at
from symbolon.protocol.handling import Urgency
from symbolon.protocol.hit_ledger import Exchange
from symbolon.protocol.lifecycle_states import Event, JointState, Overlay
from symbolon.protocol.lifecycle_times import CLOCKS_OF_STATE, ClockName, Watcher, stands_still, watchers
from symbolon.protocol.messages_focal_points import Competence, FocalPointDirectory
from symbolon.protocol.messages_pairs import PairProfile
from symbolon.protocol.references import HitId, MemberCode, RequestId

WHOLE: Final = Fraction(1)
ENDS_BY_ITSELF: Final = frozenset({ClockName.USE, ClockName.FORMAL_ROUTE, ClockName.REOPEN})
"""Until when something may be done, or lasts: nobody is late, and nobody is told."""
_OF_THE_GIVER: Final = frozenset({ClockName.ACCEPT, ClockName.RESPOND})
_OF_THE_RECEIVER: Final = frozenset({ClockName.FORMAL_ROUTE, ClockName.FEEDBACK})


@dataclass(frozen=True, slots=True)
class TakenStep:
    """A step of a hit's own track (`exchange_id` None) or of an exchange, and when the hub took it."""

    exchange_id: RequestId | None
    event: Event
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class HitHistory:
    """What clocks are read from besides the hit: its steps in their order, when it was frozen, who has purged something
    and when, who has voted in this round, and whose record is gone.
    """

    steps: tuple[TakenStep, ...] = ()
    freezes: tuple[Pause, ...] = ()
    purged: tuple[tuple[MemberCode, datetime], ...] = ()
    voted: frozenset[MemberCode] = frozenset()
    withdrew: frozenset[MemberCode] = frozenset()

    def of(self, exchange_id: RequestId | None) -> tuple[TakenStep, ...]:
        """The steps of one exchange; None: of the hit's own track."""
        return tuple(step for step in self.steps if step.exchange_id == exchange_id)


@dataclass(frozen=True, slots=True)
class ClockTerms:
    """By what clocks are counted: each state's desks, and what each pair agreed on, oldest first."""

    directories: Mapping[MemberCode, FocalPointDirectory] = field(default_factory=dict)
    agreed: Mapping[frozenset[MemberCode], Sequence[PairProfile]] = field(default_factory=dict)
    _calendars: dict[tuple[MemberCode, Competence], WorkCalendar] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def calendar(self, member: MemberCode, wanted: Competence) -> WorkCalendar:
        """The calendar of a state's desk that is to act; worked out once for all of its clocks."""
        known = self._calendars.get((member, wanted))
        if known is None:
            known = self._calendars[member, wanted] = acting_calendar(self.directories.get(member), wanted)
        return known


@dataclass(frozen=True, slots=True)
class HitClock:
    """One clock of a hit: `whose` is to act. `state` is that of the exchange, or of the hit itself."""

    hit_id: HitId
    exchange_id: RequestId | None
    name: ClockName
    whose: MemberCode
    other: MemberCode
    state: JointState
    urgency: Urgency
    running: RunningClock
    calendar: WorkCalendar
    watcher: Watcher

    @property
    def started_at(self) -> datetime:
        """When it began."""
        return self.running.started_at

    @property
    def due_at(self) -> datetime | None:
        """When its time is used up; None while it stands still and nobody knows until when."""
        return _due(self.running, self.calendar, WHOLE)

    @property
    def deputy_at(self) -> datetime | None:
        """When three quarters of it are: its own node tells the deputy then."""
        return _due(self.running, self.calendar, DEPUTY_SHARE)

    @property
    def stands_still(self) -> bool:
        """Whether it is paused now."""
        return any(pause.until is None for pause in self.running.pauses)

    def is_over(self, now: datetime) -> bool:
        """Whether its time is used up."""
        due = self.due_at
        return due is not None and due <= now

    def is_late(self, now: datetime) -> bool:
        """Whether three quarters of its time are."""
        late = self.deputy_at
        return late is not None and late <= now


@lru_cache(maxsize=100_000)
def _due(running: RunningClock, calendar: WorkCalendar, share: Fraction) -> datetime | None:
    """A clock's end is worked out once, as long as nothing of it changes."""
    return due_at(running, calendar, share)


def clocks_of(hit: Hit, history: HitHistory, terms: ClockTerms) -> tuple[HitClock, ...]:
    """Every clock that runs, or stands still, for either side of a hit now."""
    return tuple(_Reading(hit, history, terms, _phase_of(hit, history)).clocks())


def open_recalls(hit: Hit, history: HitHistory) -> Iterator[tuple[TakenStep, Exchange]]:
    """The recalls whose holder has not said that it purged.

    A receipt says to the other side alone what was purged: it counts for the oldest recall before it.
    """
    receipts = list(history.purged)
    recalls = [step for step in history.steps if step.event is Event.RECALLED]
    for step in sorted(recalls, key=lambda each: each.taken_at):
        exchange = next(each for each in hit.ledger.exchanges if each.exchange_id == step.exchange_id)
        holder = hit.ledger.other(exchange.receiver)
        receipt = next((each for each in receipts if each[0] == holder and each[1] >= step.taken_at), None)
        if receipt is None:
            yield step, exchange
        else:
            receipts.remove(receipt)


@dataclass(frozen=True, slots=True)
class _Phase:
    """Since when a hit's own track is where it is, holds aside; when it was held; and since when it is."""

    began: datetime
    holds: tuple[Pause, ...]
    held_since: datetime


def _phase_of(hit: Hit, history: HitHistory) -> _Phase:
    """A release leads back to where the hit was held from, so that what ran then goes on; the first one begins it."""
    began: datetime | None = None
    held_since: datetime | None = None
    holds: list[Pause] = []
    for step in history.of(None):
        if step.event is Event.HELD:
            held_since = step.taken_at
            continue
        since = held_since or began
        if step.event is Event.RELEASED and began is not None and since is not None:
            holds.append(Pause(since, step.taken_at))
        else:
            began = step.taken_at
        held_since = None
    # A hit of which this hub does not know every step (it was restored, or the hit is older than steps are kept).
    known = began or hit.ledger.since
    if hit.state is JointState.HELD:
        holds.append(Pause(held_since or known, None))
    return _Phase(known, tuple(holds), held_since or known)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One hit, and all that its clocks are read from."""

    hit: Hit
    history: HitHistory
    terms: ClockTerms
    phase: _Phase

    def clocks(self) -> Iterator[HitClock]:
        ledger = self.hit.ledger
        state = JointState.WITHDRAWN if self.hit.was_withdrawn else ledger.state
        if state is not JointState.CONFIRMED or not ledger.exchanges:
            for name in CLOCKS_OF_STATE.get(state, ()):
                started = self.phase.held_since if name is ClockName.HOLD else self.phase.began
                for member in self._whose(name):
                    yield self._clock(name, member, state, started)
        if state is JointState.ALERTED:
            for side in self.hit.sides:
                if side.acknowledged_at is None and side.member not in self.history.voted:
                    yield self._clock(ClockName.ACKNOWLEDGE, side.member, state, self.phase.began)
        if state is JointState.CONFIRMED or (state is JointState.HELD and ledger.held_from is JointState.CONFIRMED):
            for exchange in ledger.exchanges:
                yield from self._of_exchange(exchange)
        if not self.hit.was_withdrawn:
            yield from self._of_recalls()

    def _whose(self, name: ClockName) -> Iterator[MemberCode]:
        for side in self.hit.sides:
            if name is ClockName.HOLD:
                concerned = side.is_protected and side.released_at is None
            elif name is ClockName.PURGE:
                concerned = self._is_to_purge(side)
            elif name in (ClockName.TRIAGE, ClockName.SECOND_ROUND):
                concerned = side.member not in self.history.voted
            else:
                concerned = name is not ClockName.REOPEN
            if concerned and side.alerted_at is not None:
                yield side.member

    def _is_to_purge(self, side: HitSide) -> bool:
        """Who holds what the other side withdrew; where no record is gone (a narrower allow-list), both may."""
        other = self.hit.counterpart_of(side.member).member
        return side.purged_at is None and (not self.history.withdrew or other in self.history.withdrew)

    def _of_exchange(self, exchange: Exchange) -> Iterator[HitClock]:
        giver = self.hit.ledger.other(exchange.receiver)
        steps = self.history.of(exchange.exchange_id)
        since = steps[-1].taken_at if steps else exchange.since
        opened_at = steps[0].taken_at if steps else exchange.since
        for name in CLOCKS_OF_STATE.get(exchange.state, ()):
            if name in _OF_THE_GIVER or name in _OF_THE_RECEIVER:
                whose = giver if name in _OF_THE_GIVER else exchange.receiver
                # The answer is counted from the request, whatever comes between; all else from its own state.
                started = opened_at if name is ClockName.RESPOND else since
                yield self._clock(name, whose, exchange.state, started, exchange)

    def _of_recalls(self) -> Iterator[HitClock]:
        """Who was asked purges what it received; that the exchange is closed by then makes no difference."""
        for step, exchange in open_recalls(self.hit, self.history):
            holder = self.hit.ledger.other(exchange.receiver)
            yield self._clock(ClockName.PURGE, holder, JointState.RECALLED, step.taken_at, exchange)

    def _clock(
        self, name: ClockName, whose: MemberCode, state: JointState, started: datetime, exchange: Exchange | None = None
    ) -> HitClock:
        urgency = self.hit.urgency if exchange is None else exchange.urgency
        exchange_id = None if exchange is None else exchange.exchange_id
        agreed = self.terms.agreed.get(frozenset(self.hit.ledger.parties), ())
        allowed = agreed_allowance(agreed, name, urgency, started.astimezone(UTC).date())
        is_protected = self._side(whose).is_protected
        return HitClock(
            hit_id=self.hit.hit_id,
            exchange_id=exchange_id,
            name=name,
            whose=whose,
            other=self.hit.ledger.other(whose),
            state=state,
            urgency=urgency,
            running=RunningClock(started, allowed, self._pauses(name, started, exchange_id)),
            calendar=self.terms.calendar(whose, self._competence(whose)),
            watcher=watchers(name, protected=is_protected)[1],
        )

    def _side(self, member: MemberCode) -> HitSide:
        low, high = self.hit.sides
        return low if low.member == member else high

    def _competence(self, whose: MemberCode) -> Competence:
        if self._side(whose).is_protected:
            return Competence.VICTIM_PROTECTION
        # What both sides know is what the alert says: the group of the other record.
        return COMPETENCE_FOR[self.hit.counterpart_of(whose).offence_group]

    def _pauses(self, name: ClockName, started: datetime, exchange_id: RequestId | None) -> tuple[Pause, ...]:
        pauses: list[Pause] = []
        if stands_still(name, clarifying=False, overlays=frozenset({Overlay.SAFETY_HOLD}), held=False):
            pauses += self.history.freezes
        if stands_still(name, clarifying=False, overlays=frozenset(), held=True):
            pauses += self.phase.holds
        if exchange_id is not None and stands_still(name, clarifying=True, overlays=frozenset(), held=False):
            pauses += _first_clarification(self.history.of(exchange_id))
        return tuple(pause for pause in pauses if pause.until is None or pause.until > started)


def _first_clarification(steps: tuple[TakenStep, ...]) -> list[Pause]:
    """From the first question to the step after it; a second question stops nothing."""
    for place, step in enumerate(steps):
        if step.event is Event.CLARIFY:
            until = steps[place + 1].taken_at if place + 1 < len(steps) else None
            return [Pause(step.taken_at, until)]
    return []
