"""Whom a record may be compared with, as a value that many records share."""

from dataclasses import dataclass

from symbolon.protocol.handling import ComparableWith, Namespace
from symbolon.protocol.messages import SubmissionItem
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class Partition:
    """All that decides a record's comparisons: its owner, its allow-list, and under what it was encoded."""

    member: MemberCode
    namespace: Namespace
    comparable_with: ComparableWith
    schema_id: str
    key_epoch: int


def partition_of(member: MemberCode, item: SubmissionItem) -> Partition:
    """The partition of an item that `member` submits."""
    return Partition(
        member=member,
        namespace=item.namespace,
        comparable_with=item.comparable_with,
        schema_id=item.schema_id,
        key_epoch=item.key_epoch,
    )
