"""When a form is ready to leave: what is missing, in which field, and what to do about it."""

from collections.abc import Iterator
from datetime import date

from symbolon.node.domain.forms import (
    ClarificationAnswerForm,
    DecisionForm,
    DraftForm,
    InformationForm,
    MeetingForm,
    NoteForm,
    OnwardDecisionForm,
    OnwardForm,
    ReplyForm,
    RequestForm,
)
from symbolon.node.errors import InvalidDraft
from symbolon.protocol.codec import to_wire
from symbolon.protocol.disclosure_rules import check_channel
from symbolon.protocol.exchange_terms import Caveat, MeetingStatus, RequestRuling, Tlp
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.lifecycle_problems import NotDisclosed
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HUB, MemberCode

Mistake = tuple[str, str]
"""A field, and the sentence that says what to do about it."""


def check_limits(form: object) -> None:
    """Refuse a text, list or code that its message could not carry; an unfinished draft is checked by this alone.

    Raises:
        InvalidDraft: names the field.

    """
    try:
        to_wire(form)
    except MalformedMessage as malformed:
        path, _, reason = str(malformed).partition(": ")
        field = path.partition(".")[0].partition("[")[0]
        raise InvalidDraft(field, f"Change this: it {reason}") from None


def check_form(form: DraftForm, today: date) -> None:
    """Refuse a form that is not ready to be shown to a second officer.

    Raises:
        InvalidDraft: names the first field that needs a change, and says what to do.

    """
    check_limits(form)
    for field, sentence in _mistakes(form, today):
        raise InvalidDraft(field, sentence)


def check_answers(form: ReplyForm, questions: int) -> None:
    """Refuse a reply that does not have one answer to each question of its request; raises :class:`InvalidDraft`."""
    if len(form.answers) != questions:
        raise InvalidDraft("answers", f"Give {questions} answers, one to each question in its order.")


def check_decision(form: DecisionForm, today: date) -> None:
    """Refuse a ruling without its ground, or an acceptance with one, or for a day that has passed."""
    if form.ruling is RequestRuling.REFUSE and form.ground is None:
        raise InvalidDraft("ground", "Choose the ground of the refusal: the other side is told that and nothing else.")
    if form.ruling is RequestRuling.ACCEPT and form.ground is not None:
        raise InvalidDraft("ground", "An acceptance has no ground: leave it empty.")
    if form.expected_on is not None and form.expected_on < today:
        raise InvalidDraft("expected_on", "Expect the answer on a day that has not passed.")


def check_meeting(form: MeetingForm) -> None:
    """Refuse a meeting that could not be held; raises :class:`InvalidDraft`."""
    check_limits(form)
    if not form.attendees:
        raise InvalidDraft("attendees", "Name at least one person who comes.")
    if not form.agenda.strip():
        raise InvalidDraft("agenda", "Say what the meeting is about.")
    if form.ends_at <= form.starts_at:
        raise InvalidDraft("ends_at", "Let the meeting end after it starts.")
    if form.minutes and form.status is not MeetingStatus.HELD:
        raise InvalidDraft("status", "Minutes are of a meeting that was held: say that it was.")


def check_onward(form: OnwardForm, holder: MemberCode) -> None:
    """Refuse to ask for a use that nobody could permit; raises :class:`InvalidDraft`."""
    check_limits(form)
    if not form.recipients:
        raise InvalidDraft("recipients", "Name the states that it is to be passed on to.")
    if holder in form.recipients or HUB in form.recipients:
        raise InvalidDraft("recipients", "Name other states: your own has it, and the hub never gets it.")
    if not form.use.strip():
        raise InvalidDraft("use", "Say for what it is to be used: its originator decides by it.")


def _mistakes(form: DraftForm, today: date) -> Iterator[Mistake]:
    match form:
        case RequestForm():
            yield from _in_request(form, today)
        case ClarificationAnswerForm():
            yield from _empty("answer", form.answer, "Say what the request meant.")
        case ReplyForm():
            yield from _in_reply(form, today)
        case InformationForm():
            yield from _empty("information", form.information, "Write what the other state is to know.")
            yield from _empty("relevance", form.relevance, "Say why it matters to the other state.")
            yield from _in_terms(form.handling_code, form.tlp, form.may_be_evidence, form.caveats, form.onward_sharing)
            yield from _past("delete_by", form.delete_by, today)
        case NoteForm():
            yield from _empty("text", form.text, "Write the note.")
        case OnwardDecisionForm():
            yield from _in_onward_decision(form, today)


def _in_request(form: RequestForm, today: date) -> Iterator[Mistake]:
    yield from _empty("purpose", form.purpose, "Say what the answer is for.")
    yield from _empty("relevance", form.relevance, "Say why the answer matters to your case.")
    yield from _empty("facts", form.facts, "Say in a few words what your case is about.")
    if not form.questions or not all(question.strip() for question in form.questions):
        yield "questions", "Ask at least one question, and leave none empty."
    yield from _empty("why_this_state", form.why_this_state, "Say why you ask this state.")
    yield from _empty("urgency_reason", form.urgency_reason, "Say why it is this urgent, or that it is routine.")
    yield from _empty("legal_basis", form.legal_basis, "Name the law or agreement under which you ask.")
    yield from _past("need_by", form.need_by, today)
    try:
        check_channel(form.channel, form.intended_use)
    except NotDisclosed as refused:
        yield "channel", str(refused)
    yield from _in_terms(form.handling_code, form.tlp, False, form.caveats, form.onward_sharing)


def _in_reply(form: ReplyForm, today: date) -> Iterator[Mistake]:
    if not form.answers or not all(answer.strip() for answer in form.answers):
        yield "answers", "Leave no answer empty: write “not known”, or that you may not say it."
    yield from _in_terms(form.handling_code, form.tlp, form.may_be_evidence, form.caveat_codes, form.onward_sharing)
    yield from _past("delete_by", form.delete_by, today)


def _in_onward_decision(form: OnwardDecisionForm, today: date) -> Iterator[Mistake]:
    if form.granted and form.expires_on is None:
        yield "expires_on", "Say until which day the use is permitted."
    if not form.granted and form.expires_on is not None:
        yield "expires_on", "A use that is not permitted has no last day: leave it empty."
    yield from _past("expires_on", form.expires_on, today)


def _in_terms(
    handling_code: HandlingCode,
    tlp: Tlp,
    may_be_evidence: bool,
    caveats: tuple[Caveat, ...],
    onward_sharing: tuple[MemberCode, ...],
) -> Iterator[Mistake]:
    """Terms that contradict each other: the receiver's node would keep the stricter, the sender's officer hopes not."""
    if may_be_evidence and handling_code is HandlingCode.H3:
        yield "may_be_evidence", "H3 is never evidence: choose another handling code, or do not permit it."
    if onward_sharing and (tlp is Tlp.RED or handling_code in (HandlingCode.H2, HandlingCode.H3)):
        yield "onward_sharing", "RED, H2 and H3 are passed on to nobody without your leave each time: empty the list."
    if HUB in onward_sharing:
        yield "onward_sharing", "The hub gets nothing to read: name states."
    if len(set(caveats)) != len(caveats):
        yield "caveats", "Name each caveat once."


def _empty(field: str, text: str, sentence: str) -> Iterator[Mistake]:
    if not text.strip():
        yield field, sentence


def _past(field: str, day: date | None, today: date) -> Iterator[Mistake]:
    if day is not None and day < today:
        yield field, "Choose a day that has not passed."
