"""``/audit``: the log as its auditor reads it, newest first. It holds logins, opaque ids, codes and counts."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime.audit_store import AuditFilter, RecordedLeaf
from symbolon.runtime.desk_access import visitor
from symbolon.runtime.pages import Pages
from symbolon.runtime.sessions import Session

MOST_LEAVES = 200
"""So many entries a page shows; `symbolon audit query` lists them all."""
QueryAudit = Callable[[str, AuditFilter], tuple[RecordedLeaf, ...]]
"""Reads the log in somebody's name, who leaves a leaf of it: the login, and what they look for."""


def audit_router(query_audit: QueryAudit, pages: Pages) -> APIRouter:
    """The page of the log."""
    router = APIRouter(include_in_schema=False)

    @router.get("/audit")
    def show_audit(
        request: Request,
        session: Annotated[Session, Depends(visitor)],
        wanted: Annotated[AuditFilter, Depends(parse_filter)],
    ) -> Response:
        leaves = query_audit(session.login, wanted)
        return pages.render(
            request,
            "audit.html",
            session,
            leaves=leaves,
            wanted=wanted,
            last_day="" if wanted.until is None else (wanted.until - timedelta(days=1)).date().isoformat(),
            acts=sorted(AuditAct),
            most=MOST_LEAVES,
        )

    return router


def parse_filter(act: str = "", actor: str = "", subject: str = "", since: str = "", until: str = "") -> AuditFilter:
    """The filter of the page's address; what it does not know counts as not said. Days are whole ones, in UTC."""
    last = _day(until)
    return AuditFilter(
        act=AuditAct(act) if act in set(AuditAct) else None,
        actor=actor.strip() or None,
        subject=subject.strip() or None,
        since=_day(since),
        until=None if last is None else last + timedelta(days=1),
        limit=MOST_LEAVES,
    )


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        return None
