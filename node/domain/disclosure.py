"""What may be shown to whom, and what may be done: every rule in one place, without input or output."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.hit import Hit, can
from symbolon.node.domain.hits import Direction, RequestView, VoteView
from symbolon.protocol.lifecycle import Event, HitAction, JointState, permitted_actions

RIGHT_FOR: dict[HitAction, Right] = {
    HitAction.ACKNOWLEDGE: Right.ACKNOWLEDGE_HIT,
    HitAction.VOTE: Right.CAST_VOTE,
    HitAction.REQUEST: Right.OPEN_REQUEST,
    HitAction.ANSWER: Right.ANSWER_REQUEST,
    HitAction.RELEASE: Right.RELEASE_HOLD,
    HitAction.CLOSE: Right.RELEASE_HOLD,
}
_ANSWERABLE = frozenset({JointState.REQUESTED, JointState.RESPONDED})


def may_see(actor: Actor, hit: Hit) -> bool:
    """Whether the actor may know of the hit at all: a protected one is the protection officer's alone (invariant 6)."""
    return actor.permits_on_hit(Right.VIEW_HITS, protected=hit.protected)


def opened_votes(own: tuple[VoteView, ...], counterpart: tuple[VoteView, ...]) -> tuple[VoteView, ...]:
    """The counterpart's votes of those rounds in which this side's own vote is committed (invariant 5)."""
    committed = {vote.round for vote in own}
    return tuple(vote for vote in counterpart if vote.round in committed)


def state_actions(hit: Hit, requests: tuple[RequestView, ...]) -> frozenset[HitAction]:
    """What the hit's state allows this side to do now, whoever does it."""
    actions = set(permitted_actions(hit.joint_state, hit.side_state) & RIGHT_FOR.keys())
    if not hit.protected or not hit.hold_confirmed or hit.hold_decision is not None:
        # The other side's hold is its owner's to decide; ours once the hub knows of it; and no hold is decided twice.
        actions -= {HitAction.RELEASE, HitAction.CLOSE}
    actions.discard(HitAction.ANSWER)
    if hit.joint_state in _ANSWERABLE and any(
        request.direction is Direction.RECEIVED and request.reply is None for request in requests
    ):
        actions.add(HitAction.ANSWER)
    sent = [request for request in requests if request.direction is Direction.SENT]
    if sent and can(hit, Event.REQUESTED) and all(request.not_delivered for request in sent):
        actions.add(HitAction.REQUEST)
    return frozenset(actions)


def actions_of(actor: Actor, hit: Hit, requests: tuple[RequestView, ...]) -> tuple[HitAction, ...]:
    """What this actor may do with the hit now, in the order of `HitAction`."""
    allowed = state_actions(hit, requests)
    return tuple(
        action
        for action in HitAction
        if action in allowed and actor.permits_on_hit(RIGHT_FOR[action], protected=hit.protected)
    )
