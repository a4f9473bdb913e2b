"""What every route of the desk needs: the services, who is asking, and how to answer with a page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from symbolon.node.domain.actors import Actor, Right, parse_roles
from symbolon.node.domain.justification import Visit
from symbolon.node.services.node_services import DeskServices
from symbolon.node.web import wording
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.references import HitId, MemberCode, RequestId, parse_hit_id, parse_request_id
from symbolon.runtime.clock import Clock
from symbolon.runtime.pages import Pages
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session


@dataclass(frozen=True, slots=True)
class DeskContext:
    """Wired once by ``create_app`` and handed to each group of routes."""

    services: DeskServices
    pages: Pages
    clock: Clock
    member_names: Callable[[], Mapping[MemberCode, str]]
    """The names of the federation's members as the directory has them now."""

    def render(
        self, request: Request, template: str, session: Session, *, status: int = 200, **context: object
    ) -> Response:
        """A page of the desk."""
        return self.pages.render(
            request, template, session, status=status, words=wording, country=self.country_text(), **context
        )

    def fragment(self, template: str, **context: object) -> str:
        """The refreshed part of a page."""
        return self.pages.fragment(template, words=wording, country=self.country_text(), **context)

    def country_text(self) -> Callable[[MemberCode], str]:
        """How the pages name a member: ``Belanu (XB)``, or the code alone where the directory has no name."""
        names = self.member_names()
        return lambda code: f"{names[code]} ({code})" if code in names else code

    def return_to(self, path: str, notice_code: str) -> Response:
        """After an act: back to a page, which then says what was done."""
        response = RedirectResponse(path, 303)
        self.pages.announce(response, notice_code)
        return response


def actor_of(session: Session) -> Actor:
    """The person of a session as the services know them."""
    return Actor(session.login, parse_roles(session.roles))


def rights_of(session: Session) -> frozenset[Right]:
    """What the person of a session may do."""
    return actor_of(session).rights


def visit_of(session: Session) -> Visit:
    """The stretch of work for which a reason to look at a protected hit counts: this very sign-in."""
    return Visit(f"session {session.session_id}")


def hit_in_path(hit_id: str) -> HitId:
    """The hit that an address names. Raises :class:`Refusal` (not found) for what cannot be one."""
    try:
        return parse_hit_id(hit_id)
    except MalformedMessage as error:
        raise Refusal(Problem.UNKNOWN_HIT, "No hit has such an address. Open it from the inbox.") from error


def request_in_path(request_id: str) -> RequestId:
    """The request that an address names. Raises :class:`Refusal` (not found) for what cannot be one."""
    try:
        return parse_request_id(request_id)
    except MalformedMessage as error:
        raise Refusal(Problem.UNKNOWN_REQUEST, "No request has such an address. Open it from its hit.") from error
