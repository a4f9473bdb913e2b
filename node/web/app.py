"""The desk of a node: the pages of its focal points, investigators and protection officers."""

from collections.abc import Callable, Mapping

from fastapi import FastAPI

from symbolon.node.domain.actors import Right
from symbolon.node.errors import NodeError
from symbolon.node.services.node_services import DeskServices
from symbolon.node.web import wording
from symbolon.node.web.desk_context import DeskContext, actor_of
from symbolon.node.web.forms import LARGEST_FORM
from symbolon.node.web.routes.hits import hit_routes
from symbolon.node.web.routes.inbox import inbox_routes
from symbolon.protocol.references import MemberCode
from symbolon.runtime import problem_responses, sign_in
from symbolon.runtime.clock import Clock
from symbolon.runtime.gatekeeper import Gatekeeper
from symbolon.runtime.pages import Desk, NavigationLink, Pages, dress
from symbolon.runtime.request_log import RequestLog
from symbolon.runtime.sessions import Session
from symbolon.runtime.sign_in import SignIn


def create_app(
    services: DeskServices,
    gatekeeper: Gatekeeper,
    desk: Desk,
    clock: Clock,
    member_names: Callable[[], Mapping[MemberCode, str]],
) -> FastAPI:
    """The web application of a node's desk.

    ``member_names`` gives the names of the federation's members, as the directory has them at the moment of the call.
    """
    pages = Pages("symbolon.node.web", desk, _navigation(), {**sign_in.NOTICES, **wording.NOTICES})
    entrance = SignIn(gatekeeper, pages)
    context = DeskContext(services, pages, entrance, clock, member_names)
    app = FastAPI(title="Symbolon node desk", openapi_url=None, docs_url=None, redoc_url=None)
    entrance.install(app)
    app.include_router(inbox_routes(context))
    app.include_router(hit_routes(context))
    problem_responses.install(
        app,
        (NodeError,),
        error_page=pages.error_page,
        note_refusal=entrance.note_refusal,
        largest_body=LARGEST_FORM,
    )
    dress(app)
    app.add_middleware(RequestLog)
    return app


def _navigation() -> tuple[NavigationLink, ...]:
    def with_right(right: Right) -> Callable[[Session], bool]:
        return lambda session: actor_of(session).permits(right)

    return (
        NavigationLink("Inbox", "/inbox", with_right(Right.VIEW_HITS)),
        NavigationLink("On hold", "/holds", with_right(Right.RELEASE_HOLD)),
        NavigationLink("Exchanges", "/exchanges", with_right(Right.VIEW_HITS)),
    )
