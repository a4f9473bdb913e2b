"""Sealed files on their way: what was offered, and the chunks that came, as bytes that nobody here can read."""

from collections.abc import Mapping
from datetime import datetime

from symbolon.hub.domain.attachments import Attachment, DropReason
from symbolon.protocol.references import AttachmentId, HitId, MemberCode, RequestId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "attachments")


class PostgresAttachments:
    """See `symbolon.hub.ports.AttachmentStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def find(self, attachment_id: AttachmentId) -> Attachment | None:
        """The file of that id."""
        return _attachment(self._transaction.fetch_one(_QUERIES["find_attachment"], attachment_id=attachment_id))

    def hold(self, attachment_id: AttachmentId) -> Attachment | None:
        """The same; nobody else changes it before this transaction ends."""
        return _attachment(self._transaction.fetch_one(_QUERIES["hold_attachment"], attachment_id=attachment_id))

    def kept_bytes(self, one: MemberCode, other: MemberCode) -> int:
        """How many bytes of the pair's files are kept, as they were offered; holds the pair's turn to offer."""
        low, high = sorted((one, other))
        self._transaction.execute(_QUERIES["hold_turn_to_offer"], low=low, high=high)
        return int(self._transaction.fetch_value(_QUERIES["sum_kept"], low=low, high=high))

    def put(self, attachment: Attachment) -> None:
        """Take an offer, in the place of one of the same file for another exchange."""
        self._transaction.execute(
            _QUERIES["put_attachment"],
            attachment_id=attachment.attachment_id,
            hit_id=attachment.hit_id,
            exchange_id=attachment.exchange_id,
            sender=attachment.sender,
            receiver=attachment.receiver,
            size=attachment.size,
            chunk_digests=list(attachment.chunk_digests),
            offered_at=attachment.offered_at,
        )

    def numbers(self, attachment_id: AttachmentId) -> frozenset[int]:
        """Which chunks lie here."""
        rows = self._transaction.fetch_all(_QUERIES["list_numbers"], attachment_id=attachment_id)
        return frozenset(row["number"] for row in rows)

    def keep_chunk(self, attachment_id: AttachmentId, number: int, sealed: bytes) -> bool:
        """Keep a chunk; False where it lay here."""
        kept = self._transaction.execute(
            _QUERIES["insert_chunk"], attachment_id=attachment_id, number=number, sealed=sealed
        )
        return kept > 0

    def chunk(self, attachment_id: AttachmentId, number: int) -> bytes | None:
        """One chunk, if it lies here."""
        sealed: bytes | None = self._transaction.fetch_value(
            _QUERIES["find_chunk"], attachment_id=attachment_id, number=number
        )
        return sealed

    def mark_received(self, attachment_id: AttachmentId, now: datetime) -> None:
        """The receiver has it: its chunks go."""
        self._transaction.execute(_QUERIES["mark_received"], attachment_id=attachment_id, now=now)
        self._transaction.execute(_QUERIES["delete_chunks"], attachment_id=attachment_id)

    def lock_over(self, offered_before: datetime) -> Mapping[AttachmentId, DropReason]:
        """The kept files of withdrawn hits and recalled exchanges, and those that are too old, locked, with why."""
        rows = self._transaction.fetch_all(_QUERIES["lock_over"], offered_before=offered_before)
        return {AttachmentId(row["attachment_id"]): DropReason(row["reason"]) for row in rows}

    def is_over(self, attachment_id: AttachmentId, offered_before: datetime) -> bool:
        """Whether a kept file is to be dropped by now."""
        return bool(
            self._transaction.fetch_value(
                _QUERIES["is_over"], attachment_id=attachment_id, offered_before=offered_before
            )
        )

    def drop(self, attachment_id: AttachmentId, now: datetime) -> None:
        """Nobody takes the file any more: its chunks go."""
        self._transaction.execute(_QUERIES["mark_dropped"], attachment_id=attachment_id, now=now)
        self._transaction.execute(_QUERIES["delete_chunks"], attachment_id=attachment_id)


def _attachment(row: Row | None) -> Attachment | None:
    return None if row is None else _known(row)


def _known(row: Row) -> Attachment:
    return Attachment(
        attachment_id=AttachmentId(row["attachment_id"]),
        hit_id=HitId(row["hit_id"]),
        exchange_id=None if row["exchange_id"] is None else RequestId(row["exchange_id"]),
        sender=MemberCode(row["sender"]),
        receiver=MemberCode(row["receiver"]),
        size=row["size"],
        chunk_digests=tuple(row["chunk_digests"]),
        offered_at=row["offered_at"],
        received_at=row["received_at"],
        dropped_at=row["dropped_at"],
    )
