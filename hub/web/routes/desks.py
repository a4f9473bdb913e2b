"""Whom to call in each state, whether the desks live, and what pairs of states agreed on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from symbolon.hub.domain.members import Caller
from symbolon.hub.services.desk_services import DeskServices
from symbolon.hub.web.authorisation import caller_of
from symbolon.hub.web.callers import read_envelope
from symbolon.hub.web.routes.exchange import json_response
from symbolon.protocol.envelope import Envelope

_NO_CONTENT = 204


def desks_router(services: DeskServices) -> APIRouter:
    """Focal points and pair profiles."""
    router = APIRouter(prefix="/v1")
    calling = Depends(caller_of)
    handed_in = Depends(read_envelope)

    @router.post("/focal-points", status_code=_NO_CONTENT)
    def publish_focal_points(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Publish the caller's desks, as one newer version that its state signed."""
        services.publish_focal_points(caller.member, envelope)

    @router.get("/focal-points")
    def show_focal_points(caller: Annotated[Caller, calling]) -> Response:
        """Every state's newest directory, and when each desk was asked and answered."""
        return json_response(services.show_focal_points(caller.member))

    @router.post("/focal-points/answers", status_code=_NO_CONTENT)
    def note_proof_of_life(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Answer the newest ping of one of the caller's desks."""
        services.note_proof_of_life(caller.member, envelope)

    @router.post("/pair-profiles", status_code=_NO_CONTENT)
    def agree_pair_profile(caller: Annotated[Caller, calling], envelope: Annotated[Envelope, handed_in]) -> None:
        """Propose times for the caller and one other state, or sign what that state proposed."""
        services.agree_pair_profile(caller.member, envelope)

    @router.get("/pair-profiles")
    def show_pair_profiles(caller: Annotated[Caller, calling]) -> Response:
        """What the caller agreed on with others, and what is proposed."""
        return json_response(services.show_pair_profiles(caller.member))

    return router
