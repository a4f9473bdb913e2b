"""Which items of a submission are taken."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from symbolon.hub.domain.acceptance import LinkageTerms, refusal_of
from symbolon.hub.domain.ids import PartitionId
from symbolon.hub.domain.partitions import partition_of
from symbolon.hub.domain.records import RecordEntry
from symbolon.protocol.handling import ComparableWith, Namespace, OffenceGroup, RecordKind, Urgency
from symbolon.protocol.messages import SubmissionItem
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode, RecordReference

TODAY = date(2026, 3, 1)
AMARA, BELANU = MemberCode("XA"), MemberCode("XB")
TERMS = LinkageTerms("schema", "d" * 64, 2)
ITEM = SubmissionItem(
    reference=RecordReference("3f0c8a52-6f39-4c6e-9d0e-3a8f4f6f2b11"),
    version=2,
    record_kind=RecordKind.PERSON,
    namespace=Namespace.GENERAL,
    offence_group=OffenceGroup.SMUGGLING,
    urgency=Urgency.U3,
    comparable_with=ComparableWith.all_members(),
    review_date=TODAY,
    schema_id=TERMS.schema_id,
    schema_digest=TERMS.schema_digest,
    key_epoch=TERMS.key_epoch,
    envelopes=(b"opaque",),
)


def entry(member: MemberCode, version: int) -> RecordEntry:
    return RecordEntry(
        reference=ITEM.reference,
        member=member,
        version=version,
        handle=None,
        partition_id=PartitionId(1),
        partition=partition_of(member, ITEM),
        record_kind=ITEM.record_kind,
        offence_group=ITEM.offence_group,
        urgency=ITEM.urgency,
        review_date=ITEM.review_date,
    )


def test_a_good_new_record_is_taken() -> None:
    assert refusal_of(ITEM, AMARA, None, TERMS, TODAY) is None


def test_a_higher_version_is_taken_also_after_a_withdrawal() -> None:
    assert refusal_of(ITEM, AMARA, entry(AMARA, 1), TERMS, TODAY) is None


@pytest.mark.parametrize(
    ("change", "current", "problem"),
    [
        ({"schema_id": "another"}, None, Problem.UNKNOWN_SCHEMA),
        ({"schema_digest": "e" * 64}, None, Problem.UNKNOWN_SCHEMA),
        ({"key_epoch": 1}, None, Problem.WRONG_KEY_EPOCH),
        ({"review_date": date(2026, 2, 28)}, None, Problem.EXPIRED),
        ({}, entry(AMARA, 2), Problem.STALE_VERSION),
        ({}, entry(AMARA, 3), Problem.STALE_VERSION),
        ({}, entry(BELANU, 1), Problem.FORBIDDEN),
    ],
)
def test_an_item_that_cannot_be_taken_says_why(
    change: dict[str, Any], current: RecordEntry | None, problem: Problem
) -> None:
    refusal = refusal_of(replace(ITEM, **change), AMARA, current, TERMS, TODAY)
    assert refusal is not None
    assert refusal.problem is problem
