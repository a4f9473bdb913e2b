"""Releases a draft: the second pair of eyes, and in the same transaction the message leaves."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.drafts import DraftId, approved
from symbolon.node.domain.form_rules import check_form
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.leaving import Leaving, attachments_of, digest_of, leaving
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.errors import NoDirectory, NotAllowedNow
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import Correspondence
from symbolon.node.services.draft_access import departure_of, draft_to_act_on, release_rule
from symbolon.node.services.release_attachments import ReleaseAttachments
from symbolon.node.services.send_step import SendSealed, SendStep
from symbolon.node.services.submit_draft import check_against_exchange
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import (
    ClarificationAnswer,
    OnwardUseDecision,
    OnwardUseToken,
    Reply,
    Request,
    SpontaneousInformation,
)
from symbolon.protocol.onward_use import sign_onward_use


class ApproveDraft:
    """Nothing of a case leaves but by this: two officers, and exactly what the second one saw."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, correspondence: Correspondence) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._correspondence = correspondence
        self._send_step = SendStep(draws, correspondence)
        self._send_sealed = SendSealed(draws, correspondence)
        self._release_attachments = ReleaseAttachments(draws, self._send_sealed)

    def __call__(self, actor: Actor, draft_id: DraftId, content_digest: str) -> None:
        """Release the draft.

        Raises:
            NotFound: there is no such draft in the actor's queue.
            Forbidden: the actor drafted it, or has not the office to release it.
            NotAllowedNow: it is not what the actor saw, or the hit or exchange has moved on, or is on hold.
            InvalidDraft: a day that it names has passed meanwhile: return it.

        """
        now = whole_milliseconds(self._draws.now())
        with self._unit_of_work.begin() as work:
            draft, hit = draft_to_act_on(work, actor, draft_id, Right.APPROVE_RELEASE)
            if hit.is_on_hold:
                raise NotAllowedNow("The hit is on hold: nothing about it leaves until the hold is over.")
            if hit.shown.state is not JointState.CONFIRMED:
                raise NotAllowedNow("The hit is not confirmed any more: nothing about it leaves. Discard the draft.")
            departure = departure_of(work, hit, draft)
            would_leave = digest_of(draft.content, departure)
            after = approved(draft, actor, release_rule(hit, draft.purpose), content_digest, would_leave)
            check_form(draft.content, now.date())
            check_against_exchange(work, hit, draft)
            sent = self._send(work, hit, leaving(draft.content, departure, now), actor.login)
            files = attachments_of(draft.content)
            self._release_attachments(work, hit, files, sent)
            work.drafts.save(after, sent.message_id)
            detail = {
                "hit": hit.hit_id,
                "purpose": draft.purpose.value,
                "drafted_by": draft.drafted_by,
                "to": hit.counterpart,
                "files": len(files),
            }
            work.audit.record(AuditAct.RELEASE_APPROVED, actor.login, draft_id, detail)

    def _send(self, work: Work, hit: Hit, message: Leaving, login: str) -> StoredMessage:
        if isinstance(message, Request | ClarificationAnswer | Reply | SpontaneousInformation):
            return self._send_step(work, hit, message, login)
        if isinstance(message, OnwardUseToken):
            return self._send_sealed(work, hit, self._signed(work, message), login)
        return self._send_sealed(work, hit, message, login)

    def _signed(self, work: Work, token: OnwardUseToken) -> OnwardUseDecision:
        directory = work.directory.find()
        if directory is None:
            raise NoDirectory
        key = self._correspondence.generation(directory).signing_key
        return OnwardUseDecision(token.onward_use_id, token.hit_id, sign_onward_use(token, key), token.issued_at)
