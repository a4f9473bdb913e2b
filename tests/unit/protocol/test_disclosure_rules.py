"""What may be viewed, exported and passed on, over every handling code, traffic light and caveat."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from symbolon.protocol.disclosure_rules import (
    Export,
    Restrictions,
    Viewer,
    check_channel,
    check_export,
    check_forward,
    check_view,
    marks_to_send,
    may_know_officers,
    page_mark,
    restrictions_of,
)
from symbolon.protocol.exchange_terms import NO_MARKS, Caveat, ProtectionMarks, Tlp
from symbolon.protocol.handling import Channel, HandlingCode, IntendedUse
from symbolon.protocol.lifecycle import JointState, Office
from symbolon.protocol.lifecycle_problems import NotDisclosed
from symbolon.protocol.messages import OnwardUseToken, Reply, Request, SpontaneousInformation
from symbolon.protocol.onward_use import content_digest
from symbolon.protocol.references import MemberCode

XA, XB, XC = MemberCode("XA"), MemberCode("XB"), MemberCode("XC")
TODAY = date(2026, 3, 1)
OPEN = Restrictions(XA, HandlingCode.H0, Tlp.AMBER, frozenset(), frozenset(), None, False, NO_MARKS, "5f" * 32)
FOCAL = Viewer(frozenset({Office.FOCAL_POINT}), is_assigned=True)
COLLEAGUE = Viewer(frozenset({Office.INVESTIGATOR}), is_assigned=False)
AUTHORISER = Viewer(frozenset({Office.AUTHORISER}), is_assigned=False)
PROTECTOR = Viewer(frozenset({Office.PROTECTION_OFFICER}), is_assigned=True)
NOBODY = Viewer(frozenset(), is_assigned=True)


def allows(check, *arguments, **named):
    try:
        check(*arguments, **named)
    except NotDisclosed:
        return False
    return True


def views(given, viewer, *, protected=False):
    return allows(check_view, given, viewer, TODAY, protected_here=protected)


def exports(given, export, viewer=FOCAL):
    return allows(check_export, given, export, viewer, TODAY, protected_here=False)


def forwards(given, recipient, token=None, holder=XB):
    return allows(check_forward, given, holder, recipient, token, TODAY)


@pytest.mark.parametrize("tlp", Tlp)
def test_amber_and_lighter_is_for_every_officer_and_what_is_stricter_for_those_of_the_hit(tlp):
    given = replace(OPEN, tlp=tlp)
    assert views(given, FOCAL)
    assert views(given, AUTHORISER)
    assert views(given, COLLEAGUE) is (tlp in {Tlp.AMBER, Tlp.GREEN, Tlp.CLEAR})
    assert not views(given, NOBODY)


def test_what_is_for_named_officers_is_not_for_their_colleagues():
    assert not views(replace(OPEN, tlp=Tlp.CLEAR, caveats=frozenset({Caveat.NAMED_OFFICERS_ONLY})), COLLEAGUE)


def test_on_a_protected_side_the_protection_officer_alone_views():
    assert {viewer for viewer in (FOCAL, COLLEAGUE, AUTHORISER, PROTECTOR) if views(OPEN, viewer, protected=True)} == {
        PROTECTOR
    }


def test_after_the_day_of_deletion_nothing_is_viewed_exported_or_passed_on():
    last = replace(OPEN, delete_by=TODAY, onward_sharing=frozenset({XC}))
    over = replace(last, delete_by=date(2026, 2, 28))
    for may in (
        lambda each: views(each, FOCAL),
        lambda each: exports(each, Export.PRINT),
        lambda each: forwards(each, XC),
    ):
        assert may(last)
        assert not may(over)


@pytest.mark.parametrize(("code", "tlp", "leave", "export"), list(product(HandlingCode, Tlp, [False, True], Export)))
def test_what_leaves_the_node_and_what_becomes_evidence(code, tlp, leave, export):
    given = replace(OPEN, handling_code=code, tlp=tlp, may_be_evidence=leave)
    as_evidence = leave and code is not HandlingCode.H3
    assert exports(given, export) is (tlp is not Tlp.RED and (export is not Export.EVIDENCE or as_evidence))
    assert not exports(replace(given, caveats=frozenset({Caveat.NO_EXPORT})), export)


def test_who_may_not_view_may_not_export():
    assert not exports(replace(OPEN, tlp=Tlp.AMBER_STRICT), Export.PRINT, COLLEAGUE)


@pytest.mark.parametrize(("code", "tlp", "listed"), list(product(HandlingCode, Tlp, [False, True])))
def test_without_a_token_only_light_codes_go_to_those_whom_the_originator_named(code, tlp, listed):
    given = replace(OPEN, handling_code=code, tlp=tlp, onward_sharing=frozenset({XC} if listed else set()))
    light = code in {HandlingCode.H0, HandlingCode.H1}
    assert forwards(given, XC) is (listed and light and tlp is not Tlp.RED)
    assert forwards(given, XA)


def token(samples, **other):
    return replace(samples.ONWARD_USE_TOKEN.token, **{"content_digest": OPEN.content_digest, **other})


@pytest.mark.parametrize("code", HandlingCode)
def test_a_token_covers_its_content_holder_and_recipient_and_nothing_else(samples, code):
    given = replace(OPEN, handling_code=code)
    good = token(samples)
    assert isinstance(good, OnwardUseToken)
    assert forwards(given, XC, good)
    assert not forwards(replace(given, tlp=Tlp.RED), XC, good)
    assert not forwards(given, MemberCode("XD"), good)
    assert not forwards(given, XC, good, holder=MemberCode("XD"))
    assert not forwards(given, XC, token(samples, content_digest="00" * 32))
    assert not forwards(given, XC, token(samples, originator=XC))


def test_restrictions_are_read_off_every_kind_of_information(samples):
    found = {
        type(each): restrictions_of(each, XA)
        for each in samples.SEALABLE
        if isinstance(each, (Request, Reply, SpontaneousInformation))
    }
    assert found.keys() == {Request, Reply, SpontaneousInformation}
    assert found[Request].caveats == {Caveat.NOT_FOR_ARREST}
    assert found[Request].onward_sharing == {XC}
    assert found[Reply].caveats == {Caveat.ASK_BEFORE_ACTION, Caveat.NO_EXPORT}
    assert found[SpontaneousInformation].delete_by == date(2026, 12, 31)
    assert len({each.content_digest for each in found.values()}) == 3
    assert found[Request].content_digest == content_digest(samples.SEALABLE[1])


def test_evidence_blocks_the_informal_channel_and_nothing_else_is_blocked():
    blocked = {pair for pair in product(Channel, IntendedUse) if not allows(check_channel, *pair)}
    assert blocked == {(Channel.INFORMAL, IntendedUse.EVIDENCE)}


def test_a_mark_that_either_side_made_goes_with_every_message_after_it():
    ours = ProtectionMarks(non_punishment=True, minor=False, victim_risk="")
    theirs = ProtectionMarks(non_punishment=False, minor=True, victim_risk="Watched.")
    assert marks_to_send(ours, theirs) == ProtectionMarks(non_punishment=True, minor=True, victim_risk="Watched.")
    assert marks_to_send(NO_MARKS, NO_MARKS) == NO_MARKS


def test_every_page_says_how_it_is_to_be_handled():
    marks = ProtectionMarks(non_punishment=True, minor=True, victim_risk="Watched.")
    line = page_mark(
        replace(OPEN, tlp=Tlp.AMBER_STRICT, caveats=frozenset({Caveat.NOT_FOR_ARREST}), marks=marks, delete_by=TODAY)
    )
    assert line.startswith("H0 · TLP:AMBER+STRICT · from XA · not for arrest")
    assert line.endswith("a minor · delete by 2026-03-01")
    assert "do not punish" in line
    assert "Watched" not in line


def test_officers_are_known_to_the_other_side_while_the_hit_is_confirmed():
    known = {state for state in JointState if may_know_officers(state)}
    assert {JointState.CONFIRMED, JointState.REQUESTED, JointState.FEEDBACK_DUE} < known
    assert not known & {JointState.HELD, JointState.ALERTED, JointState.NEEDS_MORE, JointState.WITHDRAWN}
