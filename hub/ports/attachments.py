"""Sealed files on their way from one party of a hit to the other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from symbolon.hub.domain.attachments import Attachment, DropReason
from symbolon.protocol.references import AttachmentId, MemberCode


class AttachmentStore(Protocol):
    """What was offered, and the chunks that came."""

    def find(self, attachment_id: AttachmentId) -> Attachment | None:
        """The file of that id."""

    def hold(self, attachment_id: AttachmentId) -> Attachment | None:
        """The same; nobody else changes it before this transaction ends."""

    def kept_bytes(self, one: MemberCode, other: MemberCode) -> int:
        """How many bytes of the pair's files are kept, as they were offered; holds the pair's turn to offer."""

    def put(self, attachment: Attachment) -> None:
        """Take an offer, in the place of one of the same file for another exchange."""

    def numbers(self, attachment_id: AttachmentId) -> frozenset[int]:
        """Which chunks lie here."""

    def keep_chunk(self, attachment_id: AttachmentId, number: int, sealed: bytes) -> bool:
        """Keep a chunk; False where it lay here."""

    def chunk(self, attachment_id: AttachmentId, number: int) -> bytes | None:
        """One chunk, if it lies here."""

    def mark_received(self, attachment_id: AttachmentId, now: datetime) -> None:
        """The receiver has it: its chunks go."""

    def lock_over(self, offered_before: datetime) -> Mapping[AttachmentId, DropReason]:
        """The kept files whose hit was withdrawn, whose exchange was recalled, or that are too old, locked, with why.

        Those that somebody else holds are passed over.
        """

    def is_over(self, attachment_id: AttachmentId, offered_before: datetime) -> bool:
        """Whether a kept file is to be dropped by now."""

    def drop(self, attachment_id: AttachmentId, now: datetime) -> None:
        """Nobody takes the file any more: its chunks go."""
