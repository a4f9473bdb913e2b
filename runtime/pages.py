"""The page layout that both roles' desks share: templates, static files, security headers, notices.

Templates escape everything by default and fail on an undefined name. Static files carry the digest of their content
in their address, so that a browser on a bad line fetches each of them once.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Final

from fastapi import FastAPI
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from symbolon.runtime.problem_responses import ProblemDocument
from symbolon.runtime.sessions import Session

SECURITY_HEADERS: Final[Mapping[str, str]] = {
    # Pico draws its check marks and arrows from data: images in its own stylesheet; nothing else leaves 'self'.
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose pages these are. ``code`` is the member code or ``hub``; ``exercise`` puts the banner on every page."""

    code: str
    name: str
    kind: str
    exercise: bool

    def cookie(self, purpose: str) -> str:
        """A cookie name of this party's own: cookies know no ports, and an exercise runs many parties on one host."""
        return f"__Host-symbolon-{self.code.lower()}-{purpose}"


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """An entry of the page header, shown to those for whom ``shown_to`` holds."""

    label: str
    path: str
    shown_to: Callable[[Session], bool]


class Pages:
    """Renders the pages of one desk.

    ``package`` holds the role's ``templates/``; ``notices`` are the sentences that a page may show after an act,
    by their code: the cookie that carries one over a redirect holds the code alone.
    """

    def __init__(
        self, package: str, desk: Desk, navigation: tuple[NavigationLink, ...], notices: Mapping[str, str]
    ) -> None:
        self.desk = desk
        self._navigation = navigation
        self._notices = notices
        self._environment = Environment(
            loader=ChoiceLoader([PackageLoader(package), PackageLoader("symbolon.runtime")]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["instant"] = instant_text
        self._environment.filters["machine_time"] = machine_time
        self._environment.globals["static"] = _static_addresses().__getitem__
        self._environment.globals["desk"] = desk

    def render(
        self, request: Request, template: str, session: Session | None = None, *, status: int = 200, **context: object
    ) -> HTMLResponse:
        """One page for one person; a waiting notice is shown and forgotten."""
        notice_code = request.cookies.get(self.desk.cookie("notice"), "")
        navigation = () if session is None else tuple(link for link in self._navigation if link.shown_to(session))
        html = self._environment.get_template(template).render(
            session=session,
            csrf_token="" if session is None else session.csrf_token,
            navigation=navigation,
            here=request.url.path,
            notice=self._notices.get(notice_code),
            **context,
        )
        response = HTMLResponse(html, status)
        if notice_code:
            response.delete_cookie(self.desk.cookie("notice"), secure=True, httponly=True, samesite="strict")
        return response

    def fragment(self, template: str, **context: object) -> str:
        """The HTML of a part of a page, for the refresh of a page that is already open."""
        return self._environment.get_template(template).render(**context)

    def error_page(self, request: Request, document: ProblemDocument) -> Response:
        """The page of a refusal: what happened, and what to do."""
        session = getattr(request.state, "session", None)
        return self.render(request, "error.html", session, status=document.status, document=document)

    def announce(self, response: Response, notice_code: str) -> None:
        """Let the next page show one of the notices."""
        if notice_code not in self._notices:
            raise KeyError(notice_code)
        set_cookie(response, self.desk.cookie("notice"), notice_code)


def set_cookie(response: Response, name: str, value: str, lasting: timedelta | None = None) -> None:
    """A cookie that only our own pages over TLS get, and no script; until the browser is closed, or for longer."""
    max_age = None if lasting is None else int(lasting.total_seconds())
    response.set_cookie(name, value, max_age, path="/", secure=True, httponly=True, samesite="strict")


def dress(app: FastAPI) -> None:
    """Serve the shared static files from ``/static`` and put the security headers on every answer of ``app``."""
    app.mount("/static", GZipMiddleware(_LastingFiles(packages=[("symbolon.runtime", "static")])), name="static")
    app.add_middleware(_SecurityHeaders)


class _LastingFiles(StaticFiles):
    """Static files: kept for a year where the address names the content, else for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        named_by_content = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if named_by_content else "public, max-age=3600"
        )
        return response


class _SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


def instant_text(moment: datetime) -> str:
    """A moment as people of several time zones read it alike: ``2026-03-01 14:05 UTC``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def machine_time(moment: datetime) -> str:
    """A moment for the ``datetime`` attribute of ``<time>``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def span_text(span: timedelta) -> str:
    """A span in the two largest units that matter: ``3 d 4 h``, ``5 h 12 min``, ``40 min``, ``under 1 min``.

    >>> span_text(timedelta(days=3, hours=4, minutes=9)), span_text(timedelta(minutes=312)), span_text(timedelta(0))
    ('3 d 4 h', '5 h 12 min', 'under 1 min')
    """
    minutes = int(abs(span).total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min" if rest else "under 1 min"


def _static_addresses() -> dict[str, str]:
    folder = files("symbolon.runtime") / "static"
    return {
        entry.name: f"/static/{entry.name}?v={hashlib.sha256(entry.read_bytes()).hexdigest()[:12]}"
        for entry in folder.iterdir()
        if entry.is_file()
    }
