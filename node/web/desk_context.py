"""What every route of the desk needs: the services, who is asking, and how to answer with a page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from symbolon.node.domain.actors import Actor, Right, parse_roles
from symbolon.node.domain.desks import DeskQuery
from symbolon.node.domain.drafts import DraftId
from symbolon.node.domain.justification import Visit
from symbolon.node.services.node_services import DeskServices
from symbolon.node.web import exchange_wording, wording
from symbolon.node.web.once import OnceEach
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.references import (
    HitId,
    MeetingId,
    MemberCode,
    RequestId,
    parse_hit_id,
    parse_meeting_id,
    parse_request_id,
)
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
    officers: Callable[[], Mapping[str, frozenset[str]]]
    """Who may be assigned a hit: the logins of this node that are not disabled, each with its roles."""
    once: OnceEach = field(default_factory=OnceEach)

    def render(
        self, request: Request, template: str, session: Session, *, status: int = 200, **context: object
    ) -> Response:
        """A page of the desk."""
        return self.pages.render(
            request,
            template,
            session,
            status=status,
            words=wording,
            terms=exchange_wording,
            country=self.country_text(),
            form_id=str(uuid4()),
            **context,
        )

    def fragment(self, template: str, **context: object) -> str:
        """The refreshed part of a page."""
        return self.pages.fragment(
            template, words=wording, terms=exchange_wording, country=self.country_text(), **context
        )

    def country_text(self) -> Callable[[str], str]:
        """How the pages name a member: ``Belanu (XB)``, or the code alone where the directory has no name."""
        names = self.member_names()
        return lambda code: f"{names[MemberCode(code)]} ({code})" if code in names else code

    def desk_titles(self, session: Session, member: MemberCode | None = None) -> Mapping[str, str]:
        """The desks that may be called, of one state or of all: their ids and titles."""
        actor = actor_of(session)
        if not actor.permits(Right.VIEW_FOCAL_POINTS):
            return {}
        lines = self.services.watch.show_focal_points(actor, DeskQuery(member)).lines
        return {str(line.desk.desk_id): f"{line.desk.title} ({line.member})" for line in lines}

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


def meeting_in_path(meeting_id: str) -> MeetingId:
    """The meeting that an address names. Raises :class:`Refusal` (not found) for what cannot be one."""
    try:
        return parse_meeting_id(meeting_id)
    except MalformedMessage as error:
        raise Refusal(Problem.NOT_FOUND, "No meeting has such an address. Open it from its hit.") from error


def draft_in_path(draft_id: str) -> DraftId:
    """The draft that an address names. Raises :class:`Refusal` (not found) for what cannot be one."""
    try:
        return DraftId(str(UUID(draft_id)))
    except ValueError as error:
        raise Refusal(Problem.NOT_FOUND, "No draft has such an address. Open it from the list of drafts.") from error


def exchange_in_path(exchange_id: str) -> RequestId:
    """The exchange that an address names. Raises :class:`Refusal` (not found) for what cannot be one."""
    try:
        return parse_request_id(exchange_id)
    except MalformedMessage as error:
        raise Refusal(Problem.UNKNOWN_REQUEST, "No exchange has such an address. Open it from its hit.") from error
