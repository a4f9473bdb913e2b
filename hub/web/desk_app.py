"""The hub's desk: numbers, membership and the log for its operator and its auditors, and nothing of any case."""

from collections.abc import Callable

from fastapi import FastAPI

from symbolon.hub.domain.actors import Right, rights_of
from symbolon.hub.domain.status import HubStatus
from symbolon.hub.errors import HubError
from symbolon.hub.services.list_clocks import ListClocks
from symbolon.hub.web.authorisation import DESK
from symbolon.hub.web.routes.clocks import clocks_routes
from symbolon.hub.web.routes.desk import status_routes
from symbolon.hub.web.wording import ROLES
from symbolon.runtime import desk as common_desk
from symbolon.runtime import problem_responses
from symbolon.runtime.authorisation import enforce
from symbolon.runtime.pages import Desk, NavigationLink, Pages, dress
from symbolon.runtime.registry import Registry
from symbolon.runtime.request_log import RequestLog
from symbolon.runtime.sessions import Session

LARGEST_FORM = 16 * 1024


def create_desk_app(
    read_status: Callable[[], HubStatus], list_clocks: ListClocks, registry: Registry, desk: Desk
) -> FastAPI:
    """The web application of the hub's desk; ``read_status`` reads the numbers of the moment."""
    pages = Pages("symbolon.hub.web", desk, _navigation(), common_desk.NOTICES)
    app = FastAPI(title="Symbolon hub desk", openapi_url=None, docs_url=None, redoc_url=None)
    access = common_desk.install_people(app, registry, pages, _rights_of, ROLES)
    app.include_router(status_routes(read_status, pages))
    app.include_router(clocks_routes(list_clocks, pages))
    problem_responses.install(
        app,
        (HubError,),
        error_page=pages.error_page,
        note_refusal=access.note_refusal,
        largest_body=LARGEST_FORM,
    )
    dress(app)
    enforce(app, DESK, access.admit)
    app.add_middleware(RequestLog)
    return app


def _rights_of(session: Session) -> frozenset[Right]:
    return rights_of(session.roles)


def _navigation() -> tuple[NavigationLink, ...]:
    def with_right(right: Right) -> Callable[[Session], bool]:
        return lambda session: right in _rights_of(session)

    return (
        NavigationLink("Status", "/status", with_right(Right.VIEW_STATUS)),
        NavigationLink("Clocks", "/clocks", with_right(Right.VIEW_CLOCKS)),
        NavigationLink("Federation", "/federation", with_right(Right.VIEW_FEDERATION)),
        NavigationLink("People", "/people", with_right(Right.MANAGE_PEOPLE)),
        NavigationLink("Audit log", "/audit", with_right(Right.VIEW_AUDIT)),
    )
