"""What a form becomes, and the digest by which it is approved."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest

from symbolon.node.domain.form_rules import (
    check_answers,
    check_decision,
    check_form,
    check_limits,
    check_meeting,
    check_onward,
)
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
from symbolon.node.domain.leaving import Departure, digest_of, form_of, leaving, purpose_of
from symbolon.node.errors import InvalidDraft
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.exchange_terms import (
    NO_MARKS,
    Caveat,
    MeetingStatus,
    ProtectionMarks,
    RefusalGround,
    RequestRuling,
    Tlp,
)
from symbolon.protocol.handling import Channel, HandlingCode, IntendedUse, Urgency
from symbolon.protocol.messages import AttachmentReference, OnwardUseDecision, OnwardUseRequest, OnwardUseToken
from symbolon.protocol.references import (
    HUB,
    AttachmentId,
    HitId,
    MemberCode,
    MessageId,
    NoteId,
    OnwardUseId,
    RequestId,
)

NOW = datetime(2031, 5, 4, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
HIT, EXCHANGE = HitId("00000000-0000-4000-8000-000000000001"), RequestId("00000000-0000-4000-8000-000000000002")
USE = OnwardUseId("00000000-0000-4000-8000-000000000004")
FILE = AttachmentReference(AttachmentId("00000000-0000-4000-8000-000000000005"), "a" * 64)
ASKED = OnwardUseRequest(USE, HIT, EXCHANGE, (MemberCode("XC"),), "Find her", False, "b" * 64, NO_MARKS, NOW)
TO_XB = Departure(
    "exercise-1",
    MemberCode("XA"),
    MemberCode("XB"),
    HIT,
    EXCHANGE,
    NoteId("00000000-0000-4000-8000-000000000003"),
    NO_MARKS,
    ASKED,
)
REQUEST = RequestForm(
    purpose="Find the recruiter",
    relevance="Same person",
    facts="Recruited three people",
    questions=("Where is he?",),
    why_this_state="Lives there",
    urgency=Urgency.U2,
    urgency_reason="Transport expected",
    legal_basis="Agreement, article 1",
)
COMPLETE: tuple[DraftForm, ...] = (
    REQUEST,
    ClarificationAnswerForm(answer="The brother"),
    ReplyForm(answers=("In the harbour",)),
    InformationForm(information="He left", relevance="You look for him"),
    NoteForm(text="Thank you"),
    OnwardDecisionForm(USE, granted=True, expires_on=date(2031, 12, 31)),
)


@pytest.mark.parametrize("form", COMPLETE, ids=lambda form: type(form).__name__)
def test_a_complete_form_becomes_a_message_that_the_wire_takes(form: DraftForm) -> None:
    check_form(form, TODAY)
    message = leaving(form, TO_XB, NOW)
    assert from_wire(type(message), to_wire(message)) == message


@pytest.mark.parametrize("form", COMPLETE, ids=lambda form: type(form).__name__)
def test_a_form_is_found_again_by_its_purpose(form: DraftForm) -> None:
    assert form_of(purpose_of(form)) is type(form)


@pytest.mark.parametrize("form", COMPLETE, ids=lambda form: type(form).__name__)
def test_an_empty_form_is_kept_but_not_submitted(form: DraftForm) -> None:
    empty = OnwardDecisionForm(USE, granted=True) if isinstance(form, OnwardDecisionForm) else type(form)()
    check_limits(empty)
    with pytest.raises(InvalidDraft):
        check_form(empty, TODAY)


@pytest.mark.parametrize("kind", [ReplyForm, InformationForm])
def test_a_form_that_gives_information_begins_with_nothing_released(kind: type[ReplyForm | InformationForm]) -> None:
    form = kind()
    assert (form.released, form.onward_sharing, form.attachments, form.may_be_evidence) == ((), (), (), False)
    assert (form.handling_code, form.tlp) == (HandlingCode.H3, Tlp.AMBER_STRICT)


def test_the_digest_is_of_every_field_of_the_form() -> None:
    other = {
        "attachments": (FILE,),
        "onward_sharing": (MemberCode("XC"),),
        "caveats": (Caveat.NO_EXPORT,),
        "marks": ProtectionMarks(non_punishment=True, minor=False, victim_risk=""),
        "questions": ("Who paid?",),
        "need_by": date(2031, 6, 1),
        "languages": ("th",),
        "contacts": ("desk-1",),
        "urgency": Urgency.U1,
        "handling_code": HandlingCode.H0,
        "tlp": Tlp.RED,
        "channel": Channel.FORMAL,
        "intended_use": IntendedUse.EVIDENCE,
    }
    whole = digest_of(REQUEST, TO_XB)
    for each in fields(REQUEST):
        present = getattr(REQUEST, each.name)
        value = other.get(each.name) or (
            f"{present} more" if isinstance(present, str) and each.name in _TEXTS else None
        )
        if value is None:
            value = next(member for member in type(present) if member is not present)
        assert digest_of(replace(REQUEST, **{each.name: value}), TO_XB) != whole, each.name


_TEXTS = {"purpose", "relevance", "facts", "subject_role", "why_this_state", "urgency_reason", "legal_basis"}


def test_the_digest_is_of_whom_it_goes_to_and_of_the_marks_that_go_with_it() -> None:
    whole = digest_of(REQUEST, TO_XB)
    assert digest_of(REQUEST, replace(TO_XB, recipient=MemberCode("XC"))) != whole
    minor = ProtectionMarks(non_punishment=False, minor=True, victim_risk="")
    assert digest_of(REQUEST, replace(TO_XB, marks=minor)) != whole


def test_the_moment_of_leaving_is_no_part_of_the_digest() -> None:
    later = leaving(REQUEST, TO_XB, datetime(2031, 5, 5, tzinfo=UTC))
    assert later != leaving(REQUEST, TO_XB, NOW)
    assert digest_of(REQUEST, TO_XB) == digest_of(REQUEST, TO_XB)


def test_a_mark_that_was_said_once_is_not_left_out() -> None:
    said = ProtectionMarks(non_punishment=True, minor=True, victim_risk="Traffickers know her home")
    message = leaving(REQUEST, replace(TO_XB, marks=said), NOW)
    assert message.marks == said  # type: ignore[union-attr]


def test_a_leave_for_onward_use_is_for_what_was_asked_and_nothing_else() -> None:
    token = leaving(OnwardDecisionForm(USE, granted=True, expires_on=date(2031, 12, 31)), TO_XB, NOW)
    assert isinstance(token, OnwardUseToken)
    assert (token.originator, token.holder, token.recipients) == ("XA", "XB", ("XC",))
    assert (token.content_digest, token.use, token.as_evidence) == (ASKED.content_digest, ASKED.use, False)


def test_a_refused_onward_use_grants_nothing() -> None:
    assert leaving(OnwardDecisionForm(USE), TO_XB, NOW) == OnwardUseDecision(USE, HIT, None, NOW)


def mistake(form: DraftForm) -> str:
    with pytest.raises(InvalidDraft) as refused:
        check_form(form, TODAY)
    return refused.value.field


@pytest.mark.parametrize("name", ["purpose", "relevance", "facts", "why_this_state", "urgency_reason", "legal_basis"])
def test_a_request_says_which_of_its_texts_is_missing(name: str) -> None:
    assert mistake(replace(REQUEST, **{name: " "})) == name


@pytest.mark.parametrize("questions", [(), ("",), ("Where is he?", "  ")])
def test_a_request_asks_at_least_one_question_and_none_that_is_empty(questions: tuple[str, ...]) -> None:
    assert mistake(replace(REQUEST, questions=questions)) == "questions"


def test_evidence_is_not_asked_for_on_the_informal_channel() -> None:
    assert mistake(replace(REQUEST, intended_use=IntendedUse.EVIDENCE)) == "channel"
    check_form(replace(REQUEST, intended_use=IntendedUse.EVIDENCE, channel=Channel.FORMAL), TODAY)


def test_h3_is_never_evidence() -> None:
    form = ReplyForm(answers=("yes",), may_be_evidence=True)
    assert mistake(form) == "may_be_evidence"
    check_form(replace(form, handling_code=HandlingCode.H1), TODAY)


@pytest.mark.parametrize(
    "terms", [{"tlp": Tlp.RED}, {"handling_code": HandlingCode.H2}, {"handling_code": HandlingCode.H3}]
)
def test_a_list_of_states_contradicts_a_text_that_nobody_passes_on(terms: dict[str, object]) -> None:
    form = replace(REQUEST, handling_code=HandlingCode.H1, tlp=Tlp.AMBER, onward_sharing=(MemberCode("XC"),))
    check_form(form, TODAY)
    assert mistake(replace(form, **terms)) == "onward_sharing"


def test_the_hub_is_on_no_list_of_states() -> None:
    form = replace(REQUEST, handling_code=HandlingCode.H0, tlp=Tlp.AMBER, onward_sharing=(HUB,))
    assert mistake(form) == "onward_sharing"


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (replace(REQUEST, need_by=date(2031, 5, 3)), "need_by"),
        (ReplyForm(answers=("yes",), delete_by=date(2031, 5, 3)), "delete_by"),
        (InformationForm(information="x", relevance="y", delete_by=date(2031, 5, 3)), "delete_by"),
        (OnwardDecisionForm(USE, granted=True, expires_on=date(2031, 5, 3)), "expires_on"),
        (OnwardDecisionForm(USE, granted=False, expires_on=date(2031, 6, 3)), "expires_on"),
    ],
)
def test_a_day_that_has_passed_or_means_nothing_is_named(form: DraftForm, name: str) -> None:
    assert mistake(form) == name


def test_a_text_that_its_message_could_not_carry_is_refused_even_in_a_draft() -> None:
    with pytest.raises(InvalidDraft) as refused:
        check_limits(replace(REQUEST, legal_basis="x" * 1001))
    assert refused.value.field == "legal_basis"


def test_a_reply_answers_each_question() -> None:
    with pytest.raises(InvalidDraft):
        check_answers(ReplyForm(answers=("yes",)), 2)


@pytest.mark.parametrize(
    "form",
    [
        DecisionForm(RequestRuling.REFUSE),
        DecisionForm(RequestRuling.ACCEPT, ground=RefusalGround.NOT_HELD),
        DecisionForm(RequestRuling.ACCEPT, expected_on=date(2031, 5, 3)),
    ],
)
def test_a_refusal_has_a_ground_and_an_acceptance_none_and_a_day_to_come(form: DecisionForm) -> None:
    with pytest.raises(InvalidDraft):
        check_decision(form, TODAY)


MEETING = MeetingForm("Next steps", NOW, datetime(2031, 5, 4, 10, 0, tzinfo=UTC), "Asia/Bangkok", ("A. Officer",))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"attendees": ()}, "attendees"),
        ({"agenda": " "}, "agenda"),
        ({"ends_at": NOW}, "ends_at"),
        ({"minutes": "We met"}, "status"),
        ({"zone": "bangkok"}, "zone"),
    ],
)
def test_a_meeting_says_what_is_wrong_with_it(change: dict[str, object], name: str) -> None:
    check_meeting(MEETING)
    check_meeting(replace(MEETING, minutes="We met", status=MeetingStatus.HELD))
    with pytest.raises(InvalidDraft) as refused:
        check_meeting(replace(MEETING, **change))
    assert refused.value.field == name


@pytest.mark.parametrize(("recipients", "use"), [((), "x"), (("XA",), "x"), ((HUB,), "x"), (("XC",), " ")])
def test_onward_use_is_asked_for_other_states_and_with_a_use(recipients: tuple[MemberCode, ...], use: str) -> None:
    message = MessageId("00000000-0000-4000-8000-000000000006")
    check_onward(OnwardForm(message, (MemberCode("XC"),), "Find her"), MemberCode("XA"))
    with pytest.raises(InvalidDraft):
        check_onward(OnwardForm(message, recipients, use), MemberCode("XA"))
