"""What nobody is compared with, since an operator cannot use its shares, goes out once more; then a person is told."""

import pytest

from symbolon.node.domain.record_list import RecordFilter
from symbolon.node.domain.records import Publication
from symbolon.protocol.messages import NotCompared, UnreadVersion
from symbolon.protocol.references import RecordReference

from .conftest import FOCAL_POINT, PROTECTION_OFFICER, Pair

ROW = "A-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,"
VICTIM = "A-2,C-1,Malee Suwan,1991-06-04,victim,all,,"


def told(pair: Pair, reference: RecordReference, version: int) -> None:
    """The hub says that the first operator cannot read this version's shares; the node does what follows."""
    pair.hub.deliver("XA", NotCompared((UnreadVersion(reference, version, 1, (0,)),)))
    pair.xa.receive()


def leaves(pair: Pair) -> list[object]:
    return [leaf["detail"] for leaf in pair.xa.rows("audit_leaf") if leaf["act"] == "records-not-compared"]


def test_it_is_shared_out_anew_as_the_next_version_with_the_same_content(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    before = pair.xa.record("A-1")
    told(pair, reference, 1)
    assert (pair.xa.record("A-1").publication, pair.xa.record("A-1").version) == (Publication.QUEUED, 2)
    pair.xa.deliver()
    after = pair.xa.record("A-1")
    assert (after.publication, after.hub_version, after.content) == (Publication.PUBLISHED, 2, before.content)
    assert pair.hub.live[reference].version == 2
    assert leaves(pair) == [{"records": 1, "shared_again": 1}]


def test_a_victims_record_goes_out_again_without_its_officer(pair: Pair) -> None:
    reference = pair.xa.publish(VICTIM)
    told(pair, reference, 1)
    pair.xa.deliver()
    assert pair.hub.live[reference].version == 2


def test_the_same_word_again_changes_nothing(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    told(pair, reference, 1)
    told(pair, reference, 1)
    pair.xa.deliver()
    told(pair, reference, 1)
    assert (pair.xa.record("A-1").version, pair.xa.record("A-1").refusal) == (2, None)


def test_what_was_corrected_or_withdrawn_meanwhile_is_left_as_it_is(pair: Pair) -> None:
    reference = pair.xa.publish(ROW)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    told(pair, reference, 1)
    assert pair.xa.record("A-1").publication is Publication.WITHDRAWING


def not_read_twice(pair: Pair, row: str) -> RecordReference:
    reference = pair.xa.publish(row)
    told(pair, reference, 1)
    pair.xa.deliver()
    told(pair, reference, 2)
    return reference


def test_what_is_not_read_twice_is_listed_with_what_to_do(pair: Pair) -> None:
    not_read_twice(pair, ROW)
    (line,) = pair.xa.services.list_records(FOCAL_POINT, RecordFilter(refused=True))
    assert (line.publication, line.version) == (Publication.PUBLISHED, 2)
    assert "Nobody is compared with this version" in str(line.reason)
    assert "publish it again by its id" in line.what_to_do
    assert leaves(pair)[-1] == {"records": 1, "shared_again": 0}


def test_it_is_published_again_when_somebody_names_it_and_by_nobody_else(pair: Pair) -> None:
    reference = not_read_twice(pair, ROW)
    assert pair.xa.services.publish_records(FOCAL_POINT).queued == 0
    assert pair.xa.services.publish_records(FOCAL_POINT, ["A-1"]).queued == 1
    pair.xa.deliver()
    assert (pair.xa.record("A-1").refusal, pair.hub.live[reference].version) == (None, 3)


def test_a_victims_record_that_is_not_read_twice_is_published_again_by_its_officer_alone(pair: Pair) -> None:
    reference = not_read_twice(pair, VICTIM)
    assert pair.xa.services.list_records(FOCAL_POINT, RecordFilter(refused=True)) == ()
    assert pair.xa.services.publish_records(FOCAL_POINT, ["A-2"]).queued == 0
    pair.xa.services.publish_records(PROTECTION_OFFICER, ["A-2"])
    pair.xa.deliver()
    assert pair.hub.live[reference].version == 3


@pytest.mark.parametrize("version", [1, 3])
def test_a_word_about_another_version_changes_nothing(pair: Pair, version: int) -> None:
    reference = not_read_twice(pair, ROW)
    told(pair, reference, version)
    assert pair.xa.record("A-1").version == 2
