"""One log line and one measurement for each request: its id, method, route, status and duration.

The route is its template (``/hits/{hit_id}``). Paths, queries, headers and addresses are not written: any of them may
hold what identifies a person.
"""

import time
from collections.abc import Callable
from typing import Final
from uuid import UUID, uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from symbolon.runtime.logs import get_logger
from symbolon.runtime.metrics import REQUESTS, RequestMetrics

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HEADER: Final = b"x-request-id"


class RequestLog:
    """ASGI middleware; add it last, so that it is the outermost and sees every answer.

    The request id is the server's own: it is in each log line of the request, in ``request.state.request_id`` and in
    the answer's ``X-Request-Id``, so that a person can quote it.
    """

    def __init__(self, app: ASGIApp, metrics: RequestMetrics = REQUESTS, new_uuid: Callable[[], UUID] = uuid4) -> None:
        self._app = app
        self._metrics = metrics
        self._new_uuid = new_uuid

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, watching the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = str(self._new_uuid())
        scope.setdefault("state", {})["request_id"] = request_id
        # 499, as nginx has it: the client left, or the server stopped, before there was an answer.
        status = 499

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (_HEADER, request_id.encode())]}
            await send(message)

        started = time.perf_counter()
        with bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, watched_send)
            finally:
                self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # A client may send any word as its method.
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        # The authorisation table's word for the route, which is the whole template, where there is a table.
        route = scope["state"].get("route_template") or getattr(scope.get("route"), "path", None) or "unmatched"
        write = get_logger().error if status >= 500 else get_logger().info
        write("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
        self._metrics.observe(method, route, status, seconds)
