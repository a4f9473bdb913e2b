"""Prints of a hit, read back, and who was asked about the same subject before."""

from dataclasses import replace
from datetime import date

import pytest

from symbolon.node.domain.forms import (
    ContactForm,
)
from symbolon.node.domain.justification import JustificationNeeded, ViewReason
from symbolon.node.errors import InvalidDraft, NotFound
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.disclosure_rules import Export
from symbolon.protocol.exchange_terms import Caveat, Tlp
from symbolon.protocol.handling import Channel, IntendedUse
from symbolon.protocol.references import HitId

from .asking import AUTHORISER, INVESTIGATOR, SECOND_PROTECTION_OFFICER
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, Pair
from .release_stories import (
    REPLY,
    REQUEST,
    VISIT,
    approve,
    confirmed,
    drafted,
    hit_at,
    protected_confirmed,
    released,
    requested,
    responded,
    text_of,
)


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
