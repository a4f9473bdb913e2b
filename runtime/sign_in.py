"""Signing in to a desk: the pages for it, and the dependencies by which every other route knows who is asking.

The form of the sign-in page, where no session exists yet, is tied to the browser by a cookie of its own that the form
repeats; every later form carries its session's token.
"""

import secrets
from typing import Annotated, Final
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, FastAPI, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from symbolon.protocol.problems import Problem
from symbolon.runtime import accounts, sessions
from symbolon.runtime.clock import Clock
from symbolon.runtime.database import Database
from symbolon.runtime.pages import Pages, set_cookie, span_text
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session

NOTICES: Final = {
    "signed-out": "You are signed out.",
    "signed-out-elsewhere": "Every other browser is signed out.",
    "password-changed": "Your password is changed, and every other browser is signed out.",
}

_WRONG: Final = "The login or the password is wrong. Check both; capital letters count in the password."


class NotSignedIn(Exception):
    """A page was asked for by nobody we know; ``by_person`` is False where an open page refreshed itself."""

    def __init__(self, *, by_person: bool) -> None:
        super().__init__("not signed in")
        self.by_person = by_person


class SignIn:
    """Who is behind a request. The methods are FastAPI dependencies."""

    def __init__(self, database: Database, clock: Clock, pages: Pages) -> None:
        self._database = database
        self._clock = clock
        self._pages = pages

    def session(self, request: Request) -> Session:
        """The session of a person who asked for a page. Raises :class:`NotSignedIn`."""
        return self._resume(request, by_person=True)

    def watching_session(self, request: Request) -> Session:
        """The same for a page that refreshes itself: it keeps nobody signed in. Raises :class:`NotSignedIn`."""
        return self._resume(request, by_person=False)

    def acting_session(self, request: Request, csrf_token: Annotated[str, Form()] = "") -> Session:
        """The session of a person who sent a form of ours. Raises :class:`Refusal` when the form is not ours."""
        session = self._resume(request, by_person=True)
        if not sessions.is_own_form(session.csrf_token, csrf_token):
            raise Refusal(
                Problem.CSRF,
                "This form is from an earlier sign-in, so nothing was changed. Go back, reload the page and send it again.",
            )
        return session

    def enter(self, login: str, password: str) -> tuple[str | None, str]:
        """Try a password: the cookie's token, or None and the sentence that says why not."""
        now = self._clock.now()
        with self._database.transaction() as tx:
            outcome = accounts.check_password(tx, login, password, now)
            if outcome.login is not None:
                return sessions.start(tx, outcome.login, secrets.token_bytes(sessions.TOKEN_BYTES), now), ""
        if outcome.refused_until is not None:
            wait = span_text(outcome.refused_until - now)
            return None, f"Too many wrong passwords for this login. Wait ({wait}), then try again."
        return None, _WRONG

    def install(self, app: FastAPI) -> None:
        """Add the sign-in, sign-out and account pages to ``app``."""
        app.include_router(self._router())
        app.add_exception_handler(NotSignedIn, self._send_to_sign_in)

    def _resume(self, request: Request, *, by_person: bool) -> Session:
        token = request.cookies.get(self._pages.desk.cookie("session"))
        if token is None:
            raise NotSignedIn(by_person=by_person)
        with self._database.transaction() as tx:
            session = sessions.resume(tx, token, self._clock.now(), by_person=by_person)
        if session is None:
            raise NotSignedIn(by_person=by_person)
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
        def sign_in(
            request: Request,
            login: Annotated[str, Form()] = "",
            password: Annotated[str, Form()] = "",
            form_token: Annotated[str, Form()] = "",
            then: Annotated[str, Form()] = "/",
        ) -> Response:
            expected = request.cookies.get(self._pages.desk.cookie("form"), "")
            if not expected or not sessions.is_own_form(expected, form_token):
                return self._sign_in_page(
                    request, then, 403, mistake="This page was open too long. Sign in once more.", login=login
                )
            token, mistake = self.enter(login.strip().lower(), password)
            if token is None:
                return self._sign_in_page(request, then, 401, mistake=mistake, login=login)
            response = RedirectResponse(_local_path(then), 303)
            set_cookie(response, self._pages.desk.cookie("session"), token)
            self._forget(response, "form")
            return response

        @router.post("/sign-out")
        def sign_out(session: Annotated[Session, own_form]) -> Response:
            with self._database.transaction() as tx:
                sessions.end(tx, session, self._clock.now())
            response = RedirectResponse("/sign-in", 303)
            self._forget(response, "session")
            self._pages.announce(response, "signed-out")
            return response

        @router.get("/account")
        def show_account(request: Request, session: Annotated[Session, own_session]) -> Response:
            return self._account_page(request, session)

        @router.post("/account/password")
        def change_password(
            request: Request,
            session: Annotated[Session, own_form],
            password: Annotated[str, Form()] = "",
            new_password: Annotated[str, Form()] = "",
        ) -> Response:
            now = self._clock.now()
            with self._database.transaction() as tx:
                outcome = accounts.check_password(tx, session.login, password, now)
            if outcome.login is None:
                return self._account_page(request, session, "password", "This is not your present password.")
            try:
                with self._database.transaction() as tx:
                    accounts.change_password(tx, session.login, new_password)
                    sessions.end_all(tx, session.login, now, keep=session)
            except accounts.WeakPassword as mistake:
                return self._account_page(request, session, "new_password", str(mistake))
            return self._back_to_account("password-changed")

        @router.post("/account/sign-out-elsewhere")
        def sign_out_elsewhere(session: Annotated[Session, own_form]) -> Response:
            with self._database.transaction() as tx:
                sessions.end_all(tx, session.login, self._clock.now(), keep=session)
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

    def _account_page(
        self, request: Request, session: Session, field: str | None = None, mistake: str | None = None
    ) -> Response:
        now = self._clock.now()
        with self._database.transaction() as tx:
            account = accounts.find_user(tx, session.login)
            open_sessions = sessions.list_open(tx, session, now)
        return self._pages.render(
            request,
            "account.html",
            session,
            status=200 if mistake is None else 422,
            account=account,
            open_sessions=open_sessions,
            shortest_password=accounts.SHORTEST_PASSWORD,
            mistakes={} if field is None else {field: mistake},
        )

    def _back_to_account(self, notice_code: str) -> Response:
        response = RedirectResponse("/account", 303)
        self._pages.announce(response, notice_code)
        return response

    def _forget(self, response: Response, purpose: str) -> None:
        response.delete_cookie(self._pages.desk.cookie(purpose), secure=True, httponly=True, samesite="strict")


def _local_path(path: str) -> str:
    """``path`` when it leads to a page of ours, else the first page: nobody is sent elsewhere after signing in."""
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path:
        return "/"
    return path
