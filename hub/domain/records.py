"""What the hub knows of a record: an opaque reference, its owner, how it is to be handled, where its encodings are."""

from collections.abc import Mapping
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
class Handling:
    """What is said of a record besides its encodings: one version has one handling, whatever the epoch."""

    partition: Partition
    record_kind: RecordKind
    offence_group: OffenceGroup
    urgency: Urgency
    review_date: date


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """The newest version of a record. Of a withdrawn one only its version number counts: it has no handles.

    ``handles`` are its encodings, one for each epoch of the linkage key that it was encoded under.
    """

    reference: RecordReference
    member: MemberCode
    version: int
    is_withdrawn: bool
    partition_id: PartitionId
    handling: Handling
    handles: Mapping[int, RecordHandle]

    @property
    def partition(self) -> Partition:
        """Whom it may be compared with."""
        return self.handling.partition

    def epoch_of(self, handle: RecordHandle) -> int:
        """The epoch under which the record has this handle; raises `KeyError` where it has no such handle."""
        return {each: epoch for epoch, each in self.handles.items()}[handle]

    @property
    def is_protected(self) -> bool:
        """Whether it is a victim's or a minor's."""
        return self.partition.namespace is Namespace.PROTECTED
