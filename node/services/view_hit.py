"""Shows a hit to somebody at a desk or a command; a protected one only to who says why, and each look says it again."""

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.disclosure import may_see
from symbolon.node.domain.hits import HitView
from symbolon.node.domain.justification import (
    LONGEST_TEXT,
    REMEMBERED_FOR,
    REMEMBERED_FOR_FORM,
    Justification,
    JustificationNeeded,
    ViewReason,
    Visit,
)
from symbolon.node.errors import InvalidDraft, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.show_hit import ShowHit
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HitId


class ViewHit:
    """One hit for one actor's eyes."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, show_hit: ShowHit) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._show_hit = show_hit

    def __call__(self, actor: Actor, hit_id: HitId, visit: Visit) -> HitView:
        """The hit; a reason counts for fifteen minutes of the visit in which it was given.

        Raises:
            JustificationNeeded: it is protected, and no reason was given, or too long ago.
            NotFound: there is no such hit, or the actor may not know of it.

        """
        return self._view(actor, hit_id, visit, is_begun=False)

    def again(self, actor: Actor, hit_id: HitId, visit: Visit) -> HitView:
        """The same after a form of this visit that could not be taken as it was: what was typed is not to be lost, so
        a reason counts for twice as long.
        """
        return self._view(actor, hit_id, visit, is_begun=True)

    def _view(self, actor: Actor, hit_id: HitId, visit: Visit, *, is_begun: bool) -> HitView:
        since = self._draws.now() - (REMEMBERED_FOR_FORM if is_begun else REMEMBERED_FOR)
        reason: ViewReason | None = None
        with self._unit_of_work.begin() as work:
            if _is_protected(work, actor, hit_id):
                reason = work.justifications.newest(visit, hit_id, since)
                if reason is None:
                    raise JustificationNeeded
                work.audit.record(AuditAct.PROTECTED_VIEWED, actor.login, hit_id, {"reason": reason.value})
        view = self._show_hit(actor, hit_id)
        if view.summary.protected and reason is None:
            # It became protected between the two transactions.
            raise JustificationNeeded
        return view


class GiveJustification:
    """Takes the reason of who wants to see a protected hit."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, visit: Visit, reason: ViewReason, text: str) -> None:
        """Keep the reason for this visit.

        Raises:
            InvalidDraft: there are no words, or too many.
            NotFound: there is no such hit, or the actor may not know of it.

        """
        if not 1 <= len(text) <= LONGEST_TEXT:
            raise InvalidDraft("text", f"Say in 1 to {LONGEST_TEXT} characters why, without a name.")
        with self._unit_of_work.begin() as work:
            if not _is_protected(work, actor, hit_id):
                return
            work.justifications.add(
                Justification(self._draws.uuid(), hit_id, actor.login, visit, reason, text, self._draws.now())
            )
            work.audit.record(AuditAct.JUSTIFICATION_GIVEN, actor.login, hit_id, {"reason": reason.value})


def _is_protected(work: Work, actor: Actor, hit_id: HitId) -> bool:
    hit = work.hits.find(hit_id)
    if hit is None or not may_see(actor, hit):
        raise NotFound("There is no such hit in your queue.")
    return hit.protected
