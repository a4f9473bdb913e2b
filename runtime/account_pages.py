"""A person's own account: where they are signed in, their password, their second factor, their recovery codes."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from symbolon.protocol.problems import Problem
from symbolon.runtime.accounts import SHORTEST_PASSWORD, WeakPassword
from symbolon.runtime.desk_access import DeskAccess, doer, visitor
from symbolon.runtime.form_fields import NO_MISTAKES, Fields
from symbolon.runtime.gatekeeper import Gatekeeper, TriesRefused
from symbolon.runtime.own_factor import OwnSecondFactor, Proof, WrongPassword
from symbolon.runtime.pages import Pages
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session
from symbolon.runtime.welcome import WrongCode

Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]


def account_routes(gatekeeper: Gatekeeper, own_factor: OwnSecondFactor, pages: Pages, access: DeskAccess) -> APIRouter:
    """``/account`` and what is below it."""
    router = APIRouter(include_in_schema=False)

    def account_page(request: Request, session: Session, mistakes: Mapping[str, str] = NO_MISTAKES) -> Response:
        view = gatekeeper.show_account(session)
        return pages.render(
            request,
            "account.html",
            session,
            status=422 if mistakes else 200,
            view=view,
            shortest_password=SHORTEST_PASSWORD,
            mistakes=mistakes,
        )

    def back_to_account(notice_code: str) -> Response:
        response = RedirectResponse("/account", 303)
        pages.announce(response, notice_code)
        return response

    @router.get("/account")
    def show_account(request: Request, session: Visitor) -> Response:
        return account_page(request, session)

    @router.post("/account/password")
    def change_password(request: Request, session: Doer, fields: Fields) -> Response:
        present, wanted = fields.secret("password"), fields.secret("new_password")
        try:
            is_done = gatekeeper.change_password(session, present, wanted, access.knock(request))
        except WeakPassword as mistake:
            return account_page(request, session, {"new_password": str(mistake)})
        except TriesRefused as refused:
            return account_page(request, session, {"password": str(refused)})
        if not is_done:
            return account_page(request, session, {"password": "This is not your present password."})
        return back_to_account("password-changed")

    @router.post("/account/sign-out-elsewhere")
    def sign_out_elsewhere(session: Doer) -> Response:
        gatekeeper.leave_elsewhere(session)
        return back_to_account("signed-out-elsewhere")

    @router.post("/account/sessions/{session_id}/end")
    def end_session(session: Doer, session_id: str) -> Response:
        if not gatekeeper.end_session(session, session_in_path(session_id)):
            raise no_such_session()
        return back_to_account("session-ended")

    @router.post("/account/recovery-codes")
    def renew_recovery_codes(request: Request, session: Doer, fields: Fields) -> Response:
        proof = Proof(fields.secret("password"), fields.text("present_code"))
        try:
            codes = own_factor.renew_codes(session, proof, access.knock(request))
        except (WrongPassword, TriesRefused) as mistake:
            return account_page(request, session, {"codes_password": str(mistake)})
        return pages.render(request, "recovery_codes.html", session, codes=codes, is_new_here=False)

    router.include_router(_second_factor_routes(own_factor, pages, access))
    return router


def _second_factor_routes(own_factor: OwnSecondFactor, pages: Pages, access: DeskAccess) -> APIRouter:
    router = APIRouter(prefix="/account/second-factor", include_in_schema=False)

    @router.post("/begin")
    def begin(session: Doer) -> Response:
        own_factor.propose(session)
        return RedirectResponse("/account/second-factor", 303)

    @router.get("")
    def show_proposed(request: Request, session: Visitor) -> Response:
        return factor_page(request, session)

    @router.post("")
    def enrol(request: Request, session: Doer, fields: Fields) -> Response:
        proof = Proof(fields.secret("password"), fields.text("present_code"), fields.text("code"))
        try:
            codes = own_factor.enrol(session, proof, access.knock(request))
        except (WrongPassword, TriesRefused) as mistake:
            return factor_page(request, session, {"password": str(mistake)})
        except WrongCode as mistake:
            return factor_page(request, session, {"code": str(mistake)})
        return pages.render(request, "recovery_codes.html", session, codes=codes, is_new_here=False)

    def factor_page(request: Request, session: Session, mistakes: Mapping[str, str] = NO_MISTAKES) -> Response:
        enrolment = own_factor.proposed(session)
        if enrolment is None:
            return RedirectResponse("/account", 303)
        return pages.render(
            request,
            "second_factor.html",
            session,
            status=422 if mistakes else 200,
            enrolment=enrolment,
            replaces=own_factor.has_factor(session),
            mistakes=mistakes,
        )

    return router


def session_in_path(session_id: str) -> UUID:
    """The session that an address names. Raises :class:`Refusal` (not found) for what cannot be one."""
    try:
        return UUID(session_id)
    except ValueError:
        raise no_such_session() from None


def no_such_session() -> Refusal:
    """The refusal of a session that is not this person's, or has ended: nobody learns which."""
    return Refusal(Problem.NOT_FOUND, "This is no session that is open: load the page again to see which are.")
