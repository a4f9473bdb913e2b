"""Asks for a reason before a victim's or minor's hit is shown."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.domain.hits import HitView
from symbolon.node.domain.justification import LONGEST_TEXT, REMEMBERED_FOR, JustificationNeeded
from symbolon.node.web.desk_context import DeskContext, actor_of, hit_in_path, visit_of
from symbolon.protocol.references import HitId
from symbolon.runtime.desk_access import visitor
from symbolon.runtime.form_fields import NO_MISTAKES
from symbolon.runtime.problem_responses import HTTP_STATUS, ProblemDocument, is_browser, problem_json
from symbolon.runtime.sessions import Session


def seen_by(desk: DeskContext, session: Session, hit_id: HitId, *, is_begun: bool = False) -> HitView:
    """The hit for the eyes of a session's person; ``is_begun`` where a form of theirs comes back.

    Raises :class:`JustificationNeeded`.
    """
    view_hit = desk.services.view_hit
    actor, visit = actor_of(session), visit_of(session)
    return view_hit.again(actor, hit_id, visit) if is_begun else view_hit(actor, hit_id, visit)


def ask_why(desk: DeskContext) -> Callable[[Request, Exception], Response]:
    """Answers a look at a protected hit without a reason: a person with the form for it, a program with the problem."""

    def answer(request: Request, error: Exception) -> Response:
        if not is_browser(request):
            problem = JustificationNeeded().problem
            return problem_json(ProblemDocument(problem, HTTP_STATUS[problem], str(error), request.state.request_id))
        return justification_page(desk, request, visitor(request))

    return answer


def justification_page(
    desk: DeskContext,
    request: Request,
    session: Session,
    mistakes: Mapping[str, str] = NO_MISTAKES,
    filled: Mapping[str, str] = NO_MISTAKES,
) -> Response:
    """The form that stands before a protected hit; nothing of the hit is on it but the id in its address."""
    hit_id = hit_in_path(request.path_params["hit_id"])
    asked = request.url.path if request.method == "GET" else f"/hits/{hit_id}"
    return desk.render(
        request,
        "justify.html",
        session,
        status=422 if mistakes else HTTP_STATUS[JustificationNeeded().problem],
        hit_id=hit_id,
        then=filled.get("then") or asked,
        minutes=int(REMEMBERED_FOR.total_seconds()) // 60,
        longest_text=LONGEST_TEXT,
        mistakes=mistakes,
        filled=filled,
    )
