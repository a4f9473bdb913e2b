"""Which items of a submission are taken."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from symbolon.hub.domain.acceptance import Refusal, handling_of, refusals_of
from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.records import RecordEntry
from symbolon.protocol.handling import ComparableWith, Namespace, OffenceGroup, RecordKind, Urgency
from symbolon.protocol.messages import LinkageEpoch, SubmissionItem
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode, RecordReference

TODAY = date(2026, 3, 1)
AMARA, BELANU = MemberCode("XA"), MemberCode("XB")
OPEN = {2: LinkageEpoch(2, "schema", "d" * 64), 3: LinkageEpoch(3, "newer-schema", "e" * 64)}
ITEM = SubmissionItem(
    reference=RecordReference("3f0c8a52-6f39-4c6e-9d0e-3a8f4f6f2b11"),
    version=2,
    record_kind=RecordKind.PERSON,
    namespace=Namespace.GENERAL,
    offence_group=OffenceGroup.SMUGGLING,
    urgency=Urgency.U3,
    comparable_with=ComparableWith.all_members(),
    review_date=TODAY,
    schema_id="schema",
    schema_digest="d" * 64,
    key_epoch=2,
    envelopes=(b"opaque",),
)
UNDER_THREE = replace(ITEM, key_epoch=3, schema_id="newer-schema", schema_digest="e" * 64)


def entry(member: MemberCode, version: int, *epochs: int, withdrawn: bool = False) -> RecordEntry:
    return RecordEntry(
        reference=ITEM.reference,
        member=member,
        version=version,
        is_withdrawn=withdrawn,
        partition_id=PartitionId(1),
        handling=handling_of(member, ITEM),
        handles={epoch: RecordHandle(epoch) for epoch in epochs},
    )


def refusals(*items: SubmissionItem, current: RecordEntry | None = None) -> list[Problem | None]:
    known = {} if current is None else {current.reference: current}
    found: list[Refusal | None] = refusals_of(items, AMARA, known, OPEN, TODAY)
    return [None if refusal is None else refusal.problem for refusal in found]


def test_a_good_new_record_is_taken() -> None:
    assert refusals(ITEM) == [None]


def test_a_higher_version_is_taken_also_after_a_withdrawal() -> None:
    assert refusals(ITEM, current=entry(AMARA, 1, 2)) == [None]
    assert refusals(ITEM, current=entry(AMARA, 1, withdrawn=True)) == [None]


@pytest.mark.parametrize(
    ("change", "current", "problem"),
    [
        ({"schema_id": "another"}, None, Problem.UNKNOWN_SCHEMA),
        ({"schema_digest": "e" * 64}, None, Problem.UNKNOWN_SCHEMA),
        ({"key_epoch": 1}, None, Problem.WRONG_KEY_EPOCH),
        ({"key_epoch": 3}, None, Problem.UNKNOWN_SCHEMA),
        ({"review_date": date(2026, 2, 28)}, None, Problem.EXPIRED),
        ({}, entry(AMARA, 2, 2), Problem.STALE_VERSION),
        ({}, entry(AMARA, 2, withdrawn=True), Problem.STALE_VERSION),
        ({}, entry(AMARA, 3, 2), Problem.STALE_VERSION),
        ({}, entry(BELANU, 1, 2), Problem.FORBIDDEN),
    ],
)
def test_an_item_that_cannot_be_taken_says_why(
    change: dict[str, Any], current: RecordEntry | None, problem: Problem
) -> None:
    assert refusals(replace(ITEM, **change), current=current) == [problem]


def test_the_present_version_is_taken_under_an_epoch_that_it_has_no_encoding_of() -> None:
    assert refusals(UNDER_THREE, current=entry(AMARA, 2, 2)) == [None]


def test_the_present_version_is_taken_once_under_each_epoch() -> None:
    assert refusals(UNDER_THREE, current=entry(AMARA, 2, 2, 3)) == [Problem.STALE_VERSION]


def test_an_older_version_is_not_added_under_another_epoch() -> None:
    assert refusals(UNDER_THREE, current=entry(AMARA, 3, 2)) == [Problem.STALE_VERSION]


def test_a_version_that_was_left_without_any_encoding_is_taken_again() -> None:
    assert refusals(UNDER_THREE, current=entry(AMARA, 2)) == [None]


def test_the_same_version_does_not_change_how_the_record_is_handled() -> None:
    narrower = replace(UNDER_THREE, comparable_with=ComparableWith.only(BELANU))
    assert refusals(narrower, current=entry(AMARA, 2, 2)) == [Problem.STALE_VERSION]


def test_a_batch_brings_one_version_under_every_open_epoch() -> None:
    assert refusals(ITEM, UNDER_THREE) == [None, None]


def test_a_batch_brings_no_record_twice_under_one_epoch() -> None:
    assert refusals(ITEM, ITEM) == [None, Problem.DUPLICATE_IN_BATCH]


def test_a_batch_brings_no_two_versions_of_a_record() -> None:
    assert refusals(ITEM, replace(UNDER_THREE, version=3)) == [None, Problem.DUPLICATE_IN_BATCH]


def test_a_batch_brings_no_two_handlings_of_a_version() -> None:
    protected = replace(UNDER_THREE, namespace=Namespace.PROTECTED)
    assert refusals(ITEM, protected) == [None, Problem.STALE_VERSION]
