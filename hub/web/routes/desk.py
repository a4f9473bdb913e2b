"""The status page of the hub's desk, and the part of it that refreshes itself."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from symbolon.hub.domain.status import HubStatus
from symbolon.hub.web.status_view import arrange_status
from symbolon.runtime.pages import Pages
from symbolon.runtime.sessions import Session
from symbolon.runtime.sign_in import SignIn


def status_routes(read_status: Callable[[], HubStatus], pages: Pages, sign_in: SignIn) -> APIRouter:
    """``/``, ``/status`` and ``/status/numbers``: everybody with an account at the hub may see the numbers."""
    router = APIRouter(include_in_schema=False)
    Visitor = Annotated[Session, Depends(sign_in.session)]  # noqa: N806 - a type
    Watcher = Annotated[Session, Depends(sign_in.watching_session)]  # noqa: N806 - a type

    def numbers() -> str:
        status = read_status()
        return pages.fragment("status_numbers.html", view=arrange_status(status), at=status.at)

    @router.get("/")
    def first_page(_session: Visitor) -> Response:
        return RedirectResponse("/status", 303)

    @router.get("/status")
    def show_status(request: Request, session: Visitor) -> Response:
        return pages.render(request, "status.html", session, numbers=numbers())

    @router.get("/status/numbers")
    def refresh_numbers(_session: Watcher) -> Response:
        return HTMLResponse(numbers())

    return router
