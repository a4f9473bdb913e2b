"""A list that keeps out a code that is nobody's keeps nobody out: it never leaves the node (invariant 11)."""

import pytest

from symbolon.node.domain.import_report import ImportChoices, ImportOutcome
from symbolon.node.domain.records import Publication, RevisionEffect
from symbolon.node.errors import UnknownState
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.handling import ComparableWith, SubjectCategory
from symbolon.protocol.references import MemberCode

from .conftest import FOCAL_POINT, HEADER, Pair

ROW = "A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,"
MISTYPED = ROW.replace(",all,", ",except XBB,")
XBB, XD = MemberCode("XBB"), MemberCode("XD")


def import_row(pair: Pair, row: str, *expected: MemberCode) -> object:
    choices = ImportChoices(revise_changed=True, expected_states=frozenset(expected))
    return pair.xa.import_text(f"{HEADER}\n{row}\n", choices=choices)


@pytest.mark.parametrize("share", ["except XBB", "only XBB"])
def test_a_record_with_a_mistyped_list_is_not_published_and_the_nearest_code_is_named(pair: Pair, share: str) -> None:
    import_row(pair, ROW.replace(",all,", f",{share},"))
    report = pair.xa.services.publish_records(FOCAL_POINT)
    pair.xa.deliver()
    assert (report.queued, pair.hub.live) == (0, {})
    (refused,) = report.refused
    assert "did you mean XB?" in refused.what_to_do
    assert "--expect XBB" in refused.what_to_do
    assert pair.xa.record("A-1").refusal == refused.what_to_do


def test_it_blocks_no_other_record(pair: Pair) -> None:
    pair.xa.import_text("\n".join((HEADER, MISTYPED, "A-2,C-1,Nok Sukjai,1985-02-11,suspect,except XB,,", "")))
    assert pair.xa.services.publish_records(FOCAL_POINT).queued == 1


def test_corrected_it_is_published(pair: Pair) -> None:
    import_row(pair, MISTYPED)
    pair.xa.services.publish_records(FOCAL_POINT)
    corrected = RecordChange(comparable_with=ComparableWith.all_but(MemberCode("XB")))
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", corrected)
    assert pair.xa.services.publish_records(FOCAL_POINT).queued == 1
    assert pair.xa.record("A-1").refusal is None


def test_a_state_that_has_yet_to_join_may_be_listed_at_an_explicit_word(pair: Pair) -> None:
    import_row(pair, ROW.replace(",all,", ",except XD,"))
    assert pair.xa.services.publish_records(FOCAL_POINT).queued == 0
    assert pair.xa.services.publish_records(FOCAL_POINT, expected_states=[XD]).queued == 1


def test_a_withdrawn_record_that_is_refused_stays_withdrawn(pair: Pair) -> None:
    pair.xa.publish(ROW)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.xa.deliver()
    pair.xa.services.revise_record(
        FOCAL_POINT, "A-1", RecordChange(comparable_with=ComparableWith.all_but(XD)), expected_states=[XD]
    )
    assert pair.xa.services.publish_records(FOCAL_POINT, ["A-1"]).queued == 0
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWN


def test_a_revision_with_a_mistyped_list_is_refused_and_changes_nothing(pair: Pair) -> None:
    pair.xa.publish(ROW)
    change = RecordChange(comparable_with=ComparableWith.all_but(XBB))
    with pytest.raises(UnknownState, match="did you mean XB"):
        pair.xa.services.revise_record(FOCAL_POINT, "A-1", change)
    assert (pair.xa.record("A-1").version, pair.xa.record("A-1").publication) == (1, Publication.PUBLISHED)
    effect = pair.xa.services.revise_record(FOCAL_POINT, "A-1", change, expected_states=[XBB])
    assert effect is RevisionEffect.PUBLISH_AGAIN


def test_a_row_that_would_publish_a_mistyped_list_is_reported_by_row_and_column(pair: Pair) -> None:
    pair.xa.publish(ROW)
    report = pair.xa.import_text(f"{HEADER}\n{MISTYPED}\n", choices=ImportChoices(revise_changed=True))
    assert report.outcome is ImportOutcome.NOT_TAKEN
    (problem,) = report.problems
    assert (problem.row, problem.column) == (2, "share")
    assert "did you mean XB?" in problem.what_to_do
    assert pair.xa.record("A-1").version == 1
    import_row(pair, MISTYPED, XBB)
    assert pair.xa.record("A-1").version == 2


def test_a_mistyped_list_stops_no_reclassification(pair: Pair) -> None:
    pair.xa.publish(ROW)
    import_row(pair, MISTYPED.replace("suspect", "victim"))
    record = pair.xa.record("A-1")
    assert (record.content.category, record.publication) == (SubjectCategory.VICTIM, Publication.UNPUBLISHED)
    pair.xa.deliver()
    assert pair.hub.live == {}
    assert pair.xa.services.publish_records(FOCAL_POINT).queued == 0
