"""After a restore: what the hub holds of the caller, and what the caller tells a restored hub."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from symbolon.hub.domain.members import Caller
from symbolon.hub.services.reconciliation_services import ReconciliationServices
from symbolon.hub.web.authorisation import caller_of
from symbolon.hub.web.callers import read_envelope
from symbolon.hub.web.routes.exchange import json_response
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.references import parse_hit_id, parse_record_reference

_NO_CONTENT = 204


def reconciliation_router(services: ReconciliationServices) -> APIRouter:
    """The caller's own holdings, and nobody else's."""
    router = APIRouter(prefix="/v1/reconciliation")
    calling = Depends(caller_of)
    handed_in = Depends(read_envelope)
    After = Annotated[str | None, Query(description="The last entry of the page before.")]  # noqa: N806 - a type

    @router.get("/records")
    def list_records(caller: Annotated[Caller, calling], after: After = None) -> Response:
        """What the hub holds of the caller's records, a thousand at a time."""
        reference = None if after is None else parse_record_reference(after)
        return json_response(services.list_holdings.records(caller.member, reference))

    @router.get("/hits")
    def list_hits(caller: Annotated[Caller, calling], after: After = None) -> Response:
        """The hits that the caller was told of, a thousand at a time."""
        hit_id = None if after is None else parse_hit_id(after)
        return json_response(services.list_holdings.hits(caller.member, hit_id))

    @router.post("/deliveries")
    def redeliver(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> Response:
        """Let what the caller acknowledged since some moment wait for it again."""
        return json_response(services.redeliver(caller.member, envelope))

    @router.post("/known-records")
    def take_known_records(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> Response:
        """Tell what the caller published and withdrew; the answer says what to send again."""
        return json_response(services.take_known_records(caller.member, envelope))

    @router.post("/known-hits", status_code=_NO_CONTENT)
    def take_known_hits(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Tell which hits the caller knows, so that no pair is alerted twice."""
        services.take_known_hits(caller.member, envelope)

    @router.post("/done", status_code=_NO_CONTENT)
    def note_reconciled(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Say that all was told and sent."""
        services.note_reconciled(caller.member, envelope)

    return router
