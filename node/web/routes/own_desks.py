"""The own desks: a form for each, a form for validity, holidays and roster, the whole as a TOML file, and signing."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.domain.desk_text import read_toml
from symbolon.node.domain.desks import OwnDirectory
from symbolon.node.errors import InvalidDraft, NodeError
from symbolon.node.web import watch_wording
from symbolon.node.web.desk_context import DeskContext, actor_of
from symbolon.node.web.desk_forms import (
    fields_of_desk,
    fields_of_directory,
    read_desk,
    read_directory,
    with_desk,
    without_desk,
)
from symbolon.node.web.form_spec import FormMistakes
from symbolon.protocol.messages_focal_points import Competence, DeskKind
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.references import parse_desk_id
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.form_fields import NO_MISTAKES, Fields
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session

Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]
OWN: Final = "/focal-points/own"


def mistakes_of(error: NodeError) -> Mapping[str, str]:
    """Which field needs which change."""
    if isinstance(error, FormMistakes):
        return error.by_field
    return {error.field if isinstance(error, InvalidDraft) else "form": error.sentence}


def own_desk_routes(desk: DeskContext) -> APIRouter:
    """``/focal-points/own`` and below."""
    router = APIRouter(prefix="/own")
    edit = desk.services.watch.edit_focal_points

    def overview(
        request: Request,
        session: Session,
        own: OwnDirectory,
        filled: Mapping[str, str] = NO_MISTAKES,
        mistakes: Mapping[str, str] = NO_MISTAKES,
    ) -> Response:
        shown = {} if own.draft is None else fields_of_directory(own.draft)
        return desk.render(
            request,
            "own_desks.html",
            session,
            status=422 if mistakes else 200,
            own=own,
            filled={**shown, "toml": own.toml, **filled},
            mistakes=mistakes,
            names=watch_wording,
        )

    def desk_page(
        request: Request,
        session: Session,
        own: OwnDirectory,
        filled: Mapping[str, str],
        ticked: frozenset[str],
        mistakes: Mapping[str, str] = NO_MISTAKES,
    ) -> Response:
        staff = next((logins for desk_id, logins in own.staff.items() if desk_id == filled.get("desk_id")), frozenset())
        return desk.render(
            request,
            "own_desk.html",
            session,
            status=422 if mistakes else 200,
            own=own,
            filled={**filled, "staff": "\n".join(sorted(staff))},
            ticked=ticked,
            mistakes=mistakes,
            kinds={kind: watch_wording.DESK_KINDS[kind] for kind in DeskKind},
            competences={each: watch_wording.COMPETENCES[each] for each in Competence},
            is_known=own.draft is not None and any(each.desk_id == filled.get("desk_id") for each in own.draft.desks),
        )

    @router.get("")
    def show_own(request: Request, session: Visitor) -> Response:
        return overview(request, session, edit.show(actor_of(session)))

    @router.get(".toml")
    def export_own(session: Visitor) -> Response:
        return Response(
            edit.show(actor_of(session)).toml,
            media_type="application/toml; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="focal-points.toml"'},
        )

    @router.post("/toml")
    def take_toml(request: Request, session: Doer, fields: Fields) -> Response:
        actor = actor_of(session)
        try:
            edit.save(actor, read_toml(fields.text("toml")), fields.text("seen"))
        except (FormMistakes, InvalidDraft) as error:
            return overview(request, session, edit.show(actor), fields.fields, {"toml": error.sentence})
        return desk.return_to(OWN, "desks-saved")

    @router.post("/general")
    def save_general(request: Request, session: Doer, fields: Fields) -> Response:
        actor = actor_of(session)
        own = edit.show(actor)
        if own.draft is None:
            raise Refusal(Problem.NOT_FOUND, "Enter a desk first: validity and roster belong to it.")
        try:
            edit.save(actor, read_directory(fields, own.draft), fields.text("seen"))
        except (FormMistakes, InvalidDraft) as error:
            return overview(request, session, own, fields.fields, mistakes_of(error))
        return desk.return_to(OWN, "desks-saved")

    @router.get("/desk")
    def show_desk(request: Request, session: Visitor, name: str = "") -> Response:
        own = edit.show(actor_of(session))
        desks = () if own.draft is None else own.draft.desks
        found = next((each for each in desks if each.desk_id == name), None)
        ticked = frozenset() if found is None else frozenset(each.value for each in found.competences)
        return desk_page(request, session, own, fields_of_desk(found), ticked)

    @router.post("/desk")
    def save_desk(request: Request, session: Doer, fields: Fields) -> Response:
        actor = actor_of(session)
        own = edit.show(actor)
        try:
            entry = read_desk(fields)
            edit.save(actor, with_desk(own.draft, entry, desk.clock.now()), fields.text("seen"))
        except (FormMistakes, InvalidDraft) as error:
            ticked = fields.choices("competences")
            return desk_page(request, session, own, fields.fields, ticked, mistakes_of(error))
        return desk.return_to(OWN, "desks-saved")

    @router.post("/desk/remove")
    def remove_desk(request: Request, session: Doer, fields: Fields) -> Response:
        actor = actor_of(session)
        own = edit.show(actor)
        if own.draft is None:
            raise Refusal(Problem.NOT_FOUND, "There is no desk to remove.")
        try:
            edit.save(actor, without_desk(own.draft, fields.text("desk_id")), fields.text("seen"))
        except InvalidDraft as error:
            return overview(request, session, own, {}, {"form": error.sentence})
        return desk.return_to(OWN, "desks-saved")

    @router.post("/staff")
    def save_staff(request: Request, session: Doer, fields: Fields) -> Response:
        actor = actor_of(session)
        try:
            desk_id = parse_desk_id(fields.text("desk_id"))
            edit.staff(actor, desk_id, fields.text("staff").split())
        except (InvalidDraft, MalformedMessage) as error:
            return overview(request, session, edit.show(actor), {}, {"form": str(error)})
        return desk.return_to(OWN, "staff-saved")

    @router.post("/publish")
    def publish(request: Request, session: Doer) -> Response:
        actor = actor_of(session)
        try:
            desk.services.watch.publish_focal_points(actor)
        except InvalidDraft as error:
            return overview(request, session, edit.show(actor), {}, {"form": error.sentence})
        return desk.return_to(OWN, "desks-published")

    return router
