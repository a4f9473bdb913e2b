"""Lists the drafts that wait for somebody's word or work, and shows one exactly as it would leave."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.draft_views import AttachedFile, DraftLine, DraftView, PastSubmission, changes_between
from symbolon.node.domain.drafts import OPEN, Draft, DraftAction, DraftId, draft_actions
from symbolon.node.domain.form_rules import check_form
from symbolon.node.domain.forms import DraftForm, InformationForm, RequestForm
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.justification import Visit
from symbolon.node.domain.leaving import Leaving, attachments_of, digest_of, leaving
from symbolon.node.errors import Forbidden, InvalidDraft, NotAllowedNow, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.draft_access import departure_of, hit_of, may_see_drafts, release_rule
from symbolon.node.services.justified_look import look_at
from symbolon.node.services.record_access import kinds_in_view
from symbolon.node.services.release_attachments import manifest_of
from symbolon.node.services.submit_draft import check_against_exchange
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.disclosure_rules import page_mark, restrictions_of
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import AttachmentReference, Reply, Request, SpontaneousInformation
from symbolon.protocol.references import MemberCode


class ListDrafts:
    """The open drafts about hits that the actor may see; those that wait for this actor's word come first."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor) -> tuple[DraftLine, ...]:
        """The drafts.

        Raises:
            Forbidden: the actor neither drafts nor decides on drafts.

        """
        if not (actor.permits(Right.DRAFT_RELEASE) or actor.permits(Right.APPROVE_RELEASE)):
            raise Forbidden("Your role does not include drafts: ask the focal point.")
        with self._unit_of_work.begin() as work:
            drafts = work.drafts.open(kinds_in_view(actor, Right.DRAFT_RELEASE, Right.APPROVE_RELEASE))
            hits = work.hits.many({draft.hit_id for draft in drafts})
            lines = [
                draft_line(draft, hit, actor)
                for draft in drafts
                if (hit := hits.get(draft.hit_id)) is not None and may_see_drafts(actor, hit)
            ]
            work.audit.record(AuditAct.DRAFTS_LISTED, actor.login, None, {"drafts": len(lines)})
        return tuple(sorted(lines, key=lambda line: DraftAction.APPROVE not in line.actions))


class ShowDraft:
    """One draft; each look leaves a leaf."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, draft_id: DraftId, visit: Visit | None = None) -> DraftView:
        """The draft.

        Raises:
            JustificationNeeded: its hit is protected, and no reason was given in this visit, or too long ago.
            NotFound: there is no such draft, or the actor may not know of it.

        """
        now = self._draws.now()
        leaves: Leaving | None = None
        digest: str | None = None
        missing: tuple[str, str] | None = None
        with self._unit_of_work.begin() as work:
            draft = work.drafts.find(draft_id)
            hit = work.hits.find(hit_of(draft, draft_id))
            if draft is None or hit is None or not may_see_drafts(actor, hit):
                raise NotFound("There is no such draft in your queue.")
            look_at(work, actor, hit, visit, now)
            try:
                if draft.state in OPEN:
                    check_form(draft.content, now.date())
                    check_against_exchange(work, hit, draft)
                departure = departure_of(work, hit, draft)
                leaves, digest = leaving(draft.content, departure, now), digest_of(draft.content, departure)
            except InvalidDraft as incomplete:
                missing = (incomplete.field, incomplete.sentence)
            except NotAllowedNow as gone:
                missing = ("", gone.sentence)
            files = tuple(_file(work, hit, named) for named in attachments_of(draft.content))
            work.audit.record(AuditAct.DRAFT_VIEWED, actor.login, draft_id, {"hit": hit.hit_id})
        return DraftView(
            line=draft_line(draft, hit, actor),
            content=draft.content,
            leaves=leaves,
            content_digest=digest,
            page_mark=_mark(leaves, hit.own),
            attachments=files,
            changes=changes_between(draft.earlier, draft.content),
            history=tuple(
                PastSubmission(each.submitted_at, each.returned_by, each.remark) for each in draft.submissions
            ),
            missing=missing,
        )


def draft_line(draft: Draft, hit: Hit, actor: Actor) -> DraftLine:
    """One line of the list, for one actor."""
    return DraftLine(
        draft_id=draft.draft_id,
        hit_id=hit.hit_id,
        exchange_id=draft.exchange_id,
        counterpart=hit.counterpart,
        purpose=draft.purpose,
        state=draft.state,
        urgency=_urgency(draft.content, hit),
        drafted_by=draft.drafted_by,
        drafted_at=draft.drafted_at,
        submitted_at=draft.submitted_at,
        remark=draft.remark,
        protected=hit.protected,
        non_punishment=hit.non_punishment,
        exercise=hit.exercise,
        actions=_actions(draft, hit, actor),
    )


def _actions(draft: Draft, hit: Hit, actor: Actor) -> tuple[DraftAction, ...]:
    """What the officer may do with it: about a hit that is over nothing is approved."""
    can_leave = hit.shown.state in (JointState.CONFIRMED, JointState.HELD)
    actions = draft_actions(draft, actor, release_rule(hit, draft.purpose))
    return tuple(action for action in actions if can_leave or action is not DraftAction.APPROVE)


def _file(work: Work, hit: Hit, named: AttachmentReference) -> AttachedFile:
    manifest = manifest_of(work, hit.hit_id, named)
    return AttachedFile(
        attachment_id=named.attachment_id,
        file_name=manifest.file_name,
        media_type=manifest.media_type,
        size=manifest.size,
        sha256=manifest.sha256,
        handling_code=manifest.handling_code,
    )


def _urgency(form: DraftForm, hit: Hit) -> Urgency:
    return form.urgency if isinstance(form, RequestForm | InformationForm) else hit.urgency


def _mark(message: Leaving | None, own: MemberCode) -> str | None:
    if isinstance(message, Request | Reply | SpontaneousInformation):
        return page_mark(restrictions_of(message, own))
    return None
