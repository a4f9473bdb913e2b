"""Epochs of the linkage key, their schemas, and how far the members are with them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from symbolon.hub.domain.epochs import ClosedEpoch, MemberProgress
from symbolon.protocol.messages import EpochProgress, LinkageEpoch
from symbolon.protocol.references import MemberCode, RecordReference
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "epochs")


class PostgresEpochs:
    """See `symbolon.hub.ports.EpochStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def open_epochs(self) -> Mapping[int, LinkageEpoch]:
        """Those under which encodings are taken and compared, by number."""
        return {row["epoch"]: _epoch(row) for row in self._rows() if row["closed_at"] is None}

    def every_epoch(self) -> Mapping[int, LinkageEpoch]:
        """The open ones, and those that were closed."""
        return {row["epoch"]: _epoch(row) for row in self._rows()}

    def closed(self) -> tuple[ClosedEpoch, ...]:
        """Those that were closed, oldest first."""
        return tuple(
            ClosedEpoch(row["epoch"], row["closed_at"], row["erased_at"])
            for row in self._rows()
            if row["closed_at"] is not None
        )

    def open(self, epoch: LinkageEpoch, now: datetime) -> None:
        """Take encodings under this epoch from now on."""
        self._transaction.execute(
            _QUERIES["open_epoch"],
            epoch=epoch.epoch,
            schema_id=epoch.schema_id,
            schema_digest=epoch.schema_digest,
            now=now,
        )

    def close(self, number: int, now: datetime) -> None:
        """Take no more encodings under it; what is here waits to be erased."""
        self._transaction.execute(_QUERIES["close_epoch"], epoch=number, now=now)

    def keep_schema(self, schema_id: str, schema_digest: str, content: bytes) -> None:
        """Keep a linkage schema, so that epochs may use it."""
        self._transaction.execute(
            _QUERIES["keep_schema"], schema_id=schema_id, schema_digest=schema_digest, content=content
        )

    def schema(self, schema_digest: str) -> bytes | None:
        """A linkage schema that was kept."""
        content: bytes | None = self._transaction.fetch_value(_QUERIES["find_schema"], schema_digest=schema_digest)
        return content

    def note_progress(self, member: MemberCode, progress: EpochProgress, now: datetime) -> None:
        """How far a member says that it is."""
        self._transaction.execute(
            _QUERIES["put_progress"],
            member=member,
            epoch=progress.epoch,
            key_held=progress.key_held,
            key_check_value=progress.key_check_value,
            records_total=progress.records_total,
            records_encoded=progress.records_encoded,
            now=now,
        )

    def progress(self) -> tuple[MemberProgress, ...]:
        """Every active member in every open epoch, by epoch and member."""
        return tuple(_progress(row) for row in self._transaction.fetch_all(_QUERIES["list_progress"]))

    def note_erased(self, epoch: int, references: Mapping[RecordReference, MemberCode]) -> None:
        """Encodings of these records were erased."""
        self._transaction.execute(
            _QUERIES["note_erased"], epoch=epoch, members=list(references.values()), references=list(references)
        )

    def erased(self, epoch: int) -> Mapping[MemberCode, Collection[RecordReference]]:
        """Whose encodings were erased since the epoch was closed."""
        rows = self._transaction.fetch_all(_QUERIES["list_erased"], epoch=epoch)
        return {MemberCode(row["member"]): [RecordReference(each) for each in row["references"]] for row in rows}

    def settle(self, epoch: int, now: datetime) -> None:
        """Nothing of the epoch is left, and the receipts are posted."""
        self._transaction.execute(_QUERIES["forget_erased"], epoch=epoch)
        self._transaction.execute(_QUERIES["forget_progress"], epoch=epoch)
        self._transaction.execute(_QUERIES["settle_epoch"], epoch=epoch, now=now)

    def _rows(self) -> list[Row]:
        return self._transaction.fetch_all(_QUERIES["list_epochs"])


def _epoch(row: Row) -> LinkageEpoch:
    return LinkageEpoch(row["epoch"], row["schema_id"], row["schema_digest"])


def _progress(row: Row) -> MemberProgress:
    told = None
    if row["told_at"] is not None:
        told = EpochProgress(
            epoch=row["epoch"],
            key_held=row["key_held"],
            key_check_value=row["key_check_value"],
            records_total=row["records_total"],
            records_encoded=row["records_encoded"],
        )
    return MemberProgress(
        member=MemberCode(row["member"]),
        epoch=row["epoch"],
        told=told,
        told_at=row["told_at"],
        live=row["live"],
        encoded=row["encoded"],
    )
