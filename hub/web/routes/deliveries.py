"""What waits for a member, by long poll: the one asynchronous route, so that a waiting node costs no thread."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from starlette.concurrency import run_in_threadpool

from symbolon.hub.domain.members import Caller
from symbolon.hub.ports import DeliveryBell, WaitingDelivery
from symbolon.hub.services.api_services import ApiServices
from symbolon.hub.web.authorisation import caller_of
from symbolon.hub.web.routes.exchange import json_response


def deliveries_router(services: ApiServices, bell: DeliveryBell) -> APIRouter:
    """The caller's own deliveries."""
    router = APIRouter(prefix="/v1")
    calling = Depends(caller_of)

    @router.get("/deliveries")
    async def list_deliveries(
        caller: Annotated[Caller, calling],
        wait: Annotated[int, Query(ge=0, le=30, description="Seconds to wait while there is nothing.")] = 0,
        limit: Annotated[int, Query(ge=1, le=100)] = 100,
    ) -> Response:
        """The oldest deliveries that were not acknowledged, as soon as there is one.

        Who waits while the hub stops is told that there is nothing, and comes again. Who is suspended or expelled
        while it waits is told so at once.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        with bell.waiting(caller.member) as rung:
            while True:
                rung.clear()
                found = await run_in_threadpool(services.list_deliveries, caller.member, limit)
                remaining_s = deadline - loop.time()
                if found or remaining_s <= 0:
                    return json_response(_as_json(found))
                try:
                    async with asyncio.timeout(remaining_s):
                        await rung.wait()
                except TimeoutError:
                    continue
                except asyncio.CancelledError:
                    # The server cuts off what still waits when it stops: it would answer this one with a fault.
                    return json_response(_as_json(()))

    return router


def _as_json(deliveries: Sequence[WaitingDelivery]) -> bytes:
    # Envelopes are stored as JSON: to parse and write them again would be for nothing.
    items = (b'{"delivery_id":"%s","envelope":%s}' % (each.delivery_id.encode(), each.envelope) for each in deliveries)
    return b'{"deliveries":[%s]}' % b",".join(items)
