"""Drafts: begun on a hit, shown to a second officer, approved as exactly what leaves, or given back."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.domain.draft_views import DraftView
from symbolon.node.domain.drafts import DraftAction, DraftId
from symbolon.node.web import draft_pages
from symbolon.node.web.acting import NOT_TAKEN, GoOn, StalePage, by_field, go_on, status_of
from symbolon.node.web.desk_context import DeskContext, actor_of, draft_in_path, hit_in_path, visit_of
from symbolon.node.web.draft_forms import filled_from
from symbolon.node.web.editing import Editing, edit_page, save
from symbolon.node.web.form_spec import FormMistakes
from symbolon.node.web.justifying import seen_by
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.form_fields import NO_MISTAKES, Fields, FormFields
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session

Hit = Annotated[HitId, Depends(hit_in_path)]
InPath = Annotated[DraftId, Depends(draft_in_path)]
Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]


def draft_routes(desk: DeskContext) -> APIRouter:
    """``/drafts`` and ``/hits/…/drafts/…``: the list, one draft, its form, and what is decided about it."""
    router = APIRouter(include_in_schema=False)

    @router.get("/drafts")
    def list_drafts(request: Request, session: Visitor) -> Response:
        lines = desk.services.list_drafts(actor_of(session))
        waiting = sum(DraftAction.APPROVE in line.actions for line in lines)
        return desk.render(request, "drafts.html", session, lines=lines, waiting=waiting)

    router.include_router(_one_draft(desk), prefix="/hits/{hit_id}/drafts/{draft_id}")
    router.include_router(_form_of_a_draft(desk), prefix="/hits/{hit_id}/drafts/{draft_id}")
    return router


def _one_draft(desk: DeskContext) -> APIRouter:
    router = APIRouter()

    def page(
        request: Request, session: Session, view: DraftView, error: Exception | None = None, typed: str = ""
    ) -> Response:
        return desk.render(
            request,
            "draft.html",
            session,
            status=200 if error is None else status_of(error),
            mistakes=NO_MISTAKES if error is None else by_field(error),
            filled={"remark": typed},
            stale=isinstance(error, StalePage),
            **draft_pages.parts_of(view, desk.country_text()),
        )

    def decide(
        request: Request, session: Session, view: DraftView, fields: FormFields, action: DraftAction
    ) -> Response:
        def act() -> GoOn:
            if action is not DraftAction.APPROVE and fields.text("seen") != draft_pages.mark_of(view):
                raise StalePage
            return _carry_out(desk, session, view, fields, action)

        try:
            return go_on(desk, session, fields, act)
        except NOT_TAKEN as error:
            return page(request, session, view, error, fields.text("remark"))

    @router.get("")
    def show_draft(request: Request, session: Visitor, hit_id: Hit, draft_id: InPath) -> Response:
        return page(request, session, _find(desk, session, hit_id, draft_id, is_begun=False))

    @router.post("/submit")
    def submit(request: Request, session: Doer, hit_id: Hit, draft_id: InPath, fields: Fields) -> Response:
        return decide(request, session, _find(desk, session, hit_id, draft_id), fields, DraftAction.SUBMIT)

    @router.post("/approve")
    def approve(request: Request, session: Doer, hit_id: Hit, draft_id: InPath, fields: Fields) -> Response:
        return decide(request, session, _find(desk, session, hit_id, draft_id), fields, DraftAction.APPROVE)

    @router.post("/return")
    def give_back(request: Request, session: Doer, hit_id: Hit, draft_id: InPath, fields: Fields) -> Response:
        return decide(request, session, _find(desk, session, hit_id, draft_id), fields, DraftAction.RETURN)

    @router.post("/discard")
    def discard(request: Request, session: Doer, hit_id: Hit, draft_id: InPath, fields: Fields) -> Response:
        return decide(request, session, _find(desk, session, hit_id, draft_id), fields, DraftAction.DISCARD)

    return router


def _form_of_a_draft(desk: DeskContext) -> APIRouter:
    router = APIRouter()

    def editing(session: Session, hit_id: HitId, draft_id: DraftId, at: str, *, is_begun: bool) -> Editing:
        view = seen_by(desk, session, hit_id, is_begun=is_begun)
        draft = _find(desk, session, hit_id, draft_id)
        if DraftAction.CHANGE not in draft.line.actions:
            raise Refusal(Problem.ILLEGAL_TRANSITION, "This draft cannot be changed now: look at what became of it.")
        action = f"/hits/{hit_id}/drafts/{draft_id}/edit"
        title = draft_pages.title_of(draft.content, desk.country_text()(draft.line.counterpart))
        return Editing(view, draft.line.exchange_id, draft.content, draft_id, title, action, at)

    @router.get("/edit")
    def show_form(request: Request, session: Visitor, hit_id: Hit, draft_id: InPath, at: str = "") -> Response:
        edited = editing(session, hit_id, draft_id, at, is_begun=False)
        return edit_page(desk, request, session, edited, filled_from(edited.form))

    @router.post("/edit")
    def save_draft(request: Request, session: Doer, hit_id: Hit, draft_id: InPath, fields: Fields) -> Response:
        edited = editing(session, hit_id, draft_id, fields.text("at"), is_begun=True)
        try:
            return go_on(desk, session, fields, lambda: save(desk, session, edited, fields))
        except NOT_TAKEN as error:
            return edit_page(desk, request, session, edited, fields, error)

    return router


def _find(desk: DeskContext, session: Session, hit_id: HitId, draft_id: DraftId, *, is_begun: bool = True) -> DraftView:
    """The draft of this hit; a protected hit's asks for a reason first, as the hit itself does."""
    seen_by(desk, session, hit_id, is_begun=is_begun)
    view = desk.services.show_draft(actor_of(session), draft_id, visit_of(session))
    if view.line.hit_id != hit_id:
        raise Refusal(Problem.NOT_FOUND, "This hit has no such draft. Open it from the list of drafts.")
    return view


def _carry_out(desk: DeskContext, session: Session, view: DraftView, fields: FormFields, action: DraftAction) -> GoOn:
    services, actor, draft_id = desk.services, actor_of(session), view.line.draft_id
    path = f"/hits/{view.line.hit_id}/drafts/{draft_id}"
    match action:
        case DraftAction.SUBMIT:
            services.submit_draft(actor, draft_id)
            return path, "draft-submitted"
        case DraftAction.APPROVE:
            services.approve_draft(actor, draft_id, fields.text("content_digest"))
            return f"/hits/{view.line.hit_id}", "draft-sent"
        case DraftAction.RETURN:
            remark = fields.text("remark")
            if not remark:
                raise FormMistakes({"remark": "Say what is to be changed."})
            services.return_draft(actor, draft_id, remark)
            return "/drafts", "draft-returned"
        case _:
            services.discard_draft(actor, draft_id)
            return "/drafts", "draft-discarded"
