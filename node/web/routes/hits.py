"""One hit, and what is done about it. Each act is a form answered by a redirect, so that no reload repeats it."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from symbolon.node.domain.hits import HitView
from symbolon.node.web import hit_page
from symbolon.node.web.acting import NOT_TAKEN, GoOn, act_on_hit
from symbolon.node.web.desk_context import DeskContext, actor_of, hit_in_path, visit_of
from symbolon.node.web.form_spec import FormMistakes
from symbolon.node.web.forms import read_justification
from symbolon.node.web.hit_acts import HIT_ACTS, HitAct
from symbolon.node.web.justifying import justification_page, seen_by
from symbolon.protocol.references import HitId
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.form_fields import Fields
from symbolon.runtime.sessions import Session
from symbolon.runtime.sign_in import local_path

Hit = Annotated[HitId, Depends(hit_in_path)]
Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]


def hit_routes(desk: DeskContext) -> APIRouter:
    """``/hits/…``: the page, and the acts about the hit itself."""
    router = APIRouter(prefix="/hits/{hit_id}", include_in_schema=False)

    @router.get("")
    def show_hit(request: Request, session: Visitor, hit_id: Hit) -> Response:
        return hit_page.render(desk, request, session, seen_by(desk, session, hit_id))

    @router.post("/justification")
    def justify(request: Request, session: Doer, hit_id: Hit, fields: Fields) -> Response:
        try:
            reason, text = read_justification(fields)
        except FormMistakes as error:
            return justification_page(desk, request, session, error.by_field, fields.fields)
        desk.services.give_justification(actor_of(session), hit_id, visit_of(session), reason, text)
        return RedirectResponse(local_path(fields.text("then")), 303)

    for step, perform in HIT_ACTS.items():
        router.add_api_route(f"/{step}", _acting(desk, perform), methods=["POST"])
    return router


def _acting(desk: DeskContext, perform: Callable[[HitAct], GoOn]) -> Callable[..., Response]:
    def act(request: Request, session: Doer, hit_id: Hit, fields: Fields) -> Response:
        def on(view: HitView) -> GoOn:
            assignable = frozenset(hit_page.assignable(desk, view))
            return perform(HitAct(desk.services, actor_of(session), view, fields, assignable))

        try:
            return act_on_hit(desk, session, hit_id, fields, on)
        except NOT_TAKEN as error:
            view = seen_by(desk, session, hit_id, is_begun=True)
            return hit_page.render(desk, request, session, view, error, fields)

    return act
