"""The status page of the hub's desk, the part of it that refreshes itself, and the page of the federation."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from symbolon.hub.domain.status import HubStatus
from symbolon.hub.web import wording
from symbolon.hub.web.federation_view import arrange_federation
from symbolon.hub.web.status_view import arrange_status
from symbolon.runtime.desk_access import visitor
from symbolon.runtime.pages import Pages
from symbolon.runtime.sessions import Session

Visitor = Annotated[Session, Depends(visitor)]


def status_routes(read_status: Callable[[], HubStatus], pages: Pages) -> APIRouter:
    """``/``, ``/status`` and ``/status/numbers``, ``/federation``."""
    router = APIRouter(include_in_schema=False)

    def numbers() -> str:
        status = read_status()
        return pages.fragment("status_numbers.html", view=arrange_status(status), at=status.at)

    @router.get("/")
    def first_page() -> Response:
        return RedirectResponse("/status", 303)

    @router.get("/status")
    def show_status(request: Request, session: Visitor) -> Response:
        return pages.render(request, "status.html", session, numbers=numbers())

    @router.get("/status/numbers")
    def refresh_numbers() -> Response:
        return HTMLResponse(numbers())

    @router.get("/federation")
    def show_federation(request: Request, session: Visitor) -> Response:
        status = read_status()
        view = arrange_federation(status)
        return pages.render(request, "federation.html", session, view=view, hub=status, words=wording)

    return router
