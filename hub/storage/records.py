"""Records, their partitions, and the queue of those that wait to be compared."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.records import RecordEntry
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
        rows = self._transaction.fetch_all(_QUERIES["lock_references"], references=list(references))
        entries = [_entry(row) for row in rows]
        return {entry.reference: entry for entry in entries}

    def lock_handles(self, handles: Collection[RecordHandle]) -> Mapping[RecordHandle, RecordEntry]:
        """The live records with these handles, locked; what was superseded or withdrawn is missing."""
        rows = self._transaction.fetch_all(_QUERIES["lock_handles"], handles=list(handles))
        return {RecordHandle(row["handle"]): _entry(row) for row in rows}

    def lock_expired(self, today: date, limit: int) -> Mapping[RecordReference, RecordEntry]:
        """Live records whose review date has passed, locked; the transaction holds the turn."""
        rows = self._transaction.fetch_all(_QUERIES["lock_expired"], today=today, limit=limit)
        entries = [_entry(row) for row in rows]
        return {entry.reference: entry for entry in entries}

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
        """The partitions that have a live record."""
        rows = self._transaction.fetch_all(_QUERIES["list_live_partitions"])
        return {PartitionId(row["partition_id"]): _partition(row) for row in rows}

    def partitions_of(self, handles: Collection[RecordHandle]) -> frozenset[PartitionId]:
        """The partitions of these handles, of which the live ones alone count."""
        rows = self._transaction.fetch_all(_QUERIES["list_partitions_of"], handles=list(handles))
        return frozenset(PartitionId(row["partition_id"]) for row in rows)

    def put(self, entries: Collection[RecordEntry], now: datetime) -> None:
        """Insert the records, or put them in the place of their predecessors; all wait to be compared."""
        handles = [entry.handle for entry in entries]
        self._transaction.execute(
            _QUERIES["put_records"],
            references=[entry.reference for entry in entries],
            members=[entry.member for entry in entries],
            versions=[entry.version for entry in entries],
            handles=handles,
            partition_ids=[entry.partition_id for entry in entries],
            record_kinds=[entry.record_kind.value for entry in entries],
            offence_groups=[entry.offence_group.value for entry in entries],
            urgencies=[entry.urgency.value for entry in entries],
            review_dates=[entry.review_date for entry in entries],
            now=now,
        )
        self._transaction.execute(_QUERIES["queue_comparisons"], handles=handles, now=now)

    def retire(self, references: Collection[RecordReference], now: datetime) -> None:
        """Withdraw the records: they lose their handles."""
        self._transaction.execute(_QUERIES["retire_records"], references=list(references), now=now)

    def take_waiting(self, limit: int) -> Sequence[RecordHandle]:
        """Handles that wait to be compared, oldest first; no other transaction gets the same ones."""
        return [
            RecordHandle(row["handle"]) for row in self._transaction.fetch_all(_QUERIES["take_waiting"], limit=limit)
        ]

    def settle(self, handles: Collection[RecordHandle]) -> None:
        """These handles were compared."""
        self._transaction.execute(_QUERIES["settle"], handles=list(handles))

    def _ids_by_partition(self) -> dict[Partition, PartitionId]:
        return {partition: partition_id for partition_id, partition in self.partitions().items()}


def _entry(row: Row) -> RecordEntry:
    return RecordEntry(
        reference=RecordReference(row["reference"]),
        member=MemberCode(row["member"]),
        version=row["version"],
        handle=None if row["handle"] is None else RecordHandle(row["handle"]),
        partition_id=PartitionId(row["partition_id"]),
        partition=_partition(row),
        record_kind=RecordKind(row["record_kind"]),
        offence_group=OffenceGroup(row["offence_group"]),
        urgency=Urgency(row["urgency"]),
        review_date=row["review_date"],
    )


def _partition(row: Row) -> Partition:
    return Partition(
        member=MemberCode(row["member"]),
        namespace=Namespace(row["namespace"]),
        comparable_with=ComparableWith(ComparisonMode(row["mode"]), tuple(map(MemberCode, row["members"]))),
        schema_id=row["schema_id"],
        key_epoch=row["key_epoch"],
    )


def _columns(partition: Partition) -> dict[str, object]:
    return {
        "member": partition.member,
        "namespace": partition.namespace.value,
        "mode": partition.comparable_with.mode.value,
        "members": list(partition.comparable_with.members),
        "schema_id": partition.schema_id,
        "key_epoch": partition.key_epoch,
    }
