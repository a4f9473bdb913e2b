"""Clocks that run out, records that one follows, how one is told by mail, and what pairs of states agreed on."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.domain.actors import Right
from symbolon.node.errors import InvalidDraft
from symbolon.node.web import watch_wording
from symbolon.node.web.desk_context import DeskContext, actor_of, rights_of
from symbolon.node.web.desk_forms import fields_of_notices, read_notices, read_pair_draft
from symbolon.node.web.form_spec import FormMistakes
from symbolon.node.web.routes.own_desks import mistakes_of
from symbolon.node.web.spreadsheet import csv_answer
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.references import MemberCode, parse_member_code
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.form_fields import NO_MISTAKES, Fields
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session

Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]


def state_in_path(state: str) -> MemberCode:
    """The state that an address names. Raises :class:`Refusal` (not found) for what cannot be one."""
    try:
        return parse_member_code(state)
    except MalformedMessage as error:
        raise Refusal(Problem.NOT_FOUND, "No state has such an address. Open it from the list.") from error


State = Annotated[MemberCode, Depends(state_in_path)]


def watch_routes(desk: DeskContext) -> APIRouter:
    """``/escalations``, ``/interests``, ``/notices``, ``/agreements``."""
    router = APIRouter(include_in_schema=False)
    router.include_router(_escalation_routes(desk))
    router.include_router(_interest_routes(desk))
    router.include_router(_notice_routes(desk))
    router.include_router(_agreement_routes(desk))
    return router


def _escalation_routes(desk: DeskContext) -> APIRouter:
    router = APIRouter()
    list_escalations = desk.services.watch.list_escalations

    @router.get("/escalations")
    def show_escalations(request: Request, session: Visitor) -> Response:
        lines = list_escalations(actor_of(session))
        return desk.render(request, "escalations.html", session, lines=lines, names=watch_wording)

    @router.get("/escalations.csv")
    def export_escalations(session: Visitor) -> Response:
        header = ["hit", "exchange", "country", "state", "urgency", "clock", "level", "told", "due_at", "noted_at"]
        rows = (
            [
                line.escalation.hit_id,
                line.escalation.exchange_id or "",
                line.counterpart,
                line.joint_state.value,
                line.urgency.value,
                line.escalation.clock.value,
                line.escalation.level.value,
                line.escalation.watcher.value,
                "" if line.escalation.due_at is None else line.escalation.due_at.isoformat(timespec="seconds"),
                line.escalation.noted_at.isoformat(timespec="seconds"),
            ]
            for line in list_escalations(actor_of(session))
        )
        return csv_answer("symbolon-clocks.csv", header, rows)

    return router


def _interest_routes(desk: DeskContext) -> APIRouter:
    router = APIRouter()
    follow = desk.services.watch.follow_record

    def page(
        request: Request,
        session: Session,
        filled: Mapping[str, str] = NO_MISTAKES,
        mistakes: Mapping[str, str] = NO_MISTAKES,
    ) -> Response:
        return desk.render(
            request,
            "interests.html",
            session,
            status=422 if mistakes else 200,
            lines=follow.list(actor_of(session)),
            filled=filled,
            mistakes=mistakes,
        )

    @router.get("/interests")
    def show_interests(request: Request, session: Visitor) -> Response:
        return page(request, session)

    @router.post("/interests")
    def set_interest(request: Request, session: Doer, fields: Fields) -> Response:
        until = fields.text("until")
        try:
            day = datetime.combine(datetime.fromisoformat(until).date(), time.max, UTC) if until else None
        except ValueError:
            return page(request, session, fields.fields, {"until": "Write the day as year-month-day: 2027-03-31."})
        if not fields.text("record"):
            return page(request, session, fields.fields, {"record": "Write the record's number in your own files."})
        try:
            follow.set(actor_of(session), fields.text("record"), day)
        except InvalidDraft as error:
            return page(request, session, fields.fields, mistakes_of(error))
        return desk.return_to("/interests", "interest-set")

    @router.post("/interests/end")
    def end_interest(session: Doer, fields: Fields) -> Response:
        follow.end(actor_of(session), fields.text("record"))
        return desk.return_to("/interests", "interest-ended")

    return router


def _notice_routes(desk: DeskContext) -> APIRouter:
    router = APIRouter()
    notices = desk.services.watch.notices

    def page(
        request: Request,
        session: Session,
        filled: Mapping[str, str],
        mistakes: Mapping[str, str] = NO_MISTAKES,
    ) -> Response:
        return desk.render(
            request,
            "notices.html",
            session,
            status=422 if mistakes else 200,
            filled=filled,
            mistakes=mistakes,
            manners=watch_wording.MANNERS,
        )

    @router.get("/notices")
    def show_notices(request: Request, session: Visitor) -> Response:
        return page(request, session, fields_of_notices(notices.show(actor_of(session))))

    @router.post("/notices")
    def save_notices(request: Request, session: Doer, fields: Fields) -> Response:
        actor = actor_of(session)
        try:
            notices.save(actor, read_notices(fields, actor.login, desk.clock.now()))
        except (FormMistakes, InvalidDraft) as error:
            return page(request, session, fields.fields, mistakes_of(error))
        return desk.return_to("/notices", "notices-saved")

    return router


def _agreement_routes(desk: DeskContext) -> APIRouter:
    router = APIRouter()
    agree = desk.services.watch.agree_pair

    def page(
        request: Request,
        session: Session,
        state: MemberCode,
        filled: Mapping[str, str] = NO_MISTAKES,
        mistakes: Mapping[str, str] = NO_MISTAKES,
    ) -> Response:
        pair = next((each for each in agree.show(actor_of(session)) if each.counterpart == state), None)
        if pair is None:
            raise Refusal(Problem.NOT_FOUND, "There is no such state to agree with. Open it from the list.")
        shown = {f"{line.clock.value}-{line.urgency.value}": line.agreed or "" for line in pair.times}
        return desk.render(
            request,
            "agreement.html",
            session,
            status=422 if mistakes else 200,
            pair=pair,
            filled={**shown, **filled},
            mistakes=mistakes,
            may_agree=Right.AGREE_PAIR in rights_of(session),
            names=watch_wording,
        )

    @router.get("/agreements")
    def show_agreements(request: Request, session: Visitor) -> Response:
        return desk.render(request, "agreements.html", session, pairs=agree.show(actor_of(session)))

    @router.get("/agreements/{state}")
    def show_agreement(request: Request, session: Visitor, state: State) -> Response:
        return page(request, session, state)

    @router.post("/agreements/{state}")
    def propose(request: Request, session: Doer, state: State, fields: Fields) -> Response:
        try:
            agree.propose(actor_of(session), state, read_pair_draft(fields))
        except (FormMistakes, InvalidDraft) as error:
            return page(request, session, state, fields.fields, mistakes_of(error))
        return desk.return_to(f"/agreements/{state}", "agreement-proposed")

    @router.post("/agreements/{state}/sign")
    def sign(session: Doer, state: State, fields: Fields) -> Response:
        agree.sign(actor_of(session), state, fields.text("digest"))
        return desk.return_to(f"/agreements/{state}", "agreement-signed")

    return router
