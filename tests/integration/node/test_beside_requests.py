"""Beside requests and replies: recalls that purge, meetings, onward use."""

from dataclasses import replace
from datetime import UTC, date, datetime

import icalendar
import pytest

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.forms import (
    MeetingForm,
    OnwardDecisionForm,
    OnwardForm,
)
from symbolon.node.domain.meetings import meetings_of
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError, NotAllowedNow, NotFound
from symbolon.node.storage.directory import PostgresDirectory
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.disclosure_rules import Export
from symbolon.protocol.exchange_terms import MeetingStatus, RecallReason, Tlp
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import OnwardUseDecision, OnwardUseRequest, PurgeReceipt, Reply, Request
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MemberCode, RequestId

from .asking import AUTHORISER
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair
from .release_stories import (
    REPLY,
    VISIT,
    confirmed,
    drafted,
    messages_at,
    released,
    requested,
    responded,
    state,
    text_of,
)

XC = MemberCode("XC")


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
    # What its own officers wrote is not what the other side gave: it stays until somebody discards it.
    assert pair.xb.services.show_draft(FOCAL_POINT, draft_id)
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


def test_who_has_no_office_on_a_hit_takes_no_meeting_of_it_out(pair: Pair) -> None:
    hit_id = confirmed(pair)
    meeting_id = pair.xa.services.propose_meeting(FOCAL_POINT, hit_id, MEETING)
    with pair.xa.unit_of_work.begin() as work:
        hit = work.hits.lock(hit_id)
        assert hit is not None
        # The other side marked its half as a victim's: this side's protection officer sees the hit without an office.
        work.hits.save(replace(hit, non_punishment=True))
    for act in (
        lambda: pair.xa.services.meeting_calendar(PROTECTION_OFFICER, hit_id, meeting_id),
        lambda: pair.xa.services.print_pack(PROTECTION_OFFICER, hit_id, Export.PRINT, VISIT),
    ):
        with pytest.raises(Forbidden):
            act()


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


def test_a_use_is_decided_on_once(pair: Pair) -> None:
    hit_id, exchange_id = responded(pair)
    asked_for_leave(pair, hit_id, exchange_id, granted=False)
    use = next(each.message for each in messages_at(pair.xb, hit_id) if isinstance(each.message, OnwardUseRequest))
    again = OnwardDecisionForm(use.onward_use_id, granted=True, expires_on=date(2031, 12, 31))
    draft_id = pair.xb.services.save_draft(FOCAL_POINT, hit_id, None, again, None)
    with pytest.raises(InvalidDraft, match="decided on already"):
        pair.xb.services.submit_draft(FOCAL_POINT, draft_id)


def test_no_use_is_permitted_of_what_this_side_did_not_give(pair: Pair) -> None:
    hit_id, exchange_id = responded(pair)
    form = OnwardForm(reply_to(pair, hit_id).message_id, (XC,), "To find her brother")
    use = pair.xa.services.ask_onward_use(FOCAL_POINT, hit_id, exchange_id, form)
    pair.exchange()
    with pair.xb.unit_of_work.begin() as work:
        work.messages.purge(hit_id, exchange_id, Direction.SENT)
    decision = OnwardDecisionForm(use, granted=True, expires_on=date(2031, 12, 31))
    draft_id = pair.xb.services.save_draft(FOCAL_POINT, hit_id, None, decision, None)
    with pytest.raises(InvalidDraft) as refused:
        pair.xb.services.submit_draft(FOCAL_POINT, draft_id)
    assert refused.value.field == "granted"


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
