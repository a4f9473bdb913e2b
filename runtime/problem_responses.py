"""Refusals over HTTP: RFC 9457 documents for programs, a page for browsers, a traceback for nobody.

``install(app, errors)`` gives an application handlers for all that can go wrong: the errors of its room (anything that
carries a :class:`Problem` and whose text is a safe sentence), what the framework refuses (404, 405, 422), and what
nobody foresaw, which is logged by class and place, never by text, and answered with an apology.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.runtime.accounts import AccountMistake
from symbolon.runtime.errors import DatabaseUnavailable, RuntimeFault
from symbolon.runtime.logs import log_unexpected
from symbolon.runtime.passwords import TooManySignIns

MEDIA_TYPE: Final = "application/problem+json"

_OTHER_STATUSES: Final[Mapping[Problem, int]] = {
    Problem.BAD_SIGNATURE: 403,
    Problem.WRONG_SENDER: 403,
    Problem.WRONG_AUDIENCE: 403,
    Problem.WRONG_FEDERATION: 403,
    Problem.UNKNOWN_MEMBER: 403,
    Problem.NOT_A_PARTY: 403,
    Problem.MESSAGE_REUSED: 409,
    Problem.UNKNOWN_HIT: 404,
    Problem.UNKNOWN_RECORD: 404,
    Problem.UNKNOWN_REQUEST: 404,
    Problem.STALE_VERSION: 409,
    Problem.BATCH_TOO_LARGE: 413,
    Problem.BATCH_REUSED: 409,
    Problem.ILLEGAL_TRANSITION: 409,
    Problem.NOT_THEIR_STEP: 403,
    Problem.FOUR_EYES_MISSING: 403,
    Problem.STALE_STATE: 409,
    Problem.ON_HOLD: 409,
    Problem.UNKNOWN_ATTACHMENT: 404,
    Problem.UNKNOWN_PING: 404,
    Problem.QUOTA_EXCEEDED: 409,
    Problem.NOT_DISCLOSED: 403,
    Problem.ALREADY_VOTED: 409,
    Problem.PAYLOAD_TOO_LARGE: 413,
    Problem.UNSUPPORTED_MEDIA_TYPE: 415,
    Problem.NOT_YET_A_MEMBER: 403,
    Problem.MEMBER_SUSPENDED: 403,
    Problem.MEMBER_EXPELLED: 403,
    Problem.PROPOSAL_CHANGED: 409,
    Problem.REPLAYED: 409,
    Problem.OUT_OF_ORDER: 409,
    Problem.UNAUTHENTICATED: 401,
    Problem.SECOND_FACTOR_NEEDED: 403,
    Problem.JUSTIFICATION_NEEDED: 403,
    Problem.FORBIDDEN: 403,
    Problem.CSRF: 403,
    Problem.PRECONDITION_FAILED: 412,
    Problem.KEY_REUSED: 422,
    Problem.NOT_FOUND: 404,
    Problem.METHOD_NOT_ALLOWED: 405,
    Problem.TOO_MANY_REQUESTS: 429,
    Problem.TOKEN_BUDGET_SPENT: 429,
    Problem.SERVICE_UNAVAILABLE: 503,
    Problem.BROKEN_AUDIT_LOG: 500,
    Problem.INTERNAL: 500,
}
HTTP_STATUS: Final[Mapping[Problem, int]] = {problem: _OTHER_STATUSES.get(problem, 422) for problem in Problem}
"""The status of each problem; what is not named otherwise was understood and refused (422)."""

# For these, how many seconds later it is worth trying again.
_RETRY_AFTER_S: Final[Mapping[Problem, int]] = {Problem.TOO_MANY_REQUESTS: 5, Problem.SERVICE_UNAVAILABLE: 10}

_PROBLEM_OF_STATUS: Final[Mapping[int, Problem]] = {
    401: Problem.UNAUTHENTICATED,
    403: Problem.FORBIDDEN,
    404: Problem.NOT_FOUND,
    405: Problem.METHOD_NOT_ALLOWED,
    413: Problem.PAYLOAD_TOO_LARGE,
    415: Problem.UNSUPPORTED_MEDIA_TYPE,
    429: Problem.TOO_MANY_REQUESTS,
    503: Problem.SERVICE_UNAVAILABLE,
}
# What the framework itself refuses comes with the bare name of the status: these say what to do.
_SENTENCE_OF_STATUS: Final[Mapping[int, str]] = {
    404: "Check the address; what was here may have been withdrawn.",
    405: "Use the method that the Allow header names.",
}


@runtime_checkable
class CarriesProblem(Protocol):
    """An error that names its own problem."""

    problem: Problem


class Refusal(RuntimeFault):
    """Raised by a route or a dependency of the web edge: a problem with one safe sentence."""

    def __init__(self, problem: Problem, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ProblemDocument:
    """What is told of a refusal: to programs as it is, to people as a page."""

    problem: Problem
    status: int
    detail: str
    request_id: str | None
    location: str | None = None
    """Where in the input the fault lies, when it does."""

    def as_json(self) -> dict[str, str | int]:
        """The members of RFC 9457, with the request id as an extension member."""
        members: dict[str, str | int] = {
            "type": self.problem.uri,
            "title": self.problem.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.location is not None:
            members["location"] = self.location
        if self.request_id is not None:
            members["request_id"] = self.request_id
        return members


NO_LARGER_BODIES: Final[Mapping[re.Pattern[str], int]] = {}

ErrorPage = Callable[[Request, ProblemDocument], Response]
"""Renders a problem for a browser."""

NoteRefusal = Callable[[Request], None]
"""Is told of each request that somebody had no right to make (403)."""


def install(
    app: FastAPI,
    errors: Iterable[type[Exception]] = (),
    *,
    error_page: ErrorPage | None = None,
    note_refusal: NoteRefusal | None = None,
    largest_body: int = 1 << 20,
    larger_bodies: Mapping[re.Pattern[str], int] = NO_LARGER_BODIES,
) -> None:
    """Answer everything that goes wrong in ``app`` with a problem document, or with ``error_page`` for browsers.

    ``errors``: error classes of the role that carry a problem (``NodeError``, ``HubError``); ``largest_body``: bytes;
    ``larger_bodies``: how many more may be sent to addresses that match.
    """

    def answer(request: Request, document: ProblemDocument, headers: Mapping[str, str] | None = None) -> Response:
        if note_refusal is not None and document.status == HTTP_STATUS[Problem.FORBIDDEN]:
            note_refusal(request)
        if error_page is not None and is_browser(request):
            response = error_page(request, document)
        else:
            response = problem_json(document)
        response.headers.update(headers or {})
        if document.problem in _RETRY_AFTER_S:
            response.headers.setdefault("Retry-After", str(_RETRY_AFTER_S[document.problem]))
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def on_problem(request: Request, error: Exception) -> Response:
        problem = error.problem if isinstance(error, CarriesProblem) else Problem.INTERNAL
        return answer(request, ProblemDocument(problem, HTTP_STATUS[problem], str(error), _request_id(request)))

    def on_database_away(request: Request, error: Exception) -> Response:
        log_unexpected(error, while_doing="asking the database")
        sentence = "The database does not answer at the moment. Try again in a minute."
        document = ProblemDocument(Problem.SERVICE_UNAVAILABLE, 503, sentence, _request_id(request))
        return answer(request, document)

    def on_http_exception(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        problem = _PROBLEM_OF_STATUS.get(error.status_code, Problem.INVALID_INPUT)
        sentence = _SENTENCE_OF_STATUS.get(error.status_code, str(error.detail))
        document = ProblemDocument(problem, error.status_code, sentence, _request_id(request))
        return answer(request, document, error.headers)

    def on_validation_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        first = error.errors()[0]
        location = ".".join(str(step) for step in first["loc"])
        detail = f"{location}: {first['msg']}."
        document = ProblemDocument(Problem.INVALID_INPUT, 422, detail, _request_id(request), location)
        return answer(request, document)

    for known in (Refusal, AccountMistake, TooManySignIns, ProtocolError, *errors):
        app.add_exception_handler(known, on_problem)
    app.add_exception_handler(DatabaseUnavailable, on_database_away)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_middleware(_BodyLimit, largest_body=largest_body, larger_bodies=larger_bodies, answer=answer)
    app.add_middleware(_Unforeseen, answer=answer)


def problem_json(document: ProblemDocument) -> Response:
    """The document for a program."""
    return JSONResponse(document.as_json(), document.status, media_type=MEDIA_TYPE)


Answer = Callable[[Request, ProblemDocument], Response]


class _Unforeseen:
    """Stands between an unexpected error and the server, which would print its text into the log."""

    def __init__(self, app: ASGIApp, answer: Answer) -> None:
        self.app = app
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        except Exception as error:  # noqa: BLE001 - the outermost place, where nothing may get past
            log_unexpected(error, while_doing="answering a request")
            if started:
                return  # half an answer is out: the server closes the connection
            request = Request(scope)
            sentence = "Something failed on our side. Nothing was half done: try again, then tell the administrator."
            document = ProblemDocument(Problem.INTERNAL, 500, sentence, _request_id(request))
            await self.answer(request, document)(scope, receive, send)


class _BodyTooLarge(RuntimeFault):
    """More bytes arrived than are taken."""


class _BodyLimit:
    """Refuses a body over the limit: at once by its declared length, or as soon as it grows past it."""

    def __init__(
        self, app: ASGIApp, largest_body: int, larger_bodies: Mapping[re.Pattern[str], int], answer: Answer
    ) -> None:
        self.app = app
        self.largest_body = largest_body
        self.larger_bodies = larger_bodies
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        largest = next((most for address, most in self.larger_bodies.items() if address.fullmatch(scope["path"])), None)
        largest = self.largest_body if largest is None else largest
        declared = Headers(scope=scope).get("content-length", "0")
        received = 0
        refused = declared.isdigit() and int(declared) > largest
        started = False

        async def counted_receive() -> Message:
            nonlocal received, refused
            message = await receive()
            received += len(message.get("body", b""))
            if received > largest:
                refused = True
                raise _BodyTooLarge
            return message

        async def muted_send(message: Message) -> None:
            # What the application says of a body that it was not allowed to read is not what the client must hear.
            nonlocal started
            if not refused or started:
                started = True
                await send(message)

        if not refused:
            try:
                await self.app(scope, counted_receive, muted_send)
            except _BodyTooLarge:
                refused = True
        if refused and not started:
            request = Request(scope)
            sentence = f"The request is larger than {largest} bytes: send it in smaller parts."
            document = ProblemDocument(Problem.PAYLOAD_TOO_LARGE, 413, sentence, _request_id(request))
            response = self.answer(request, document)
            response.headers["Connection"] = "close"
            await response(scope, receive, send)


def is_browser(request: Request) -> bool:
    """Whether a person's browser asks, which wants a page and not a document."""
    return "text/html" in request.headers.get("accept", "")


def _request_id(request: Request) -> str | None:
    request_id = getattr(request.state, "request_id", None)
    return None if request_id is None else str(request_id)
