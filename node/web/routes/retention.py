"""The weeding queue, one record under review, and who has purged what it received."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.domain.retention import Due, RenewalReason, ReviewOrder, ReviewQuery, WithdrawalGround
from symbolon.node.errors import InvalidDraft
from symbolon.node.web import retention_wording
from symbolon.node.web.desk_context import DeskContext, actor_of
from symbolon.node.web.retention_forms import parse_review_query, read_renewal, read_withdrawal
from symbolon.node.web.spreadsheet import csv_answer
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.references import RecordReference, parse_record_reference
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.form_fields import NO_MISTAKES, Fields
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session

Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]
Query = Annotated[ReviewQuery, Depends(parse_review_query)]


def record_in_path(reference: str) -> RecordReference:
    """The record that an address names. Raises :class:`Refusal` (not found) for what cannot be one."""
    try:
        return parse_record_reference(reference)
    except MalformedMessage as error:
        raise Refusal(Problem.NOT_FOUND, "No record has such an address. Open it from the list.") from error


Reference = Annotated[RecordReference, Depends(record_in_path)]


def retention_routes(desk: DeskContext) -> APIRouter:
    """``/retention`` and ``/purges``."""
    router = APIRouter(include_in_schema=False)
    services = desk.services.retention

    @router.get("/retention")
    def show_queue(request: Request, session: Visitor, query: Query) -> Response:
        return desk.render(
            request,
            "retention.html",
            session,
            lines=services.list_reviews(actor_of(session), query),
            query=query,
            query_string=_query_string(query),
            choices={"due": Due, "sort": ReviewOrder},
            names=retention_wording,
        )

    @router.get("/retention.csv")
    def export_queue(session: Visitor, query: Query) -> Response:
        header = ["record", "case", "kind", "state", "review_date", "days_left", "legal_hold", "renewals", "reference"]
        rows = (
            [
                line.local_id,
                line.case_id,
                line.kind.value,
                line.publication.value,
                line.review_date.isoformat(),
                str(line.days_left),
                "yes" if line.on_legal_hold else "no",
                str(line.renewals),
                line.reference,
            ]
            for line in services.list_reviews(actor_of(session), query)
        )
        return csv_answer("symbolon-reviews.csv", header, rows)

    @router.get("/purges")
    def show_purges(request: Request, session: Visitor) -> Response:
        lines = services.list_purges(actor_of(session))
        return desk.render(request, "purges.html", session, lines=lines, names=retention_wording)

    @router.get("/purges.csv")
    def export_purges(session: Visitor) -> Response:
        header = ["holder", "direction", "record", "hit", "reason", "asked_at", "due_at", "state", "purged_at"]
        rows = (
            [
                line.holder,
                line.direction.value,
                line.own_local_id,
                line.hit_id,
                line.reason.value,
                line.asked_at.isoformat(timespec="seconds"),
                line.due_at.isoformat(timespec="seconds"),
                line.state.value,
                "" if line.purged_at is None else line.purged_at.isoformat(timespec="seconds"),
            ]
            for line in services.list_purges(actor_of(session))
        )
        return csv_answer("symbolon-purges.csv", header, rows)

    router.include_router(_review_routes(desk))
    return router


def _review_routes(desk: DeskContext) -> APIRouter:
    router = APIRouter(prefix="/retention/{reference}")
    services = desk.services.retention

    def page(
        request: Request,
        session: Session,
        reference: RecordReference,
        filled: Mapping[str, str] = NO_MISTAKES,
        mistake: InvalidDraft | None = None,
    ) -> Response:
        return desk.render(
            request,
            "review.html",
            session,
            status=200 if mistake is None else 422,
            review=services.show_review(actor_of(session), reference),
            filled=filled,
            mistakes=NO_MISTAKES if mistake is None else {mistake.field: mistake.sentence},
            choices={"reason": RenewalReason, "ground": WithdrawalGround},
            names=retention_wording,
        )

    @router.get("")
    def show_review(request: Request, session: Visitor, reference: Reference) -> Response:
        return page(request, session, reference)

    @router.post("/renew")
    def renew(request: Request, session: Doer, reference: Reference, fields: Fields) -> Response:
        try:
            until, reason, text = read_renewal(fields)
            services.renew_record(actor_of(session), reference, until, reason, text)
        except InvalidDraft as mistake:
            return page(request, session, reference, fields.fields, mistake)
        return desk.return_to(f"/retention/{reference}", "renewed")

    @router.post("/withdraw")
    def withdraw(request: Request, session: Doer, reference: Reference, fields: Fields) -> Response:
        try:
            ground, text = read_withdrawal(fields)
            services.withdraw_record(actor_of(session), reference, ground, text)
        except InvalidDraft as mistake:
            wrong = InvalidDraft("words" if mistake.field == "text" else mistake.field, mistake.sentence)
            return page(request, session, reference, fields.fields, wrong)
        return desk.return_to(f"/retention/{reference}", "record-withdrawn")

    @router.post("/hold")
    def hold(request: Request, session: Doer, reference: Reference, fields: Fields) -> Response:
        holds = fields.text("holds") == "yes"
        try:
            services.set_legal_hold(actor_of(session), reference, holds=holds, reason=fields.text("hold_reason"))
        except InvalidDraft as mistake:
            return page(request, session, reference, fields.fields, InvalidDraft("hold_reason", mistake.sentence))
        return desk.return_to(f"/retention/{reference}", "held-by-law" if holds else "hold-lifted")

    return router


def _query_string(query: ReviewQuery) -> str:
    return urlencode({"due": query.due.value, "case": query.case_id, "sort": query.order.value})
