"""What was said, and who sees it, takes it out, or reads it on a print."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import AgreementLine
from symbolon.node.domain.meetings import meetings_of
from symbolon.node.domain.messages import HitMessage, StoredMessage
from symbolon.node.domain.pack import strictest_mark
from symbolon.node.domain.pack_sections import hit_section, is_for_evidence, message_section
from symbolon.node.domain.restricted import acted_on, restrictions_on, why_not_exported, why_not_shown
from symbolon.protocol.disclosure_rules import Export
from symbolon.protocol.exchange_terms import (
    NO_MARKS,
    Caveat,
    MeetingStatus,
    ProtectionMarks,
    RecallReason,
    ReplyExtent,
    Tlp,
)
from symbolon.protocol.handling import (
    Agreement,
    Band,
    Channel,
    HandlingCode,
    IdentifierKind,
    InformationAccuracy,
    IntendedUse,
    OffenceGroup,
    RecordKind,
    SourceReliability,
    Urgency,
)
from symbolon.protocol.hit_ledger import HitLedger
from symbolon.protocol.lifecycle import JointState, SideState
from symbolon.protocol.messages import MeetingAnswer, MeetingProposal, Note, Recall, Reply, Request
from symbolon.protocol.references import HitId, MeetingId, MemberCode, MessageId, NoteId, RecordReference, RequestId

NOW = datetime(2031, 5, 4, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
HIT_ID, EXCHANGE = HitId("00000000-0000-4000-8000-000000000001"), RequestId("00000000-0000-4000-8000-000000000002")
XA, XB = MemberCode("XA"), MemberCode("XB")
HIT = Hit(
    hit_id=HIT_ID,
    own_reference=RecordReference("r1"),
    counterpart=XB,
    counterpart_reference=RecordReference("r2"),
    ledger=HitLedger(HIT_ID, (XA, XB), JointState.CONFIRMED, 2, NOW),
    side_state=SideState.VOTED,
    band=Band.STRONG,
    agreement=(AgreementLine(IdentifierKind.NAME, Agreement.AGREE),),
    counterpart_offence_group=OffenceGroup.OTHER,
    counterpart_record_kind=RecordKind.PERSON,
    urgency=Urgency.U3,
    protected=False,
    non_punishment=False,
    exercise=True,
    schema_id="s",
    key_epoch=1,
    detected_at=NOW,
    alerted_at=NOW,
    state_version=1,
)
REPLY = Reply(
    request_id=EXCHANGE,
    hit_id=HIT_ID,
    answers=("In the harbour", "ที่ท่าเรือ"),
    source_reliability=SourceReliability.B,
    information_accuracy=InformationAccuracy.KNOWN_TO_THE_SOURCE,
    caveats="Not for the press",
    handling_code=HandlingCode.H1,
    delete_by=None,
    replied_at=NOW,
    extent=ReplyExtent.FULL,
)


def stored(message: HitMessage, direction: Direction = Direction.RECEIVED) -> StoredMessage:
    return StoredMessage(
        MessageId("00000000-0000-4000-8000-000000000005"), HIT_ID, EXCHANGE, direction, message, NOW, None
    )


def officer(*roles: Role, login: str = "somebody") -> Actor:
    return Actor(login, frozenset(roles))


def shown(message: HitMessage, actor: Actor, hit: Hit = HIT, named: frozenset[str] = frozenset()) -> bool:
    return why_not_shown(stored(message), hit, actor, named, TODAY) is None


@pytest.mark.parametrize("tlp", Tlp)
def test_the_desk_sees_all_but_what_is_for_named_persons(tlp: Tlp) -> None:
    assert shown(replace(REPLY, tlp=tlp), officer(Role.FOCAL_POINT)) is (tlp is not Tlp.RED)


@pytest.mark.parametrize("tlp", Tlp)
def test_an_investigator_who_is_not_of_the_hit_sees_what_is_for_all_officers(tlp: Tlp) -> None:
    expected = tlp in (Tlp.AMBER, Tlp.GREEN, Tlp.CLEAR)
    assert shown(replace(REPLY, tlp=tlp), officer(Role.INVESTIGATOR)) is expected


@pytest.mark.parametrize(("tlp", "caveats"), list(product(Tlp, [(), (Caveat.NAMED_OFFICERS_ONLY,)])))
def test_who_acted_on_the_hit_by_name_sees_everything(tlp: Tlp, caveats: tuple[Caveat, ...]) -> None:
    reply = replace(REPLY, tlp=tlp, caveat_codes=caveats)
    assert shown(reply, officer(Role.INVESTIGATOR, login="inv"), named=frozenset({"inv"}))


def test_a_caveat_keeps_what_is_for_named_officers_from_the_rest_of_the_desk() -> None:
    reply = replace(REPLY, tlp=Tlp.GREEN, caveat_codes=(Caveat.NAMED_OFFICERS_ONLY,))
    assert not shown(reply, officer(Role.FOCAL_POINT))


@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.INVESTIGATOR, Role.AUTHORISER])
def test_of_a_protected_hit_nobody_but_the_protection_officer_sees_what_was_said(role: Role) -> None:
    protected = replace(HIT, protected=True)
    reply = replace(REPLY, tlp=Tlp.CLEAR)
    assert not shown(reply, officer(role, login="inv"), protected, frozenset({"inv"}))
    assert shown(reply, officer(Role.PROTECTION_OFFICER), protected)


def test_after_the_day_of_deletion_there_is_nothing_to_see() -> None:
    assert not shown(replace(REPLY, delete_by=date(2031, 5, 3)), officer(Role.FOCAL_POINT))


def test_what_this_side_said_itself_its_officers_see() -> None:
    red = replace(REPLY, tlp=Tlp.RED)
    assert why_not_shown(stored(red, Direction.SENT), HIT, officer(Role.INVESTIGATOR), (), TODAY) is None


def test_a_note_is_as_restricted_as_its_traffic_light() -> None:
    note = Note(
        NoteId("00000000-0000-4000-8000-000000000003"),
        HIT_ID,
        None,
        "Thank you",
        HandlingCode.H0,
        Tlp.RED,
        NO_MARKS,
        NOW,
    )
    assert not shown(note, officer(Role.FOCAL_POINT))
    assert shown(replace(note, tlp=Tlp.AMBER), officer(Role.INVESTIGATOR))


def test_a_message_of_codes_alone_has_no_restrictions() -> None:
    assert restrictions_on(Recall(EXCHANGE, HIT_ID, RecallReason.SENT_IN_ERROR, NO_MARKS, NOW), XB) is None


@pytest.mark.parametrize(
    "change", [{"tlp": Tlp.RED}, {"caveat_codes": (Caveat.NO_EXPORT,)}, {"delete_by": date(2031, 5, 3)}]
)
@pytest.mark.parametrize("export", Export)
def test_what_stays_where_it_is_is_not_exported_in_any_form(change: dict[str, object], export: Export) -> None:
    reply = stored(replace(REPLY, may_be_evidence=True, **change))
    actor = officer(Role.FOCAL_POINT, login="fp")
    assert why_not_exported(reply, HIT, actor, {"fp"}, (export, TODAY)) is not None


@pytest.mark.parametrize(("permitted", "code"), list(product([True, False], HandlingCode)))
def test_evidence_it_becomes_only_where_its_originator_permits(permitted: bool, code: HandlingCode) -> None:
    reply = stored(replace(REPLY, may_be_evidence=permitted, handling_code=code))
    refusal = why_not_exported(reply, HIT, officer(Role.FOCAL_POINT), (), (Export.EVIDENCE, TODAY))
    assert (refusal is None) is (permitted and code is not HandlingCode.H3)


def test_the_officers_of_a_hit_are_who_is_assigned_voted_or_wrote() -> None:
    assigned = replace(HIT, assigned_to="inv")
    wrote = replace(stored(REPLY, Direction.SENT), sent_by="auth")
    assert acted_on(assigned, (wrote, stored(REPLY)), ("fp", None)) == {"inv", "auth", "fp"}


def test_a_page_carries_the_strictest_of_all_that_is_on_it() -> None:
    mild = restrictions_on(replace(REPLY, tlp=Tlp.GREEN), XB)
    strict = restrictions_on(
        replace(
            REPLY,
            tlp=Tlp.AMBER_STRICT,
            handling_code=HandlingCode.H3,
            caveat_codes=(Caveat.NOT_FOR_ARREST,),
            marks=ProtectionMarks(non_punishment=True, minor=True, victim_risk="home known"),
            delete_by=date(2031, 6, 1),
        ),
        XA,
    )
    assert mild is not None
    assert strict is not None
    assert strictest_mark([mild, strict]) == (
        "H3 · TLP:AMBER+STRICT · from XA, XB · not for arrest · do not punish for what this person was made to do"
        " · a minor · delete by 2031-06-01"
    )


def test_a_page_with_own_words_alone_is_as_strict_as_can_be() -> None:
    assert strictest_mark([]) == "H3 · TLP:AMBER+STRICT · own record"


def test_a_section_holds_every_word_of_its_message_under_its_own_mark() -> None:
    section = message_section(stored(REPLY), HIT)
    assert section.heading == "Reply from XB, 2031-05-04 09:00 UTC"
    assert section.mark == "H1 · TLP:AMBER+STRICT · from XB"
    texts = {line.label: line.text for line in section.lines}
    assert texts["Answers"] == "1. In the harbour\n2. ที่ท่าเรือ"
    assert texts["Caveats"] == "Not for the press"
    assert texts["Source reliability"] == "B"


def test_a_withheld_section_says_why_and_nothing_that_was_said() -> None:
    section = message_section(stored(REPLY), HIT, "It stays.")
    assert (section.withheld, section.lines, section.mark) == ("It stays.", (), None)


def test_a_risk_to_a_victim_is_printed_with_what_it_goes_with() -> None:
    risky = replace(REPLY, marks=ProtectionMarks(non_punishment=True, minor=False, victim_risk="home known"))
    assert message_section(stored(risky), HIT).lines[-1].text == "home known"


def test_a_hit_is_printed_with_kinds_that_agree_and_no_identifier() -> None:
    assert [line.text for line in hit_section(HIT).lines][-1] == "name: agree"


def test_a_request_for_evidence_puts_its_notice_on_the_print() -> None:
    request = Request(
        request_id=EXCHANGE,
        hit_id=HIT_ID,
        purpose="p",
        relevance="r",
        facts="f",
        questions=("q",),
        why_this_state="w",
        urgency=Urgency.U3,
        urgency_reason="u",
        need_by=None,
        channel=Channel.FORMAL,
        intended_use=IntendedUse.EVIDENCE,
        legal_basis="l",
        handling_code=HandlingCode.H1,
        requested_at=NOW,
    )
    assert is_for_evidence(request)
    assert not is_for_evidence(replace(request, intended_use=IntendedUse.INTELLIGENCE))


def meeting(sequence: int, agenda: str = "Next steps") -> MeetingProposal:
    return MeetingProposal(
        meeting_id=MeetingId("00000000-0000-4000-8000-000000000004"),
        hit_id=HIT_ID,
        sequence=sequence,
        status=MeetingStatus.TENTATIVE,
        agenda=agenda,
        starts_at=NOW,
        ends_at=datetime(2031, 5, 4, 10, 0, tzinfo=UTC),
        zone="Asia/Bangkok",
        attendees=("A. Officer",),
        link="",
        minutes_digest=None,
        handling_code=HandlingCode.H0,
        marks=NO_MARKS,
        proposed_at=NOW,
    )


def test_of_two_changes_of_a_meeting_that_crossed_both_sides_take_the_same() -> None:
    ours, theirs = stored(meeting(1, "at nine"), Direction.SENT), stored(meeting(1, "at ten"))
    mirrored = stored(meeting(1, "at nine")), stored(meeting(1, "at ten"), Direction.SENT)
    assert meetings_of((ours, theirs))[0].proposal == meetings_of(mirrored)[0].proposal


def test_a_changed_meeting_waits_for_a_new_answer() -> None:
    yes = stored(
        MeetingAnswer(MeetingId("00000000-0000-4000-8000-000000000004"), HIT_ID, 0, accepted=True, answered_at=NOW)
    )
    first, second = stored(meeting(0), Direction.SENT), stored(meeting(1), Direction.SENT)
    assert meetings_of((first, yes))[0].accepted is True
    assert meetings_of((first, yes, second))[0].accepted is None
