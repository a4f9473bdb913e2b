"""One listener, two applications: what begins with `/api/` is for programs, everything else for people.

Each has its own table of rows and its own way of saying who asks, so that no cookie opens the API and no token a page.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

_API = "/api/"


class Front:
    """Hands each request to the application that its address belongs to."""

    def __init__(self, desk: ASGIApp, api: ASGIApp) -> None:
        self._desk = desk
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI)."""
        is_for_api = scope["type"] == "http" and str(scope["path"]).startswith(_API)
        await (self._api if is_for_api else self._desk)(scope, receive, send)
