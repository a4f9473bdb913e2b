"""The facilitator's page: states and clocks, sorted and filtered, and the same as a file."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from symbolon.hub.domain.actors import Right, rights_of
from symbolon.hub.domain.clock_board import BoardQuery, Order, Standing
from symbolon.hub.services.list_clocks import ListClocks
from symbolon.hub.web import wording
from symbolon.hub.web.clocks_view import arrange_board, as_csv, read_query
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_states import JointState
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.runtime.desk_access import visitor
from symbolon.runtime.pages import Pages
from symbolon.runtime.sessions import Session

Visitor = Annotated[Session, Depends(visitor)]


def asked_for(request: Request) -> BoardQuery:
    """What the address asks for; raises `Refusal`."""
    return read_query(dict(request.query_params))


Query = Annotated[BoardQuery, Depends(asked_for)]


def clocks_routes(list_clocks: ListClocks, pages: Pages) -> APIRouter:
    """``/clocks`` and ``/clocks.csv``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/clocks")
    def show_clocks(request: Request, session: Visitor, query: Query) -> Response:
        board = list_clocks(query, with_holds=_sees_holds(session))
        return pages.render(
            request,
            "clocks.html",
            session,
            board=board,
            view=arrange_board(board, query),
            query=query,
            words=wording,
            choices={"state": JointState, "clock": ClockName, "urgency": Urgency, "standing": Standing, "order": Order},
        )

    @router.get("/clocks.csv")
    def export_clocks(session: Visitor, query: Query) -> Response:
        lines = list_clocks.export(session.login, query, with_holds=_sees_holds(session))
        return Response(
            as_csv(lines),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="symbolon-clocks.csv"'},
        )

    return router


def _sees_holds(session: Session) -> bool:
    return Right.VIEW_HOLDS in rights_of(session.roles)
