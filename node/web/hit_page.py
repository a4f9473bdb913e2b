"""The page of a hit, put together: what agrees, how far both sides are, what was said, and what may be done now."""

from collections.abc import Callable, Sequence
from typing import Final

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from symbolon.node.domain.actors import Role
from symbolon.node.domain.hits import HitView
from symbolon.node.web import act_forms, explanation, hit_parts, thread
from symbolon.node.web.acting import StalePage, by_field, mark_of, status_of
from symbolon.node.web.desk_context import DeskContext, actor_of, visit_of
from symbolon.node.web.queue import next_step, own_state, their_state, time_class, time_left
from symbolon.protocol.lifecycle import HitAction, JointState
from symbolon.protocol.lifecycle_table import EXCHANGE_STATES
from symbolon.protocol.messages import Request
from symbolon.runtime.form_fields import NO_MISTAKES, FormFields
from symbolon.runtime.sessions import Session

CONFIRMED: Final = (EXCHANGE_STATES - {JointState.CLOSED}) | {JointState.CONFIRMED}
"""The states in which both halves are known to be about the same subject."""

NOTHING_TYPED: Final = FormFields({})


def assignable(desk: DeskContext, view: HitView) -> Sequence[str]:
    """The logins of those who may be given this hit to check; a protected one goes to protection officers alone."""
    wanted = Role.PROTECTION_OFFICER if view.summary.protected else Role.INVESTIGATOR
    return sorted(login for login, roles in desk.officers().items() if wanted.value in roles)


def named(desk: DeskContext, session: Session, view: HitView) -> Callable[[str], str]:
    """How the page names states, and the desks that a request says may be called."""
    country = desk.country_text()
    requests = (each.message for exchange in view.exchanges for each in exchange.thread)
    if not any(isinstance(request, Request) and request.contacts for request in requests):
        return country
    titles = desk.desk_titles(session)
    return lambda code: titles[code] if code in titles else country(code)


def may_close(view: HitView) -> bool:
    """Whether closing is about the hit itself, and not about a refused exchange, which has a page for it."""
    in_exchanges = any(HitAction.CLOSE in exchange.actions for exchange in view.exchanges)
    return HitAction.CLOSE in view.summary.actions and not in_exchanges


def render(
    desk: DeskContext,
    request: HttpRequest,
    session: Session,
    view: HitView,
    error: Exception | None = None,
    typed: FormFields = NOTHING_TYPED,
) -> Response:
    """The page, with what was typed and what is wrong with it where a form could not be taken."""
    hit, now = view.summary, desk.clock.now()
    country = named(desk, session, view)
    can = frozenset(action.value for action in hit.actions)
    return desk.render(
        request,
        "hit.html",
        session,
        status=200 if error is None else status_of(error),
        view=view,
        hit=hit,
        can=can,
        may_close_hit=may_close(view),
        seen=mark_of(view),
        rows=explanation.half_rows(view),
        why=explanation.why_this_hit(view),
        they_see=explanation.what_they_see(view, desk.pages.desk.name),
        steps=explanation.steps(view),
        time_left=time_left(hit.due_at, now),
        time_class=time_class(hit.due_at, now),
        next_step=next_step(hit),
        ours=own_state(hit),
        theirs=their_state(hit),
        is_confirmed=hit.joint_state in CONFIRMED,
        exchanges=thread.exchange_parts(view, country, now),
        notes=thread.entries_of(view.notes, country, None),
        meetings=hit_parts.meeting_parts(view, country),
        proposals=hit_parts.proposal_parts(view),
        others=thread.entries_of(hit_parts.besides_meetings(view.others), country, None),
        clocks=thread.clock_lines(view.clocks, view.own, now),
        timeline=thread.timeline_lines(view.timeline, view.own, country),
        asked_before=desk.services.asked_before(actor_of(session), hit.hit_id, visit_of(session)),
        assignable=assignable(desk, view) if "assign" in can else (),
        forms=act_forms,
        mistakes=NO_MISTAKES if error is None else by_field(error),
        stale=isinstance(error, StalePage),
        filled=typed,
    )
