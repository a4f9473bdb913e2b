"""Drafts of what leaves a state, and their release by a second officer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from symbolon.node.domain.draft_views import DraftLine, DraftView
from symbolon.node.domain.drafts import DraftId
from symbolon.node.domain.forms import (
    ClarificationAnswerForm,
    DraftForm,
    InformationForm,
    NoteForm,
    OnwardDecisionForm,
    ReplyForm,
    RequestForm,
)
from symbolon.node.web.api.operations import Call, Made, Operation, PageOf, page_of
from symbolon.node.web.api.requests import read_value
from symbolon.protocol.canonical import EmbeddedObject, JsonValue
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import RequestId
from symbolon.runtime.problem_responses import Refusal


class FormKind(StrEnum):
    """What goes by draft."""

    REQUEST = "request"
    CLARIFICATION_ANSWER = "clarification-answer"
    REPLY = "reply"
    INFORMATION = "information"
    NOTE = "note"
    ONWARD_DECISION = "onward-decision"


FORMS: Final[Mapping[FormKind, type[DraftForm]]] = {
    FormKind.REQUEST: RequestForm,
    FormKind.CLARIFICATION_ANSWER: ClarificationAnswerForm,
    FormKind.REPLY: ReplyForm,
    FormKind.INFORMATION: InformationForm,
    FormKind.NOTE: NoteForm,
    FormKind.ONWARD_DECISION: OnwardDecisionForm,
}


@dataclass(frozen=True, slots=True)
class DraftBody:
    """A draft; ``form`` as its kind has it, what has a usual value may be left out."""

    kind: FormKind
    form: EmbeddedObject = field(repr=False)
    exchange_id: RequestId | None = None


@dataclass(frozen=True, slots=True)
class DigestBody:
    """The `content_digest` of the draft as it was read."""

    content_digest: str


@dataclass(frozen=True, slots=True)
class RemarkBody:
    """What is to be changed."""

    remark: str = field(repr=False)


def _list_drafts(call: Call) -> PageOf:
    lines = call.services.desk.list_drafts(call.caller.actor)
    return page_of(lines, call.params, lambda line: str(line.draft_id))


def _draft(call: Call) -> DraftView:
    call.seen_hit()
    view = call.services.desk.show_draft(call.caller.actor, call.path["draft_id"], call.caller.visit)
    if view.line.hit_id != call.hit_id:
        raise Refusal(Problem.NOT_FOUND, "This hit has no such draft: take its id from `/drafts`.")
    return view


def _form(call: Call) -> DraftForm:
    return read_value(FORMS[call.body.kind], call.body.form, "body: form")


def _save(call: Call) -> Made:
    draft_id = call.services.desk.save_draft(call.caller.actor, call.hit_id, call.body.exchange_id, _form(call), None)
    return Made("draft_id", draft_id, f"/hits/{call.hit_id}/drafts/{draft_id}")


def _change(call: Call) -> None:
    draft_id = _of_hit(call)
    call.services.desk.save_draft(call.caller.actor, call.hit_id, call.body.exchange_id, _form(call), draft_id)


def _of_hit(call: Call) -> DraftId:
    return _draft(call).line.draft_id


_HIT: Final = "/hits/{hit_id}"
_DRAFT: Final = f"{_HIT}/drafts/{{draft_id}}"
_RELEASE: Final = f"{_HIT}/releases/{{draft_id}}"
_REQUEST_EXAMPLE: Final[JsonValue] = {
    "kind": "request",
    "form": {
        "purpose": "To learn where the subject crossed the border.",
        "relevance": "The same organiser appears in two of our cases.",
        "facts": "The subject recruits for fishing vessels.",
        "questions": ["Which vessel was used in January?"],
        "why_this_state": "Belanu holds the other half.",
        "urgency": "U2",
        "urgency_reason": "A departure is expected.",
        "legal_basis": "Regional cooperation framework",
        "handling_code": "H1",
    },
}

DRAFTS: Final = (
    Operation(
        "GET",
        "/drafts",
        "List drafts",
        _list_drafts,
        gives=tuple[DraftLine, ...],
        params={"limit": "How many at once.", "cursor": "Where to go on."},
    ),
    Operation(
        "POST",
        f"{_HIT}/drafts",
        "Save a new draft",
        _save,
        takes=DraftBody,
        example=_REQUEST_EXAMPLE,
        description="A request, answer to a clarification, reply, information, note or decision on onward use.",
    ),
    Operation("GET", _DRAFT, "Show a draft, and exactly what would leave", _draft, gives=DraftView),
    Operation("PUT", _DRAFT, "Change a draft of one's own", _change, takes=DraftBody, example=_REQUEST_EXAMPLE),
    Operation(
        "POST",
        f"{_DRAFT}/submit",
        "Submit a draft for release",
        lambda call: call.services.desk.submit_draft(call.caller.actor, _of_hit(call)),
    ),
    Operation(
        "GET",
        "/releases",
        "List drafts to be released",
        _list_drafts,
        gives=tuple[DraftLine, ...],
        params={"limit": "How many at once.", "cursor": "Where to go on."},
    ),
    Operation("GET", _RELEASE, "Show exactly what would leave", _draft, gives=DraftView),
    Operation(
        "POST",
        f"{_RELEASE}/approve",
        "Release a draft that a person wrote",
        lambda call: call.services.desk.approve_draft(call.caller.actor, _of_hit(call), call.body.content_digest),
        takes=DigestBody,
        example={"content_digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
        description="Four eyes: what a program drafted, a person releases.",
    ),
    Operation(
        "POST",
        f"{_RELEASE}/return",
        "Give a draft back",
        lambda call: call.services.desk.return_draft(call.caller.actor, _of_hit(call), call.body.remark),
        takes=RemarkBody,
        example={"remark": "Leave the address out."},
    ),
    Operation(
        "POST",
        f"{_DRAFT}/discard",
        "Throw a draft away",
        lambda call: call.services.desk.discard_draft(call.caller.actor, _of_hit(call)),
    ),
)
