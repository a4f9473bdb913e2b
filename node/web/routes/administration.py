"""What the administrator watches: the federation as its members signed it, and when keys and certificates end."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.errors import NotJoined
from symbolon.node.web.desk_context import DeskContext
from symbolon.protocol.messages import card_fingerprint
from symbolon.runtime.desk_access import visitor
from symbolon.runtime.sessions import Session

Visitor = Annotated[Session, Depends(visitor)]


def administration_routes(desk: DeskContext) -> APIRouter:
    """``/federation`` and ``/expiry``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/federation")
    def show_federation(request: Request, session: Visitor) -> Response:
        try:
            view = desk.services.show_federation()
        except NotJoined:
            view = None
        return desk.render(request, "federation.html", session, view=view, fingerprint_of=card_fingerprint)

    @router.get("/expiry")
    def show_expiry(request: Request, session: Visitor) -> Response:
        return desk.render(request, "expiry.html", session, lines=desk.services.show_expiry())

    return router
