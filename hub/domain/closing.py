"""What the hub does to a hit by itself when its time has come: feedback falls due, and what is over is closed. Pure.

Where a state has no clock of its own, its next step is a program's, at once. No state waits for ever, and only a hold
is never ended by time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from symbolon.hub.domain.hits import Hit
from symbolon.protocol.acting_desks import USUAL_OFFICE
from symbolon.protocol.allowances import Allowance, elapsed
from symbolon.protocol.clocks import Pause, RunningClock, due_at
from symbolon.protocol.handling import Urgency
from symbolon.protocol.hit_ledger import Exchange
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.lifecycle_times import CLOSED_WITHOUT_FEEDBACK, FEEDBACK_REMINDERS, ClockName
from symbolon.protocol.references import RequestId

Due = tuple[RequestId | None, Event]
"""A step that is due, of an exchange or (None) of the hit's own track."""

Allowed = Callable[[ClockName, Urgency, datetime], Allowance]
"""How much time the pair of a hit gives a clock that began at a moment."""

_ANSWERED: Final = frozenset({JointState.RESPONDED, JointState.SPONTANEOUS})
_JUDGED: Final = frozenset({JointState.NOT_SAME, JointState.UNRESOLVED, JointState.EXPIRED})
_PURGING: Final = timedelta(hours=24)
# What two states agree on between themselves may be shorter than the federation's times, but hardly than this.
_SHORTEST: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moments:
    """Before which something began that may be over by now; whether it is, :func:`due_steps` says."""

    purging: datetime
    unused: datetime
    formal_route: datetime
    first_reminder: datetime
    second_reminder: datetime
    without_feedback: datetime


def moments_at(now: datetime) -> Moments:
    """What to look at now."""
    first, second = FEEDBACK_REMINDERS
    return Moments(
        purging=now - _PURGING,
        unused=now - _SHORTEST,
        formal_route=now - _SHORTEST,
        first_reminder=now - first,
        second_reminder=now - second,
        without_feedback=now - CLOSED_WITHOUT_FEEDBACK,
    )


@dataclass(frozen=True, slots=True)
class HubClocks:
    """The clocks by which the hub itself acts: they run day and night, and stand still while the hit is held or frozen.

    `pauses` are those of the hit.
    """

    pauses: tuple[Pause, ...]
    allowed: Allowed
    now: datetime

    def is_over(self, clock: ClockName, urgency: Urgency, since: datetime) -> bool:
        """Whether a clock that began then is over; that of purging stands still for nothing."""
        if clock is ClockName.PURGE:
            return self.now - since >= _PURGING
        return self._passed(self.allowed(clock, urgency, since), since)

    def has_lasted(self, span: timedelta, since: datetime) -> bool:
        """Whether something that began then has lasted so long."""
        return self._passed(elapsed(seconds=int(span.total_seconds())), since)

    def _passed(self, allowance: Allowance, since: datetime) -> bool:
        due = due_at(RunningClock(since, allowance, self.pauses), USUAL_OFFICE)
        return due is not None and due <= self.now


def due_steps(hit: Hit, clocks: HubClocks) -> tuple[Due, ...]:
    """What the hub does now: one step of each track at most; what follows from it comes the next time."""
    ledger = hit.ledger
    if ledger.state in _JUDGED:
        return ((None, Event.CLOSED),)
    if ledger.state is JointState.WITHDRAWN:
        told = [side for side in hit.sides if side.alerted_at is not None]
        over = all(side.purged_at for side in told) or clocks.is_over(ClockName.PURGE, hit.urgency, ledger.since)
        return ((None, Event.CLOSED),) if over else ()
    if ledger.state is not JointState.CONFIRMED:
        return ()
    steps = tuple(_due_in_exchanges(hit, clocks))
    unused = not any(exchange.is_open for exchange in ledger.exchanges)
    if unused and not ledger.frozen_by and clocks.is_over(ClockName.USE, hit.urgency, ledger.since):
        return (*steps, (None, Event.CLOSED))
    return steps


def reminders_due(exchange: Exchange, clocks: HubClocks) -> int:
    """How often the receiver of an exchange was to be reminded by now that feedback is due."""
    if exchange.state is not JointState.FEEDBACK_DUE:
        return 0
    return sum(clocks.has_lasted(after, exchange.since) for after in FEEDBACK_REMINDERS)


def _due_in_exchanges(hit: Hit, clocks: HubClocks) -> Iterator[Due]:
    for exchange in hit.ledger.exchanges:
        event = _due_in(exchange, clocks)
        # A safety hold stops whoever would have to act, and purging not.
        if event is not None and (not hit.ledger.frozen_by or exchange.state is JointState.RECALLED):
            yield exchange.exchange_id, event


def _due_in(exchange: Exchange, clocks: HubClocks) -> Event | None:
    if exchange.state in _ANSWERED:
        return Event.FEEDBACK_DUE
    if exchange.state is JointState.FORMAL_ROUTE:
        over = clocks.is_over(ClockName.FORMAL_ROUTE, exchange.urgency, exchange.since)
        return Event.FEEDBACK_DUE if over else None
    if exchange.state is JointState.FEEDBACK_DUE:
        return Event.CLOSED if clocks.has_lasted(CLOSED_WITHOUT_FEEDBACK, exchange.since) else None
    # A refused request may still take the formal route, for as long as that itself may last.
    clock = {JointState.REFUSED: ClockName.FORMAL_ROUTE, JointState.RECALLED: ClockName.PURGE}.get(exchange.state)
    return Event.CLOSED if clock and clocks.is_over(clock, exchange.urgency, exchange.since) else None
