"""The order of a hit's steps: the hub takes one from each version, and both nodes follow in the same order.

A hit has a track of its own (votes, holds, withdrawal, closure), and each exchange about it has one. Every step names
the version that it was taken from. The hub keeps the order (:func:`take`), so that of two steps which cross (an answer
and a recall) one counts, and the side of the other is told. A node follows each track in its order (:func:`follow`), in
whatever order the deliveries come; as all tracks are independent of each other there, both sides agree in the end.

What the votes came to, both nodes say. The first word counts, with its time; the second is stale like any other step
that came too late, and its node, which opened the same votes, checks that the first said the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle import after_release, after_reopening, step_of, stops_under_safety_hold
from symbolon.protocol.lifecycle_problems import NotTheirs, OnHold, StaleState
from symbolon.protocol.lifecycle_states import Event, JointState, Party
from symbolon.protocol.lifecycle_times import may_be_reopened
from symbolon.protocol.problems import IllegalTransition, ProtocolError
from symbolon.protocol.references import HUB, HitId, MemberCode, RequestId

FURTHEST_BEHIND_FIRST: Final = (
    JointState.REQUESTED,
    JointState.CLARIFY,
    JointState.ACCEPTED,
    JointState.PARTIAL,
    JointState.RESPONDED,
    JointState.SPONTANEOUS,
    JointState.REFUSED,
    JointState.FORMAL_ROUTE,
    JointState.RECALLED,
    JointState.FEEDBACK_DUE,
)
"""The open states of an exchange; the joint state of a hit is the first of them that one of its exchanges is in."""

_OPENING: Final = frozenset({Event.REQUESTED, Event.SPONTANEOUS})
_OUTCOMES: Final = frozenset({Event.CONFIRMED, Event.NOT_SAME, Event.NEEDS_MORE, Event.UNRESOLVED})


@dataclass(frozen=True, slots=True)
class TrackStep:
    """One step as it was taken: ``exchange_id`` None is the hit's own track; ``by`` is a party of it, or the hub."""

    exchange_id: RequestId | None
    event: Event
    by: MemberCode
    follows: int
    at: datetime
    urgency: Urgency | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, or one piece of information given unasked, and how far it is; ``receiver`` gets the information."""

    exchange_id: RequestId
    receiver: MemberCode
    urgency: Urgency
    state: JointState
    version: int
    since: datetime
    clarifications: int = 0

    @property
    def is_open(self) -> bool:
        """Whether anything is still waited for."""
        return self.state is not JointState.CLOSED


@dataclass(frozen=True, slots=True)
class HitLedger:
    """A hit as far as hub and nodes keep it in common. ``frozen_by`` are the members whose safety hold lies on it.

    ``first_round`` is the round with which the present votes began; rounds are counted on when a hit is reopened, so
    that no vote can pass for one of another time.
    """

    hit_id: HitId
    parties: tuple[MemberCode, MemberCode]
    state: JointState
    version: int
    since: datetime
    round: int = 1
    first_round: int = 1
    held_from: JointState | None = None
    closed_from: JointState | None = None
    exchanges: tuple[Exchange, ...] = ()
    frozen_by: frozenset[MemberCode] = frozenset()

    @property
    def joint_state(self) -> JointState:
        """What the hit has come to, for inbox, clocks and statistics."""
        states = {exchange.state for exchange in self.exchanges}
        if self.state is not JointState.CONFIRMED:
            return self.state
        return next((state for state in FURTHEST_BEHIND_FIRST if state in states), self.state)

    @property
    def voting_round(self) -> int:
        """Which of the at most two rounds of the present votes it is, counted from 1."""
        return self.round - self.first_round + 1

    def exchange(self, exchange_id: RequestId) -> Exchange | None:
        """Give the exchange of that id, or None."""
        return next((each for each in self.exchanges if each.exchange_id == exchange_id), None)

    def other(self, member: MemberCode) -> MemberCode:
        """Give the other party."""
        one, another = self.parties
        return another if member == one else one


def take(ledger: HitLedger, step: TrackStep) -> HitLedger:
    """Give the ledger after a step, at the hub, where the order is made.

    Raises :class:`OnHold` where a hold or safety hold stops it for now, :class:`StaleState` where another step was
    taken from that version, :class:`NotTheirs` where it is not for this party to take, and :class:`IllegalTransition`
    where the table has no such step, or the hit's own state does not allow it.
    """
    if ledger.frozen_by and stops_under_safety_hold(step.event):
        raise OnHold("A safety hold lies on the hit: the step waits until it is lifted.")
    if step.exchange_id is not None:
        if ledger.state is JointState.HELD:
            raise OnHold("The hit is held: the step waits until it is released.")
        if ledger.state is not JointState.CONFIRMED:
            raise IllegalTransition(f"A hit that is {ledger.state.value} has no exchange that could go on.")
    elif ledger.state is JointState.HELD and step.event in _OUTCOMES:
        raise OnHold("The hit is held: what the votes came to is said once it is released.")
    elif step.event is Event.CLOSED and ledger.joint_state in FURTHEST_BEHIND_FIRST:
        raise IllegalTransition("An exchange about the hit is open: end it first.")
    elif step.event is Event.REOPENED:
        _check_reopening(ledger, step)
    return follow(ledger, step)


def follow(ledger: HitLedger, step: TrackStep) -> HitLedger:
    """Give the ledger after a step that the hub took before, at a node: the step's own track alone is looked at.

    Raises :class:`StaleState` where it does not follow the version that is known (an earlier one is still on its way,
    or this is an old one), :class:`NotTheirs` or :class:`IllegalTransition` where the hub should not have taken it.
    """
    if step.exchange_id is None:
        return _after_own_step(ledger, step)
    known = ledger.exchange(step.exchange_id)
    before = JointState.CONFIRMED if known is None else known.state
    _check_version(step, 0 if known is None else known.version)
    row = step_of(before, step.event)
    if known is None:
        opened = _opened(ledger, step)
        _check_party(row.parties, _parties(ledger, opened, step))
        return replace(ledger, exchanges=(*ledger.exchanges, replace(opened, state=row.target, version=1)))
    if row.event in (Event.HELD, Event.WITHDRAWN) or row.event in _OPENING:
        raise IllegalTransition("That step is the hit's own, not one of an exchange.")
    _check_party(row.parties, _parties(ledger, known, step))
    asked = known.clarifications + (step.event is Event.CLARIFY)
    after = replace(known, state=row.target, version=known.version + 1, since=step.at, clarifications=asked)
    return replace(ledger, exchanges=tuple(after if each is known else each for each in ledger.exchanges))


def with_safety_hold(ledger: HitLedger, member: MemberCode, *, holds: bool) -> HitLedger:
    """Give the ledger after one side froze it, or lifted its own hold; the other side's stays."""
    if member not in ledger.parties:
        raise NotTheirs("Only a party of the hit holds it for somebody's safety.")
    frozen = ledger.frozen_by | {member} if holds else ledger.frozen_by - {member}
    return replace(ledger, frozen_by=frozen)


def foreseen(ledger: HitLedger, pending: Iterable[TrackStep]) -> HitLedger:
    """Give what a node shows while its own steps are on their way: with each of them that is still possible."""
    for step in pending:
        try:
            ledger = follow(ledger, step)
        except ProtocolError:
            # Another step was taken from the same version meanwhile: this one will be refused.
            continue
    return ledger


def _after_own_step(ledger: HitLedger, step: TrackStep) -> HitLedger:
    _check_version(step, ledger.version)
    row = step_of(ledger.state, step.event)
    if row.event in _OPENING:
        raise IllegalTransition("A request opens an exchange of its own.")
    _check_party(row.parties, _parties(ledger, None, step))
    after = replace(ledger, state=row.target, version=ledger.version + 1, since=step.at)
    if step.event is Event.HELD:
        return replace(after, held_from=ledger.state)
    if step.event is Event.RELEASED:
        return replace(after, state=after_release(ledger.held_from or JointState.DETECTED), held_from=None)
    if step.event is Event.CLOSED:
        return replace(after, closed_from=ledger.state)
    if step.event is Event.NEEDS_MORE:
        return replace(after, round=ledger.round + 1)
    return _reopened(ledger, after) if step.event is Event.REOPENED else after


def _reopened(before: HitLedger, after: HitLedger) -> HitLedger:
    state = after_reopening(before.closed_from or before.state)
    votes_anew = state is JointState.ALERTED
    number = before.round + 1 if votes_anew else before.round
    first = number if votes_anew else before.first_round
    return replace(after, state=state, closed_from=None, round=number, first_round=first)


def _check_reopening(ledger: HitLedger, step: TrackStep) -> None:
    if ledger.state is JointState.CLOSED and not may_be_reopened(ledger.since, step.at):
        raise IllegalTransition("The hit was closed more than ninety days ago.")


def _opened(ledger: HitLedger, step: TrackStep) -> Exchange:
    if step.event not in _OPENING or step.exchange_id is None or step.urgency is None:
        raise IllegalTransition("An exchange begins with a request or with information given unasked.")
    receiver = step.by if step.event is Event.REQUESTED else ledger.other(step.by)
    return Exchange(step.exchange_id, receiver, step.urgency, JointState.CONFIRMED, 0, step.at)


def _check_version(step: TrackStep, version: int) -> None:
    if step.follows != version:
        raise StaleState("Another step was taken from there: look at the hit again.")


def _check_party(allowed: frozenset[Party], counts_as: frozenset[Party]) -> None:
    if not allowed & counts_as:
        raise NotTheirs("This step is the other side's, or the hub's, to take.")


def _parties(ledger: HitLedger, exchange: Exchange | None, step: TrackStep) -> frozenset[Party]:
    if step.by == HUB:
        # The hub keeps the clocks, and speaks for an owner whose submission, withdrawal or ruling it took.
        return frozenset({Party.HUB, Party.CLOCK, Party.OWNER})
    if step.by not in ledger.parties:
        return frozenset()
    if exchange is None:
        return frozenset({Party.EITHER, Party.VOTES})
    party = Party.RECEIVER if step.by == exchange.receiver else Party.GIVER
    return frozenset({party, Party.CLOCK}) if _follows_by_itself(exchange, step.event) else frozenset({party})


def _follows_by_itself(exchange: Exchange, event: Event) -> bool:
    """Whether a node's own worker says it: that an answer was taken, or that what was recalled is purged.

    The latter says who purged it, or who has the receipt. The end of the time for feedback, and of a refused request,
    the hub alone says: it is the receiver's time.
    """
    if event is Event.CLOSED:
        return exchange.state is JointState.RECALLED
    return event is Event.FEEDBACK_DUE
