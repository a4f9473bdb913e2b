"""One hit: its page, and the acts on it. Each act is a form answered by a redirect, so that no reload repeats it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from symbolon.node.domain.hits import HitView, RequestView
from symbolon.node.errors import InvalidDraft
from symbolon.node.web import explanation
from symbolon.node.web.desk_context import DeskContext, actor_of, hit_in_path, request_in_path, visit_of
from symbolon.node.web.forms import (
    FormMistakes,
    read_hold_ruling,
    read_justification,
    read_reply,
    read_request,
    read_vote,
)
from symbolon.node.web.justifying import justification_page, seen_by
from symbolon.node.web.queue import next_step, own_state, their_state, time_class, time_left
from symbolon.protocol.handling import HoldRuling
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, RequestId
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.form_fields import Fields
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session
from symbolon.runtime.sign_in import local_path

Hit = Annotated[HitId, Depends(hit_in_path)]
RequestInPath = Annotated[RequestId, Depends(request_in_path)]
Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]
NO_FIELDS: Mapping[str, str] = {}


def hit_routes(desk: DeskContext) -> APIRouter:
    """``/hits/…``: the page, acknowledge, vote, release, request and reply."""
    router = APIRouter(prefix="/hits/{hit_id}", include_in_schema=False)

    def hit_page(
        request: Request,
        session: Session,
        hit_id: HitId,
        mistakes: Mapping[str, str] = NO_FIELDS,
        filled: Mapping[str, str] = NO_FIELDS,
    ) -> Response:
        view = seen_by(desk, session, hit_id, is_begun=bool(mistakes))
        own_country = desk.pages.desk.name
        now = desk.clock.now()
        return desk.render(
            request,
            "hit.html",
            session,
            status=422 if mistakes else 200,
            view=view,
            hit=view.summary,
            rows=explanation.half_rows(view),
            why=explanation.why_this_hit(view),
            they_see=explanation.what_they_see(view, own_country),
            steps=explanation.steps(view),
            time_left=time_left(view.summary.due_at, now),
            time_class=time_class(view.summary.due_at, now),
            next_step=next_step(view.summary),
            ours=own_state(view.summary),
            theirs=their_state(view.summary),
            open_question=explanation.open_question(view),
            mistakes=mistakes,
            filled=filled,
        )

    @router.get("")
    def show_hit(request: Request, session: Visitor, hit_id: Hit) -> Response:
        return hit_page(request, session, hit_id)

    @router.post("/justification")
    def justify(request: Request, session: Doer, hit_id: Hit, fields: Fields) -> Response:
        try:
            reason, text = read_justification(fields)
        except FormMistakes as error:
            return justification_page(desk, request, session, error.by_field, fields.fields)
        desk.services.give_justification(actor_of(session), hit_id, visit_of(session), reason, text)
        return RedirectResponse(local_path(fields.text("then")), 303)

    @router.post("/acknowledge")
    def acknowledge(session: Doer, hit_id: Hit) -> Response:
        desk.services.acknowledge_hit(actor_of(session), hit_id)
        return desk.return_to(f"/hits/{hit_id}", "acknowledged")

    @router.post("/vote")
    def vote(request: Request, session: Doer, hit_id: Hit, fields: Fields) -> Response:
        try:
            verdict, reason = read_vote(fields)
            desk.services.cast_vote(actor_of(session), hit_id, verdict, reason)
        except (FormMistakes, InvalidDraft) as error:
            return hit_page(request, session, hit_id, _by_field(error), fields.fields)
        return desk.return_to(f"/hits/{hit_id}", "voted")

    @router.post("/release")
    def release(request: Request, session: Doer, hit_id: Hit, fields: Fields) -> Response:
        try:
            ruling = read_hold_ruling(fields)
        except FormMistakes as error:
            return hit_page(request, session, hit_id, error.by_field, fields.fields)
        desk.services.release_hold(actor_of(session), hit_id, ruling)
        if ruling is HoldRuling.RELEASE:
            return desk.return_to(f"/hits/{hit_id}", "released")
        return desk.return_to("/holds", "hold-closed")

    router.include_router(_request_routes(desk))
    return router


def _request_routes(desk: DeskContext) -> APIRouter:
    router = APIRouter()

    def request_page(
        request: Request,
        session: Session,
        view: HitView,
        filled: Mapping[str, str],
        mistakes: Mapping[str, str] = NO_FIELDS,
    ) -> Response:
        return desk.render(
            request,
            "request.html",
            session,
            status=422 if mistakes else 200,
            hit=view.summary,
            filled=filled,
            mistakes=mistakes,
        )

    def reply_page(
        request: Request,
        session: Session,
        exchange: tuple[HitView, RequestView],
        filled: Mapping[str, str],
        mistakes: Mapping[str, str] = NO_FIELDS,
    ) -> Response:
        view, question = exchange
        return desk.render(
            request,
            "reply.html",
            session,
            status=422 if mistakes else 200,
            view=view,
            hit=view.summary,
            question=question,
            filled=filled,
            mistakes=mistakes,
        )

    def find_exchange(view: HitView, request_id: RequestId) -> tuple[HitView, RequestView]:
        for question in view.requests:
            if question.request_id == request_id:
                return view, question
        raise Refusal(Problem.UNKNOWN_REQUEST, "This hit has no such request. Open it from the hit's page.")

    @router.get("/request")
    def show_request_form(request: Request, session: Visitor, hit_id: Hit) -> Response:
        view = seen_by(desk, session, hit_id)
        starter = explanation.request_starter(view, desk.country_text()(view.summary.counterpart))
        return request_page(request, session, view, starter)

    @router.post("/request")
    def send_request(request: Request, session: Doer, hit_id: Hit, fields: Fields) -> Response:
        try:
            desk.services.open_request(actor_of(session), hit_id, read_request(fields))
        except (FormMistakes, InvalidDraft) as error:
            view = seen_by(desk, session, hit_id, is_begun=True)
            return request_page(request, session, view, fields.fields, _by_field(error))
        return desk.return_to(f"/hits/{hit_id}", "asked")

    @router.get("/requests/{request_id}/reply")
    def show_reply_form(request: Request, session: Visitor, hit_id: Hit, request_id: RequestInPath) -> Response:
        exchange = find_exchange(seen_by(desk, session, hit_id), request_id)
        return reply_page(request, session, exchange, explanation.reply_starter())

    @router.post("/requests/{request_id}/reply")
    def send_reply(request: Request, session: Doer, hit_id: Hit, request_id: RequestInPath, fields: Fields) -> Response:
        exchange = find_exchange(seen_by(desk, session, hit_id, is_begun=True), request_id)
        try:
            draft = read_reply(fields, len(exchange[1].questions))
            desk.services.answer_request(actor_of(session), request_id, draft)
        except (FormMistakes, InvalidDraft) as error:
            return reply_page(request, session, exchange, fields.fields, _by_field(error))
        return desk.return_to(f"/hits/{hit_id}", "answered")

    return router


def _by_field(error: FormMistakes | InvalidDraft) -> Mapping[str, str]:
    return error.by_field if isinstance(error, FormMistakes) else {error.field: error.sentence}
