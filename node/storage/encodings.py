"""What the hub has of each record under each epoch, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from symbolon.node.domain.epochs import EncodingActivity, EncodingAnswer, EncodingCounts, EpochReceipt
from symbolon.node.domain.outbox import BatchEntry
from symbolon.node.domain.receipts import CLOCKS_DIFFER, OwedReceipts
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MessageId, RecordReference
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "reencoding")
_BEFORE_ALL: Final = "00000000-0000-0000-0000-000000000000"


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
        taken = [answer for answer in answers if answer.problem is None]
        self._tx.execute(
            QUERIES["note_closed_answers"],
            references=[answer.reference for answer in taken],
            epochs=[answer.epoch for answer in taken],
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

    def close_all_but(self, epochs: Collection[int]) -> None:
        """Keep what was under other epochs for their receipts alone, and take out of the outbox what was for them."""
        listed = sorted(epochs)
        for query in ("close_epochs", "keep_closed", "forget_epochs"):
            self._tx.execute(QUERIES[query], epochs=listed)

    def closed(self, epoch: int) -> Mapping[RecordReference, bool]:
        """What was under a closed epoch, and whether it was at the hub by what this node knew."""
        rows = self._tx.fetch_all(QUERIES["list_closed"], epoch=epoch)
        return {RecordReference(str(row["reference"])): row["at_hub"] for row in rows}

    def forget_closed(self, epoch: int) -> None:
        """The receipt for a closed epoch is in."""
        self._tx.execute(QUERIES["forget_closed"], epoch=epoch)

    def unencoded(
        self,
        epoch: int,
        limit: int,
        *,
        after: RecordReference | None = None,
        among: Collection[RecordReference] | None = None,
    ) -> tuple[RecordReference, ...]:
        """Records whose present version the hub does not have under the epoch, nor is about to get, in order."""
        rows = self._tx.fetch_all(
            QUERIES["list_unencoded"],
            epoch=epoch,
            limit=limit,
            after=after or _BEFORE_ALL,
            among=None if among is None else list(among),
        )
        return tuple(RecordReference(str(row["reference"])) for row in rows)

    def activity(self) -> EncodingActivity:
        """By what it shows that encodings may have changed."""
        row = self._tx.fetch_one(QUERIES["find_activity"])
        return EncodingActivity(None, None, None) if row is None else EncodingActivity(**row)

    def nothing_waits(self) -> bool:
        """Whether every item of the outbox is in a batch."""
        return not self._tx.fetch_value(QUERIES["count_unsent"])

    def counts(self, epoch: int, since: datetime, protected: Collection[bool]) -> EncodingCounts:
        """How far the protected records, or the others, are with an epoch, and how many came to it since then."""
        row = self._tx.fetch_one(QUERIES["count_encoded"], epoch=epoch, since=since, protected=list(protected))
        return EncodingCounts(0, 0, 0, 0) if row is None else EncodingCounts(**row)

    def note_operator_receipts(
        self, place: int, erased: Mapping[RecordReference, int], erased_at: datetime, now: datetime
    ) -> None:
        """An operator signed that it holds no share of these versions."""
        self._tx.execute(
            QUERIES["note_operator_receipts"],
            place=place,
            references=list(erased),
            versions=list(erased.values()),
            erased_at=erased_at,
            now=now,
        )

    def note_not_compared(self, reference: RecordReference, version: int, now: datetime) -> int | None:
        """Nobody is compared with a version; the version of which that was said before, None where it was of none."""
        found = self._tx.fetch_value(QUERIES["note_not_compared"], reference=reference, version=version, now=now)
        return None if found is None else int(found)

    def operator_receipts(self, reference: RecordReference) -> Mapping[int, datetime]:
        """When each operator, by place, last said to have erased its share of a record."""
        rows = self._tx.fetch_all(QUERIES["list_operator_receipts"], reference=reference)
        return {row["place"]: row["erased_at"] for row in rows}

    def owed_receipts(self, places: Collection[int], before: datetime) -> tuple[OwedReceipts, ...]:
        """Which operators owe receipts for what was withdrawn before this moment."""
        rows = self._tx.fetch_all(
            QUERIES["count_owed_receipts"], places=list(places), before=before, clocks=CLOCKS_DIFFER
        )
        return tuple(OwedReceipts(row["place"], row["records"], row["since"]) for row in rows)

    def add_receipt(self, message_id: MessageId, receipt: EpochReceipt) -> None:
        """Keep the hub's word that a closed epoch's encodings are gone."""
        self._tx.execute(
            QUERIES["add_epoch_receipt"],
            message_id=message_id,
            epoch=receipt.epoch,
            erased_encodings=receipt.erased_encodings,
            records=receipt.records,
            erased_at=receipt.erased_at,
            own_records=receipt.own_records,
            agrees=receipt.agrees,
            envelope=receipt.envelope,
        )

    def receipts(self) -> tuple[EpochReceipt, ...]:
        """The receipts for closed epochs, oldest first."""
        return tuple(
            EpochReceipt(
                epoch=row["epoch"],
                erased_encodings=row["erased_encodings"],
                records=row["records"],
                erased_at=row["erased_at"],
                own_records=row["own_records"],
                agrees=row["agrees"],
                envelope=bytes(row["envelope"]),
            )
            for row in self._tx.fetch_all(QUERIES["list_epoch_receipts"])
        )
