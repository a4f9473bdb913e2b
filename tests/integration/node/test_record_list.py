"""The list of records: what was refused reaches its owner, with the reason and what to do."""

import pytest

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.record_list import RecordFilter, RecordOrder
from symbolon.node.domain.records import Publication
from symbolon.node.errors import Forbidden
from symbolon.protocol.problems import Problem

from .conftest import ADMINISTRATOR, FOCAL_POINT, HEADER, Pair

ROWS = (
    "A-3,C-2,Somchai Jaidee,1990-05-03,suspect,all,,",
    "A-1,C-1,Nok Sukjai,1985-02-11,suspect,all,,",
    "A-2,C-1,Ying Rakdee,1992-07-21,,all,,",
)


def refuse_one(pair: Pair) -> None:
    """A-3 is refused by the hub, A-1 published, A-2 kept for want of a category."""
    pair.xa.import_text("\n".join((HEADER, *ROWS, "")))
    reference = pair.xa.record("A-3").reference
    pair.hub.refusals[reference] = Problem.EXPIRED
    pair.hub.refusal_details[reference] = "The review date has passed: set a new date."
    pair.xa.services.publish_records(FOCAL_POINT)
    pair.xa.deliver()


def ids(pair: Pair, wanted: RecordFilter) -> list[str]:
    return [record.local_id for record in pair.xa.services.list_records(ADMINISTRATOR, wanted)]


def test_a_refused_record_is_listed_with_the_reason_and_what_to_do(pair: Pair) -> None:
    refuse_one(pair)
    (record,) = pair.xa.services.list_records(ADMINISTRATOR, RecordFilter(refused=True))
    assert (record.local_id, record.publication) == ("A-3", Publication.REFUSED)
    assert record.reason == "The review date has passed: set a new date."
    assert "revise" in record.what_to_do


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        (RecordFilter(), ["A-1", "A-2", "A-3"]),
        (RecordFilter(category_not_set=True), ["A-2"]),
        (RecordFilter(publications=frozenset({Publication.UNPUBLISHED})), ["A-2"]),
        (RecordFilter(publications=frozenset({Publication.PUBLISHED, Publication.REFUSED})), ["A-1", "A-3"]),
        (RecordFilter(case_id="C-1"), ["A-1", "A-2"]),
        (RecordFilter(order=RecordOrder.PUBLICATION), ["A-1", "A-3", "A-2"]),
        (RecordFilter(order=RecordOrder.CASE), ["A-1", "A-2", "A-3"]),
        (RecordFilter(case_id="C-9"), []),
    ],
)
def test_the_list_is_filtered_and_sorted(pair: Pair, wanted: RecordFilter, listed: list[str]) -> None:
    refuse_one(pair)
    assert ids(pair, wanted) == listed


def test_publishing_says_how_many_refused_earlier_wait(pair: Pair) -> None:
    refuse_one(pair)
    report = pair.xa.services.publish_records(FOCAL_POINT)
    assert (report.refused, report.refused_earlier) == ((), 1)


def test_only_those_who_may_change_records_list_them(pair: Pair) -> None:
    with pytest.raises(Forbidden):
        pair.xa.services.list_records(Actor("au", frozenset({Role.AUDITOR})), RecordFilter())
