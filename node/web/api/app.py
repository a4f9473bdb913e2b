"""The application behind `/api/v1`: routes made from the operations, each with its row, and answers of one kind."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from symbolon.node.domain.api_acts import LONGEST_KEY, ActKey, StoredAnswer
from symbolon.node.errors import NodeError
from symbolon.node.services.act_once import Asked
from symbolon.node.services.admit_client import Caller
from symbolon.node.services.api_services import ApiServices
from symbolon.node.web.api.access import ApiAccess
from symbolon.node.web.api.answers import answer_of, response_of
from symbolon.node.web.api.catalogue import OPERATIONS
from symbolon.node.web.api.described import Described, describe
from symbolon.node.web.api.files import FILES_DESCRIBED, file_routes
from symbolon.node.web.api.operations import Call, Operation
from symbolon.node.web.api.requests import read_body, read_params, read_path
from symbolon.node.web.api.rows import API
from symbolon.protocol.problems import Problem
from symbolon.runtime import problem_responses
from symbolon.runtime.authorisation import enforce
from symbolon.runtime.clock import Clock
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.request_log import RequestLog

PREFIX: Final = "/api/v1"
LARGEST_BODY: Final = 16 * 1024 * 1024
"""Bytes: a case, a part of a file."""
_PRINTABLE: Final = range(0x21, 0x7F)


@cache
def document() -> Described:
    """The description of the API: made when it is first asked for, as it takes a fifth of the time of a start."""
    return describe(OPERATIONS, API, FILES_DESCRIBED)


async def _raw_body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_raw_body)]


def create_api(services: ApiServices, clock: Clock) -> FastAPI:
    """The API as an application of its own, with its addresses in full."""
    app = FastAPI(title="Symbolon node API", version="1", openapi_url=None, docs_url=None, redoc_url=None)
    access = ApiAccess(services.admit, clock)
    for operation in OPERATIONS:
        app.add_api_route(
            f"{PREFIX}{operation.address}",
            _endpoint(services, operation),
            methods=[operation.method],
            response_model=None,
        )
    app.include_router(file_routes(services), prefix=PREFIX)

    @app.get(f"{PREFIX}/openapi.json")
    def openapi() -> Response:
        return JSONResponse(document())

    problem_responses.install(app, (NodeError,), note_refusal=access.note_refusal, largest_body=LARGEST_BODY)
    enforce(app, {(method, f"{PREFIX}{address}"): rule for (method, address), rule in API.items()}, access.admit)
    app.add_middleware(RequestLog)
    return app


def _endpoint(services: ApiServices, operation: Operation) -> Callable[[Request, bytes], Response]:
    def answer(request: Request, body: Body) -> Response:
        caller: Caller = request.state.caller
        call = Call(
            services=services,
            caller=caller,
            path=read_path(request.path_params),
            params=read_params(request.query_params.multi_items(), operation.params),
            body=read_body(operation.takes, body),
        )
        if operation.acts:
            return _acted(request, operation, call, body)
        found = services.act_once.look(lambda: _run(request, operation, call))
        return found if isinstance(found, Response) else response_of(found)

    return answer


def _acted(request: Request, operation: Operation, call: Call, body: bytes) -> Response:
    asked = Asked(
        actor=call.caller.actor,
        request_digest=_digest(request, body),
        key=_key(request, call.caller.client.client_id),
        hit_id=call.path.get("hit_id"),
        seen_version=_seen(request),
    )

    def act() -> StoredAnswer:
        value = _run(request, operation, call)
        if isinstance(value, Response):
            raise TypeError("an act answers with a value, which can be kept")
        return value

    stored, is_old = call.services.act_once(asked, act)
    response = response_of(stored)
    if is_old:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _run(request: Request, operation: Operation, call: Call) -> StoredAnswer | Response:
    hit_id, actor = call.path.get("hit_id"), call.caller.actor
    if hit_id is not None and operation.acts and operation.looks:
        call.services.desk.view_hit.again(actor, hit_id, call.caller.visit)
    value = operation.run(call)
    return answer_of(request, value, None if hit_id is None else call.services.act_once.version_of(actor, hit_id))


def _digest(request: Request, body: bytes) -> bytes:
    said = "\n".join((request.method, request.url.path, request.url.query, request.headers.get("if-match", "")))
    return sha256(said.encode() + b"\n" + body).digest()


def _key(request: Request, client_id: UUID) -> ActKey | None:
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= LONGEST_KEY or not all(ord(letter) in _PRINTABLE for letter in key):
        raise Refusal(
            Problem.INVALID_INPUT, f"Idempotency-Key: write 1 to {LONGEST_KEY} printable letters without a blank."
        )
    return ActKey(client_id, key)


def _seen(request: Request) -> int | None:
    said = request.headers.get("if-match")
    if said is None or said == "*":
        return None
    bare = said.removeprefix('"').removesuffix('"')
    if said != f'"{bare}"' or not bare.isascii() or not bare.isdigit() or len(bare) > len("999999999"):
        raise Refusal(Problem.PRECONDITION_FAILED, "If-Match: send the ETag of the hit as it was given to you.")
    return int(bare)
