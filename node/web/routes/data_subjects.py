"""Data subjects: what is held about a person, given, corrected, erased, and the proof of it from the log."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.domain.data_subjects import FoundRecord
from symbolon.node.errors import InvalidDraft
from symbolon.node.services.answer_data_subject import ExportForm
from symbolon.node.web import retention_wording
from symbolon.node.web.desk_context import DeskContext, actor_of
from symbolon.node.web.retention_forms import fields_of_correction, read_correction, read_subject_query
from symbolon.node.web.routes.retention import record_in_path
from symbolon.protocol.references import RecordReference
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.form_fields import NO_MISTAKES, Fields
from symbolon.runtime.sessions import Session

Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]
Reference = Annotated[RecordReference, Depends(record_in_path)]


def data_subject_routes(desk: DeskContext) -> APIRouter:
    """``/data-subjects``. What is searched for travels in the body of a form, and stands in no address and no log."""
    router = APIRouter(include_in_schema=False)
    services = desk.services.retention

    def page(
        request: Request,
        session: Session,
        found: tuple[FoundRecord, ...] | None,
        filled: Mapping[str, str] = NO_MISTAKES,
        mistake: InvalidDraft | None = None,
    ) -> Response:
        return desk.render(
            request,
            "data_subjects.html",
            session,
            status=200 if mistake is None else 422,
            found=found,
            acts=services.list_data_subject_acts(actor_of(session)),
            filled=filled,
            mistakes=NO_MISTAKES if mistake is None else {mistake.field: mistake.sentence},
            names=retention_wording,
        )

    @router.get("/data-subjects")
    def show_search(request: Request, session: Visitor) -> Response:
        return page(request, session, None)

    @router.post("/data-subjects")
    def search(request: Request, session: Doer, fields: Fields) -> Response:
        try:
            found = services.find_data_subject(actor_of(session), read_subject_query(fields))
        except InvalidDraft as mistake:
            return page(request, session, None, fields.fields, mistake)
        return page(request, session, found, fields.fields)

    router.include_router(_record_routes(desk))
    return router


def _record_routes(desk: DeskContext) -> APIRouter:
    router = APIRouter(prefix="/data-subjects/{reference}")
    services = desk.services.retention

    def page(
        request: Request,
        session: Session,
        reference: RecordReference,
        filled: Mapping[str, str] | None = None,
        mistake: InvalidDraft | None = None,
    ) -> Response:
        actor = actor_of(session)
        proofs = services.list_data_subject_acts.proofs(actor, reference)
        identifiers = services.list_data_subject_acts.identifiers(actor, reference)
        return desk.render(
            request,
            "data_subject.html",
            session,
            status=200 if mistake is None else 422,
            reference=reference,
            is_erased=identifiers is None,
            proofs=proofs,
            filled=filled or (NO_MISTAKES if identifiers is None else fields_of_correction(identifiers)),
            mistakes=NO_MISTAKES if mistake is None else {mistake.field: mistake.sentence},
        )

    @router.get("")
    def show_record(request: Request, session: Visitor, reference: Reference) -> Response:
        return page(request, session, reference)

    @router.get("/export.json")
    def export_json(session: Visitor, reference: Reference) -> Response:
        content = services.export_data_subject(actor_of(session), reference, ExportForm.JSON)
        return _download(content, "application/json", f"data-subject-{reference}.json")

    @router.get("/export.txt")
    def export_text(session: Visitor, reference: Reference) -> Response:
        content = services.export_data_subject(actor_of(session), reference, ExportForm.TEXT)
        return _download(content, "text/plain; charset=utf-8", f"data-subject-{reference}.txt")

    @router.post("/correct")
    def correct(request: Request, session: Doer, reference: Reference, fields: Fields) -> Response:
        actor = actor_of(session)
        known = services.list_data_subject_acts.identifiers(actor, reference)
        try:
            if known is not None:
                services.correct_data_subject(actor, reference, read_correction(fields, known))
        except InvalidDraft as mistake:
            return page(request, session, reference, fields.fields, mistake)
        return desk.return_to(f"/data-subjects/{reference}", "corrected")

    @router.post("/erase")
    def erase(request: Request, session: Doer, reference: Reference, fields: Fields) -> Response:
        if fields.text("sure") != "yes":
            mistake = InvalidDraft("sure", "Tick the box: what is erased cannot be brought back.")
            return page(request, session, reference, None, mistake)
        services.erase_data_subject(actor_of(session), reference)
        return desk.return_to(f"/data-subjects/{reference}", "erased")

    return router


def _download(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
