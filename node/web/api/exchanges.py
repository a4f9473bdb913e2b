"""Exchanges: drafts and their release, decisions, clarification, recall, feedback, onward use, meetings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from symbolon.node.domain.draft_views import DraftLine, DraftView
from symbolon.node.domain.drafts import DraftId
from symbolon.node.domain.forms import (
    ClarificationAnswerForm,
    DecisionForm,
    DraftForm,
    FeedbackForm,
    InformationForm,
    MeetingForm,
    NoteForm,
    OnwardDecisionForm,
    OnwardForm,
    ReplyForm,
    RequestForm,
)
from symbolon.node.web.api.operations import Blob, Call, Made, Operation, PageOf, page_of
from symbolon.node.web.api.requests import read_value
from symbolon.protocol.canonical import EmbeddedObject, JsonValue
from symbolon.protocol.exchange_terms import FormalChannel, RecallReason
from symbolon.protocol.handling import HandlingCode
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


@dataclass(frozen=True, slots=True)
class ClarificationBody:
    """What is not clear about a request."""

    text: str = field(repr=False)
    handling_code: HandlingCode = HandlingCode.H3


@dataclass(frozen=True, slots=True)
class RecallBody:
    """Why a request is taken back."""

    reason: RecallReason


@dataclass(frozen=True, slots=True)
class FormalBody:
    """By which formal route it goes on, under which reference."""

    channel: FormalChannel
    reference: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AcceptedBody:
    """Whether the meeting is accepted."""

    accepted: bool


def _exchange(call: Call) -> RequestId:
    found: RequestId = call.path["exchange_id"]
    return found


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


def _meeting(call: Call) -> Made:
    made = call.services.desk.propose_meeting(call.caller.actor, call.hit_id, call.body)
    return Made("meeting_id", made, f"/hits/{call.hit_id}/meetings/{made}/calendar")


def _calendar(call: Call) -> Blob:
    meeting_id = call.path["meeting_id"]
    content = call.services.desk.meeting_calendar(call.caller.actor, call.hit_id, meeting_id)
    return Blob(content, "text/calendar", f"meeting-{meeting_id}.ics")


def _onward(call: Call) -> Made:
    made = call.services.desk.ask_onward_use(call.caller.actor, call.hit_id, _exchange(call), call.body)
    return Made("onward_use_id", made, f"/hits/{call.hit_id}")


def _pass_on(call: Call) -> Blob:
    member = call.params.member("member")
    if member is None:
        raise Refusal(Problem.INVALID_INPUT, "member: say to which state it is to go.")
    pdf = call.services.desk.pass_on(call.caller.actor, call.hit_id, _exchange(call), member, call.caller.visit)
    return Blob(pdf, "application/pdf", f"passed-on-{_exchange(call)}.pdf")


_HIT: Final = "/hits/{hit_id}"
_DRAFT: Final = f"{_HIT}/drafts/{{draft_id}}"
_RELEASE: Final = f"{_HIT}/releases/{{draft_id}}"
_IN: Final = f"{_HIT}/exchanges/{{exchange_id}}"
_MEETING: Final = f"{_HIT}/meetings/{{meeting_id}}"
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

EXCHANGES: Final = (
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
    Operation(
        "GET",
        f"{_IN}/reply-form",
        "Prefill a reply",
        lambda call: call.services.desk.prefill_reply(
            call.caller.actor, call.hit_id, _exchange(call), call.caller.visit
        ),
        gives=ReplyForm,
    ),
    Operation(
        "POST",
        f"{_IN}/decision",
        "Accept or refuse a request",
        lambda call: call.services.desk.decide_request(call.caller.actor, call.hit_id, _exchange(call), call.body),
        takes=DecisionForm,
        example={"ruling": "accept", "expected_on": "2026-03-09"},
    ),
    Operation(
        "POST",
        f"{_IN}/clarification",
        "Ask what a request means",
        lambda call: call.services.desk.ask_clarification(
            call.caller.actor, call.hit_id, _exchange(call), call.body.text, call.body.handling_code
        ),
        takes=ClarificationBody,
        example={"text": "Which January do you mean?", "handling_code": "H1"},
    ),
    Operation(
        "POST",
        f"{_IN}/recall",
        "Take a request back",
        lambda call: call.services.desk.recall_request(
            call.caller.actor, call.hit_id, _exchange(call), call.body.reason
        ),
        takes=RecallBody,
        example={"reason": "sent-in-error"},
    ),
    Operation(
        "POST",
        f"{_IN}/formal-route",
        "Go on by the formal route",
        lambda call: call.services.desk.go_formal(
            call.caller.actor, call.hit_id, _exchange(call), call.body.channel, call.body.reference
        ),
        takes=FormalBody,
        example={"channel": "legal-assistance", "reference": "MLA 2026/118"},
    ),
    Operation(
        "POST",
        f"{_IN}/feedback",
        "Say how useful the information was",
        lambda call: call.services.desk.give_feedback(call.caller.actor, call.hit_id, _exchange(call), call.body),
        takes=FeedbackForm,
        example={"usefulness": "useful", "outcomes": []},
    ),
    Operation(
        "POST",
        f"{_IN}/close",
        "Close an exchange that was refused",
        lambda call: call.services.desk.close_hit(call.caller.actor, call.hit_id, _exchange(call)),
    ),
    Operation(
        "POST",
        f"{_IN}/onward-use",
        "Ask the originator for a further use",
        _onward,
        takes=OnwardForm,
        example={
            "message_id": "6f7c1f0e-6c37-4a53-9d5a-6a1f0a2d9c11",
            "recipients": ["XC"],
            "use": "To warn the port.",
        },
    ),
    Operation(
        "GET",
        f"{_IN}/pass-on",
        "Give out what may be passed on",
        _pass_on,
        params={"member": "To which state."},
        description="A PDF; refused (`not-disclosed`) without the originator's leave.",
    ),
    Operation(
        "POST",
        f"{_HIT}/meetings",
        "Propose or change a meeting",
        _meeting,
        takes=MeetingForm,
        example={
            "agenda": "How we go on.",
            "starts_at": "2026-03-04T09:00:00.000Z",
            "ends_at": "2026-03-04T10:00:00.000Z",
            "zone": "Asia/Bangkok",
            "attendees": ["Focal point of Belanu"],
        },
    ),
    Operation(
        "POST",
        f"{_MEETING}/answer",
        "Accept or decline a meeting",
        lambda call: call.services.desk.answer_meeting(
            call.caller.actor, call.hit_id, call.path["meeting_id"], call.body.accepted
        ),
        takes=AcceptedBody,
        example={"accepted": True},
    ),
    Operation(
        "GET",
        f"{_MEETING}/calendar",
        "Give a meeting as a calendar file",
        _calendar,
        description="iCalendar (RFC 5545).",
    ),
)
