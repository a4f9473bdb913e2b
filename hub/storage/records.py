"""Records, their partitions, their handles, and the queue of those that wait to be compared."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.records import Handling, RecordEntry
from symbolon.hub.ports import NewHandle
from symbolon.protocol.handling import (
    ComparableWith,
    ComparisonMode,
    Namespace,
    OffenceGroup,
    RecordKind,
    Urgency,
)
from symbolon.protocol.references import MemberCode, RecordReference
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "records")
# Any constant will do, as long as every process takes the same.
_ACCEPT_LOCK: Final = 0x53594D42_41434350


class PostgresRecords:
    """See `symbolon.hub.ports.RecordStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def order_commits(self) -> None:
        """Wait for the turn of this transaction: from here to its commit no other changes records."""
        self._transaction.execute(_QUERIES["order_commits"], lock=_ACCEPT_LOCK)

    def lock_references(self, references: Collection[RecordReference]) -> Mapping[RecordReference, RecordEntry]:
        """The records with these references, locked to the end of the transaction."""
        return self._lock("lock_references", references=list(references))

    def lock_handles(self, handles: Collection[RecordHandle]) -> Mapping[RecordHandle, RecordEntry]:
        """The live records with these handles, locked; what was superseded or withdrawn is missing."""
        locked = self._lock("lock_owners_of_handles", handles=list(handles))
        by_handle = {handle: entry for entry in locked.values() for handle in entry.handles.values()}
        return {handle: by_handle[handle] for handle in handles if handle in by_handle}

    def lock_expired(self, today: date, limit: int) -> Mapping[RecordReference, RecordEntry]:
        """Live records whose review date has passed, locked; the transaction holds the turn."""
        return self._lock("lock_expired", today=today, limit=limit)

    def lock_expelled(self, limit: int) -> Mapping[RecordReference, RecordEntry]:
        """Live records of expelled members, locked; the transaction holds the turn."""
        return self._lock("lock_expelled", limit=limit)

    def has_expelled(self) -> bool:
        """Whether an expelled member has a live record."""
        return bool(self._transaction.fetch_value(_QUERIES["has_expelled"]))

    def has_live(self, member: MemberCode) -> bool:
        """Whether the member has a live record here."""
        return bool(self._transaction.fetch_value(_QUERIES["has_live"], member=member))

    def lock_encoded_under(self, epoch: int, limit: int) -> Mapping[RecordReference, RecordEntry]:
        """Records that have an encoding under the epoch, locked; the transaction holds the turn."""
        return self._lock("lock_encoded_under", epoch=epoch, limit=limit)

    def new_handles(self, count: int) -> Sequence[RecordHandle]:
        """Handles that were never used."""
        return [
            RecordHandle(row["handle"]) for row in self._transaction.fetch_all(_QUERIES["new_handles"], count=count)
        ]

    def partition_ids(self, partitions: Collection[Partition]) -> Mapping[Partition, PartitionId]:
        """The ids of these partitions; unknown ones are written down."""
        wanted = set(partitions)
        known = self._ids_by_partition()
        missing = wanted - known.keys()
        if missing:
            self._transaction.execute_many(_QUERIES["insert_partition"], [_columns(each) for each in missing])
            known = self._ids_by_partition()
        return {partition: known[partition] for partition in wanted}

    def partitions(self) -> Mapping[PartitionId, Partition]:
        """Every partition."""
        rows = self._transaction.fetch_all(_QUERIES["list_partitions"])
        return {PartitionId(row["partition_id"]): _partition(row) for row in rows}

    def live_partitions(self) -> Mapping[PartitionId, Partition]:
        """The partitions of active members that have a live record."""
        rows = self._transaction.fetch_all(_QUERIES["list_live_partitions"])
        return {PartitionId(row["partition_id"]): _partition(row) for row in rows}

    def partitions_of(self, handles: Collection[RecordHandle]) -> frozenset[PartitionId]:
        """The partitions of these handles, of which the live ones alone count."""
        rows = self._transaction.fetch_all(_QUERIES["list_partitions_of"], handles=list(handles))
        return frozenset(PartitionId(row["partition_id"]) for row in rows)

    def put(self, entries: Collection[RecordEntry], now: datetime) -> None:
        """Insert the records, or put them in the place of their predecessors."""
        self._transaction.execute(
            _QUERIES["put_records"],
            references=[entry.reference for entry in entries],
            members=[entry.member for entry in entries],
            versions=[entry.version for entry in entries],
            partition_ids=[entry.partition_id for entry in entries],
            record_kinds=[entry.handling.record_kind.value for entry in entries],
            offence_groups=[entry.handling.offence_group.value for entry in entries],
            urgencies=[entry.handling.urgency.value for entry in entries],
            review_dates=[entry.handling.review_date for entry in entries],
            now=now,
        )

    def name(self, handles: Collection[NewHandle], now: datetime) -> None:
        """Write down what records are called under an epoch; these handles wait to be compared."""
        self._transaction.execute(
            _QUERIES["insert_handles"],
            handles=[each.handle for each in handles],
            references=[each.reference for each in handles],
            members=[each.member for each in handles],
            key_epochs=[each.key_epoch for each in handles],
        )
        self._transaction.execute(
            _QUERIES["queue_comparisons"],
            handles=[each.handle for each in handles],
            agains=[each.again for each in handles],
            now=now,
        )

    def drop(self, handles: Collection[RecordHandle]) -> None:
        """Nothing is called by these handles any more."""
        self._transaction.execute(_QUERIES["delete_handles"], handles=list(handles))

    def retire(self, references: Collection[RecordReference], now: datetime) -> None:
        """Withdraw the records, whose handles were dropped."""
        self._transaction.execute(_QUERIES["retire_records"], references=list(references), now=now)

    def take_waiting(self, limit: int, now: datetime) -> Sequence[RecordHandle]:
        """Handles that wait to be compared, oldest first; no other transaction gets the same ones."""
        rows = self._transaction.fetch_all(_QUERIES["take_waiting"], limit=limit, now=now)
        return [RecordHandle(row["handle"]) for row in rows]

    def set_aside(
        self, member: MemberCode | None, handles: Collection[RecordHandle], until: datetime
    ) -> frozenset[RecordHandle]:
        """What waits of these, and all that waits of a member, waits until later; which handles that is."""
        rows = self._transaction.fetch_all(_QUERIES["set_aside"], member=member, handles=list(handles), until=until)
        return frozenset(RecordHandle(row["handle"]) for row in rows)

    def settle(self, handles: Collection[RecordHandle]) -> None:
        """These handles were compared."""
        self._transaction.execute(_QUERIES["settle"], handles=list(handles))

    def compare_again(self, member: MemberCode, now: datetime) -> int:
        """All that the member has here waits to be compared; how many encodings that is."""
        return self._transaction.execute(_QUERIES["queue_comparisons_of_member"], member=member, now=now)

    def _lock(self, query: str, **parameters: object) -> Mapping[RecordReference, RecordEntry]:
        # Read after locking, by another statement: one that waited for the lock would see the handles from before.
        locked = [row["reference"] for row in self._transaction.fetch_all(_QUERIES[query], **parameters)]
        rows = self._transaction.fetch_all(_QUERIES["list_records"], references=locked) if locked else ()
        entries = [_entry(row) for row in rows]
        return {entry.reference: entry for entry in entries}

    def _ids_by_partition(self) -> dict[Partition, PartitionId]:
        return {partition: partition_id for partition_id, partition in self.partitions().items()}


def _entry(row: Row) -> RecordEntry:
    return RecordEntry(
        reference=RecordReference(row["reference"]),
        member=MemberCode(row["member"]),
        version=row["version"],
        is_withdrawn=row["is_withdrawn"],
        partition_id=PartitionId(row["partition_id"]),
        handling=Handling(
            partition=_partition(row),
            record_kind=RecordKind(row["record_kind"]),
            offence_group=OffenceGroup(row["offence_group"]),
            urgency=Urgency(row["urgency"]),
            review_date=row["review_date"],
        ),
        handles={int(epoch): RecordHandle(handle) for epoch, handle in row["handles"].items()},
    )


def _partition(row: Row) -> Partition:
    return Partition(
        member=MemberCode(row["member"]),
        namespace=Namespace(row["namespace"]),
        comparable_with=ComparableWith(ComparisonMode(row["mode"]), tuple(map(MemberCode, row["members"]))),
    )


def _columns(partition: Partition) -> dict[str, object]:
    return {
        "member": partition.member,
        "namespace": partition.namespace.value,
        "mode": partition.comparable_with.mode.value,
        "members": list(partition.comparable_with.members),
    }
