"""``/welcome``: where a person with a one-time token sets their password and their second factor."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from symbolon.runtime.accounts import LONGEST_NAME, SHORTEST_PASSWORD, AccountMistake, WeakPassword
from symbolon.runtime.desk_access import DeskAccess
from symbolon.runtime.form_fields import NO_MISTAKES, Fields, FormFields
from symbolon.runtime.pages import Pages
from symbolon.runtime.sign_in import form_page, is_this_browsers, keep_signed_in
from symbolon.runtime.welcome import BadToken, NewPerson, OpenedToken, TokenWait, WelcomeOffice, WrongCode


def welcome_routes(office: WelcomeOffice, pages: Pages, access: DeskAccess) -> APIRouter:
    """The page for the token, and the page that it opens."""
    router = APIRouter(include_in_schema=False)

    def token_page(request: Request, status: int = 200, mistake: str = "") -> Response:
        return form_page(pages, request, "welcome_token.html", status, mistake=mistake)

    def account_page(
        request: Request, fields: FormFields, opened: OpenedToken, mistakes: Mapping[str, str] = NO_MISTAKES
    ) -> Response:
        return form_page(
            pages,
            request,
            "welcome.html",
            422 if mistakes else 200,
            opened=opened,
            token=fields.text("token"),
            filled={name: fields.text(name) for name in ("login", "name")},
            mistakes=mistakes,
            shortest_password=SHORTEST_PASSWORD,
            longest_name=LONGEST_NAME,
        )

    @router.get("/welcome")
    def show_welcome(request: Request) -> Response:
        return token_page(request)

    @router.post("/welcome")
    def open_token(request: Request, fields: Fields) -> Response:
        if not is_this_browsers(pages, request, fields):
            return token_page(request, 403, "This page was open too long. Write the token once more.")
        try:
            return account_page(request, fields, office.open(fields.text("token"), access.knock(request)))
        except (BadToken, TokenWait) as mistake:
            return token_page(request, 422, str(mistake))

    @router.post("/welcome/account")
    def complete_account(request: Request, fields: Fields) -> Response:
        if not is_this_browsers(pages, request, fields):
            return token_page(request, 403, "This page was open too long. Write the token once more.")
        token, knock = fields.text("token"), access.knock(request)
        try:
            arrival = office.complete(token, _person(fields), knock)
        except (BadToken, TokenWait) as mistake:
            return token_page(request, 422, str(mistake))
        except AccountMistake as mistake:
            opened = office.open_again(token, fields.text("proposed"), knock)
            return account_page(request, fields, opened, {_field_of(mistake): str(mistake)})
        response = pages.render(request, "recovery_codes.html", codes=arrival.recovery_codes, is_new_here=True)
        keep_signed_in(pages, response, arrival.entry)
        return response

    return router


def _person(fields: FormFields) -> NewPerson:
    return NewPerson(
        login=fields.text("login").lower(),
        display_name=fields.text("name"),
        password=fields.secret("password"),
        code=fields.text("code"),
        proposed=fields.text("proposed"),
    )


def _field_of(mistake: AccountMistake) -> str:
    if isinstance(mistake, WeakPassword):
        return "password"
    return "code" if isinstance(mistake, WrongCode) else "login"
