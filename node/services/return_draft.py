"""Gives a draft back: by a second officer, by its drafter who throws it away, or because the hub refused it."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.drafts import (
    OTHER_SIDE_WAS_QUICKER,
    DraftId,
    DraftState,
    discarded,
    refused_by_hub,
    returned,
)
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.outbox import OutgoingMessage
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.draft_access import draft_to_act_on, release_rule
from symbolon.node.services.hub_line import WORKER
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.problems import Problem


class ReturnDraft:
    """The drafter reads the remark, changes the draft, and submits it again."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor, draft_id: DraftId, remark: str) -> None:
        """Return the draft.

        Raises:
            InvalidDraft: the remark is missing or too long.
            NotFound: there is no such draft in the actor's queue.
            NotAllowedNow: it was not submitted.
            Forbidden: the actor drafted it, or could not have released it.

        """
        with self._unit_of_work.begin() as work:
            draft, hit = draft_to_act_on(work, actor, draft_id, Right.APPROVE_RELEASE)
            work.drafts.save(returned(draft, actor, release_rule(hit, draft.purpose), remark))
            detail = {"hit": hit.hit_id, "purpose": draft.purpose.value, "version": draft.version}
            work.audit.record(AuditAct.DRAFT_RETURNED, actor.login, draft_id, detail)


class DiscardDraft:
    """Nothing leaves: one officer is enough."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor, draft_id: DraftId) -> None:
        """Throw the draft away; raises as :class:`ReturnDraft` does, but for the remark."""
        with self._unit_of_work.begin() as work:
            draft, hit = draft_to_act_on(work, actor, draft_id, Right.DRAFT_RELEASE)
            work.drafts.save(discarded(draft, actor, release_rule(hit, draft.purpose)))
            detail = {"hit": hit.hit_id, "purpose": draft.purpose.value, "version": draft.version}
            work.audit.record(AuditAct.DRAFT_DISCARDED, actor.login, draft_id, detail)


_STEPS_CROSSED = frozenset({Problem.STALE_STATE, Problem.ILLEGAL_TRANSITION})


class ReturnRefusedDraft:
    """What the hub refused for good never reached the other side: its draft is the drafter's again."""

    def __call__(self, work: Work, hit: Hit, refused: OutgoingMessage, problem: Problem) -> None:
        """Give the draft of a refused message about a locked hit back, if it came of one."""
        draft = work.drafts.lock_of_message(refused.message_id)
        if draft is None or draft.state is not DraftState.SENT:
            return
        remark = OTHER_SIDE_WAS_QUICKER if problem in _STEPS_CROSSED else f"The hub refused it: {problem.title}"
        work.drafts.save(refused_by_hub(draft, remark))
        detail = {"hit": hit.hit_id, "purpose": draft.purpose.value, "problem": problem.value}
        work.audit.record(AuditAct.DRAFT_RETURNED, WORKER, draft.draft_id, detail)
