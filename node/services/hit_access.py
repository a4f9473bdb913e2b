"""Finds a hit for somebody's act, and refuses what the rules do not allow: the one way from an id to a hit."""

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.disclosure import RIGHT_FOR, may_see, state_actions
from symbolon.node.domain.hit import Hit
from symbolon.node.errors import Forbidden, NotAllowedNow, NotFound
from symbolon.node.ports.storage import Work
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.references import HitId


def hit_to_act_on(work: Work, actor: Actor, hit_id: HitId, action: HitAction) -> Hit:
    """The hit, locked, for one act of one actor.

    Raises:
        NotFound: there is no such hit, or the actor may not know of it (invariant 10).
        Forbidden: the actor sees the hit but lacks the right for this act.
        NotAllowedNow: the hit's state does not allow it.

    """
    hit = work.hits.lock(hit_id)
    if hit is None or not may_see(actor, hit):
        raise NotFound("There is no such hit in your queue.")
    if not actor.permits_on_hit(RIGHT_FOR[action], protected=hit.protected):
        raise Forbidden("Your role does not allow this: ask the focal point or the protection officer.")
    requests = tuple(request.view() for request in work.exchange.requests_of(hit_id))
    if action not in state_actions(hit, requests):
        raise NotAllowedNow(f"The hit is {hit.joint_state.value} now and takes no {action.value}: load the page again.")
    return hit
