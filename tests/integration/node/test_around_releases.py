"""Beside requests and replies: recalls that purge, meetings, onward use, prints, and who was asked before."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import icalendar
import pypdf
import pytest

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.forms import (
    ContactForm,
    MeetingForm,
    OnwardDecisionForm,
    OnwardForm,
    ReplyForm,
)
from symbolon.node.domain.justification import JustificationNeeded, ViewReason, Visit
from symbolon.node.domain.meetings import meetings_of
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError, NotAllowedNow, NotFound
from symbolon.node.storage.directory import PostgresDirectory
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.disclosure_rules import Export
from symbolon.protocol.exchange_terms import Caveat, MeetingStatus, RecallReason, Tlp
from symbolon.protocol.handling import Channel, HandlingCode, IntendedUse
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import OnwardUseDecision, OnwardUseRequest, PurgeReceipt, Reply, Request
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MemberCode, RequestId

from .conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair
from .test_releases import (
    AUTHORISER,
    INVESTIGATOR,
    REPLY,
    REQUEST,
    SECOND_PROTECTION_OFFICER,
    approve,
    confirmed,
    drafted,
    hit_at,
    protected_confirmed,
    released,
    requested,
    state,
)

VISIT = Visit("a session")
XC = MemberCode("XC")


def messages_at(node: NodeUnderTest, hit_id: HitId) -> tuple[StoredMessage, ...]:
    with node.unit_of_work.begin() as work:
        return work.messages.of_hit(hit_id)


def responded(pair: Pair, form: ReplyForm = REPLY) -> tuple[HitId, RequestId]:
    """A request of XA with XB's answer."""
    hit_id, exchange_id = requested(pair)
    released(pair.xb, hit_id, form, exchange_id)
    pair.exchange()
    return hit_id, exchange_id


def text_of(printed: bytes) -> str:
    read = pypdf.PdfReader(io.BytesIO(printed))
    return " ".join(" ".join(page.extract_text().split()) for page in read.pages)


def work_round(pair: Pair) -> None:
    for _ in range(3):
        for node in (pair.xa, pair.xb):
            node.services.keep_and_purge()
        pair.exchange()


def test_a_recall_purges_at_the_receiver_and_closes_with_its_receipt(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    draft_id = drafted(pair.xb, hit_id, REPLY, exchange_id)
    pair.xa.services.recall_request(FOCAL_POINT, hit_id, exchange_id, RecallReason.SENT_IN_ERROR)
    pair.exchange()
    work_round(pair)
    kept = [each for each in messages_at(pair.xb, hit_id) if each.exchange_id == exchange_id]
    assert [each.message for each in kept if isinstance(each.message, Request)] == []
    with pytest.raises(NotFound):
        pair.xb.services.show_draft(FOCAL_POINT, draft_id)
    receipts = [each.message for each in messages_at(pair.xa, hit_id) if isinstance(each.message, PurgeReceipt)]
    assert receipts
    assert {state(node, hit_id, exchange_id) for node in (pair.xa, pair.xb)} == {JointState.CLOSED}


MEETING = MeetingForm(
    agenda="The next transport, and who follows it",
    starts_at=datetime(2031, 6, 2, 2, 0, tzinfo=UTC),
    ends_at=datetime(2031, 6, 2, 3, 0, tzinfo=UTC),
    zone="Asia/Bangkok",
    attendees=("A. Officer", "B. Officer"),
    link="https://meet.invalid/1",
    handling_code=HandlingCode.H1,
)


def test_a_meeting_is_proposed_accepted_changed_and_held(pair: Pair) -> None:
    hit_id = confirmed(pair)
    meeting_id = pair.xa.services.propose_meeting(FOCAL_POINT, hit_id, MEETING)
    pair.exchange()
    pair.xb.services.answer_meeting(FOCAL_POINT, hit_id, meeting_id, True)
    pair.exchange()
    (meeting,) = meetings_of(messages_at(pair.xa, hit_id))
    assert (meeting.accepted, meeting.proposal.sequence) == (True, 0)
    held = replace(MEETING, meeting_id=meeting_id, status=MeetingStatus.HELD, minutes="We agreed")
    pair.xb.services.propose_meeting(FOCAL_POINT, hit_id, held)
    pair.exchange()
    (meeting,) = meetings_of(messages_at(pair.xa, hit_id))
    assert (meeting.proposal.sequence, meeting.proposal.status) == (1, MeetingStatus.HELD)
    assert meeting.proposal.minutes_digest is not None
    assert "We agreed" not in repr([pair.xb.rows("exchange_message"), messages_at(pair.xb, hit_id)])


def test_who_proposed_a_meeting_does_not_answer_it(pair: Pair) -> None:
    hit_id = confirmed(pair)
    meeting_id = pair.xa.services.propose_meeting(FOCAL_POINT, hit_id, MEETING)
    with pytest.raises(NotAllowedNow):
        pair.xa.services.answer_meeting(FOCAL_POINT, hit_id, meeting_id, True)


def test_a_meeting_goes_to_a_calendar_that_other_programs_read(pair: Pair) -> None:
    hit_id = confirmed(pair)
    meeting_id = pair.xa.services.propose_meeting(FOCAL_POINT, hit_id, MEETING)
    calendar = icalendar.Calendar.from_ical(pair.xa.services.meeting_calendar(FOCAL_POINT, hit_id, meeting_id))
    (event,) = calendar.walk("VEVENT")
    assert event["UID"] == f"{meeting_id}@symbolon.invalid"
    assert (event.start, event.end) == (MEETING.starts_at, MEETING.ends_at)
    assert event["CLASS"] == "CONFIDENTIAL"
    assert event["SUMMARY"] == "EXERCISE H1: meeting with XB"
    assert "The next transport" in event["DESCRIPTION"]


def test_of_a_strictly_handled_meeting_a_calendar_gets_time_and_place_alone(pair: Pair) -> None:
    hit_id = confirmed(pair)
    meeting_id = pair.xa.services.propose_meeting(FOCAL_POINT, hit_id, replace(MEETING, handling_code=HandlingCode.H2))
    given = pair.xa.services.meeting_calendar(FOCAL_POINT, hit_id, meeting_id).decode()
    assert "transport" not in given
    assert "Officer" not in given
    assert "meet.invalid" in given


def reply_to(pair: Pair, hit_id: HitId) -> StoredMessage:
    return next(each for each in messages_at(pair.xa, hit_id) if isinstance(each.message, Reply))


def asked_for_leave(pair: Pair, hit_id: HitId, exchange_id: RequestId, *, granted: bool = True) -> None:
    """XA's focal point asks to pass the reply on to XC; XB answers."""
    form = OnwardForm(reply_to(pair, hit_id).message_id, (XC,), "To find her brother")
    use = pair.xa.services.ask_onward_use(FOCAL_POINT, hit_id, exchange_id, form)
    pair.exchange()
    decision = OnwardDecisionForm(use, granted=granted, expires_on=date(2031, 12, 31) if granted else None)
    released(pair.xb, hit_id, decision)
    pair.exchange()


def test_nothing_is_passed_on_without_the_originators_leave(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id, exchange_id = responded(pair)
    with_third_state(pair.xa, monkeypatch)
    with pytest.raises(NodeError) as refused:
        pair.xa.services.pass_on(AUTHORISER, hit_id, exchange_id, XC, VISIT)
    assert refused.value.problem is Problem.NOT_DISCLOSED
    assert pair.xa.leaves(AuditAct.PASSED_ON) == []


def test_with_its_originators_token_it_is_passed_on_by_another_officer(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    hit_id, exchange_id = responded(pair)
    asked_for_leave(pair, hit_id, exchange_id)
    with_third_state(pair.xa, monkeypatch)
    text = text_of(pair.xa.services.pass_on(AUTHORISER, hit_id, exchange_id, XC, VISIT))
    assert "In the harbour" in text
    assert "For XC" in text
    assert "H1 · TLP:AMBER · from XB" in text
    assert "Recruited three people" not in text
    assert pair.xa.leaves(AuditAct.PASSED_ON) == [{"hit": hit_id, "to": "XC", "messages": 1}]


def test_who_asked_for_the_leave_does_not_pass_it_on(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id, exchange_id = responded(pair)
    asked_for_leave(pair, hit_id, exchange_id)
    with_third_state(pair.xa, monkeypatch)
    both = Actor(FOCAL_POINT.login, frozenset({Role.FOCAL_POINT, Role.AUTHORISER}))
    with pytest.raises(Forbidden, match="Who asked for the leave"):
        pair.xa.services.pass_on(both, hit_id, exchange_id, XC, VISIT)


def test_a_refused_leave_permits_nothing(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id, exchange_id = responded(pair)
    asked_for_leave(pair, hit_id, exchange_id, granted=False)
    with_third_state(pair.xa, monkeypatch)
    with pytest.raises(NodeError) as refused:
        pair.xa.services.pass_on(AUTHORISER, hit_id, exchange_id, XC, VISIT)
    assert refused.value.problem is Problem.NOT_DISCLOSED


def test_a_leave_ends_on_its_last_day(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id, exchange_id = responded(pair)
    asked_for_leave(pair, hit_id, exchange_id)
    with_third_state(pair.xa, monkeypatch)
    pair.draws.later(days=400)
    with pytest.raises(NodeError) as refused:
        pair.xa.services.pass_on(AUTHORISER, hit_id, exchange_id, XC, VISIT)
    assert refused.value.problem is Problem.NOT_DISCLOSED


def test_red_goes_to_nobody_else_whatever_was_permitted(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id, exchange_id = responded(pair, replace(REPLY, tlp=Tlp.RED))
    asked_for_leave(pair, hit_id, exchange_id)
    with_third_state(pair.xa, monkeypatch)
    with pytest.raises(NodeError) as refused:
        pair.xa.services.pass_on(AUTHORISER, hit_id, exchange_id, XC, VISIT)
    assert refused.value.problem is Problem.NOT_DISCLOSED


def test_a_state_on_the_originators_list_needs_no_token(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id, exchange_id = responded(pair, replace(REPLY, onward_sharing=(XC,)))
    with_third_state(pair.xa, monkeypatch)
    assert "In the harbour" in text_of(pair.xa.services.pass_on(AUTHORISER, hit_id, exchange_id, XC, VISIT))


def test_nothing_is_passed_on_to_who_is_no_other_member(pair: Pair) -> None:
    hit_id, exchange_id = responded(pair)
    for code in ("XA", "hub", "ZZ"):
        with pytest.raises(InvalidDraft):
            pair.xa.services.pass_on(AUTHORISER, hit_id, exchange_id, MemberCode(code), VISIT)


def test_a_focal_point_passes_nothing_on(pair: Pair) -> None:
    hit_id, exchange_id = responded(pair)
    with pytest.raises(Forbidden):
        pair.xa.services.pass_on(FOCAL_POINT, hit_id, exchange_id, XC, VISIT)


def test_a_leave_is_signed_for_the_very_content_that_was_asked_for(pair: Pair) -> None:
    hit_id, exchange_id = responded(pair)
    asked_for_leave(pair, hit_id, exchange_id)
    said = [each.message for each in messages_at(pair.xa, hit_id)]
    (asked,) = [each for each in said if isinstance(each, OnwardUseRequest)]
    (decided,) = [each for each in said if isinstance(each, OnwardUseDecision)]
    assert decided.granted is not None
    token = decided.granted.token
    assert (token.content_digest, token.recipients, token.holder) == (asked.content_digest, (XC,), "XA")


def test_a_leave_is_asked_of_the_other_sides_words_alone(pair: Pair) -> None:
    hit_id, exchange_id = responded(pair)
    own = next(each for each in messages_at(pair.xa, hit_id) if each.direction is Direction.SENT)
    with pytest.raises(NotFound):
        pair.xa.services.ask_onward_use(FOCAL_POINT, hit_id, exchange_id, OnwardForm(own.message_id, (XC,), "x"))


def with_third_state(node: NodeUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the directory list a third state to whom something could be passed on."""
    find = PostgresDirectory.find

    def with_xc(store: PostgresDirectory) -> object:
        directory = find(store)
        assert directory is not None
        third = replace(directory.members[0], card=replace(directory.members[0].card, code=XC))
        return replace(directory, members=(*directory.members, third))

    monkeypatch.setattr(PostgresDirectory, "find", with_xc)


def test_a_print_holds_the_own_record_and_what_both_sides_said(pair: Pair) -> None:
    hit_id, _ = responded(pair)
    text = text_of(pair.xa.services.print_pack(FOCAL_POINT, hit_id, Export.PRINT, VISIT))
    for words in ("Somchai Jaidee", "Recruited three people in Nakhon", "In the harbour", "page 1 of"):
        assert words in text
    assert "EXERCISE EXERCISE EXERCISE H1 · TLP:AMBER · from XA, XB" in text


@pytest.mark.parametrize("change", [{"tlp": Tlp.RED}, {"caveat_codes": (Caveat.NO_EXPORT,)}])
def test_what_may_not_be_taken_out_is_named_on_the_print_and_left_out(pair: Pair, change: dict[str, object]) -> None:
    hit_id, _ = responded(pair, replace(REPLY, **change))
    text = text_of(pair.xa.services.print_pack(FOCAL_POINT, hit_id, Export.PRINT, VISIT))
    assert "In the harbour" not in text
    assert "Not printed:" in text


def test_as_evidence_only_that_is_printed_which_its_originator_permits(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    released(pair.xb, hit_id, replace(REPLY, may_be_evidence=True), exchange_id)
    pair.exchange()
    text = text_of(pair.xa.services.print_pack(FOCAL_POINT, hit_id, Export.EVIDENCE, VISIT))
    assert "In the harbour" in text
    assert "mutual legal assistance" in text
    assert "Somchai" not in text


def test_what_is_no_evidence_is_not_printed_as_evidence(pair: Pair) -> None:
    hit_id, _ = responded(pair)
    text = text_of(pair.xa.services.print_pack(FOCAL_POINT, hit_id, Export.EVIDENCE, VISIT))
    assert "In the harbour" not in text


def test_a_request_for_evidence_is_printed_with_its_notice(pair: Pair) -> None:
    hit_id = confirmed(pair)
    released(pair.xa, hit_id, replace(REQUEST, intended_use=IntendedUse.EVIDENCE, channel=Channel.FORMAL))
    pair.exchange()
    for node in (pair.xa, pair.xb):
        text = text_of(node.services.print_pack(FOCAL_POINT, hit_id, Export.PRINT, VISIT))
        assert "mutual legal assistance" in text


def test_a_protected_hit_is_printed_by_its_officer_who_says_why(pair: Pair) -> None:
    hit_id = protected_confirmed(pair)
    for actor in (FOCAL_POINT, AUTHORISER, INVESTIGATOR):
        with pytest.raises(NotFound):
            pair.xa.services.print_pack(actor, hit_id, Export.PRINT, VISIT)
    with pytest.raises(JustificationNeeded):
        pair.xa.services.print_pack(PROTECTION_OFFICER, hit_id, Export.PRINT, VISIT)
    pair.xa.services.give_justification(PROTECTION_OFFICER, hit_id, VISIT, ViewReason.EXCHANGE, "To the prosecutor")
    text = text_of(pair.xa.services.print_pack(PROTECTION_OFFICER, hit_id, Export.PRINT, VISIT))
    assert "Somchai Jaidee" in text


def test_a_print_leaves_a_leaf_that_counts_and_names_nobody(pair: Pair) -> None:
    hit_id, _ = responded(pair, replace(REPLY, tlp=Tlp.RED))
    pair.xa.services.print_pack(FOCAL_POINT, hit_id, Export.PRINT, VISIT)
    assert pair.xa.leaves(AuditAct.PACK_PRINTED) == [{"as": "print", "sections": 4, "withheld": 1}]


def second_hit(pair: Pair) -> HitId:
    """Another hit on the record that XA has in `confirmed`."""
    ours = pair.xa.record("A-1").reference
    theirs = pair.xb.publish("B-2,C-2,Somchai Jaidee,1990-05-03,suspect,all,,")
    hit_id = pair.hub.match(("XA", ours), ("XB", theirs))
    pair.exchange()
    return hit_id


CONTACT = ContactForm("I-24/7", "Police of XC", date(2031, 4, 1), reference="I24-77", remark="No answer yet")


def test_somebody_who_was_asked_about_the_same_subject_is_named(pair: Pair) -> None:
    hit_id, exchange_id = requested(pair)
    other = second_hit(pair)
    pair.xa.services.note_contact(FOCAL_POINT, hit_id, CONTACT)
    hints = pair.xa.services.asked_before(FOCAL_POINT, other)
    assert [(hint.counterpart, hint.exchange_id, hint.channel) for hint in hints] == [
        ("XB", exchange_id, "this system"),
        ("Police of XC", None, "I-24/7"),
    ]


def test_a_hits_own_exchanges_are_no_hint(pair: Pair) -> None:
    hit_id, _ = requested(pair)
    assert pair.xa.services.asked_before(FOCAL_POINT, hit_id) == ()


def test_a_contact_is_of_a_day_that_was(pair: Pair) -> None:
    hit_id = confirmed(pair)
    with pytest.raises(InvalidDraft) as refused:
        pair.xa.services.note_contact(FOCAL_POINT, hit_id, replace(CONTACT, on=date(2031, 5, 5)))
    assert refused.value.field == "on"


def test_what_is_noted_of_a_contact_lies_sealed(pair: Pair) -> None:
    hit_id = confirmed(pair)
    pair.xa.services.note_contact(FOCAL_POINT, hit_id, CONTACT)
    assert "Police" not in repr(pair.xa.rows("past_contact"))


def test_of_a_protected_hit_no_hint_reaches_anybody_else(pair: Pair) -> None:
    hit_id = protected_confirmed(pair)
    draft_id = drafted(pair.xa, hit_id, REQUEST, by=PROTECTION_OFFICER)
    approve(pair.xa, draft_id, SECOND_PROTECTION_OFFICER)
    pair.xa.services.note_contact(PROTECTION_OFFICER, hit_id, CONTACT)
    theirs = hit_at(pair.xa, hit_id).counterpart_reference
    ours = pair.xa.publish("A-2,C-2,Somchai Jaidee,1990-05-03,suspect,all,,")
    general = pair.hub.match(("XA", ours), ("XB", theirs))
    pair.exchange()
    assert pair.xa.services.asked_before(FOCAL_POINT, general) == ()
    with pytest.raises(NotFound):
        pair.xa.services.asked_before(FOCAL_POINT, hit_id)
