"""The directory of members, and whether the hub is well."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from symbolon.hub.services.api_services import ApiServices
from symbolon.hub.web.callers import caller_from
from symbolon.hub.web.routes.exchange import json_response
from symbolon.protocol.references import MemberCode


def federation_router(services: ApiServices) -> APIRouter:
    """What a member asks before and between everything else."""
    router = APIRouter(prefix="/v1")
    calling_member = Depends(caller_from(services.identify_member))

    @router.get("/federation")
    def describe_federation(member: Annotated[MemberCode, calling_member]) -> Response:
        """Members, their keys, the agreed linkage schema and key epoch, in an envelope signed by the hub."""
        return json_response(services.describe_federation(member))

    # To know the caller, the database was asked: whoever gets this answer knows that both are up.
    @router.get("/health", dependencies=[calling_member])
    def tell_health() -> dict[str, str]:
        """Whether the hub and its database answer."""
        return {"status": "ok"}

    return router
