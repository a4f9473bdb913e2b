"""From hit to closed exchange: what follows from the tables of the joint state and of the side track.

Nodes, hub and pages derive from these tables. States and their names are those of the design's *From hit to closed
exchange*; who may cause a step is in :mod:`symbolon.protocol.lifecycle_rights`, how long a state may last in
:mod:`symbolon.protocol.lifecycle_times`, and the diagram in :mod:`symbolon.protocol.lifecycle_diagram`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle_states import (
    Event,
    HitAction,
    JointState,
    Office,
    Overlay,
    Party,
    SideState,
)
from symbolon.protocol.lifecycle_table import ENDED, EXCHANGE_STATES, HIT_STATES, RELEASES, STEPS, Step
from symbolon.protocol.problems import IllegalTransition

__all__ = [
    "ENDED",
    "EXCHANGE_STATES",
    "FIRST_ROUND",
    "HIT_STATES",
    "LAST_ROUND",
    "RELEASES",
    "SIDE_AT_SECOND_ROUND",
    "SIDE_TRANSITIONS",
    "STEPS",
    "TRANSITIONS",
    "VOTING",
    "Event",
    "HitAction",
    "JointState",
    "Office",
    "Overlay",
    "Party",
    "SideState",
    "Step",
    "advance",
    "advance_side",
    "after_release",
    "after_reopening",
    "joint_outcome",
    "possible_events",
    "step_of",
    "stops_under_safety_hold",
]

_BY_PLACE: Final[Mapping[tuple[JointState, Event], Step]] = MappingProxyType(
    {(step.source, step.event): step for step in STEPS}
)
# A side that keeps one state for the whole hit sees the other's request, or reply, find the state already there.
_CROSSING: Final = MappingProxyType(
    {
        (JointState.REQUESTED, Event.REQUESTED): JointState.REQUESTED,
        (JointState.RESPONDED, Event.RESPONDED): JointState.RESPONDED,
    }
)
_TARGETS: Final = {place: step.target for place, step in _BY_PLACE.items()} | dict(_CROSSING)

TRANSITIONS: Final[Mapping[JointState, Mapping[Event, JointState]]] = MappingProxyType(
    {
        state: MappingProxyType({event: _TARGETS[state, event] for event in Event if (state, event) in _TARGETS})
        for state in JointState
    }
)
"""The joint states and, for each, the events it knows and where they lead; two requests, or replies, may cross."""


def step_of(state: JointState, event: Event) -> Step:
    """Give the row of the table; raises :class:`IllegalTransition` where it has none."""
    step = _BY_PLACE.get((state, event))
    if step is None:
        raise _no_step(state, event)
    return step


def advance(state: JointState, event: Event) -> JointState:
    """Give the state that the event leads to; raises :class:`IllegalTransition` where the table has none.

    >>> advance(JointState.HELD, Event.RELEASED).value
    'ALERTED'
    """
    following = TRANSITIONS[state].get(event)
    if following is None:
        raise _no_step(state, event)
    return following


def _no_step(state: JointState, event: Event) -> IllegalTransition:
    return IllegalTransition(f"A hit that is {state.value} cannot be {event.value.replace('_', ' ')}.")


def after_release(held_from: JointState) -> JointState:
    """Give the state of a released hit: the one that it was held from, so that no vote or question is asked again.

    A hit that was detected and held at once is alerted by its release.

    >>> after_release(JointState.CONFIRMED).value
    'CONFIRMED'
    >>> after_release(JointState.DETECTED).value
    'ALERTED'
    """
    return JointState.ALERTED if held_from is JointState.DETECTED else held_from


_VOTES_ASKED_AGAIN: Final = frozenset({JointState.NOT_SAME, JointState.UNRESOLVED, JointState.EXPIRED})


def after_reopening(closed_from: JointState) -> JointState:
    """Give the state of a reopened hit, by the one that it was closed from.

    Never confirmed: the votes are asked again. Held: it is held again, for its protection officer's word still stands
    between the two sides. Withdrawn: raises :class:`IllegalTransition`, since a record that it was about is gone.

    >>> after_reopening(JointState.FEEDBACK_DUE).value, after_reopening(JointState.UNRESOLVED).value
    ('CONFIRMED', 'ALERTED')
    """
    if closed_from is JointState.WITHDRAWN:
        raise IllegalTransition("A hit on a withdrawn record is not reopened: publish the record again.")
    if closed_from in _VOTES_ASKED_AGAIN:
        return JointState.ALERTED
    return JointState.HELD if closed_from is JointState.HELD else JointState.CONFIRMED


def possible_events(state: JointState) -> frozenset[Event]:
    """Give the events that the state knows."""
    return frozenset(TRANSITIONS[state])


_STOPPED: Final = RELEASES | {
    Event.CLARIFY,
    Event.ACCEPTED,
    Event.RELEASED,
    Event.CONFIRMED,
    Event.NOT_SAME,
    Event.NEEDS_MORE,
    Event.UNRESOLVED,
    Event.EXPIRED,
    Event.FEEDBACK_DUE,
    Event.REOPENED,
}


def stops_under_safety_hold(event: Event) -> bool:
    """Whether a safety hold stops the event: every disclosure and vote, and what leads to one.

    What takes something back (a recall, a refusal, a withdrawal, a hold, a closure) goes on.
    """
    return event in _STOPPED


FIRST_ROUND: Final = 1
LAST_ROUND: Final = 2


def joint_outcome(round_number: int, own: Verdict, other: Verdict) -> Event:
    """Give what two opened votes mean together; it does not matter whose is whose.

    Both SAME confirm, both DIFFERENT end it. Where one at least is UNSURE, the first round asks for more and a later
    round leaves it unresolved. SAME against DIFFERENT is a disagreement in any round.

    >>> joint_outcome(1, Verdict.SAME, Verdict.UNSURE).value
    'needs_more'
    >>> joint_outcome(2, Verdict.SAME, Verdict.UNSURE).value
    'unresolved'
    """
    if Verdict.UNSURE in (own, other):
        return Event.NEEDS_MORE if round_number == FIRST_ROUND else Event.UNRESOLVED
    if own is not other:
        return Event.UNRESOLVED
    return Event.CONFIRMED if own is Verdict.SAME else Event.NOT_SAME


SIDE_TRANSITIONS: Final[Mapping[SideState, Mapping[HitAction, SideState]]] = MappingProxyType(
    {
        # Who assigns or votes has seen the alert: without a separate acknowledgement it counts as both.
        SideState.WAITING: {
            HitAction.ACKNOWLEDGE: SideState.ACKED,
            HitAction.ASSIGN: SideState.VERIFYING,
            HitAction.VOTE: SideState.VOTED,
        },
        SideState.ACKED: {HitAction.ASSIGN: SideState.VERIFYING, HitAction.VOTE: SideState.VOTED},
        # Somebody else may be asked, and who was asked may correct what they recommend, until the vote.
        SideState.VERIFYING: {
            HitAction.ASSIGN: SideState.VERIFYING,
            HitAction.RECOMMEND: SideState.VERIFYING,
            HitAction.VOTE: SideState.VOTED,
        },
        SideState.VOTED: {},
    }
)
"""The side track; the second round starts from ACKED."""

SIDE_AT_SECOND_ROUND: Final = SideState.ACKED

VOTING: Final = frozenset({JointState.ALERTED, JointState.NEEDS_MORE})
"""The joint states in which each side is on its own track."""


def advance_side(joint: JointState, side: SideState, action: HitAction) -> SideState:
    """Give the side state after an action of the side track; raises :class:`IllegalTransition` outside the votes."""
    following = SIDE_TRANSITIONS[side].get(action) if joint in VOTING else None
    if following is None:
        raise IllegalTransition(f"A hit that is {joint.value} and {side.value} on this side takes no {action.value}.")
    return following
