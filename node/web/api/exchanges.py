"""Exchanges: decisions, clarification, recall, feedback, onward use, meetings."""

from dataclasses import dataclass, field
from typing import Final

from symbolon.node.domain.forms import (
    DecisionForm,
    FeedbackForm,
    MeetingForm,
    OnwardForm,
    ReplyForm,
)
from symbolon.node.web.api.operations import Blob, Call, Made, Operation
from symbolon.protocol.exchange_terms import FormalChannel, RecallReason
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import RequestId
from symbolon.runtime.problem_responses import Refusal


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
_IN: Final = f"{_HIT}/exchanges/{{exchange_id}}"
_MEETING: Final = f"{_HIT}/meetings/{{meeting_id}}"
EXCHANGES: Final = (
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
