"""Shows a finished draft to a second officer."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.drafts import Draft, DraftId, submitted
from symbolon.node.domain.form_rules import check_answers, check_form
from symbolon.node.domain.forms import OnwardDecisionForm, ReplyForm
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.leaving import attachments_of, digest_of
from symbolon.node.domain.messages import StoredMessage, of_kind
from symbolon.node.errors import InvalidDraft
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.draft_access import departure_of, draft_to_act_on, release_rule
from symbolon.node.services.release_attachments import manifest_of
from symbolon.node.services.tell_officers import tell_draft_waits
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.exchange_terms import ReplyExtent
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import OnwardUseDecision, OnwardUseRequest, Request
from symbolon.protocol.onward_use import content_digest


class SubmitDraft:
    """From here on the drafter changes nothing: what is approved is exactly this."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, draft_id: DraftId) -> None:
        """Submit the draft.

        Raises:
            InvalidDraft: a field needs a change first.
            NotFound: there is no such draft in the actor's queue.
            NotAllowedNow: it lies with a second officer already, or is over.
            Forbidden: another officer drafted it.

        """
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            draft, hit = draft_to_act_on(work, actor, draft_id, Right.DRAFT_RELEASE)
            check_form(draft.content, now.date())
            check_against_exchange(work, hit, draft)
            for named in attachments_of(draft.content):
                manifest_of(work, hit.hit_id, named)
            digest = digest_of(draft.content, departure_of(work, hit, draft))
            work.drafts.save(submitted(draft, release_rule(hit, draft.purpose).officer(actor), digest, now))
            tell_draft_waits(work, hit, now)
            detail = {"hit": hit.hit_id, "purpose": draft.purpose.value, "version": draft.version}
            work.audit.record(AuditAct.DRAFT_SUBMITTED, actor.login, draft_id, detail)


def check_against_exchange(work: Work, hit: Hit, draft: Draft) -> None:
    """Refuse a form that does not fit what it answers; raises `InvalidDraft`."""
    match draft.content:
        case ReplyForm():
            _check_reply(work, hit, draft, draft.content)
        case OnwardDecisionForm():
            _check_onward_decision(work.messages.of_hit(hit.hit_id), draft.content)
        case _:
            return


def _check_reply(work: Work, hit: Hit, draft: Draft, form: ReplyForm) -> None:
    exchange = None if draft.exchange_id is None else hit.shown.exchange(draft.exchange_id)
    if draft.exchange_id is None or exchange is None:
        return
    for _, request in of_kind(work.messages.of_exchange(hit.hit_id, draft.exchange_id), Request):
        check_answers(form, len(request.questions))
    if exchange.state is JointState.PARTIAL and form.extent is ReplyExtent.PARTIAL:
        raise InvalidDraft("extent", "One part was sent already: send the rest as the full answer.")


def _check_onward_decision(messages: tuple[StoredMessage, ...], form: OnwardDecisionForm) -> None:
    """A use is decided on once, and permitted only of what this side gave itself."""
    if any(decided.onward_use_id == form.onward_use_id for _, decided in of_kind(messages, OnwardUseDecision)):
        raise InvalidDraft("onward_use_id", "This use was decided on already: discard the draft.")
    given = {content_digest(each.message) for each in messages if each.direction is Direction.SENT}
    for _, asked in of_kind(messages, OnwardUseRequest):
        if form.granted and asked.onward_use_id == form.onward_use_id and asked.content_digest not in given:
            raise InvalidDraft("granted", "The other side asks for something that this side did not give: refuse it.")
