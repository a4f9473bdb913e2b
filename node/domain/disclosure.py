"""What may be shown to whom, and what may be done: every rule in one place, without input or output."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.extra_fields import FieldProposal, agreed_and_not_shown, open_proposal
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import VoteView
from symbolon.protocol.hit_ledger import FURTHEST_BEHIND_FIRST, Exchange
from symbolon.protocol.lifecycle import (
    ENDED,
    SIDE_TRANSITIONS,
    VOTING,
    Event,
    HitAction,
    JointState,
    Office,
    Party,
    stops_under_safety_hold,
)
from symbolon.protocol.lifecycle_rights import SIDE_OFFICES, Caller, events_open_to, may_act_on_side

ALL_OFFICES: Final = frozenset(Office)

_OF_HIT: Final[Mapping[Event, HitAction]] = MappingProxyType(
    {
        Event.REQUESTED: HitAction.REQUEST,
        Event.SPONTANEOUS: HitAction.INFORM,
        Event.CLOSED: HitAction.CLOSE,
        Event.REOPENED: HitAction.REOPEN,
    }
)
_OF_EXCHANGE: Final[Mapping[Event, HitAction]] = MappingProxyType(
    {
        Event.ACCEPTED: HitAction.ACCEPT,
        Event.REFUSED: HitAction.REFUSE,
        Event.CLARIFY: HitAction.CLARIFY,
        Event.CLARIFIED: HitAction.ANSWER_CLARIFICATION,
        Event.PARTIAL: HitAction.REPLY,
        Event.RESPONDED: HitAction.REPLY,
        Event.RECALLED: HitAction.RECALL,
        Event.FORMAL_ROUTE: HitAction.FORMAL_ROUTE,
        Event.FEEDBACK_GIVEN: HitAction.FEEDBACK,
        Event.CLOSED: HitAction.CLOSE,
    }
)
_TALK: Final = frozenset({HitAction.NOTE, HitAction.MEETING, HitAction.ATTACH})
_FIELDS: Final = frozenset({HitAction.PROPOSE_FIELD, HitAction.ANSWER_FIELD, HitAction.SHOW_FIELD})
_FOCAL: Final = frozenset({Office.FOCAL_POINT})
_PROTECTION: Final = frozenset({Office.PROTECTION_OFFICER})


def may_see(actor: Actor, hit: Hit) -> bool:
    """Whether the actor may know of the hit at all: a protected one is the protection officer's alone (invariant 6).

    Of the general hits a protection officer sees those on which a victim's mark or a safety hold lies.
    """
    if actor.permits_on_hit(Right.VIEW_HITS, protected=hit.protected):
        return True
    return actor.permits(Right.HOLD_FOR_SAFETY) and (hit.non_punishment or hit.is_frozen or hit.holds_for_safety)


def may_act_for(actor: Actor, hit: Hit) -> bool:
    """Whether the actor handles the hit in some office, and does not only see that it bears a mark."""
    return bool(actor.offices_on_hit(protected=hit.protected))


def opened_votes(
    own: tuple[VoteView, ...], counterpart: tuple[VoteView, ...], lost: Collection[int] = ()
) -> tuple[VoteView, ...]:
    """The counterpart's votes of those rounds in which this side's own vote is committed (invariant 5).

    `lost` are rounds of which the own vote lay at the hub, and its words were lost in a restore.
    """
    committed = {vote.round for vote in own} | set(lost)
    return tuple(vote for vote in counterpart if vote.round in committed)


def actions_of(
    actor: Actor, hit: Hit, proposals: Sequence[FieldProposal] = (), *, with_exchanges: bool = True
) -> tuple[HitAction, ...]:
    """What this actor may do with the hit now, in the order of `HitAction`.

    With `with_exchanges` also what they may do in some exchange of it: in which, says `actions_in_exchange`.
    """
    actions = open_actions(hit, actor.offices_on_hit(protected=hit.protected), proposals)
    agreed = agreed_and_not_shown(proposals)
    if agreed is not None and agreed.agreed_by == actor.login:
        # Values in clear leave by four eyes: who agreed on the kinds is not who lets them go.
        actions -= {HitAction.SHOW_FIELD}
    if hit.assigned_to not in (None, actor.login):
        actions -= {HitAction.RECOMMEND}
    if with_exchanges:
        for exchange in hit.shown.exchanges:
            actions |= set(actions_in_exchange(actor, hit, exchange))
    if actor.permits(Right.HOLD_FOR_SAFETY):
        actions |= _safety_actions(hit)
    return tuple(action for action in HitAction if action in actions)


def actions_in_exchange(actor: Actor, hit: Hit, exchange: Exchange) -> tuple[HitAction, ...]:
    """What this actor may do in one exchange now."""
    open_now = open_in_exchange(hit, exchange, actor.offices_on_hit(protected=hit.protected))
    return tuple(action for action in HitAction if action in open_now)


def open_actions(hit: Hit, offices: frozenset[Office], proposals: Sequence[FieldProposal]) -> frozenset[HitAction]:
    """What the hit's state allows to officers of these offices, but for what belongs to one exchange."""
    shown = hit.shown
    if hit.joint_state is JointState.HELD:
        return _hold_actions(hit, offices)
    actions: set[HitAction] = set()
    if shown.state in VOTING and not hit.awaits_own_step:
        actions |= _side_actions(hit, offices) | _field_actions(hit, offices, proposals)
    parties = frozenset({Party.EITHER, Party.RECEIVER, Party.GIVER})
    for event in events_open_to(shown.state, Caller(parties, offices, hit.protected)):
        if event in _OF_HIT and not (hit.is_on_hold and stops_under_safety_hold(event)):
            actions.add(_OF_HIT[event])
    if shown.joint_state in FURTHEST_BEHIND_FIRST:
        # An exchange is open: it is ended first.
        actions.discard(HitAction.CLOSE)
    if shown.closed_from is JointState.WITHDRAWN:
        actions.discard(HitAction.REOPEN)
    if shown.state is JointState.CONFIRMED and not hit.is_on_hold and offices & _drafting(hit):
        actions |= _TALK
    return frozenset(actions)


def open_in_exchange(hit: Hit, exchange: Exchange, offices: frozenset[Office]) -> frozenset[HitAction]:
    """What an exchange's state allows to officers of these offices."""
    if hit.shown.state is not JointState.CONFIRMED or hit.joint_state is JointState.HELD:
        return frozenset()
    party = Party.RECEIVER if exchange.receiver == hit.own else Party.GIVER
    events = events_open_to(exchange.state, Caller(frozenset({party}), offices, hit.protected))
    return frozenset(
        _OF_EXCHANGE[event]
        for event in events
        if event in _OF_EXCHANGE and not (hit.is_on_hold and stops_under_safety_hold(event))
    )


def _hold_actions(hit: Hit, offices: frozenset[Office]) -> frozenset[HitAction]:
    # The other side's hold is its owner's to decide; ours once the hub knows of it; and no hold is decided twice.
    if not hit.protected or hit.awaits_hold or hit.hold_decision is not None or not offices & _PROTECTION:
        return frozenset()
    stopped = hit.is_frozen or hit.holds_for_safety or hit.is_unread
    return frozenset({HitAction.CLOSE_HOLD} if stopped else {HitAction.RELEASE, HitAction.CLOSE_HOLD})


def _side_actions(hit: Hit, offices: frozenset[Office]) -> set[HitAction]:
    actions = {
        action
        for action in SIDE_TRANSITIONS[hit.side_state]
        if action in SIDE_OFFICES and may_act_on_side(action, offices, protected=hit.protected)
    }
    return actions - {HitAction.VOTE} if hit.is_on_hold else actions


def _field_actions(hit: Hit, offices: frozenset[Office], proposals: Sequence[FieldProposal]) -> set[HitAction]:
    if hit.shown.state is not JointState.NEEDS_MORE or hit.is_on_hold:
        return set()
    actions: set[HitAction] = set()
    if agreed_and_not_shown(proposals) is not None and offices & _showing(hit):
        actions.add(HitAction.SHOW_FIELD)
    if not offices & _drafting(hit):
        return actions
    if open_proposal(proposals, Direction.RECEIVED) is not None:
        actions.add(HitAction.ANSWER_FIELD)
    if not actions and open_proposal(proposals, Direction.SENT) is None:
        actions.add(HitAction.PROPOSE_FIELD)
    return actions


def _safety_actions(hit: Hit) -> set[HitAction]:
    if hit.holds_for_safety:
        return {HitAction.LIFT_SAFETY_HOLD}
    return set() if hit.shown.state in ENDED else {HitAction.SAFETY_HOLD}


def _showing(hit: Hit) -> frozenset[Office]:
    return _PROTECTION if hit.protected else _FOCAL | {Office.AUTHORISER}


def _drafting(hit: Hit) -> frozenset[Office]:
    return _PROTECTION if hit.protected else _FOCAL
