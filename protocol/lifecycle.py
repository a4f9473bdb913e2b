"""From hit to closed exchange: the joint state machine and the side track, each in one table.

Nodes, hub and pages derive from these tables. States and their names are those of the design's *From hit to closed
exchange*; the states that no service reaches yet are added with the services that reach them.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from symbolon.protocol.handling import Verdict
from symbolon.protocol.problems import IllegalTransition


class JointState(StrEnum):
    """What both parties and the hub agree that a hit has come to."""

    DETECTED = "DETECTED"
    HELD = "HELD"
    ALERTED = "ALERTED"
    NEEDS_MORE = "NEEDS_MORE"
    NOT_SAME = "NOT_SAME"
    UNRESOLVED = "UNRESOLVED"
    CONFIRMED = "CONFIRMED"
    REQUESTED = "REQUESTED"
    RESPONDED = "RESPONDED"
    WITHDRAWN = "WITHDRAWN"
    CLOSED = "CLOSED"


class Event(StrEnum):
    """What moves a hit from one joint state to the next."""

    ALERTED = "alerted"
    HELD = "held"
    RELEASED = "released"
    NEEDS_MORE = "needs_more"
    NOT_SAME = "not_same"
    UNRESOLVED = "unresolved"
    CONFIRMED = "confirmed"
    REQUESTED = "requested"
    RESPONDED = "responded"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class HitEvent(StrEnum):
    """The events of which the hub itself tells the nodes; ``Event(notice.event.value)`` is the step they make."""

    WITHDRAWN = "withdrawn"
    HELD = "held"
    RELEASED = "released"
    CLOSED = "closed"


TRANSITIONS: Final[Mapping[JointState, Mapping[Event, JointState]]] = MappingProxyType(
    {
        JointState.DETECTED: {
            Event.ALERTED: JointState.ALERTED,
            Event.HELD: JointState.HELD,
            Event.WITHDRAWN: JointState.WITHDRAWN,
        },
        JointState.HELD: {
            # From the start on hold: both sides are alerted now. Held later, it goes back: `after_release`.
            Event.RELEASED: JointState.ALERTED,
            Event.CLOSED: JointState.CLOSED,
            Event.WITHDRAWN: JointState.WITHDRAWN,
        },
        JointState.ALERTED: {
            Event.CONFIRMED: JointState.CONFIRMED,
            Event.NOT_SAME: JointState.NOT_SAME,
            Event.NEEDS_MORE: JointState.NEEDS_MORE,
            Event.UNRESOLVED: JointState.UNRESOLVED,
            # A record that turns out to be a victim's freezes whatever is pending about it (invariant 12).
            Event.HELD: JointState.HELD,
            Event.WITHDRAWN: JointState.WITHDRAWN,
        },
        JointState.NEEDS_MORE: {
            Event.CONFIRMED: JointState.CONFIRMED,
            Event.NOT_SAME: JointState.NOT_SAME,
            Event.UNRESOLVED: JointState.UNRESOLVED,
            Event.HELD: JointState.HELD,
            Event.WITHDRAWN: JointState.WITHDRAWN,
        },
        # The hub knows no verdict and holds whatever it knows of a record, so these can be held as well.
        JointState.NOT_SAME: {
            Event.CLOSED: JointState.CLOSED,
            Event.HELD: JointState.HELD,
            Event.WITHDRAWN: JointState.WITHDRAWN,
        },
        JointState.UNRESOLVED: {
            Event.CLOSED: JointState.CLOSED,
            Event.HELD: JointState.HELD,
            Event.WITHDRAWN: JointState.WITHDRAWN,
        },
        JointState.CONFIRMED: {
            Event.REQUESTED: JointState.REQUESTED,
            Event.CLOSED: JointState.CLOSED,
            Event.HELD: JointState.HELD,
            Event.WITHDRAWN: JointState.WITHDRAWN,
        },
        JointState.REQUESTED: {
            # Both sides may ask at the same moment: the request that arrives second finds the state already there.
            Event.REQUESTED: JointState.REQUESTED,
            Event.RESPONDED: JointState.RESPONDED,
            Event.HELD: JointState.HELD,
            Event.WITHDRAWN: JointState.WITHDRAWN,
        },
        JointState.RESPONDED: {
            # The reply to the other one of two crossing requests.
            Event.RESPONDED: JointState.RESPONDED,
            Event.CLOSED: JointState.CLOSED,
            Event.HELD: JointState.HELD,
            Event.WITHDRAWN: JointState.WITHDRAWN,
        },
        JointState.WITHDRAWN: {Event.CLOSED: JointState.CLOSED},
        JointState.CLOSED: {},
    }
)
"""The joint states and, for each, the events it knows and where they lead."""


def advance(state: JointState, event: Event) -> JointState:
    """Give the state that the event leads to; raises :class:`IllegalTransition` where the table has none.

    >>> advance(JointState.HELD, Event.RELEASED).value
    'ALERTED'
    """
    following = TRANSITIONS[state].get(event)
    if following is None:
        raise IllegalTransition(f"A hit that is {state.value} cannot be {event.value.replace('_', ' ')}.")
    return following


def after_release(held_from: JointState) -> JointState:
    """Give the state of a released hit: the one that it was held from, so that no vote or question is asked again.

    A hit that was detected and held at once is alerted by its release.

    >>> after_release(JointState.CONFIRMED).value
    'CONFIRMED'
    >>> after_release(JointState.DETECTED).value
    'ALERTED'
    """
    return JointState.ALERTED if held_from is JointState.DETECTED else held_from


def possible_events(state: JointState) -> frozenset[Event]:
    """Give the events that the state knows; empty for an ended hit."""
    return frozenset(TRANSITIONS[state])


FIRST_ROUND: Final = 1


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


class SideState(StrEnum):
    """How far one state has come with a hit while the votes are not open."""

    WAITING = "WAITING"
    ACKED = "ACKED"
    VOTED = "VOTED"


class HitAction(StrEnum):
    """What an officer of one state may do about a hit."""

    ACKNOWLEDGE = "acknowledge"
    VOTE = "vote"
    REQUEST = "request"
    ANSWER = "answer"
    RELEASE = "release"
    CLOSE = "close"


SIDE_TRANSITIONS: Final[Mapping[SideState, Mapping[HitAction, SideState]]] = MappingProxyType(
    {
        # Who votes has seen the alert: a vote without a separate acknowledgement counts as both.
        SideState.WAITING: {HitAction.ACKNOWLEDGE: SideState.ACKED, HitAction.VOTE: SideState.VOTED},
        SideState.ACKED: {HitAction.VOTE: SideState.VOTED},
        SideState.VOTED: {},
    }
)
"""The side track; the second round starts from ACKED."""

SIDE_AT_SECOND_ROUND: Final = SideState.ACKED

_VOTING: Final = frozenset({JointState.ALERTED, JointState.NEEDS_MORE})
_ACTIONS_AFTER_VOTING: Final[Mapping[JointState, frozenset[HitAction]]] = MappingProxyType(
    {
        JointState.HELD: frozenset({HitAction.RELEASE, HitAction.CLOSE}),
        JointState.CONFIRMED: frozenset({HitAction.REQUEST}),
        JointState.REQUESTED: frozenset({HitAction.ANSWER}),
        # One of two crossing requests may still lie unanswered.
        JointState.RESPONDED: frozenset({HitAction.ANSWER}),
    }
)


def permitted_actions(joint: JointState, side: SideState) -> frozenset[HitAction]:
    """Give what the states allow; who of a party's officers may do it is the party's own rule.

    >>> sorted(action.value for action in permitted_actions(JointState.ALERTED, SideState.WAITING))
    ['acknowledge', 'vote']
    """
    if joint in _VOTING:
        return frozenset(SIDE_TRANSITIONS[side])
    return _ACTIONS_AFTER_VOTING.get(joint, frozenset())


def advance_side(joint: JointState, side: SideState, action: HitAction) -> SideState:
    """Give the side state after an action of the side track; raises :class:`IllegalTransition` outside the votes."""
    following = SIDE_TRANSITIONS[side].get(action) if joint in _VOTING else None
    if following is None:
        raise IllegalTransition(f"A hit that is {joint.value} and {side.value} on this side takes no {action.value}.")
    return following
