"""Keeps a form as a draft: begins one, or changes one's own."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.drafts import Draft, DraftId, DraftState, changed
from symbolon.node.domain.form_rules import check_limits
from symbolon.node.domain.forms import (
    ClarificationAnswerForm,
    DraftForm,
    InformationForm,
    NoteForm,
    OnwardDecisionForm,
    ReplyForm,
    RequestForm,
)
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.leaving import purpose_of
from symbolon.node.domain.messages import of_kind
from symbolon.node.errors import NotAllowedNow, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.draft_access import draft_to_act_on, hit_to_draft_on, release_rule
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import Note, OnwardUseRequest
from symbolon.protocol.references import HitId, RequestId, new_request_id

_ANSWERED_BY_REPLY = frozenset({JointState.REQUESTED, JointState.ACCEPTED, JointState.PARTIAL})


class SaveDraft:
    """A draft may be incomplete; what no message could carry is refused at once."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(
        self,
        actor: Actor,
        hit_id: HitId,
        exchange_id: RequestId | None,
        form: DraftForm,
        draft_id: DraftId | None,
    ) -> DraftId:
        """Keep the form; returns the draft's id.

        Raises:
            InvalidDraft: a field holds what its message could not carry.
            NotFound: there is no such hit, exchange or draft in the actor's queue.
            NotAllowedNow: the hit, the exchange or the draft is not where this is written.
            Forbidden: the actor may not draft, or another officer drafted it.

        """
        check_limits(form)
        with self._unit_of_work.begin() as work:
            if draft_id is None:
                draft = self._begin(work, actor, hit_id, exchange_id, form)
                work.drafts.add(draft)
            else:
                draft = self._change(work, actor, hit_id, form, draft_id)
                work.drafts.save(draft)
            detail = {"hit": hit_id, "purpose": draft.purpose.value, "version": draft.version}
            work.audit.record(AuditAct.DRAFT_SAVED, actor.login, draft.draft_id, detail)
        return draft.draft_id

    def _begin(self, work: Work, actor: Actor, hit_id: HitId, exchange_id: RequestId | None, form: DraftForm) -> Draft:
        hit = hit_to_draft_on(work, actor, hit_id)
        _check_place(work, hit, exchange_id, form)
        if isinstance(form, RequestForm | InformationForm):
            exchange_id = new_request_id(self._draws.uuid())
        purpose = purpose_of(form)
        return Draft(
            draft_id=DraftId(str(self._draws.uuid())),
            hit_id=hit_id,
            exchange_id=exchange_id,
            purpose=purpose,
            content=form,
            state=DraftState.DRAFT,
            drafted_by=actor.login,
            offices=release_rule(hit, purpose).officer(actor).offices,
            drafted_at=self._draws.now(),
        )

    def _change(self, work: Work, actor: Actor, hit_id: HitId, form: DraftForm, draft_id: DraftId) -> Draft:
        draft, hit = draft_to_act_on(work, actor, draft_id, Right.DRAFT_RELEASE)
        if draft.hit_id != hit_id or draft.purpose is not purpose_of(form):
            raise NotFound("There is no such draft about this hit.")
        rule = release_rule(hit, draft.purpose)
        return changed(draft, form, rule.officer(actor), self._draws.now(), rule)


def _check_place(work: Work, hit: Hit, exchange_id: RequestId | None, form: DraftForm) -> None:
    """Refuse a form that has no place in the hit as it stands; what is on hold may be drafted, and waits."""
    if JointState.CONFIRMED not in (hit.shown.state, hit.shown.held_from):
        raise NotAllowedNow("Nothing is written to the other side before both said SAME, or after the end.")
    match form:
        case ReplyForm():
            _check_exchange(hit, exchange_id, _ANSWERED_BY_REPLY, gives=True)
        case ClarificationAnswerForm():
            _check_exchange(hit, exchange_id, frozenset({JointState.CLARIFY}), gives=False)
        case NoteForm():
            _check_thread(work, hit, form)
        case OnwardDecisionForm():
            _check_asked(work, hit, form)
        case _:
            return


def _check_exchange(hit: Hit, exchange_id: RequestId | None, states: frozenset[JointState], *, gives: bool) -> None:
    exchange = None if exchange_id is None else hit.shown.exchange(exchange_id)
    if exchange is None:
        raise NotFound("There is no such exchange about this hit.")
    if (exchange.receiver != hit.own) is not gives:
        raise NotAllowedNow("This is the other side's to write.")
    if exchange.state not in states:
        raise NotAllowedNow(f"The exchange is {exchange.state.value} now and takes no such message.")


def _check_thread(work: Work, hit: Hit, form: NoteForm) -> None:
    known = {note.note_id for _, note in of_kind(work.messages.of_hit(hit.hit_id), Note)}
    if form.reply_to is not None and form.reply_to not in known:
        raise NotFound("There is no such note to reply to about this hit.")


def _check_asked(work: Work, hit: Hit, form: OnwardDecisionForm) -> None:
    asked = of_kind(work.messages.of_hit(hit.hit_id), OnwardUseRequest)
    received = {each.onward_use_id for stored, each in asked if stored.direction is Direction.RECEIVED}
    if form.onward_use_id not in received:
        raise NotFound("Nobody asked for such an onward use about this hit.")
