"""Drafts of the desk of paper: kept in memory, moved by the node's own rules."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from symbolon.node.domain import drafts as rules
from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.draft_views import DraftLine, DraftView, PastSubmission, changes_between
from symbolon.node.domain.drafts import AS_INFORMATION, OPEN, Draft, DraftId, DraftState, ReleaseRule, draft_actions
from symbolon.node.domain.form_rules import check_form, check_limits
from symbolon.node.domain.forms import DraftForm, InformationForm, RequestForm
from symbolon.node.domain.hits import HitView
from symbolon.node.domain.justification import Visit
from symbolon.node.domain.leaving import Departure, digest_of, leaving, purpose_of
from symbolon.node.errors import InvalidDraft, NotFound
from symbolon.protocol.disclosure_rules import page_mark, restrictions_of
from symbolon.protocol.exchange_terms import NO_MARKS
from symbolon.protocol.messages import Reply, Request, SpontaneousInformation
from symbolon.protocol.references import HitId, MemberCode, NoteId, RequestId, new_request_id


def draft_id(number: int) -> DraftId:
    return DraftId(str(UUID(int=7000 + number)))


@dataclass
class PaperDrafts:
    """The drafts, by their ids; they count on from 1."""

    now: Callable[[], datetime]
    show_hit: Callable[[Actor, HitId], HitView]
    kept: dict[DraftId, Draft] = field(default_factory=dict)

    def save(
        self, actor: Actor, hit: HitId, exchange: RequestId | None, form: DraftForm, known: DraftId | None
    ) -> DraftId:
        view = self.show_hit(actor, hit)
        check_limits(form)
        rule = self._rule(view)
        by = rule.officer(actor)
        if known is not None:
            self.kept[known] = rules.changed(self.kept[known], form, by, self.now(), rule)
            return known
        begun = draft_id(len(self.kept) + 1)
        if isinstance(form, RequestForm | InformationForm):
            exchange = new_request_id(UUID(int=8000 + len(self.kept)))
        self.kept[begun] = Draft(
            draft_id=begun,
            hit_id=hit,
            exchange_id=exchange,
            purpose=purpose_of(form),
            content=form,
            state=DraftState.DRAFT,
            drafted_by=actor.login,
            offices=by.offices,
            drafted_at=self.now(),
        )
        return begun

    def submit(self, actor: Actor, wanted: DraftId) -> None:
        draft, view = self._find(actor, wanted)
        check_form(draft.content, self.now().date())
        digest = digest_of(draft.content, self._departure(draft, view))
        self.kept[wanted] = rules.submitted(draft, self._rule(view).officer(actor), digest, self.now())

    def approve(self, actor: Actor, wanted: DraftId, seen: str) -> None:
        draft, view = self._find(actor, wanted)
        leaves = digest_of(draft.content, self._departure(draft, view))
        self.kept[wanted] = rules.approved(draft, actor, self._rule(view), seen, leaves)

    def give_back(self, actor: Actor, wanted: DraftId, remark: str) -> None:
        draft, view = self._find(actor, wanted)
        self.kept[wanted] = rules.returned(draft, actor, self._rule(view), remark)

    def discard(self, actor: Actor, wanted: DraftId) -> None:
        draft, view = self._find(actor, wanted)
        self.kept[wanted] = rules.discarded(draft, actor, self._rule(view))

    def list(self, actor: Actor) -> tuple[DraftLine, ...]:
        lines = []
        for draft in self.kept.values():
            try:
                view = self.show_hit(actor, draft.hit_id)
            except NotFound:
                continue
            if draft.state in OPEN:
                lines.append(self._line(draft, view, actor))
        return tuple(lines)

    def show(self, actor: Actor, wanted: DraftId, _visit: Visit) -> DraftView:
        draft, view = self._find(actor, wanted)
        departure = self._departure(draft, view)
        message, digest, missing = None, None, None
        try:
            check_form(draft.content, self.now().date())
            message, digest = leaving(draft.content, departure, self.now()), digest_of(draft.content, departure)
        except InvalidDraft as incomplete:
            missing = incomplete.field, incomplete.sentence
        marked = isinstance(message, Request | Reply | SpontaneousInformation)
        return DraftView(
            line=self._line(draft, view, actor),
            content=draft.content,
            leaves=message,
            content_digest=digest,
            page_mark=page_mark(restrictions_of(message, view.own)) if marked else None,
            attachments=(),
            changes=changes_between(draft.earlier, draft.content),
            history=tuple(
                PastSubmission(each.submitted_at, each.returned_by, each.remark) for each in draft.submissions
            ),
            missing=missing,
        )

    def _find(self, actor: Actor, wanted: DraftId) -> tuple[Draft, HitView]:
        draft = self.kept.get(wanted)
        if draft is None:
            raise NotFound("There is no such draft in your queue.")
        return draft, self.show_hit(actor, draft.hit_id)

    def _rule(self, view: HitView) -> ReleaseRule:
        return ReleaseRule(AS_INFORMATION, view.summary.protected)

    def _departure(self, draft: Draft, view: HitView) -> Departure:
        return Departure(
            federation="exercise-paper",
            sender=MemberCode("XA"),
            recipient=view.summary.counterpart,
            hit_id=draft.hit_id,
            exchange_id=draft.exchange_id,
            note_id=NoteId(draft.draft_id),
            marks=NO_MARKS,
        )

    def _line(self, draft: Draft, view: HitView, actor: Actor) -> DraftLine:
        actions = draft_actions(draft, actor, self._rule(view))
        permitted = actor.permits(Right.DRAFT_RELEASE) or actor.permits(Right.APPROVE_RELEASE)
        return DraftLine(
            draft_id=draft.draft_id,
            hit_id=draft.hit_id,
            exchange_id=draft.exchange_id,
            counterpart=view.summary.counterpart,
            purpose=draft.purpose,
            state=draft.state,
            urgency=view.summary.urgency,
            drafted_by=draft.drafted_by,
            drafted_at=draft.drafted_at,
            submitted_at=draft.submitted_at,
            remark=draft.remark,
            protected=view.summary.protected,
            non_punishment=view.summary.non_punishment,
            exercise=True,
            actions=actions if permitted else (),
        )
