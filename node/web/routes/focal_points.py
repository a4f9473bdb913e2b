"""All states' desks, whom to call now, who is on duty, and the own desks for whoever looks after them."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.domain.actors import Right
from symbolon.node.domain.desks import DeskQuery
from symbolon.node.web import watch_wording
from symbolon.node.web.desk_context import DeskContext, actor_of, rights_of
from symbolon.node.web.routes.own_desks import own_desk_routes
from symbolon.node.web.spreadsheet import csv_answer
from symbolon.protocol.focal_points import CallQuery
from symbolon.protocol.messages_focal_points import Competence
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.references import PingId, parse_member_code, parse_ping_id
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session

Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]
_LONGEST_LANGUAGE: Final = 8


def parse_desk_query(state: str = "", about: str = "", language: str = "") -> DeskQuery:
    """Which desks are looked for; what cannot be read looks for any."""
    try:
        member = parse_member_code(state) if state else None
    except MalformedMessage:
        member = None
    competence = Competence(about) if about in set(Competence) else None
    return DeskQuery(member, competence, language.strip()[:_LONGEST_LANGUAGE])


def ping_in_path(ping_id: str) -> PingId:
    """The question that an address names. Raises :class:`Refusal` (not found) for what cannot be one."""
    try:
        return parse_ping_id(ping_id)
    except MalformedMessage as error:
        raise Refusal(Problem.NOT_FOUND, "The hub asked no such question. Open it from the focal points.") from error


Query = Annotated[DeskQuery, Depends(parse_desk_query)]
Asked = Annotated[PingId, Depends(ping_in_path)]


def focal_point_routes(desk: DeskContext) -> APIRouter:
    """``/focal-points`` and everything below."""
    router = APIRouter(prefix="/focal-points", include_in_schema=False)
    watch = desk.services.watch

    @router.get("")
    def show_focal_points(request: Request, session: Visitor, query: Query) -> Response:
        actor = actor_of(session)
        return desk.render(
            request,
            "focal_points.html",
            session,
            view=watch.show_focal_points(actor, query),
            query=query,
            pings=watch.answer_ping.open_to(actor),
            manages=Right.MANAGE_FOCAL_POINTS in rights_of(session),
            names=watch_wording,
        )

    @router.get(".csv")
    def export_focal_points(session: Visitor, query: Query) -> Response:
        view = watch.show_focal_points(actor_of(session), query)
        heard = "" if view.age is None else view.age.heard_at.isoformat(timespec="seconds")
        header = [
            "state",
            "desk",
            "title",
            "kind",
            "subjects",
            "languages",
            "zone",
            "channels",
            "sign_of_life",
            "heard_at",
        ]
        rows = (
            [
                line.member,
                line.desk.desk_id,
                line.desk.title,
                line.desk.kind.value,
                " ".join(each.value for each in line.desk.competences),
                " ".join(line.desk.languages),
                line.desk.zone,
                "; ".join(f"{each.kind.value}: {each.address}" for each in line.desk.channels),
                line.liveness.value,
                heard,
            ]
            for line in view.lines
        )
        return csv_answer("symbolon-focal-points.csv", header, rows)

    @router.get("/call")
    def who_to_call(request: Request, session: Visitor, query: Query) -> Response:
        actor = actor_of(session)
        asked = CallQuery(query.competence or Competence.GENERAL, tuple(query.language.replace(",", " ").split()))
        return desk.render(
            request,
            "who_to_call.html",
            session,
            answer=None if query.member is None else watch.who_to_call(actor, query.member, asked),
            members=watch.show_focal_points(actor, DeskQuery()).members,
            query=query,
            names=watch_wording,
        )

    @router.get("/duty")
    def show_duty(request: Request, session: Visitor) -> Response:
        roster = watch.show_focal_points.roster(actor_of(session))
        return desk.render(request, "duty.html", session, roster=roster, now=desk.clock.now())

    @router.get("/duty.csv")
    def export_duty(session: Visitor) -> Response:
        roster = watch.show_focal_points.roster(actor_of(session))
        rows = (
            [line.member, line.desk.desk_id, line.desk.title, line.starts_at.isoformat(), line.ends_at.isoformat()]
            for line in roster
        )
        return csv_answer("symbolon-duty.csv", ["state", "desk", "title", "from", "until"], rows)

    @router.post("/pings/{ping_id}/answer")
    def answer_ping(session: Doer, ping_id: Asked) -> Response:
        watch.answer_ping(actor_of(session), ping_id)
        return desk.return_to("/focal-points", "ping-answered")

    router.include_router(own_desk_routes(desk))
    return router
