"""The API for the members' nodes: routes, problem responses, request log, the bell of the long poll."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse

from symbolon.hub.errors import HubError, TooManyBatches
from symbolon.hub.ports import DeliveryBell
from symbolon.hub.services.api_services import ApiServices
from symbolon.hub.web.authorisation import API, admit_members
from symbolon.hub.web.openapi import describe_wire_format
from symbolon.hub.web.routes.attachments import attachments_router
from symbolon.hub.web.routes.deliveries import deliveries_router
from symbolon.hub.web.routes.desks import desks_router
from symbolon.hub.web.routes.exchange import exchange_router
from symbolon.hub.web.routes.federation import federation_router
from symbolon.hub.web.routes.reconciliation import reconciliation_router
from symbolon.protocol.problems import Problem
from symbolon.runtime.authorisation import enforce
from symbolon.runtime.errors import DatabaseUnavailable
from symbolon.runtime.problem_responses import HTTP_STATUS, MEDIA_TYPE, ProblemDocument, install
from symbolon.runtime.request_log import RequestLog

# A full batch of 1,000 records with several names each takes about a third of this.
_LARGEST_BODY = 16 * 1024 * 1024


def create_api(services: ApiServices, bell: DeliveryBell) -> FastAPI:
    """The application that listens where members connect with their certificates."""

    @asynccontextmanager
    async def hearing(_app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(bell.hear())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app = FastAPI(title="Symbolon hub", version="1", lifespan=hearing, docs_url=None, redoc_url=None)
    app.include_router(federation_router(services))
    app.include_router(exchange_router(services))
    app.include_router(deliveries_router(services, bell))
    app.include_router(reconciliation_router(services.reconciliation))
    app.include_router(desks_router(services.desks))
    app.include_router(attachments_router(services.attachments))
    describe_wire_format(app)
    install(app, (HubError,), largest_body=_LARGEST_BODY)
    app.add_exception_handler(DatabaseUnavailable, _tell_that_the_database_is_away)
    app.add_exception_handler(TooManyBatches, _tell_to_come_again)
    enforce(app, API, admit_members(services.identify_member))
    app.add_middleware(RequestLog)
    return app


def _tell_that_the_database_is_away(_request: Request, _error: Exception) -> JSONResponse:
    return _come_again("The hub's database is away: nothing was done, try again.")


def _tell_to_come_again(_request: Request, error: Exception) -> JSONResponse:
    return _come_again(str(error))


def _come_again(sentence: str) -> JSONResponse:
    problem = Problem.SERVICE_UNAVAILABLE
    status = HTTP_STATUS[problem]
    document = ProblemDocument(problem, status, sentence, None)
    return JSONResponse(document.as_json(), status, media_type=MEDIA_TYPE, headers={"Retry-After": "1"})
