"""The queue of hits: as a page, as the part of it that refreshes itself, and as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from symbolon.node.domain.actors import Right
from symbolon.node.domain.hits import HitSummary
from symbolon.node.errors import InvalidDraft
from symbolon.node.web import wording
from symbolon.node.web.act_forms import SAFETY_HOLD
from symbolon.node.web.act_readings import read_words
from symbolon.node.web.acting import GoOn, by_field, go_on
from symbolon.node.web.desk_context import DeskContext, actor_of, rights_of
from symbolon.node.web.form_spec import FormMistakes, Reading
from symbolon.node.web.queue import (
    EXCHANGES,
    QueueLine,
    QueueQuery,
    Show,
    Sort,
    arrange,
    is_mine,
    parse_query,
)
from symbolon.protocol.handling import Agreement, Band, Urgency
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HitId, parse_hit_id
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.form_fields import NO_MISTAKES, Fields, FormFields
from symbolon.runtime.sessions import Session

MOST_LINES: Final = 200
"""So many hits a page shows, the first of its order; the rest is counted, and one export away."""
_FIRST_PAGES: Final = (
    (Right.VIEW_HITS, "/inbox"),
    (Right.MANAGE_PEOPLE, "/people"),
    (Right.VIEW_AUDIT, "/audit"),
)
"""Where a person begins: the first page that their rights open."""
Query = Annotated[QueueQuery, Depends(parse_query)]
Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]
_NOTHING_TYPED: Final = FormFields({})


@dataclass(frozen=True, slots=True)
class QueueCount:
    """What stands above the list."""

    listed: int
    mine: int
    overdue: int


def inbox_routes(desk: DeskContext) -> APIRouter:
    """``/``, ``/inbox`` and its fragment and export, ``/holds``, ``/exchanges``."""
    router = APIRouter(include_in_schema=False)

    def queue_html(hits: Iterable[HitSummary], query: QueueQuery) -> str:
        lines = arrange(hits, query, desk.clock.now())
        mine = sum(is_mine(line.hit) for line in lines)
        overdue = sum(line.time_class == "overdue" for line in lines)
        count = QueueCount(len(lines), mine, overdue)
        return desk.fragment(
            "queue.html", lines=lines[:MOST_LINES], query=query, query_string=_query_string(query), count=count
        )

    @router.get("/")
    def first_page(session: Visitor) -> Response:
        rights = rights_of(session)
        return RedirectResponse(next((path for right, path in _FIRST_PAGES if right in rights), "/account"), 303)

    @router.get("/inbox")
    def show_inbox(request: Request, session: Visitor, query: Query) -> Response:
        actor = actor_of(session)
        # Taken before the list: what changes in between shows at the next refresh.
        mark = desk.services.list_hits.mark(actor)
        hits = desk.services.list_hits(actor)
        return desk.render(
            request,
            "inbox.html",
            session,
            queue=queue_html(hits, query),
            seen=mark,
            query=query,
            query_string=_query_string(query),
            countries=sorted({hit.counterpart for hit in hits}),
            choices={"show": Show, "sort": Sort, "urgency": Urgency, "band": Band},
        )

    @router.get("/inbox/queue")
    def refresh_queue(session: Visitor, query: Query, seen: str = "") -> Response:
        actor = actor_of(session)
        mark = desk.services.list_hits.mark(actor)
        if seen == mark:
            return Response(status_code=204)
        queue = queue_html(desk.services.list_hits.refresh(actor), query)
        return HTMLResponse(desk.fragment("queue_with_mark.html", queue=queue, seen=mark))

    @router.get("/inbox.csv")
    def export_inbox(session: Visitor, query: Query) -> Response:
        hits = desk.services.list_hits.export(actor_of(session), query.admits)
        lines = arrange(hits, query, desk.clock.now())
        return Response(
            _as_csv(lines),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="symbolon-inbox.csv"'},
        )

    def holds_page(
        request: Request,
        session: Session,
        mistakes: Mapping[str, str] = NO_MISTAKES,
        typed: FormFields = _NOTHING_TYPED,
    ) -> Response:
        hits = desk.services.list_hits(actor_of(session))
        held = [hit for hit in hits if hit.joint_state is JointState.HELD]
        marked = [hit for hit in hits if hit not in held and (hit.is_frozen or hit.non_punishment)]
        now = desk.clock.now()
        return desk.render(
            request,
            "holds.html",
            session,
            status=422 if mistakes else 200,
            held=arrange(held, QueueQuery(show=Show.ALL), now),
            marked=arrange(marked, QueueQuery(show=Show.ALL), now),
            hold=SAFETY_HOLD,
            mistakes=mistakes,
            filled=typed,
        )

    @router.get("/holds")
    def show_holds(request: Request, session: Visitor) -> Response:
        return holds_page(request, session)

    @router.post("/holds/safety-hold")
    def hold_for_safety(request: Request, session: Doer, fields: Fields) -> Response:
        def act() -> GoOn:
            hit_id = _hit_named(fields)
            why = read_words(Reading(fields, SAFETY_HOLD), "justification")
            desk.services.hold_for_safety(actor_of(session), hit_id, True, why)
            return "/holds", "safety-hold"

        try:
            return go_on(desk, session, fields, act)
        except (FormMistakes, InvalidDraft) as error:
            return holds_page(request, session, by_field(error), fields)

    @router.get("/exchanges")
    def show_exchanges(request: Request, session: Visitor) -> Response:
        hits = desk.services.list_hits(actor_of(session))
        open_exchanges = (hit for hit in hits if hit.joint_state in EXCHANGES)
        lines = arrange(open_exchanges, QueueQuery(show=Show.ALL), desk.clock.now())
        return desk.render(request, "exchanges.html", session, lines=lines)

    return router


def _hit_named(fields: FormFields) -> HitId:
    try:
        return parse_hit_id(fields.text("hit").lower())
    except MalformedMessage as error:
        raise FormMistakes({"hit": "Write the hit's id as it stands on its page."}) from error


def _query_string(query: QueueQuery) -> str:
    return urlencode(
        {
            "show": query.show.value,
            "country": query.country,
            "urgency": query.urgency or "",
            "band": query.band or "",
            "overlay": query.overlay or "",
            "sort": query.sort.value,
        }
    )


def _as_csv(lines: Iterable[QueueLine]) -> str:
    out = io.StringIO()
    out.write("\ufeff")  # without it, spreadsheets take UTF-8 for something else
    writer = csv.writer(out)
    writer.writerow(
        [
            "hit",
            "country",
            "own_record",
            "own_case",
            "kind",
            "urgency",
            "likeness",
            "agree",
            "disagree",
            "unknown",
            "state",
            "our_side",
            "turn",
            "escalated",
            "safety_hold",
            "checked_by",
            "next_step",
            "alerted_at",
            "due_at",
        ]
    )
    for line in lines:
        hit = line.hit
        row = [
            hit.hit_id,
            hit.counterpart,
            hit.own_local_id,
            hit.own_case_id,
            hit.own_record_kind.value,
            hit.urgency.value,
            hit.band.value,
            *_kinds(line),
            hit.joint_state.value,
            wording.OWN_SIDE[hit.side_state],
            line.turn,
            "yes" if hit.is_escalated else "",
            "yes" if hit.is_frozen else "",
            hit.assigned_to or "",
            line.next_step,
            hit.alerted_at.isoformat(timespec="seconds"),
            hit.due_at.isoformat(timespec="seconds") if hit.due_at else "",
        ]
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue()


def _kinds(line: QueueLine) -> tuple[str, str, str]:
    texts = {
        agreement: " ".join(entry.kind.value for entry in line.hit.agreement if entry.agreement is agreement)
        for agreement in Agreement
    }
    return texts[Agreement.AGREE], texts[Agreement.DISAGREE], texts[Agreement.UNKNOWN]


def _harmless(cell: str) -> str:
    """A spreadsheet must not take a cell for a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
