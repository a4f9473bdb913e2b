"""What the forms of acts become: codes, days and texts, as the services take them."""

from datetime import date

from symbolon.node.domain.forms import ContactForm, DecisionForm, FeedbackForm, MeetingForm, OnwardForm
from symbolon.node.web.act_forms import MOST_EXTRA_KINDS
from symbolon.node.web.form_spec import Reading
from symbolon.protocol.exchange_terms import (
    CaseOutcome,
    FormalChannel,
    MeetingStatus,
    RecallReason,
    RefusalGround,
    RequestRuling,
    Usefulness,
)
from symbolon.protocol.handling import HandlingCode, IdentifierKind, Verdict
from symbolon.protocol.references import MeetingId, MemberCode, MessageId


def read_recommendation(reading: Reading) -> tuple[Verdict, str]:
    """What is recommended, and why. Like the others here, raises :class:`FormMistakes`."""
    read = reading.choice("recommended", Verdict), reading.text("recommendation")
    reading.finish()
    return read


def read_proposal(reading: Reading) -> tuple[tuple[IdentifierKind, ...], str]:
    """Which kinds of identifier to show, and why."""
    kinds = reading.ticks("kinds", IdentifierKind)
    if len(kinds) > MOST_EXTRA_KINDS:
        reading.mistakes["kinds"] = f"Choose {MOST_EXTRA_KINDS} kinds at most: these are {len(kinds)}."
    reason = reading.text("proposal_reason")
    reading.finish()
    return kinds, reason


def read_acceptance(reading: Reading) -> DecisionForm:
    """An acceptance: by when, and whether a court has a say."""
    expected_on, judicial = reading.day("expected_on"), reading.tick("judicial_authorisation")
    reading.finish()
    return DecisionForm(RequestRuling.ACCEPT, None, expected_on, judicial)


def read_refusal(reading: Reading) -> DecisionForm:
    """A refusal and its ground."""
    ground = reading.choice("ground", RefusalGround)
    reading.finish()
    return DecisionForm(RequestRuling.REFUSE, ground)


def read_clarification(reading: Reading) -> tuple[str, HandlingCode]:
    """The question, and how it may be handled."""
    read = reading.text("question"), reading.choice("handling_code", HandlingCode)
    reading.finish()
    return read


def read_recall(reading: Reading) -> RecallReason:
    """Why a request is taken back."""
    reason = reading.choice("recall_reason", RecallReason)
    reading.finish()
    return reason


def read_formal_route(reading: Reading) -> tuple[FormalChannel, str]:
    """The channel, and the reference there."""
    read = reading.choice("formal_channel", FormalChannel), reading.text("reference")
    reading.finish()
    return read


def read_feedback(reading: Reading) -> FeedbackForm:
    """How useful it was, and what became of it."""
    feedback = FeedbackForm(reading.choice("usefulness", Usefulness), reading.ticks("outcomes", CaseOutcome))
    reading.finish()
    return feedback


def read_onward(reading: Reading, message_id: MessageId) -> OnwardForm:
    """To whom and for what a received message is to be passed on."""
    recipients = tuple(MemberCode(code) for code in reading.words("recipients"))
    if not recipients:
        reading.mistakes.setdefault("recipients", reading.spec.field("recipients").needed)
    form = OnwardForm(message_id, recipients, reading.text("use"), reading.tick("as_evidence"))
    reading.finish()
    return form


def read_meeting(reading: Reading, meeting_id: MeetingId | None) -> MeetingForm:
    """A meeting; ``meeting_id`` names the one that is changed."""
    starts_at, ends_at = reading.moment("starts_at"), reading.moment("ends_at")
    form = MeetingForm(
        agenda=reading.text("agenda"),
        starts_at=starts_at,
        ends_at=ends_at,
        zone=reading.text("zone"),
        attendees=reading.lines("attendees"),
        link=reading.text("link"),
        status=MeetingStatus.TENTATIVE if meeting_id is None else reading.choice("status", MeetingStatus),
        handling_code=reading.choice("handling_code", HandlingCode),
        meeting_id=meeting_id,
        minutes="" if meeting_id is None else reading.text("minutes"),
    )
    if {"starts_at", "ends_at"}.isdisjoint(reading.mistakes) and ends_at <= starts_at:
        reading.mistakes["ends_at"] = "Let the meeting end after it starts."
    reading.finish()
    return form


def read_words(reading: Reading, name: str) -> str:
    """One text that must not be empty."""
    text = reading.text(name)
    reading.finish()
    return text


def read_contact(reading: Reading) -> ContactForm:
    """A contact on another channel."""
    on = reading.day("on")
    channel, counterpart = reading.text("channel"), reading.text("counterpart")
    reference, remark = reading.text("contact_reference"), reading.text("remark")
    reading.finish()
    return ContactForm(channel, counterpart, on or date.min, reference, remark)
