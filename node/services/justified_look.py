"""A look at case data outside a hit's page: a protected hit needs the reason that its page asks for."""

from datetime import datetime

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.disclosure import may_see
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.justification import REMEMBERED_FOR, REMEMBERED_FOR_FORM, JustificationNeeded, Visit
from symbolon.node.errors import NotFound
from symbolon.node.ports.storage import Work
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HitId


def hit_to_take_out(work: Work, actor: Actor, hit_id: HitId, visit: Visit, now: datetime) -> Hit:
    """The hit, for an actor who takes something of it out of the system.

    Raises:
        NotFound: there is no such hit, or the actor may not know of it.
        JustificationNeeded: it is protected, and no reason was given in this visit, or too long ago.

    """
    hit = work.hits.find(hit_id)
    if hit is None or not may_see(actor, hit):
        raise NotFound("There is no such hit in your queue.")
    if hit.protected:
        reason = work.justifications.newest(visit, hit_id, now - REMEMBERED_FOR)
        if reason is None:
            raise JustificationNeeded
        work.audit.record(AuditAct.PROTECTED_VIEWED, actor.login, hit_id, {"reason": reason.value})
    return hit


def look_at(work: Work, actor: Actor, hit: Hit, visit: Visit | None, now: datetime) -> None:
    """Note a look at what is drafted, or was asked, about a hit that the actor may see.

    A reason counts for as long as for a form that was begun: what was typed is not to be lost.

    Raises:
        JustificationNeeded: it is protected, and no reason was given in this visit, or too long ago.

    """
    if not hit.protected:
        return
    reason = None if visit is None else work.justifications.newest(visit, hit.hit_id, now - REMEMBERED_FOR_FORM)
    if reason is None:
        raise JustificationNeeded
    work.audit.record(AuditAct.PROTECTED_VIEWED, actor.login, hit.hit_id, {"reason": reason.value})
