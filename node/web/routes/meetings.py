"""What goes with a confirmed hit besides its exchanges: meetings, prints, onward use, contacts on other channels."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.domain.hits import HitView
from symbolon.node.domain.meetings import meetings_of
from symbolon.node.web import act_forms, act_readings
from symbolon.node.web.acting import NOT_TAKEN, GoOn, StalePage, act_on_hit, by_field, mark_of, status_of
from symbolon.node.web.desk_context import (
    DeskContext,
    actor_of,
    exchange_in_path,
    hit_in_path,
    meeting_in_path,
    visit_of,
)
from symbolon.node.web.form_spec import FormSpec, Reading, filled_with
from symbolon.node.web.justifying import seen_by
from symbolon.protocol.disclosure_rules import Export
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import (
    HUB,
    HitId,
    MeetingId,
    MemberCode,
    RequestId,
    parse_member_code,
    parse_message_id,
)
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.form_fields import NO_MISTAKES, Fields, FormFields
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session

Hit = Annotated[HitId, Depends(hit_in_path)]
Exchange = Annotated[RequestId, Depends(exchange_in_path)]
Meeting = Annotated[MeetingId, Depends(meeting_in_path)]
Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]
_NEW_MEETING: Final = FormFields({"handling_code": "H3", "zone": "UTC"})
_NOTHING: Final = FormFields({})
Perform = Callable[[HitView], GoOn]


class _Page:
    """A page with one form about a hit."""

    def __init__(self, desk: DeskContext, spec: FormSpec, button: str, step: str) -> None:
        self._desk, self._spec, self._button, self._step = desk, spec, button, step

    def show(
        self,
        request: Request,
        session: Session,
        view: HitView,
        typed: FormFields,
        error: Exception | None = None,
    ) -> Response:
        """The page, with what was typed and what is wrong with it."""
        return self._desk.render(
            request,
            "hit_form.html",
            session,
            status=200 if error is None else status_of(error),
            hit=view.summary,
            spec=self._spec,
            button=self._button,
            action=f"/hits/{view.summary.hit_id}/{self._step}",
            seen=mark_of(view),
            filled=typed,
            mistakes=NO_MISTAKES if error is None else by_field(error),
            stale=isinstance(error, StalePage),
            message_id=typed.text("message"),
        )

    def send(
        self, request: Request, session: Session, hit_id: HitId, fields: FormFields, perform: Callable[[Reading], str]
    ) -> Response:
        """Do what the form says, and go back to the hit; ``perform`` gives the notice."""
        try:
            return act_on_hit(
                self._desk,
                session,
                hit_id,
                fields,
                lambda _view: (f"/hits/{hit_id}", perform(Reading(fields, self._spec))),
            )
        except NOT_TAKEN as error:
            view = seen_by(self._desk, session, hit_id, is_begun=True)
            return self.show(request, session, view, fields, error)


def meeting_routes(desk: DeskContext) -> APIRouter:
    """``/hits/…/meeting`` and ``meetings/…``."""
    router = APIRouter(prefix="/hits/{hit_id}", include_in_schema=False)
    proposing = _Page(desk, act_forms.meeting_spec(is_change=False), "Seal and propose it", "meeting")

    @router.get("/meeting")
    def show_new(request: Request, session: Visitor, hit_id: Hit) -> Response:
        view = seen_by(desk, session, hit_id)
        _require(view, HitAction.MEETING)
        return proposing.show(request, session, view, _NEW_MEETING)

    @router.post("/meeting")
    def propose(request: Request, session: Doer, hit_id: Hit, fields: Fields) -> Response:
        def perform(reading: Reading) -> str:
            desk.services.propose_meeting(actor_of(session), hit_id, act_readings.read_meeting(reading, None))
            return "meeting-proposed"

        return proposing.send(request, session, hit_id, fields, perform)

    def changing(meeting_id: MeetingId) -> _Page:
        spec = act_forms.meeting_spec(is_change=True)
        return _Page(desk, spec, "Seal and send the change", f"meetings/{meeting_id}/change")

    @router.get("/meetings/{meeting_id}/change")
    def show_change(request: Request, session: Visitor, hit_id: Hit, meeting_id: Meeting) -> Response:
        view = seen_by(desk, session, hit_id)
        _require(view, HitAction.MEETING)
        for meeting in meetings_of(view.others):
            if meeting.proposal.meeting_id == meeting_id:
                return changing(meeting_id).show(request, session, view, filled_with(meeting.proposal))
        raise Refusal(Problem.NOT_FOUND, "This hit has no such meeting. Open it from the hit's page.")

    @router.post("/meetings/{meeting_id}/change")
    def change(request: Request, session: Doer, hit_id: Hit, meeting_id: Meeting, fields: Fields) -> Response:
        def perform(reading: Reading) -> str:
            desk.services.propose_meeting(actor_of(session), hit_id, act_readings.read_meeting(reading, meeting_id))
            return "meeting-proposed"

        return changing(meeting_id).send(request, session, hit_id, fields, perform)

    @router.post("/meetings/{meeting_id}/answer")
    def answer(session: Doer, hit_id: Hit, meeting_id: Meeting, fields: Fields) -> Response:
        def perform(_view: HitView) -> GoOn:
            desk.services.answer_meeting(actor_of(session), hit_id, meeting_id, fields.text("accepted") == "yes")
            return f"/hits/{hit_id}", "meeting-answered"

        try:
            return act_on_hit(desk, session, hit_id, fields, perform)
        except StalePage as error:
            raise _stale() from error

    @router.get("/meetings/{meeting_id}/calendar")
    def calendar(session: Visitor, hit_id: Hit, meeting_id: Meeting) -> Response:
        seen_by(desk, session, hit_id)
        return _file(
            desk.services.meeting_calendar(actor_of(session), hit_id, meeting_id), "text/calendar", "meeting.ics"
        )

    return router


def side_routes(desk: DeskContext) -> APIRouter:
    """``/hits/…/pack``, ``contact``, and onward use below an exchange."""
    router = APIRouter(prefix="/hits/{hit_id}", include_in_schema=False)
    noting = _Page(desk, act_forms.CONTACT, "Keep it", "contact")

    @router.get("/pack")
    def print_pack(session: Visitor, hit_id: Hit, purpose: str = "") -> Response:
        seen_by(desk, session, hit_id)
        export = Export.EVIDENCE if purpose == Export.EVIDENCE else Export.PRINT
        return _file(
            desk.services.print_pack(actor_of(session), hit_id, export, visit_of(session)), "application/pdf", "hit.pdf"
        )

    @router.get("/contact")
    def show_contact(request: Request, session: Visitor, hit_id: Hit) -> Response:
        return noting.show(request, session, seen_by(desk, session, hit_id), _NOTHING)

    @router.post("/contact")
    def note_contact(request: Request, session: Doer, hit_id: Hit, fields: Fields) -> Response:
        def perform(reading: Reading) -> str:
            desk.services.note_contact(actor_of(session), hit_id, act_readings.read_contact(reading))
            return "contact-noted"

        return noting.send(request, session, hit_id, fields, perform)

    def asking(exchange_id: RequestId) -> _Page:
        members = {code: name for code, name in desk.member_names().items() if code not in (desk.pages.desk.code, HUB)}
        spec = act_forms.onward_spec({str(code): name for code, name in members.items()})
        return _Page(desk, spec, "Seal and ask", f"exchanges/{exchange_id}/onward-use")

    @router.get("/exchanges/{exchange_id}/onward-use")
    def show_onward(
        request: Request, session: Visitor, hit_id: Hit, exchange_id: Exchange, message: str = ""
    ) -> Response:
        return asking(exchange_id).show(
            request, session, seen_by(desk, session, hit_id), FormFields({"message": message})
        )

    @router.post("/exchanges/{exchange_id}/onward-use")
    def ask_onward(request: Request, session: Doer, hit_id: Hit, exchange_id: Exchange, fields: Fields) -> Response:
        def perform(reading: Reading) -> str:
            form = act_readings.read_onward(reading, parse_message_id(fields.text("message")))
            desk.services.ask_onward_use(actor_of(session), hit_id, exchange_id, form)
            return "onward-asked"

        return asking(exchange_id).send(request, session, hit_id, fields, perform)

    @router.get("/exchanges/{exchange_id}/pass-on")
    def pass_on(session: Visitor, hit_id: Hit, exchange_id: Exchange, to: str = "") -> Response:
        seen_by(desk, session, hit_id)
        pdf = desk.services.pass_on(actor_of(session), hit_id, exchange_id, _member(to), visit_of(session))
        return _file(pdf, "application/pdf", "passed-on.pdf")

    return router


def _member(code: str) -> MemberCode:
    return parse_member_code(code)


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="symbolon-{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def _require(view: HitView, action: HitAction) -> None:
    if action not in view.summary.actions:
        raise Refusal(
            Problem.ILLEGAL_TRANSITION, "This cannot be done now, or not by you: the hit's page says what can."
        )


def _stale() -> Refusal:
    return Refusal(Problem.STALE_STATE, "This hit has moved on since you opened its page: open it again, then decide.")
