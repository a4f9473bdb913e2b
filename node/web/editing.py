"""A draft's form on its page: which part of it is asked for, how it is saved, and where it goes on."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.domain.drafts import DraftId
from symbolon.node.domain.forms import DraftForm, ReplyForm, RequestForm
from symbolon.node.domain.hit_views import ExchangeView
from symbolon.node.domain.hits import HitView
from symbolon.node.errors import InvalidDraft
from symbolon.node.web import explanation
from symbolon.node.web.acting import GoOn, StalePage, by_field, status_of
from symbolon.node.web.desk_context import DeskContext, actor_of, visit_of
from symbolon.node.web.draft_fields import FormSetting
from symbolon.node.web.draft_forms import field_of, is_wizard, spec_for, with_fields
from symbolon.node.web.form_spec import FormMistakes, FormSpec, Reading, Section
from symbolon.node.web.message_rows import labels_of, rows_of
from symbolon.node.web.thread import request_of
from symbolon.protocol.onward_use import content_digest
from symbolon.protocol.references import HUB, RequestId
from symbolon.runtime.form_fields import NO_MISTAKES, FormFields
from symbolon.runtime.sessions import Session

SAVE_UNFINISHED: Final = "save"


@dataclass(frozen=True, slots=True)
class Editing:
    """What is edited: a draft, or one that is about to begin (``draft_id`` None)."""

    view: HitView
    exchange_id: RequestId | None
    form: DraftForm
    draft_id: DraftId | None
    title: str
    action: str
    """The address that the form is sent to."""
    at: str
    """The step of the wizard that is shown."""

    @property
    def exchange(self) -> ExchangeView | None:
        """The exchange that it belongs to, where that has begun."""
        return next((each for each in self.view.exchanges if each.exchange_id == self.exchange_id), None)

    @property
    def draft_path(self) -> str | None:
        """Where the draft is shown as it would leave; None before it is saved for the first time."""
        return None if self.draft_id is None else f"/hits/{self.view.summary.hit_id}/drafts/{self.draft_id}"

    @property
    def seen(self) -> str:
        """A text that changes with what is saved of the draft."""
        return "new" if self.draft_id is None else content_digest(self.form)[:16]

    def spec(self, desk: DeskContext, session: Session) -> FormSpec:
        """What its form asks for."""
        asked = None if self.exchange is None else request_of(self.exchange)
        others = {
            str(code): name
            for code, name in desk.member_names().items()
            if code not in (self.view.own, self.view.summary.counterpart, HUB)
        }
        ours = desk.desk_titles(session, self.view.own) if isinstance(self.form, RequestForm) else {}
        return spec_for(self.form, FormSetting(others, () if asked is None else asked.questions, ours))

    def sections(self, spec: FormSpec) -> tuple[Section, ...]:
        """Those that the page shows: one of a wizard, all of another form."""
        if not is_wizard(self.form):
            return spec.sections
        return tuple(each for each in spec.sections if each.key == self.at)[:1] or spec.sections[:1]


def save(desk: DeskContext, session: Session, editing: Editing, fields: FormFields) -> GoOn:
    """Keep what was typed, and give where to go on.

    Raises :class:`StalePage` where the draft was saved elsewhere meanwhile, :class:`FormMistakes`.
    """
    if fields.text("seen") != editing.seen:
        raise StalePage
    spec = editing.spec(desk, session)
    sections, unfinished = editing.sections(spec), fields.text("go") == SAVE_UNFINISHED
    form = with_fields(editing.form, Reading(fields, spec, strict=not unfinished), sections)
    try:
        draft_id = desk.services.save_draft(
            actor_of(session), editing.view.summary.hit_id, editing.exchange_id, form, editing.draft_id
        )
    except InvalidDraft as error:
        raise FormMistakes({field_of(error.field, spec): error.sentence}) from error
    path = f"/hits/{editing.view.summary.hit_id}/drafts/{draft_id}"
    following = None if unfinished or not is_wizard(form) else _after(spec, sections[-1])
    return (path if following is None else f"{path}/edit?at={following.key}"), "draft-saved"


def edit_page(
    desk: DeskContext,
    request: Request,
    session: Session,
    editing: Editing,
    filled: FormFields,
    error: Exception | None = None,
) -> Response:
    """The page of the form, with what was typed and what is wrong with it."""
    spec = editing.spec(desk, session)
    sections = editing.sections(spec)
    asked = None if editing.exchange is None else request_of(editing.exchange)
    is_request = isinstance(editing.form, RequestForm)
    return desk.render(
        request,
        "draft_edit.html",
        session,
        status=200 if error is None else status_of(error),
        hit=editing.view.summary,
        title=editing.title,
        action=editing.action,
        draft_path=editing.draft_path,
        seen=editing.seen,
        all_sections=spec.sections,
        sections=sections,
        is_wizard=is_wizard(editing.form),
        is_last=_after(spec, sections[-1]) is None,
        filled=filled,
        mistakes=NO_MISTAKES if error is None else by_field(error),
        stale=isinstance(error, StalePage),
        shows_own=isinstance(editing.form, ReplyForm) or (is_request and sections[0].key == "own-data"),
        own_rows=tuple(row for row in explanation.half_rows(editing.view) if row.own_texts),
        asked_before=_asked_before(desk, session, editing) if is_request else (),
        asked=() if asked is None else rows_of(asked, desk.country_text()),
        asked_labels=() if asked is None else labels_of(asked),
    )


def _asked_before(desk: DeskContext, session: Session, editing: Editing) -> object:
    return desk.services.asked_before(actor_of(session), editing.view.summary.hit_id, visit_of(session))


def _after(spec: FormSpec, section: Section) -> Section | None:
    place = spec.sections.index(section)
    return spec.sections[place + 1] if place + 1 < len(spec.sections) else None
