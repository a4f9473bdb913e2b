"""What is asked, answered and told about a confirmed hit: forms that begin a draft, and acts that go at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.forms import ClarificationAnswerForm, DraftForm, NoteForm, OnwardDecisionForm, ReplyForm
from symbolon.node.domain.hit_views import ExchangeView
from symbolon.node.domain.hits import HitView
from symbolon.node.domain.justification import Visit
from symbolon.node.services.node_services import DeskServices
from symbolon.node.web import draft_pages, explanation, thread
from symbolon.node.web.acting import NOT_TAKEN, GoOn, StalePage, act_on_hit, by_field, go_on, mark_of, status_of
from symbolon.node.web.desk_context import DeskContext, actor_of, exchange_in_path, hit_in_path, visit_of
from symbolon.node.web.draft_forms import filled_from
from symbolon.node.web.editing import Editing, edit_page, save
from symbolon.node.web.exchange_acts import EXCHANGE_ACTS, ExchangeAct, Where
from symbolon.node.web.form_spec import Reading
from symbolon.node.web.justifying import seen_by
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.references import HitId, NoteId, RequestId, parse_note_id
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.form_fields import NO_MISTAKES, Fields, FormFields
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session

Hit = Annotated[HitId, Depends(hit_in_path)]
InPath = Annotated[RequestId, Depends(exchange_in_path)]
Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]
NOTHING_TYPED: Final = FormFields({})


@dataclass(frozen=True, slots=True)
class Beginning:
    """A form that begins a draft: ``step`` ends its address; ``first`` gives what it begins with."""

    step: str
    action: HitAction | None
    """None where what it needs is looked for when it begins."""
    first: Callable[[DeskServices, tuple[Actor, Visit], HitView, RequestId | None], DraftForm]


def _request(services: DeskServices, who: tuple[Actor, Visit], view: HitView, _: RequestId | None) -> DraftForm:
    form = services.prefill_request(who[0], view.summary.hit_id, who[1])
    return form if form.questions else replace(form, questions=explanation.first_questions(view))


def _information(services: DeskServices, who: tuple[Actor, Visit], view: HitView, _: RequestId | None) -> DraftForm:
    return services.prefill_information(who[0], view.summary.hit_id, who[1])


def _first_note(_services: DeskServices, _who: tuple[Actor, Visit], view: HitView, _: RequestId | None) -> DraftForm:
    return NoteForm(marks=view.marks)


def _reply(services: DeskServices, who: tuple[Actor, Visit], view: HitView, exchange_id: RequestId | None) -> DraftForm:
    if exchange_id is None:
        return ReplyForm()
    return services.prefill_reply(who[0], view.summary.hit_id, exchange_id, who[1])


def _clarification(_services: DeskServices, _who: tuple[Actor, Visit], view: HitView, _: RequestId | None) -> DraftForm:
    return ClarificationAnswerForm(marks=view.marks)


def _onward(
    _services: DeskServices, _who: tuple[Actor, Visit], view: HitView, exchange_id: RequestId | None
) -> DraftForm:
    asked = None if exchange_id is None else thread.open_onward_request(view, exchange_id)
    if asked is None:
        raise Refusal(Problem.ILLEGAL_TRANSITION, "Nobody waits for leave to pass on what this exchange holds.")
    return OnwardDecisionForm(asked.onward_use_id)


ABOUT_THE_HIT: Final = (
    Beginning("request", HitAction.REQUEST, _request),
    Beginning("inform", HitAction.INFORM, _information),
    Beginning("note", HitAction.NOTE, _first_note),
)
ABOUT_AN_EXCHANGE: Final = (
    Beginning("reply", HitAction.REPLY, _reply),
    Beginning("clarification-answer", HitAction.ANSWER_CLARIFICATION, _clarification),
    Beginning("onward-decision", None, _onward),
)


def exchange_routes(desk: DeskContext) -> APIRouter:
    """``/hits/…/request``, ``inform``, ``note``, and ``/hits/…/exchanges/…`` with a page for each act."""
    router = APIRouter(prefix="/hits/{hit_id}", include_in_schema=False)
    for beginning in ABOUT_THE_HIT:
        show, keep = _about_the_hit(desk, beginning)
        router.add_api_route(f"/{beginning.step}", show, methods=["GET"])
        router.add_api_route(f"/{beginning.step}", keep, methods=["POST"])
    for beginning in ABOUT_AN_EXCHANGE:
        show, keep = _about_an_exchange(desk, beginning)
        router.add_api_route(f"/exchanges/{{exchange_id}}/{beginning.step}", show, methods=["GET"])
        router.add_api_route(f"/exchanges/{{exchange_id}}/{beginning.step}", keep, methods=["POST"])
    for act in EXCHANGE_ACTS:
        show, send = _act(desk, act)
        router.add_api_route(f"/exchanges/{{exchange_id}}/{act.step}", show, methods=["GET"])
        router.add_api_route(f"/exchanges/{{exchange_id}}/{act.step}", send, methods=["POST"])
    return router


def _about_the_hit(desk: DeskContext, beginning: Beginning) -> tuple[Callable[..., Response], Callable[..., Response]]:
    def begun(session: Session, hit_id: HitId, at: str, to: str) -> Editing:
        view = seen_by(desk, session, hit_id, is_begun=bool(at))
        _require(beginning.action is None or beginning.action in view.summary.actions)
        form = beginning.first(desk.services, (actor_of(session), visit_of(session)), view, None)
        if not to or not isinstance(form, NoteForm):
            return _editing(desk, view, None, form, beginning.step, at)
        return _editing(
            desk, view, None, replace(form, reply_to=_note_named(to)), f"{beginning.step}?to={_note_named(to)}", at
        )

    def show(request: Request, session: Visitor, hit_id: Hit, to: str = "") -> Response:
        editing = begun(session, hit_id, "", to)
        return edit_page(desk, request, session, editing, filled_from(editing.form))

    def keep(request: Request, session: Doer, hit_id: Hit, fields: Fields, to: str = "") -> Response:
        return _keep(desk, request, session, begun(session, hit_id, fields.text("at") or "-", to), fields)

    return show, keep


def _about_an_exchange(
    desk: DeskContext, beginning: Beginning
) -> tuple[Callable[..., Response], Callable[..., Response]]:
    def begun(session: Session, hit_id: HitId, exchange_id: RequestId, at: str) -> Editing:
        view = seen_by(desk, session, hit_id, is_begun=bool(at))
        exchange = _exchange(view, exchange_id)
        _require(beginning.action is None or beginning.action in exchange.actions)
        form = beginning.first(desk.services, (actor_of(session), visit_of(session)), view, exchange_id)
        return _editing(desk, view, exchange_id, form, f"exchanges/{exchange_id}/{beginning.step}", at)

    def show(request: Request, session: Visitor, hit_id: Hit, exchange_id: InPath) -> Response:
        editing = begun(session, hit_id, exchange_id, "")
        return edit_page(desk, request, session, editing, filled_from(editing.form))

    def keep(request: Request, session: Doer, hit_id: Hit, exchange_id: InPath, fields: Fields) -> Response:
        return _keep(desk, request, session, begun(session, hit_id, exchange_id, fields.text("at") or "-"), fields)

    return show, keep


def _keep(desk: DeskContext, request: Request, session: Session, editing: Editing, fields: FormFields) -> Response:
    try:
        return go_on(desk, session, fields, lambda: save(desk, session, editing, fields))
    except NOT_TAKEN as error:
        return edit_page(desk, request, session, editing, fields, error)


def _editing(
    desk: DeskContext, view: HitView, exchange_id: RequestId | None, form: DraftForm, step: str, at: str
) -> Editing:
    title = draft_pages.title_of(form, desk.country_text()(view.summary.counterpart))
    return Editing(view, exchange_id, form, None, title, f"/hits/{view.summary.hit_id}/{step}", at)


def _act(desk: DeskContext, act: ExchangeAct) -> tuple[Callable[..., Response], Callable[..., Response]]:
    def page(
        request: Request,
        session: Session,
        view: HitView,
        exchange_id: RequestId,
        typed: FormFields = NOTHING_TYPED,
        error: Exception | None = None,
    ) -> Response:
        exchange = _exchange(view, exchange_id)
        _require(act.action in exchange.actions)
        (part,) = (
            each
            for each in thread.exchange_parts(view, desk.country_text(), desk.clock.now())
            if each.exchange_id == exchange_id
        )
        return desk.render(
            request,
            "act.html",
            session,
            status=200 if error is None else status_of(error),
            hit=view.summary,
            act=act,
            action=f"/hits/{view.summary.hit_id}/exchanges/{exchange_id}/{act.step}",
            # The page is for one act: the others are offered on the hit's page.
            part=replace(part, acts=()),
            can=(),
            seen=mark_of(view),
            filled=typed,
            mistakes=NO_MISTAKES if error is None else by_field(error),
            stale=isinstance(error, StalePage),
        )

    def show(request: Request, session: Visitor, hit_id: Hit, exchange_id: InPath) -> Response:
        return page(request, session, seen_by(desk, session, hit_id), exchange_id)

    def send(request: Request, session: Doer, hit_id: Hit, exchange_id: InPath, fields: Fields) -> Response:
        def perform(view: HitView) -> GoOn:
            _exchange(view, exchange_id)
            where = Where(desk.services, actor_of(session), hit_id, exchange_id)
            act.perform(where, Reading(fields, act.spec))
            return f"/hits/{hit_id}", act.notice

        try:
            return act_on_hit(desk, session, hit_id, fields, perform)
        except NOT_TAKEN as error:
            view = seen_by(desk, session, hit_id, is_begun=True)
            return page(request, session, view, exchange_id, fields, error)

    return show, send


def _note_named(note_id: str) -> NoteId:
    try:
        return parse_note_id(note_id)
    except MalformedMessage as error:
        raise Refusal(Problem.NOT_FOUND, "No note has such an id. Answer it from the hit's page.") from error


def _exchange(view: HitView, exchange_id: RequestId) -> ExchangeView:
    for each in view.exchanges:
        if each.exchange_id == exchange_id:
            return each
    raise Refusal(Problem.UNKNOWN_REQUEST, "This hit has no such exchange. Open it from the hit's page.")


def _require(is_possible: bool) -> None:
    if not is_possible:
        raise Refusal(
            Problem.ILLEGAL_TRANSITION, "This cannot be done now, or not by you: the hit's page says what can."
        )
