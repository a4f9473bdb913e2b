"""What the desks of both roles have in common, put into an application: coming in, one's account, people, the log."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from fastapi import FastAPI

from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime import people_pages, sign_in
from symbolon.runtime.account_pages import account_routes
from symbolon.runtime.audit_pages import QueryAudit, audit_router
from symbolon.runtime.audit_store import AuditFilter, RecordedLeaf
from symbolon.runtime.desk_access import DeskAccess
from symbolon.runtime.gatekeeper import Gatekeeper
from symbolon.runtime.own_factor import OwnSecondFactor
from symbolon.runtime.pages import Pages
from symbolon.runtime.people import PeopleOffice
from symbolon.runtime.people_pages import people_router
from symbolon.runtime.registry import Registry
from symbolon.runtime.sessions import Session
from symbolon.runtime.sign_in import sign_in_routes
from symbolon.runtime.welcome import WelcomeOffice
from symbolon.runtime.welcome_pages import welcome_routes

NOTICES: Final[Mapping[str, str]] = {**sign_in.NOTICES, **people_pages.NOTICES}


def install_people(
    app: FastAPI,
    registry: Registry,
    pages: Pages,
    rights_of: Callable[[Session], frozenset[StrEnum]],
    role_words: Mapping[str, str],
) -> DeskAccess:
    """Add the pages by which people come in, keep their account, and are managed; who admits them to every route."""
    gatekeeper = Gatekeeper(registry)
    access = DeskAccess(gatekeeper, pages, rights_of)
    access.install(app)
    app.include_router(sign_in_routes(gatekeeper, pages, access))
    app.include_router(welcome_routes(WelcomeOffice(registry), pages, access))
    app.include_router(account_routes(gatekeeper, OwnSecondFactor(registry, gatekeeper), pages, access))
    app.include_router(people_router(PeopleOffice(registry), pages, role_words))
    app.include_router(audit_router(audit_reader(registry), pages))
    return access


def audit_reader(registry: Registry) -> QueryAudit:
    """Reads the party's log, and leaves a leaf of who did."""

    def query_audit(login: str, wanted: AuditFilter) -> tuple[RecordedLeaf, ...]:
        with registry.database.transaction() as tx:
            leaves = registry.audit.query(tx, wanted)
            registry.audit.record(tx, AuditAct.AUDIT_QUERIED, login, detail={"leaves": len(leaves)})
        return leaves

    return query_audit
