"""Which partitions are compared with which: the one place where invariant 11 is decided.

Exercise and live records cannot meet here, since a hub serves one federation and has a database of its own. Nor can
encodings of two epochs: the comparator compares each with those of its own epoch (the bits would mean
different things).
"""

from collections.abc import Collection, Mapping

from symbolon.hub.domain.ids import PartitionId
from symbolon.hub.domain.partitions import Partition

Scope = Mapping[PartitionId, tuple[PartitionId, ...]]
"""For each partition that asks, those that its records are compared with."""


def may_be_compared(one: Partition, other: Partition) -> bool:
    """Whether a record of `one` may be compared with a record of `other`.

    Never within a state, never outside either owner's allow-list. Namespaces do not part records: a victim in one
    state's file may be the other's suspect.
    """
    return (
        one.member != other.member
        and one.comparable_with.admits(other.member)
        and other.comparable_with.admits(one.member)
    )


def comparison_scope(asking: Collection[PartitionId], live: Mapping[PartitionId, Partition]) -> Scope:
    """The scope of the partitions that ask, over the live ones; one that may be compared with none has an empty tuple.

    A partition that asks and lives no more has no scope: its records are gone, or their owner is suspended.
    """
    return {
        partition_id: tuple(other_id for other_id, other in live.items() if may_be_compared(live[partition_id], other))
        for partition_id in asking
        if partition_id in live
    }
