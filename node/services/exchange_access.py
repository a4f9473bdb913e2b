"""From ids to an exchange of a hit, for one act of one officer."""

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.hit import Hit
from symbolon.node.errors import NotFound
from symbolon.node.ports.storage import Work
from symbolon.node.services.hit_access import hit_to_act_on
from symbolon.protocol.hit_ledger import Exchange
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.references import HitId, RequestId


def exchange_to_act_on(
    work: Work, actor: Actor, hit_id: HitId, exchange_id: RequestId, action: HitAction
) -> tuple[Hit, Exchange]:
    """The hit, locked, and one exchange about it.

    Raises:
        NotFound: there is no such hit or exchange, or the actor may not know of it.
        Forbidden: the actor lacks the right for this act.
        NotAllowedNow: the hit takes no such act.

    """
    hit = hit_to_act_on(work, actor, hit_id, action)
    exchange = hit.shown.exchange(exchange_id)
    if exchange is None:
        raise NotFound("There is no such exchange about this hit.")
    return hit, exchange
