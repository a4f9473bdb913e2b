"""A party of a hit has a file for the other, and asks which parts of it are still to be sent."""

from symbolon.hub.domain.attachments import (
    KEPT_FOR,
    Attachment,
    check_quota,
    for_party,
    refuse_unless_exchanging,
)
from symbolon.hub.errors import MessageReused, NotNow, UnknownAttachment
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.reconcile_member import refuse_while_reconciling
from symbolon.hub.services.sign_message import SignMessage
from symbolon.protocol.attachments import missing_chunks
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import AttachmentOffer, AttachmentProgress
from symbolon.protocol.references import AttachmentId, MemberCode
from symbolon.runtime.clock import Clock


class OfferAttachment:
    """The use case of `POST /v1/attachments`. `pair_quota`: bytes of a pair's files that lie here at once."""

    def __init__(
        self, store: Store, open_envelope: OpenEnvelope, sign_message: SignMessage, clock: Clock, pair_quota: int
    ) -> None:
        self._store = store
        self._open = open_envelope
        self._sign = sign_message
        self._clock = clock
        self._pair_quota = pair_quota

    def __call__(self, member: MemberCode, envelope: Envelope) -> bytes:
        """Take the offer; which chunks are to be sent, signed. The same offer again tells what is still missing.

        The same file for another exchange is offered anew: its receiver purged it with the exchange that it was of.

        Raises `UnknownHit`, `OnHold`, `NotNow`, `QuotaExceeded`, `UnknownAttachment` or `MessageReused`.
        """
        now = self._clock.now()
        with self._store.work() as work:
            offer = self._open(work, envelope, member, AttachmentOffer, now)
            refuse_while_reconciling(work)
            hit = work.hits.lock(offer.hit_id)
            hit.side_of(member)
            attachment = Attachment(
                attachment_id=offer.attachment_id,
                hit_id=offer.hit_id,
                exchange_id=offer.exchange_id,
                sender=member,
                receiver=hit.counterpart_of(member).member,
                size=offer.size,
                chunk_digests=offer.chunk_digests,
                offered_at=now,
            )
            known = work.attachments.hold(offer.attachment_id)
            if known is None or known.is_offered_anew_by(attachment):
                refuse_unless_exchanging(hit.ledger)
                if known is None or not known.is_kept:
                    kept = work.attachments.kept_bytes(attachment.sender, attachment.receiver)
                    check_quota(attachment, kept, self._pair_quota)
                work.attachments.put(attachment)
                if work.attachments.is_over(offer.attachment_id, now - KEPT_FOR):
                    raise NotNow("The exchange was recalled: no file goes with it any more.")
                work.audit(AuditAct.ATTACHMENT_OFFERED, member, offer.attachment_id, {"bytes": offer.size})
                known = attachment
            elif not known.offers_the_same(attachment):
                raise MessageReused
            progress = progress_of(work, known)
        return self._sign(progress, member, now).to_bytes()


class ShowAttachmentProgress:
    """The use case of `GET /v1/attachments/{id}/progress`."""

    def __init__(self, store: Store, sign_message: SignMessage, clock: Clock) -> None:
        self._store = store
        self._sign = sign_message
        self._clock = clock

    def __call__(self, member: MemberCode, attachment_id: AttachmentId) -> bytes:
        """Which chunks are not here, signed; for either party. Raises `UnknownAttachment`."""
        with self._store.work() as work:
            progress = progress_of(work, for_party(work.attachments.find(attachment_id), member))
        return self._sign(progress, member, self._clock.now()).to_bytes()


def progress_of(work: Work, attachment: Attachment) -> AttachmentProgress:
    """Which chunks are still to be sent: none of a file that was received. Raises `UnknownAttachment` once dropped."""
    if attachment.dropped_at is not None:
        raise UnknownAttachment
    if attachment.received_at is not None:
        return AttachmentProgress(attachment.attachment_id, ())
    numbers = work.attachments.numbers(attachment.attachment_id)
    return AttachmentProgress(attachment.attachment_id, missing_chunks(len(attachment.chunk_digests), numbers))
