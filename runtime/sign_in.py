"""The pages by which people come in and leave.

The form of the sign-in page, where no session exists yet, is tied to the browser by a cookie of its own that the form
repeats; every later form carries its session's token.
"""

import re
import secrets
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from symbolon.runtime import doors, sessions
from symbolon.runtime.desk_access import DeskAccess, doer
from symbolon.runtime.form_fields import Fields, FormFields
from symbolon.runtime.gatekeeper import Attempt, Entry, Gatekeeper, Outcome
from symbolon.runtime.pages import Pages, set_cookie, span_text
from symbolon.runtime.sessions import Session

# Printable ASCII without a backslash; two slashes first would begin the name of another host.
_LOCAL_PATH: Final = re.compile(r"/(?!/)[!-\[\]-~]*")
_FORM_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
NOTICES: Final = {
    "signed-out": "You are signed out.",
    "signed-out-elsewhere": "Every other browser is signed out.",
    "session-ended": "That browser is signed out.",
    "password-changed": "Your password is changed, and every other browser is signed out.",
}


def sign_in_routes(gatekeeper: Gatekeeper, pages: Pages, access: DeskAccess) -> APIRouter:
    """``/sign-in`` and ``/sign-out``."""
    router = APIRouter(include_in_schema=False)

    def sign_in_page(request: Request, then: str, status: int = 200, mistake: str = "", login: str = "") -> Response:
        return form_page(pages, request, "sign_in.html", status, then=local_path(then), mistake=mistake, login=login)

    @router.get("/sign-in")
    def show_sign_in(request: Request, then: str = "/") -> Response:
        return sign_in_page(request, then)

    @router.post("/sign-in")
    def sign_in(request: Request, fields: Fields) -> Response:
        then, login = fields.text("then"), fields.text("login")
        if not is_this_browsers(pages, request, fields):
            return sign_in_page(request, then, 403, "This page was open too long. Sign in once more.", login)
        attempt = Attempt(login.lower(), fields.secret("password"), fields.text("code"))
        entry = gatekeeper.enter(attempt, access.knock(request))
        if entry.outcome is not Outcome.IN:
            return sign_in_page(request, then, 401, _why_not(entry), login)
        response = RedirectResponse(local_path(then), 303)
        keep_signed_in(pages, response, entry)
        return response

    @router.post("/sign-out")
    def sign_out(session: Annotated[Session, Depends(doer)]) -> Response:
        gatekeeper.leave(session)
        response = RedirectResponse("/sign-in", 303)
        forget_cookie(pages, response, "session")
        pages.announce(response, "signed-out")
        return response

    return router


def form_page(pages: Pages, request: Request, template: str, status: int, **context: Any) -> Response:
    """A page with a form for somebody who is not signed in."""
    # The same in every tab of a browser, so that the form of none is spoilt by opening another.
    present = request.cookies.get(pages.desk.cookie("form"), "")
    form_token = present if _FORM_TOKEN.fullmatch(present) else secrets.token_urlsafe(32)
    response = pages.render(request, template, status=status, form_token=form_token, **context)
    set_cookie(response, pages.desk.cookie("form"), form_token)
    return response


def is_this_browsers(pages: Pages, request: Request, fields: FormFields) -> bool:
    """Whether the form of such a page was sent by the browser that it was shown in."""
    expected = request.cookies.get(pages.desk.cookie("form"), "")
    return bool(expected) and sessions.is_own_form(expected, fields.text("form_token"))


def keep_signed_in(pages: Pages, response: Response, entry: Entry) -> None:
    """Give the browser its session, and what it is known by."""
    set_cookie(response, pages.desk.cookie("session"), entry.token)
    set_cookie(response, pages.desk.cookie("browser"), entry.browser_token, doors.KNOWN_FOR)
    forget_cookie(pages, response, "form")


def forget_cookie(pages: Pages, response: Response, purpose: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(pages.desk.cookie(purpose), secure=True, httponly=True, samesite="strict")


def local_path(path: str) -> str:
    r"""``path`` when it leads to a page of ours, else the first page: nobody is sent elsewhere after signing in.

    >>> local_path("/hits/7?x=1"), local_path("//elsewhere.example"), local_path("/\\elsewhere.example")
    ('/hits/7?x=1', '/', '/')
    """
    return path if _LOCAL_PATH.fullmatch(path) else "/"


def _why_not(entry: Entry) -> str:
    if entry.outcome is Outcome.REFUSED:
        return f"Too many wrong tries. Wait ({span_text(entry.wait)}), then try again."
    if entry.outcome is Outcome.NO_SECOND_FACTOR:
        return "This account has no second factor yet: ask your administrator for a one-time token, and begin with it."
    return "The login, the password or the code is wrong. Check all three; a code of the authenticator counts once."
