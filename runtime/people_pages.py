"""The administrator's pages about people: who there is, what each may do, and help for who lost something."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from symbolon.runtime.account_pages import session_in_path
from symbolon.runtime.accounts import ACCOUNT_STATES, LONGEST_NAME, Account, AccountMistake
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.form_fields import NO_MISTAKES, Fields, FormFields
from symbolon.runtime.pages import Pages
from symbolon.runtime.people import NotOnYourself, PeopleOffice
from symbolon.runtime.sessions import Session
from symbolon.runtime.welcome import IssuedToken

NOTICES: Mapping[str, str] = {
    "roles-changed": "The roles are changed, and the person is signed out.",
    "disabled": "The account is disabled, and its person is signed out.",
    "enabled": "The account is enabled again.",
    "signed-out-person": "The person is signed out everywhere.",
    "person-session-ended": "That browser is signed out.",
}
Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """Which people are listed; empty means any."""

    text: str = ""
    role: str = ""
    state: str = ""

    def admits(self, account: Account) -> bool:
        """Whether the person is in the list."""
        wanted = self.text.casefold()
        return (
            (wanted in account.login or wanted in account.display_name.casefold())
            and (not self.role or self.role in account.roles)
            and self.state in ("", account.state)
        )


def parse_query(text: str = "", role: str = "", state: str = "") -> PeopleQuery:
    """The query of the page's address."""
    return PeopleQuery(text.strip(), role, state)


def people_router(office: PeopleOffice, pages: Pages, role_words: Mapping[str, str]) -> APIRouter:
    """``/people`` and one page for each person; ``role_words`` says what each role is called."""
    router = APIRouter(prefix="/people", include_in_schema=False)

    def list_page(
        request: Request,
        session: Session,
        query: PeopleQuery,
        mistake: str = "",
        filled: FormFields | None = None,
    ) -> Response:
        people = office.list()
        return pages.render(
            request,
            "people.html",
            session,
            status=422 if mistake else 200,
            people=tuple(account for account in people if query.admits(account)),
            total=len(people),
            open_sessions=office.count_sessions(),
            query=query,
            states=ACCOUNT_STATES,
            role_words=role_words,
            mistake=mistake,
            filled={name: "" if filled is None else filled.text(name) for name in ("login", "name")},
            ticked=frozenset() if filled is None else filled.choices("role"),
            longest_name=LONGEST_NAME,
        )

    def person_page(
        request: Request, session: Session, login: str, mistakes: Mapping[str, str] = NO_MISTAKES
    ) -> Response:
        view = office.show(login)
        return pages.render(
            request,
            "person.html",
            session,
            status=422 if mistakes else 200,
            view=view,
            role_words=role_words,
            mistakes=mistakes,
        )

    def token_page(request: Request, session: Session, login: str, issued: IssuedToken) -> Response:
        address = str(request.url.replace(path="/welcome", query=""))
        return pages.render(request, "token.html", session, login=login, issued=issued, address=address)

    def after(login: str, notice_code: str) -> Response:
        response = RedirectResponse(f"/people/{login}", 303)
        pages.announce(response, notice_code)
        return response

    @router.get("")
    def show_people(
        request: Request, session: Visitor, query: Annotated[PeopleQuery, Depends(parse_query)]
    ) -> Response:
        return list_page(request, session, query)

    @router.post("")
    def invite(request: Request, session: Doer, fields: Fields) -> Response:
        login = fields.text("login").lower()
        try:
            issued = office.invite(session.login, login, fields.text("name"), fields.choices("role"))
        except AccountMistake as mistake:
            return list_page(request, session, PeopleQuery(), str(mistake), fields)
        return token_page(request, session, login, issued)

    @router.get("/{login}")
    def show_person(request: Request, session: Visitor, login: str) -> Response:
        return person_page(request, session, login)

    @router.post("/{login}/roles")
    def change_roles(request: Request, session: Doer, login: str, fields: Fields) -> Response:
        try:
            office.change_roles(session.login, login, fields.choices("role"))
        except NotOnYourself:
            raise
        except AccountMistake as mistake:
            return person_page(request, session, login, {"roles": str(mistake)})
        return after(login, "roles-changed")

    @router.post("/{login}/reset-second-factor")
    def reset_second_factor(request: Request, session: Doer, login: str) -> Response:
        return token_page(request, session, login, office.reset_second_factor(session.login, login))

    @router.post("/{login}/token")
    def issue_token(request: Request, session: Doer, login: str) -> Response:
        return token_page(request, session, login, office.issue_token(session.login, login))

    @router.post("/{login}/sessions/{session_id}/end")
    def end_session(session: Doer, login: str, session_id: str) -> Response:
        office.end_session(session.login, login, session_in_path(session_id))
        return after(login, "person-session-ended")

    for path, act, notice_code in (
        ("disable", office.disable, "disabled"),
        ("enable", office.enable, "enabled"),
        ("sign-out", office.sign_out, "signed-out-person"),
    ):
        router.post(f"/{{login}}/{path}")(_plain_act(act, after, notice_code))
    return router


def _plain_act(
    act: Callable[[str, str], object], after: Callable[[str, str], Response], notice_code: str
) -> Callable[..., Response]:
    """A route that needs nothing but to know whom it is about."""

    def do(session: Doer, login: str) -> Response:
        act(session.login, login)
        return after(login, notice_code)

    return do
