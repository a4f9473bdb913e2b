"""A draft as the second officer reads it: exactly what leaves, under which signs, and what has changed since. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from symbolon.node.domain.draft_views import DraftView
from symbolon.node.domain.drafts import DraftState
from symbolon.node.domain.forms import (
    ClarificationAnswerForm,
    DraftForm,
    InformationForm,
    NoteForm,
    OnwardDecisionForm,
    ReplyForm,
    RequestForm,
)
from symbolon.node.web.draft_fields import FormSetting
from symbolon.node.web.draft_forms import field_of, spec_for
from symbolon.node.web.message_rows import LABELS, labels_of, rows_of, texts_of

_TITLES: Final[Mapping[type, str]] = {
    RequestForm: "Ask {}",
    ReplyForm: "Answer {}",
    InformationForm: "Inform {} unasked",
    ClarificationAnswerForm: "Say what was meant, to {}",
    NoteForm: "Write a note to {}",
    OnwardDecisionForm: "Decide whether {} may pass it on",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs from what was submitted before."""

    label: str
    before: str = field(repr=False)
    after: str = field(repr=False)


def title_of(form: DraftForm, country: str) -> str:
    """Give what the page of a form is called."""
    return _TITLES[type(form)].format(country)


def mark_of(view: DraftView) -> str:
    """Give a text that changes with everything on which somebody decides about a draft."""
    decided_on = (view.line.state.value, view.line.drafted_at, view.line.submitted_at, view.content_digest)
    return sha256(repr(decided_on).encode()).hexdigest()[:16]


def parts_of(view: DraftView, country: Callable[[str], str]) -> Mapping[str, Any]:
    """Give what the page of a draft shows; before it is complete, what was filled in so far."""
    shown = view.leaves or view.content
    missing_at = ""
    if view.missing is not None:
        missing_at = _section_of(view.content, view.missing[0])
    return {
        "view": view,
        "line": view.line,
        "seen": mark_of(view),
        "rows": rows_of(shown, country),
        "labels": labels_of(shown),
        "missing_at": missing_at,
        "waits": _waits(view),
        "changes": tuple(
            Change(
                LABELS.get(change.name, change.name),
                "\n".join(texts_of(change.name, change.before, country)),
                "\n".join(texts_of(change.name, change.after, country)),
            )
            for change in view.changes
        ),
    }


def _section_of(form: DraftForm, wanted: str) -> str:
    spec = spec_for(form, FormSetting(questions=("",)))
    at = field_of(wanted, spec)
    return next(section.key for section in spec.sections if any(each.name == at for each in section.fields))


def _waits(view: DraftView) -> str:
    if view.line.state is DraftState.SUBMITTED:
        return "It waits for a second officer: an authoriser, or another protection officer for a protected record."
    if view.line.state in (DraftState.DRAFT, DraftState.RETURNED):
        return f"{view.line.drafted_by} is to finish it."
    return "Nothing: it is over."
