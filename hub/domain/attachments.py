"""Files that lie at the hub on their way from one party of a hit to the other: sealed, and none of the hub's affair."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from symbolon.hub.errors import NotNow, QuotaExceeded, UnknownAttachment
from symbolon.protocol.attachments import ChunkPlan, chunk_digest
from symbolon.protocol.hit_ledger import HitLedger
from symbolon.protocol.lifecycle_problems import OnHold
from symbolon.protocol.lifecycle_states import JointState
from symbolon.protocol.messages_case import LARGEST_ATTACHMENT
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import AttachmentId, HitId, MemberCode, RequestId

KEPT_FOR: Final = timedelta(days=35)
"""How long a file waits for its receiver."""

PAIR_QUOTA: Final = 10 * LARGEST_ATTACHMENT
"""How many bytes of two members' files lie here at once, of both directions together, where nothing else is set."""


class DropReason(StrEnum):
    """Why the hub keeps a file no longer."""

    RECEIVED = "received"
    WITHDRAWN = "withdrawn"
    RECALLED = "recalled"
    EXPELLED = "expelled"
    TOO_OLD = "too-old"


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a file's sender offered. `is_kept`: neither received nor dropped, so that its chunks may lie here."""

    attachment_id: AttachmentId
    hit_id: HitId
    exchange_id: RequestId | None
    sender: MemberCode
    receiver: MemberCode
    size: int
    chunk_digests: tuple[str, ...]
    offered_at: datetime
    received_at: datetime | None = None
    dropped_at: datetime | None = None

    @property
    def is_kept(self) -> bool:
        """Whether its chunks may lie here."""
        return self.received_at is None and self.dropped_at is None

    def offers_the_same(self, other: "Attachment") -> bool:
        """Whether both are one offer, made twice."""
        return _offered(self) == _offered(other)

    def is_offered_anew_by(self, other: "Attachment") -> bool:
        """Whether the other is an offer of this file for another exchange, or for none."""
        return self.exchange_id != other.exchange_id and self.offers_the_same(
            replace(other, exchange_id=self.exchange_id)
        )


def _offered(attachment: Attachment) -> tuple[object, ...]:
    return (
        attachment.attachment_id,
        attachment.hit_id,
        attachment.exchange_id,
        attachment.sender,
        attachment.receiver,
        attachment.size,
        attachment.chunk_digests,
    )


def check_quota(attachment: Attachment, kept_bytes: int, quota: int) -> None:
    """Refuse a file for which there is no room beside what lies here of the pair; raises `QuotaExceeded`."""
    if kept_bytes + attachment.size > quota:
        raise QuotaExceeded


def check_chunk(attachment: Attachment, number: int, sealed: bytes) -> None:
    """Refuse a chunk that is not the one that was offered in this place; raises `MalformedMessage`."""
    expected = ChunkPlan(attachment.attachment_id, attachment.size).sealed_length(number)
    if len(sealed) != expected or chunk_digest(sealed) != attachment.chunk_digests[number]:
        raise MalformedMessage("The chunk is not the one that was offered in this place: seal it again as it was.")


def for_sender(attachment: Attachment | None, member: MemberCode) -> Attachment:
    """The file, for the one that offered it; raises `UnknownAttachment` for everyone else."""
    if attachment is None or attachment.sender != member:
        raise UnknownAttachment
    return attachment


def for_receiver(attachment: Attachment | None, member: MemberCode) -> Attachment:
    """The file, for the one that it is meant for; raises `UnknownAttachment` for everyone else."""
    if attachment is None or attachment.receiver != member:
        raise UnknownAttachment
    return attachment


def for_party(attachment: Attachment | None, member: MemberCode) -> Attachment:
    """The file, for either of its two parties; raises `UnknownAttachment` for everyone else."""
    if attachment is None or member not in (attachment.sender, attachment.receiver):
        raise UnknownAttachment
    return attachment


def refuse_unless_exchanging(ledger: HitLedger) -> None:
    """Refuse to take an offer on a hit about which nothing is exchanged now; raises `OnHold` or `NotNow`."""
    _refuse_while_held(ledger)
    if ledger.state is not JointState.CONFIRMED:
        raise NotNow(_NO_FILES)


def refuse_unless_on_its_way(ledger: HitLedger) -> None:
    """Refuse to move a file that was offered, where a hold stops it or the hit ended otherwise than by its exchanges.

    The exchange may end while the file is on its way: feedback is given, and the hit closed, before all of it is here.
    Raises `OnHold` or `NotNow`.
    """
    _refuse_while_held(ledger)
    if JointState.CONFIRMED not in (ledger.state, ledger.closed_from):
        raise NotNow(_NO_FILES)


_NO_FILES: Final = "The two sides exchange no files now: their votes are not open, or the hit ended."


def _refuse_while_held(ledger: HitLedger) -> None:
    if ledger.frozen_by:
        raise OnHold("A safety hold lies on the hit: the file waits until it is lifted.")
    if ledger.state is JointState.HELD:
        raise OnHold("The hit is held: the file waits until it is released.")
