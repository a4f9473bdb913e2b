"""Finds a hit for somebody's act, and refuses what the rules do not allow: the one way from an id to a hit."""

from collections.abc import Sequence

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.disclosure import (
    ALL_OFFICES,
    actions_in_exchange,
    actions_of,
    may_see,
    open_actions,
    open_in_exchange,
)
from symbolon.node.domain.extra_fields import FIELD_PURPOSES, FieldProposal, field_proposals
from symbolon.node.domain.hit import Hit
from symbolon.node.errors import Forbidden, NotAllowedNow, NotFound
from symbolon.node.ports.storage import Work
from symbolon.protocol.hit_ledger import Exchange
from symbolon.protocol.lifecycle import HitAction, JointState
from symbolon.protocol.references import HitId, RequestId


def hit_to_act_on(work: Work, actor: Actor, hit_id: HitId, action: HitAction) -> Hit:
    """The hit, locked, for one act of one actor.

    Raises:
        NotFound: there is no such hit, or the actor may not know of it (invariant 10).
        Forbidden: the actor sees the hit but lacks the office for this act.
        NotAllowedNow: the hit's state does not allow it.

    """
    hit = _seen_hit(work, actor, hit_id)
    proposals = proposals_of(work, hit)
    if action in actions_of(actor, hit, proposals, with_exchanges=False):
        return hit
    _refuse(hit, action, is_possible=action in open_actions(hit, ALL_OFFICES, proposals))
    return hit


def exchange_to_act_in(
    work: Work, actor: Actor, place: tuple[HitId, RequestId], action: HitAction
) -> tuple[Hit, Exchange]:
    """The hit, locked, and one exchange of it, for one act of one actor; raises as `hit_to_act_on` does."""
    hit = _seen_hit(work, actor, place[0])
    exchange = hit.shown.exchange(place[1])
    if exchange is None:
        raise NotFound("There is no such exchange in your queue.")
    if action not in actions_in_exchange(actor, hit, exchange):
        _refuse(hit, action, is_possible=action in open_in_exchange(hit, exchange, ALL_OFFICES))
    return hit, exchange


def proposals_of(work: Work, hit: Hit) -> Sequence[FieldProposal]:
    """What was proposed to be shown before the second vote; nothing where no such round is open."""
    if hit.shown.state is not JointState.NEEDS_MORE:
        return ()
    return field_proposals(work.messages.of_hits([hit.hit_id], FIELD_PURPOSES))


def _seen_hit(work: Work, actor: Actor, hit_id: HitId) -> Hit:
    hit = work.hits.lock(hit_id)
    if hit is None or not may_see(actor, hit):
        raise NotFound("There is no such hit in your queue.")
    return hit


def _refuse(hit: Hit, action: HitAction, *, is_possible: bool) -> None:
    if is_possible:
        raise Forbidden("Your role does not allow this: ask the focal point or the protection officer.")
    raise NotAllowedNow(
        f"The hit is {hit.joint_state.value} now and takes no {action.value.replace('-', ' ')}: load the page again."
    )
