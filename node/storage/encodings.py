"""What the hub has of each record under each epoch, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from symbolon.node.domain.epochs import EncodingAnswer, EncodingCounts, EpochReceipt
from symbolon.node.domain.outbox import BatchEntry
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MessageId, RecordReference
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "reencoding")


class PostgresEncodings:
    """Encodings by epoch within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def note_queued(self, entries: Sequence[BatchEntry]) -> None:
        """Note that these submissions are on their way."""
        submitted = [entry for entry in entries if entry.key_epoch is not None]
        self._tx.execute(
            QUERIES["note_queued"],
            references=[entry.reference for entry in submitted],
            epochs=[entry.key_epoch for entry in submitted],
            versions=[entry.version for entry in submitted],
        )

    def note_answers(self, answers: Sequence[EncodingAnswer], now: datetime) -> None:
        """Note what the hub said of submissions; an answer about an older version changes nothing."""
        self._tx.execute(
            QUERIES["note_answers"],
            references=[answer.reference for answer in answers],
            epochs=[answer.epoch for answer in answers],
            versions=[answer.version for answer in answers],
            problems=[answer.problem for answer in answers],
            now=now,
        )

    def note_not_encodable(self, epoch: int, versions: Mapping[RecordReference, int]) -> None:
        """Note that these versions cannot be compared under the epoch's schema."""
        self._tx.execute(
            QUERIES["note_not_encodable"],
            epoch=epoch,
            references=list(versions),
            versions=list(versions.values()),
            problem=Problem.ENCODING_REFUSED,
        )

    def forget(self, references: Sequence[RecordReference]) -> None:
        """The withdrawal of these records ends their encodings under every epoch."""
        self._tx.execute(QUERIES["forget_records"], references=list(references))

    def also_under_another(self, refused: Sequence[EncodingAnswer]) -> frozenset[RecordReference]:
        """Those whose same version the hub has, or is about to get, under another epoch than the refused one."""
        rows = self._tx.fetch_all(
            QUERIES["list_under_another"],
            references=[answer.reference for answer in refused],
            epochs=[answer.epoch for answer in refused],
            versions=[answer.version for answer in refused],
        )
        return frozenset(RecordReference(str(row["reference"])) for row in rows)

    def close_all_but(self, epochs: Collection[int], now: datetime) -> None:
        """Forget what was under other epochs, and take back what was queued for them."""
        listed = sorted(epochs)
        if self._tx.execute(QUERIES["close_epochs"], epochs=listed):
            self._tx.execute(QUERIES["take_back_queued"], now=now)
        self._tx.execute(QUERIES["forget_epochs"], epochs=listed)

    def unencoded(self, epoch: int, limit: int) -> tuple[RecordReference, ...]:
        """Published records without an encoding of their present version under the epoch."""
        rows = self._tx.fetch_all(QUERIES["list_unencoded"], epoch=epoch, limit=limit)
        return tuple(RecordReference(str(row["reference"])) for row in rows)

    def nothing_waits(self) -> bool:
        """Whether every item of the outbox is in a batch."""
        return not self._tx.fetch_value(QUERIES["count_unsent"])

    def counts(self, epoch: int, since: datetime) -> EncodingCounts:
        """How far the records are with an epoch, and how many came to it since then."""
        row = self._tx.fetch_one(QUERIES["count_encoded"], epoch=epoch, since=since)
        return EncodingCounts(0, 0, 0, 0) if row is None else EncodingCounts(**row)

    def add_receipt(self, message_id: MessageId, receipt: EpochReceipt) -> None:
        """Keep the hub's word that a closed epoch's encodings are gone."""
        self._tx.execute(
            QUERIES["add_epoch_receipt"],
            message_id=message_id,
            epoch=receipt.epoch,
            erased_encodings=receipt.erased_encodings,
            records=receipt.records,
            erased_at=receipt.erased_at,
            envelope=receipt.envelope,
        )

    def receipts(self) -> tuple[EpochReceipt, ...]:
        """The receipts for closed epochs, oldest first."""
        return tuple(
            EpochReceipt(
                row["epoch"], row["erased_encodings"], row["records"], row["erased_at"], bytes(row["envelope"])
            )
            for row in self._tx.fetch_all(QUERIES["list_epoch_receipts"])
        )
