"""How a form acts on a hit: from the page that it was filled in on, once, and never from one that has passed."""

from collections.abc import Callable, Mapping
from hashlib import sha256

from starlette.responses import Response

from symbolon.node.domain.hits import HitView
from symbolon.node.errors import InvalidDraft
from symbolon.node.web.desk_context import DeskContext
from symbolon.node.web.form_spec import FormMistakes
from symbolon.node.web.justifying import seen_by
from symbolon.protocol.references import HitId
from symbolon.runtime.form_fields import FormFields
from symbolon.runtime.sessions import Session

GoOn = tuple[str, str]
"""Where the browser goes on to after an act, and the notice that it finds there."""


class StalePage(Exception):
    """What the form was filled in about has changed since: look at it again, then decide again."""


NOT_TAKEN = (FormMistakes, InvalidDraft, StalePage)
"""Why a form comes back with what was typed into it."""


def mark_of(view: HitView) -> str:
    """Give a text that changes with everything on which an officer decides about a hit."""
    hit = view.summary
    exchanges = [(each.exchange_id, each.state.value, each.version) for each in view.exchanges]
    decided_on = (hit.joint_state.value, hit.side_state.value, view.round, hit.is_frozen, hit.protected, exchanges)
    return sha256(repr(decided_on).encode()).hexdigest()[:16]


def act_on_hit(
    desk: DeskContext, session: Session, hit_id: HitId, fields: FormFields, perform: Callable[[HitView], GoOn]
) -> Response:
    """Do what a form says, and go on; a form that was sent before goes on as it did then.

    Raises :class:`StalePage`, and what ``perform`` raises: :class:`FormMistakes`, and the errors of the services.
    """

    def act() -> GoOn:
        view = seen_by(desk, session, hit_id, is_begun=True)
        if fields.text("seen") != mark_of(view):
            raise StalePage
        return perform(view)

    return go_on(desk, session, fields, act)


def go_on(desk: DeskContext, session: Session, fields: FormFields, act: Callable[[], GoOn]) -> Response:
    """Act once for each form, and send the browser on."""
    form_id = fields.text("form_id")
    path, notice = desk.once(f"{session.session_id} {form_id}" if form_id else "", act)
    return desk.return_to(path, notice)


def by_field(error: Exception) -> Mapping[str, str]:
    """The fields that need a change, each with a sentence; none where the page was stale."""
    if isinstance(error, FormMistakes):
        return error.by_field
    return {error.field: error.sentence} if isinstance(error, InvalidDraft) else {}


def status_of(error: Exception) -> int:
    """The status of a page that comes back with its form."""
    return 409 if isinstance(error, StalePage) else 422
