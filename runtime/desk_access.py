"""Who is behind a request at a desk, and whether the authorisation table lets them have what they ask for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from symbolon.protocol.problems import Problem
from symbolon.runtime import sessions
from symbolon.runtime.authorisation import RouteKey
from symbolon.runtime.doors import Knock
from symbolon.runtime.errors import RuntimeFault
from symbolon.runtime.form_fields import Fields
from symbolon.runtime.gatekeeper import Gatekeeper
from symbolon.runtime.pages import Pages
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session


@dataclass(frozen=True, slots=True)
class DeskRule:
    """Who may have a route of a desk; ``any_of`` empty: everybody who is signed in."""

    is_public: bool = False
    any_of: frozenset[StrEnum] = frozenset()
    by_person: bool = True
    """False for what an open page asks for by itself: it keeps nobody signed in."""


PUBLIC: Final = DeskRule(is_public=True)
SIGNED_IN: Final = DeskRule()


def holding(*rights: StrEnum, by_person: bool = True) -> DeskRule:
    """Who has one of these rights."""
    return DeskRule(any_of=frozenset(rights), by_person=by_person)


COMMON_ROUTES: Final[Mapping[RouteKey, DeskRule]] = {
    ("GET", "/static/{file}"): PUBLIC,
    ("GET", "/sign-in"): PUBLIC,
    ("POST", "/sign-in"): PUBLIC,
    ("GET", "/welcome"): PUBLIC,
    ("POST", "/welcome"): PUBLIC,
    ("POST", "/welcome/account"): PUBLIC,
    ("GET", "/"): SIGNED_IN,
    ("POST", "/sign-out"): SIGNED_IN,
    ("GET", "/account"): SIGNED_IN,
    ("POST", "/account/password"): SIGNED_IN,
    ("POST", "/account/sign-out-elsewhere"): SIGNED_IN,
    ("POST", "/account/sessions/{session_id}/end"): SIGNED_IN,
    ("POST", "/account/second-factor/begin"): SIGNED_IN,
    ("GET", "/account/second-factor"): SIGNED_IN,
    ("POST", "/account/second-factor"): SIGNED_IN,
    ("POST", "/account/recovery-codes"): SIGNED_IN,
}
"""The rows that both desks have: to come in, to leave, and one's own account."""


def people_routes(manage: StrEnum) -> Mapping[RouteKey, DeskRule]:
    """The rows of the pages about people, for those with this right."""
    reads = {("GET", "/people"), ("GET", "/people/{login}")}
    acts = ("roles", "disable", "enable", "reset-second-factor", "token", "sign-out", "sessions/{session_id}/end")
    writes = {("POST", "/people"), *(("POST", f"/people/{{login}}/{act}") for act in acts)}
    return dict.fromkeys(reads | writes, holding(manage))


class NotSignedIn(RuntimeFault):
    """A page was asked for by nobody we know; ``by_person`` is False where an open page refreshed itself."""

    def __init__(self, *, by_person: bool) -> None:
        super().__init__("not signed in")
        self.by_person = by_person


class DeskAccess:
    """Admits people to the routes of one desk."""

    def __init__(
        self, gatekeeper: Gatekeeper, pages: Pages, rights_of: Callable[[Session], frozenset[StrEnum]]
    ) -> None:
        """``rights_of`` gives the rights that come with the roles of a session's person."""
        self._gatekeeper = gatekeeper
        self._pages = pages
        self._rights_of = rights_of

    def admit(self, request: Request, rule: DeskRule) -> None:
        """Let a request pass that the rule allows. Raises :class:`NotSignedIn` or :class:`Refusal`."""
        if rule.is_public:
            return
        session = self._resume(request, by_person=rule.by_person)
        if rule.any_of and not rule.any_of & self._rights_of(session):
            raise Refusal(Problem.FORBIDDEN, "None of your roles includes this: ask your administrator who may do it.")

    def note_refusal(self, request: Request) -> None:
        """Leave a leaf of a request that a signed-in person had no right to make.

        A page that refreshes itself leaves none: no person did anything, and it asks again in a moment.
        """
        session: Session | None = getattr(request.state, "session", None)
        if session is not None and request.state.by_person:
            self._gatekeeper.note_refusal(session, getattr(request.state, "route_template", "unmatched"))

    def install(self, app: FastAPI) -> None:
        """Send those who are not signed in to the sign-in page."""
        app.add_exception_handler(NotSignedIn, self._send_to_sign_in)

    def knock(self, request: Request) -> Knock:
        """Where a try at a password comes from."""
        browser_token = request.cookies.get(self._pages.desk.cookie("browser"))
        address = "" if request.client is None else request.client.host
        return Knock(browser_token, address, sessions.browser_text(request.headers.get("user-agent", "")))

    def _resume(self, request: Request, *, by_person: bool) -> Session:
        token = request.cookies.get(self._pages.desk.cookie("session"))
        session = None if token is None else self._gatekeeper.resume(token, by_person=by_person)
        if session is None:
            raise NotSignedIn(by_person=by_person)
        # For the route, and so that a page of refusal keeps the way to the other pages.
        request.state.session = session
        request.state.by_person = by_person
        return session

    def _send_to_sign_in(self, request: Request, error: Exception) -> Response:
        if isinstance(error, NotSignedIn) and not error.by_person:
            return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
        asked = request.url.path if request.method == "GET" else "/"
        return RedirectResponse(f"/sign-in?then={quote(asked)}", 303)


def visitor(request: Request) -> Session:
    """The session of whoever was admitted: a dependency of the routes."""
    session = request.state.session
    if not isinstance(session, Session):
        raise TypeError("the request passed no authorisation table")
    return session


def doer(request: Request, fields: Fields) -> Session:
    """The same where a form acts: it must be a form of this very session. Raises :class:`Refusal`."""
    session = visitor(request)
    if not sessions.is_own_form(session.csrf_token, fields.text("csrf_token")):
        raise Refusal(
            Problem.CSRF,
            "This form is from an earlier sign-in: nothing was changed. Go back, reload, and send it again.",
        )
    return session
