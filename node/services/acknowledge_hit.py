"""Says that the alert was seen and is being looked at; the other side sees the time."""

from dataclasses import replace

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.hit import Hit, acted
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import message_to_hub
from symbolon.node.services.hit_access import hit_to_act_on
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.messages import SideNotice
from symbolon.protocol.references import HitId, new_message_id


class AcknowledgeHit:
    """Moves this side from WAITING to ACKED."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId) -> None:
        """Acknowledge the hit."""
        with self._unit_of_work.begin() as work:
            hit = acted(hit_to_act_on(work, actor, hit_id, HitAction.ACKNOWLEDGE), HitAction.ACKNOWLEDGE)
            work.hits.save(seen(work, hit, self._draws))
            work.audit.record(AuditAct.HIT_ACKNOWLEDGED, actor.login, hit_id, {})


def seen(work: Work, hit: Hit, draws: Draws) -> Hit:
    """The hit with its acknowledgement on its way to the other side, once: who assigns has seen it too."""
    if hit.acknowledged_at is not None:
        return hit
    now = whole_milliseconds(draws.now())
    work.outbox.add_message(message_to_hub(SideNotice(hit.hit_id, now), new_message_id(draws.uuid())), now)
    return replace(hit, acknowledged_at=now)
