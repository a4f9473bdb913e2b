"""Says that the alert was seen and is being looked at."""

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.hit import acted
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.hit_access import hit_to_act_on
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.references import HitId


class AcknowledgeHit:
    """Moves this side from WAITING to ACKED."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor, hit_id: HitId) -> None:
        """Acknowledge the hit."""
        with self._unit_of_work.begin() as work:
            hit = hit_to_act_on(work, actor, hit_id, HitAction.ACKNOWLEDGE)
            work.hits.save(acted(hit, HitAction.ACKNOWLEDGE))
            work.audit.record(AuditAct.HIT_ACKNOWLEDGED, actor.login, hit_id, {})
