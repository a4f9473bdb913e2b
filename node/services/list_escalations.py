"""Lists the clocks that have run to three quarters, or out, for who watches over them: states and clocks alone."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.escalations import EscalationLine, may_see
from symbolon.node.errors import Forbidden
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.record_access import kinds_in_view
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle_times import Watcher


class ListEscalations:
    """The escalations that one actor may see; each look leaves a leaf (invariant 8)."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor) -> tuple[EscalationLine, ...]:
        """The newest first.

        Raises:
            Forbidden: the actor sees no hits, and does not watch over the node.

        """
        if not (actor.permits(Right.VIEW_HITS) or actor.permits(Right.VIEW_AUDIT)):
            raise Forbidden("Your role does not include the clocks of hits.")
        with self._unit_of_work.begin() as work:
            watched = (Watcher.OVERSIGHT,) if actor.permits(Right.VIEW_AUDIT) else ()
            read = work.escalations.open(kinds_in_view(actor, Right.VIEW_HITS), watched)
            seen = [escalation for escalation in read if may_see(actor, escalation)]
            lines = []
            for escalation in seen:
                hit = work.hits.find(escalation.hit_id)
                if hit is not None:
                    state, opens = hit.joint_state, actor.permits_on_hit(Right.VIEW_HITS, protected=hit.protected)
                    lines.append(EscalationLine(escalation, hit.counterpart, state, hit.urgency, opens))
            work.audit.record(AuditAct.INBOX_VIEWED, actor.login, None, {"escalations": len(lines)})
        return tuple(lines)
