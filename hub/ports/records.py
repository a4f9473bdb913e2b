"""Records, their handles, and the queue of those that wait to be compared."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.records import RecordEntry
from symbolon.protocol.references import MemberCode, RecordReference


@dataclass(frozen=True, slots=True)
class NewHandle:
    """What a record version is called under one epoch; `again` where it was compared under another one before."""

    handle: RecordHandle
    reference: RecordReference
    member: MemberCode
    key_epoch: int
    again: bool


class RecordStore(Protocol):
    """Records, their partitions and handles, and the queue of those that wait to be compared."""

    def order_commits(self) -> None:
        """Wait for the turn of this transaction: from here to its commit no other changes records or the directory."""

    def lock_references(self, references: Collection[RecordReference]) -> Mapping[RecordReference, RecordEntry]:
        """The records with these references, locked to the end of the transaction."""

    def lock_handles(self, handles: Collection[RecordHandle]) -> Mapping[RecordHandle, RecordEntry]:
        """The live records with these handles, locked; what was superseded or withdrawn is missing."""

    def lock_expired(self, today: date, limit: int) -> Mapping[RecordReference, RecordEntry]:
        """Live records whose review date has passed, locked; the transaction holds the turn."""

    def lock_expelled(self, limit: int) -> Mapping[RecordReference, RecordEntry]:
        """Live records of expelled members, locked; the transaction holds the turn."""

    def has_expelled(self) -> bool:
        """Whether an expelled member has a live record."""

    def has_live(self, member: MemberCode) -> bool:
        """Whether the member has a live record here."""

    def lock_encoded_under(self, epoch: int, limit: int) -> Mapping[RecordReference, RecordEntry]:
        """Records that have an encoding under the epoch, locked; the transaction holds the turn."""

    def new_handles(self, count: int) -> Sequence[RecordHandle]:
        """Handles that were never used."""

    def partition_ids(self, partitions: Collection[Partition]) -> Mapping[Partition, PartitionId]:
        """The ids of these partitions; unknown ones are written down."""

    def partitions(self) -> Mapping[PartitionId, Partition]:
        """Every partition, whether or not it has records."""

    def live_partitions(self) -> Mapping[PartitionId, Partition]:
        """The partitions of active members that have a live record."""

    def partitions_of(self, handles: Collection[RecordHandle]) -> frozenset[PartitionId]:
        """The partitions of these handles, of which the live ones alone count."""

    def put(self, entries: Collection[RecordEntry], now: datetime) -> None:
        """Insert the records, or put them in the place of their predecessors."""

    def name(self, handles: Collection[NewHandle], now: datetime) -> None:
        """Write down what records are called under an epoch; these handles wait to be compared."""

    def drop(self, handles: Collection[RecordHandle]) -> None:
        """Nothing is called by these handles any more."""

    def retire(self, references: Collection[RecordReference], now: datetime) -> None:
        """Withdraw the records, whose handles were dropped."""

    def take_waiting(self, limit: int, now: datetime) -> Sequence[RecordHandle]:
        """Handles that wait to be compared, oldest first; no other transaction gets the same ones."""

    def set_aside(
        self, member: MemberCode | None, handles: Collection[RecordHandle], until: datetime
    ) -> frozenset[RecordHandle]:
        """What waits of these, and all that waits of a member, waits until later; which handles that is.

        Passed over is what another transaction has taken.
        """

    def settle(self, handles: Collection[RecordHandle]) -> None:
        """These handles were compared."""

    def compare_again(self, member: MemberCode, now: datetime) -> int:
        """All that the member has here waits to be compared; how many encodings that is.

        Waits for comparisons under way, which may wait for the standing of a member: call it before changing one.
        """
