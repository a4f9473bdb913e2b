"""Whom a record may be compared with, as a value that many records share."""

from dataclasses import dataclass

from symbolon.protocol.handling import ComparableWith, Namespace
from symbolon.protocol.messages import SubmissionItem
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class Partition:
    """All that decides a record's comparisons but its epochs: its owner, its namespace and its allow-list."""

    member: MemberCode
    namespace: Namespace
    comparable_with: ComparableWith


def partition_of(member: MemberCode, item: SubmissionItem) -> Partition:
    """The partition of an item that `member` submits."""
    return Partition(member=member, namespace=item.namespace, comparable_with=item.comparable_with)
