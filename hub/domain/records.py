"""What the hub knows of a record: an opaque reference, its owner, and how it is to be handled."""

from dataclasses import dataclass
from datetime import date

from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.partitions import Partition
from symbolon.protocol.handling import Namespace, OffenceGroup, RecordKind, Urgency
from symbolon.protocol.references import MemberCode, RecordReference


def has_expired(review_date: date, today: date) -> bool:
    """Whether a record may not be here any more: its review date, the last day on which it may, has passed.

    Days are UTC's, for the hub and for every node.
    """
    return review_date < today


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """The newest version of a record. Without a handle it is withdrawn: only its version number is kept."""

    reference: RecordReference
    member: MemberCode
    version: int
    handle: RecordHandle | None
    partition_id: PartitionId
    partition: Partition
    record_kind: RecordKind
    offence_group: OffenceGroup
    urgency: Urgency
    review_date: date

    @property
    def is_protected(self) -> bool:
        """Whether it is a victim's or a minor's."""
        return self.partition.namespace is Namespace.PROTECTED
