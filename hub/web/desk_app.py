"""The hub's desk: what its operator and its auditors see, which is numbers and nothing else."""

from collections.abc import Callable

from fastapi import FastAPI

from symbolon.hub.domain.status import HubStatus
from symbolon.hub.errors import HubError
from symbolon.hub.web.routes.desk import status_routes
from symbolon.runtime import problem_responses, sign_in
from symbolon.runtime.gatekeeper import Gatekeeper
from symbolon.runtime.pages import Desk, NavigationLink, Pages, dress
from symbolon.runtime.request_log import RequestLog
from symbolon.runtime.sign_in import SignIn

ROLES = frozenset({"operator", "auditor"})
LARGEST_FORM = 16 * 1024


def create_desk_app(read_status: Callable[[], HubStatus], gatekeeper: Gatekeeper, desk: Desk) -> FastAPI:
    """The web application of the hub's desk; ``read_status`` reads the numbers of the moment."""
    navigation = (NavigationLink("Status", "/status", lambda session: bool(session.roles & ROLES)),)
    pages = Pages("symbolon.hub.web", desk, navigation, sign_in.NOTICES)
    entrance = SignIn(gatekeeper, pages)
    app = FastAPI(title="Symbolon hub desk", openapi_url=None, docs_url=None, redoc_url=None)
    entrance.install(app)
    app.include_router(status_routes(read_status, pages, entrance))
    problem_responses.install(
        app,
        (HubError,),
        error_page=pages.error_page,
        note_refusal=entrance.note_refusal,
        largest_body=LARGEST_FORM,
    )
    dress(app)
    app.add_middleware(RequestLog)
    return app
