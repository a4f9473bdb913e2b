"""The desk of a node: pages of its officers, its administrator and its auditor, each with what their roles include."""

from collections.abc import Callable, Mapping

from fastapi import FastAPI

from symbolon.node.domain.actors import Right
from symbolon.node.domain.justification import JustificationNeeded
from symbolon.node.errors import NodeError
from symbolon.node.services.node_services import DeskServices
from symbolon.node.web import retention_wording, watch_wording, wording
from symbolon.node.web.authorisation import DESK
from symbolon.node.web.desk_context import DeskContext, rights_of
from symbolon.node.web.forms import LARGEST_FORM
from symbolon.node.web.justifying import ask_why
from symbolon.node.web.routes.administration import administration_routes
from symbolon.node.web.routes.api_clients import NOTICES as API_NOTICES
from symbolon.node.web.routes.api_clients import api_client_routes
from symbolon.node.web.routes.data_subjects import data_subject_routes
from symbolon.node.web.routes.drafts import draft_routes
from symbolon.node.web.routes.exchanges import exchange_routes
from symbolon.node.web.routes.files import LARGEST_UPLOAD, UPLOAD_ADDRESS, file_routes
from symbolon.node.web.routes.focal_points import focal_point_routes
from symbolon.node.web.routes.hits import hit_routes
from symbolon.node.web.routes.inbox import inbox_routes
from symbolon.node.web.routes.meetings import meeting_routes, side_routes
from symbolon.node.web.routes.retention import retention_routes
from symbolon.node.web.routes.watch import watch_routes
from symbolon.protocol.references import MemberCode
from symbolon.runtime import desk as common_desk
from symbolon.runtime import problem_responses
from symbolon.runtime.authorisation import enforce
from symbolon.runtime.pages import Desk, NavigationLink, Pages, dress
from symbolon.runtime.people import PeopleOffice
from symbolon.runtime.registry import Registry
from symbolon.runtime.request_log import RequestLog
from symbolon.runtime.sessions import Session


def create_app(
    services: DeskServices, registry: Registry, desk: Desk, member_names: Callable[[], Mapping[MemberCode, str]]
) -> FastAPI:
    """The web application of a node's desk.

    ``member_names`` gives the names of the federation's members, as the directory has them at the moment of the call.
    """
    pages = Pages(
        "symbolon.node.web",
        desk,
        _navigation(),
        {**common_desk.NOTICES, **wording.NOTICES, **watch_wording.NOTICES, **retention_wording.NOTICES, **API_NOTICES},
    )
    app = FastAPI(title="Symbolon node desk", openapi_url=None, docs_url=None, redoc_url=None)
    access = common_desk.install_people(app, registry, pages, rights_of, wording.ROLES)
    context = DeskContext(services, pages, registry.clock, member_names, lambda: _officers(registry))
    app.include_router(inbox_routes(context))
    app.include_router(hit_routes(context))
    app.include_router(exchange_routes(context))
    app.include_router(draft_routes(context))
    app.include_router(meeting_routes(context))
    app.include_router(side_routes(context))
    app.include_router(focal_point_routes(context))
    app.include_router(watch_routes(context))
    app.include_router(retention_routes(context))
    app.include_router(data_subject_routes(context))
    app.include_router(file_routes(context))
    app.include_router(administration_routes(context))
    app.include_router(api_client_routes(context))
    problem_responses.install(
        app,
        (NodeError,),
        error_page=pages.error_page,
        note_refusal=access.note_refusal,
        largest_body=LARGEST_FORM,
        larger_bodies={UPLOAD_ADDRESS: LARGEST_UPLOAD},
    )
    app.add_exception_handler(JustificationNeeded, ask_why(context))
    dress(app)
    enforce(app, DESK, access.admit)
    app.add_middleware(RequestLog)
    return app


def _officers(registry: Registry) -> Mapping[str, frozenset[str]]:
    """Those who can be given something to do, each with their roles."""
    people = PeopleOffice(registry).list()
    return {account.login: account.roles for account in people if account.disabled_at is None}


def _navigation() -> tuple[NavigationLink, ...]:
    def with_right(*rights: Right) -> Callable[[Session], bool]:
        return lambda session: not rights_of(session).isdisjoint(rights)

    return (
        NavigationLink("Inbox", "/inbox", with_right(Right.VIEW_HITS)),
        NavigationLink("On hold", "/holds", with_right(Right.RELEASE_HOLD)),
        NavigationLink("Exchanges", "/exchanges", with_right(Right.VIEW_HITS)),
        NavigationLink("Drafts", "/drafts", with_right(Right.DRAFT_RELEASE, Right.APPROVE_RELEASE)),
        NavigationLink("Clocks", "/escalations", with_right(Right.VIEW_HITS)),
        NavigationLink("Clocks", "/escalations", with_right(Right.VIEW_AUDIT)),
        NavigationLink("Focal points", "/focal-points", with_right(Right.VIEW_FOCAL_POINTS)),
        NavigationLink("Followed", "/interests", with_right(Right.VIEW_HITS)),
        NavigationLink("Reviews", "/retention", with_right(Right.REVIEW_RETENTION, Right.LEGAL_HOLD)),
        NavigationLink("Data subjects", "/data-subjects", with_right(Right.DATA_SUBJECTS)),
        NavigationLink("People", "/people", with_right(Right.MANAGE_PEOPLE)),
        NavigationLink("Programs", "/api-clients", with_right(Right.MANAGE_API)),
        NavigationLink("Programs", "/api-clients", with_right(Right.HANDLE_PROTECTED)),
        NavigationLink("Federation", "/federation", with_right(Right.VIEW_FEDERATION)),
        NavigationLink("Expiry", "/expiry", with_right(Right.VIEW_FEDERATION)),
        NavigationLink("Audit log", "/audit", with_right(Right.VIEW_AUDIT)),
    )
