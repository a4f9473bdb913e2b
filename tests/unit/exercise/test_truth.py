"""A run is judged by pairs of records: what is missing, half seen, doubled or false is told apart."""

from dataclasses import replace
from uuid import UUID

from symbolon.exercise.officers import QueueEntry
from symbolon.exercise.truth import ExpectedHit, FoundHit, join_sides, read_truth, verify
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import MemberCode, new_hit_id

XA, XB, XC = MemberCode("XA"), MemberCode("XB"), MemberCode("XC")
SHIP = ExpectedHit(frozenset({(XA, "A1"), (XB, "B1")}), frozenset({"vessel"}), "the ship")
SEEN = FoundHit(new_hit_id(UUID(int=1)), SHIP.records, "strong", frozenset({"vessel", "name"}), "ALERTED")


def entry(number: int, own_record: str, counterpart: MemberCode) -> QueueEntry:
    return QueueEntry(new_hit_id(UUID(int=number)), counterpart, own_record, "strong", ("vessel",), JointState.ALERTED)


def test_a_hit_that_both_sides_see_is_right() -> None:
    result = verify([SHIP], [SEEN])
    assert (result.found, result.false_hits, result.alerts_delivered) == (1, 0, 2)
    assert not result.complaints


def test_a_missing_hit_is_named_with_its_reason() -> None:
    result = verify([SHIP], [])
    assert result.found == 0
    assert result.complaints == ("A1 and B1 did not reach both sides (the ship)",)


def test_a_hit_that_one_side_alone_sees_counts_as_one_alert_and_no_hit() -> None:
    result = verify([SHIP], [replace(SEEN, records=frozenset({(XA, "A1")}))])
    assert (result.found, result.alerts_delivered, result.false_hits) == (0, 1, 0)


def test_any_other_pair_is_a_false_hit() -> None:
    result = verify([SHIP], [SEEN, replace(SEEN, records=frozenset({(XA, "A1"), (XC, "C9")}))])
    assert result.false_hits == 1


def test_a_second_hit_on_the_same_pair_is_a_false_hit() -> None:
    assert verify([SHIP], [SEEN, replace(SEEN, hit_id=new_hit_id(UUID(int=2)))]).false_hits == 1


def test_a_kind_that_should_agree_and_does_not_is_named() -> None:
    result = verify([SHIP], [replace(SEEN, agree=frozenset({"name"}))])
    assert result.complaints == ("A1 and B1 should agree in vessel (the ship)",)


def test_the_halves_of_two_queues_are_laid_together_by_hit() -> None:
    found = join_sides({XA: [entry(1, "A1", XB)], XB: [entry(1, "B1", XA), entry(2, "B2", XC)]})
    assert {hit.records for hit in found} == {SHIP.records, frozenset({(XB, "B2")})}


def test_the_truth_of_the_case_can_be_read() -> None:
    assert len(read_truth()) == 11


def test_where_nobody_computes_which_kinds_agree_none_are_missed() -> None:
    assert not verify([SHIP], [replace(SEEN, agree=frozenset())], kinds_told=False).complaints
