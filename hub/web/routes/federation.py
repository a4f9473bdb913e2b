"""The directory that the members sign, their new keys, the epochs, and whether the hub is well."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from symbolon.hub.domain.members import Caller
from symbolon.hub.services.api_services import ApiServices
from symbolon.hub.web.authorisation import caller_of
from symbolon.hub.web.callers import read_envelope
from symbolon.hub.web.routes.exchange import json_response
from symbolon.protocol.envelope import Envelope

_NO_CONTENT = 204


def federation_router(services: ApiServices) -> APIRouter:
    """What a state asks before and between everything else."""
    router = APIRouter(prefix="/v1")
    calling = Depends(caller_of)
    handed_in = Depends(read_envelope)

    @router.get("/federation")
    def describe_federation(
        caller: Annotated[Caller, calling],
        after: Annotated[int, Query(ge=0, le=2**31 - 1, description="The newest version that the caller knows.")] = 0,
    ) -> Response:
        """The co-signed versions of the directory after one, oldest first, at most 50 at once."""
        return json_response(services.describe_federation(caller.member, after))

    @router.get("/federation/proposal")
    def show_proposal(caller: Annotated[Caller, calling]) -> Response:
        """The version that waits for signatures, and who signed it."""
        return json_response(services.show_proposal(caller.member))

    @router.post("/federation/approvals", status_code=_NO_CONTENT)
    def approve_directory(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Sign the proposed version; it comes into effect with the last signature that it needs."""
        services.approve_directory(caller.member, envelope)

    @router.post("/rotations")
    def rotate_keys(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> Response:
        """Ask for new keys and a certificate; they are in effect once the members have signed the new card."""
        return json_response(services.rotate_keys(caller.member, envelope))

    @router.post("/epochs/progress", status_code=_NO_CONTENT)
    def note_epoch_progress(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Tell how far the caller is with an open epoch of the linkage key."""
        services.note_epoch_progress(caller.member, envelope)

    # To know the caller, the database was asked: whoever gets this answer knows that both are up.
    @router.get("/health")
    def tell_health() -> dict[str, str]:
        """Whether the hub and its database answer."""
        return {"status": "ok"}

    return router
