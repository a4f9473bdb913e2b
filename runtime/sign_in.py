"""Signing in to a desk: the pages for it, and the dependencies by which every other route knows who is asking.

The form of the sign-in page, where no session exists yet, is tied to the browser by a cookie of its own that the form
repeats; every later form carries its session's token.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final
from unicodedata import category
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from symbolon.protocol.problems import Problem
from symbolon.runtime import sessions
from symbolon.runtime.accounts import SHORTEST_PASSWORD, WeakPassword
from symbolon.runtime.errors import RuntimeFault
from symbolon.runtime.gatekeeper import Entry, Gatekeeper
from symbolon.runtime.pages import Pages, set_cookie, span_text
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session

NOTICES: Final = {
    "signed-out": "You are signed out.",
    "signed-out-elsewhere": "Every other browser is signed out.",
    "password-changed": "Your password is changed, and every other browser is signed out.",
}

# Control characters and lone surrogates (Unicode general categories): no keyboard makes them, no database takes them.
_UNPRINTABLE: Final = frozenset({"Cc", "Cs"})
# Beyond any form: how large a form may be as a whole is limited before it is read (``problem_responses.install``).
_LARGEST_FIELD: Final = 1 << 30
NO_MISTAKES: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class FormFields:
    """What a form brought, as text; a field that is absent is empty."""

    fields: Mapping[str, str] = field(repr=False)

    def text(self, name: str) -> str:
        """One field, without blanks around it, with plain line ends, and without control characters."""
        value = self.fields.get(name, "").replace("\r\n", "\n").strip()
        return "".join(letter for letter in value if letter in "\n\t" or category(letter) not in _UNPRINTABLE)

    def secret(self, name: str) -> str:
        """One field exactly as it was typed."""
        return self.fields.get(name, "")


async def form_fields(request: Request) -> FormFields:
    """The fields of the form that was sent. A dependency, and async only because the framework reads bodies so."""
    form = await request.form(max_files=0, max_fields=100, max_part_size=_LARGEST_FIELD)
    return FormFields({name: value for name, value in form.items() if isinstance(value, str)})


Fields = Annotated[FormFields, Depends(form_fields)]


class NotSignedIn(RuntimeFault):
    """A page was asked for by nobody we know; ``by_person`` is False where an open page refreshed itself."""

    def __init__(self, *, by_person: bool) -> None:
        super().__init__("not signed in")
        self.by_person = by_person


class SignIn:
    """Who is behind a request. The methods are FastAPI dependencies."""

    def __init__(self, gatekeeper: Gatekeeper, pages: Pages) -> None:
        self._gatekeeper = gatekeeper
        self._pages = pages

    def session(self, request: Request) -> Session:
        """The session of a person who asked for a page. Raises :class:`NotSignedIn`."""
        return self._resume(request, by_person=True)

    def watching_session(self, request: Request) -> Session:
        """The same for a page that refreshes itself: it keeps nobody signed in. Raises :class:`NotSignedIn`."""
        return self._resume(request, by_person=False)

    def acting_session(self, request: Request, fields: Fields) -> Session:
        """The session of a person who sent a form of ours. Raises :class:`Refusal` when the form is not ours."""
        session = self._resume(request, by_person=True)
        if not sessions.is_own_form(session.csrf_token, fields.text("csrf_token")):
            raise Refusal(
                Problem.CSRF,
                "This form is from an earlier sign-in: nothing was changed. Go back, reload, and send it again.",
            )
        return session

    def note_refusal(self, request: Request) -> None:
        """Leave a leaf of a request that a signed-in person had no right to make.

        A page that refreshes itself leaves none: no person did anything, and it asks again in a moment.
        """
        session: Session | None = getattr(request.state, "session", None)
        if session is not None and request.state.by_person:
            self._gatekeeper.note_refusal(session, getattr(request.scope.get("route"), "path", "unmatched"))

    def install(self, app: FastAPI) -> None:
        """Add the sign-in, sign-out and account pages to ``app``."""
        app.include_router(self._router())
        app.add_exception_handler(NotSignedIn, self._send_to_sign_in)

    def _resume(self, request: Request, *, by_person: bool) -> Session:
        token = request.cookies.get(self._pages.desk.cookie("session"))
        if token is None:
            raise NotSignedIn(by_person=by_person)
        session = self._gatekeeper.resume(token, by_person=by_person)
        if session is None:
            raise NotSignedIn(by_person=by_person)
        # So that a page of refusal keeps the way to the other pages.
        request.state.session = session
        request.state.by_person = by_person
        return session

    def _send_to_sign_in(self, request: Request, error: Exception) -> Response:
        if isinstance(error, NotSignedIn) and not error.by_person:
            return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
        asked = request.url.path if request.method == "GET" else "/"
        return RedirectResponse(f"/sign-in?then={quote(asked)}", 303)

    def _router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        own_session = Depends(self.session)
        own_form = Depends(self.acting_session)

        @router.get("/sign-in")
        def show_sign_in(request: Request, then: str = "/") -> Response:
            return self._sign_in_page(request, then)

        @router.post("/sign-in")
        def sign_in(request: Request, fields: Fields) -> Response:
            then, login = fields.text("then"), fields.text("login")
            expected = request.cookies.get(self._pages.desk.cookie("form"), "")
            if not expected or not sessions.is_own_form(expected, fields.text("form_token")):
                mistake = "This page was open too long. Sign in once more."
                return self._sign_in_page(request, then, 403, mistake=mistake, login=login)
            entry = self._gatekeeper.enter(login.lower(), fields.secret("password"))
            if entry.token is None:
                return self._sign_in_page(request, then, 401, mistake=_why_not(entry), login=login)
            response = RedirectResponse(_local_path(then), 303)
            set_cookie(response, self._pages.desk.cookie("session"), entry.token)
            self._forget(response, "form")
            return response

        @router.post("/sign-out")
        def sign_out(session: Annotated[Session, own_form]) -> Response:
            self._gatekeeper.leave(session)
            response = RedirectResponse("/sign-in", 303)
            self._forget(response, "session")
            self._pages.announce(response, "signed-out")
            return response

        @router.get("/account")
        def show_account(request: Request, session: Annotated[Session, own_session]) -> Response:
            return self._account_page(request, session)

        @router.post("/account/password")
        def change_password(request: Request, session: Annotated[Session, own_form], fields: Fields) -> Response:
            try:
                done = self._gatekeeper.change_password(
                    session, fields.secret("password"), fields.secret("new_password")
                )
            except WeakPassword as mistake:
                return self._account_page(request, session, {"new_password": str(mistake)})
            if not done:
                return self._account_page(request, session, {"password": "This is not your present password."})
            return self._back_to_account("password-changed")

        @router.post("/account/sign-out-elsewhere")
        def sign_out_elsewhere(session: Annotated[Session, own_form]) -> Response:
            self._gatekeeper.leave_elsewhere(session)
            return self._back_to_account("signed-out-elsewhere")

        return router

    def _sign_in_page(
        self, request: Request, then: str, status: int = 200, *, mistake: str | None = None, login: str = ""
    ) -> Response:
        form_token = secrets.token_urlsafe(32)
        response = self._pages.render(
            request,
            "sign_in.html",
            status=status,
            form_token=form_token,
            then=_local_path(then),
            mistake=mistake,
            login=login,
        )
        set_cookie(response, self._pages.desk.cookie("form"), form_token)
        return response

    def _account_page(self, request: Request, session: Session, mistakes: Mapping[str, str] = NO_MISTAKES) -> Response:
        view = self._gatekeeper.show_account(session)
        return self._pages.render(
            request,
            "account.html",
            session,
            status=422 if mistakes else 200,
            account=view.account,
            open_sessions=view.open_sessions,
            shortest_password=SHORTEST_PASSWORD,
            mistakes=mistakes,
        )

    def _back_to_account(self, notice_code: str) -> Response:
        response = RedirectResponse("/account", 303)
        self._pages.announce(response, notice_code)
        return response

    def _forget(self, response: Response, purpose: str) -> None:
        response.delete_cookie(self._pages.desk.cookie(purpose), secure=True, httponly=True, samesite="strict")


def _why_not(entry: Entry) -> str:
    if entry.wait is None:
        return "The login or the password is wrong. Check both; capital letters count in the password."
    return f"Too many wrong passwords for this login. Wait ({span_text(entry.wait)}), then try again."


def _local_path(path: str) -> str:
    """``path`` when it leads to a page of ours, else the first page: nobody is sent elsewhere after signing in."""
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path:
        return "/"
    return path
