"""The parts of a file go through the hub as they are: sealed, checked against the offer, taken by the other party."""

from datetime import datetime

from symbolon.hub.domain.attachments import (
    KEPT_FOR,
    Attachment,
    DropReason,
    check_chunk,
    for_receiver,
    for_sender,
    refuse_unless_on_its_way,
)
from symbolon.hub.errors import UnknownAttachment
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.reconcile_member import refuse_while_reconciling
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import AttachmentReceived
from symbolon.protocol.references import AttachmentId, MemberCode
from symbolon.runtime.clock import Clock


class TakeChunk:
    """The use case of `PUT /v1/attachments/{id}/chunks/{n}`.

    A chunk is in no envelope: the connection says who sends it, and the signed offer what it must be.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, member: MemberCode, attachment_id: AttachmentId, number: int, sealed: bytes) -> None:
        """Keep a chunk. The same again changes nothing. Raises `UnknownAttachment`, `MalformedMessage`, `OnHold`."""
        with self._store.work() as work:
            refuse_while_reconciling(work)
            offered = for_sender(work.attachments.find(attachment_id), member)
            # What a chunk must be is checked before anything is locked.
            check_chunk(offered, number, sealed)
            if offered.received_at is not None:
                return
            refuse_unless_on_its_way(work.hits.lock(offered.hit_id).ledger)
            attachment = for_sender(work.attachments.hold(attachment_id), member)
            _refuse_what_is_over(work, attachment, self._clock.now())
            if not work.attachments.keep_chunk(attachment_id, number, sealed):
                return
            if len(work.attachments.numbers(attachment_id)) == len(attachment.chunk_digests):
                work.audit(AuditAct.ATTACHMENT_COMPLETE, member, attachment_id, {"bytes": attachment.size})


class HandOutChunk:
    """The use case of `GET /v1/attachments/{id}/chunks/{n}`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, member: MemberCode, attachment_id: AttachmentId, number: int) -> bytes:
        """One sealed chunk, for the party that the file is for. Raises `UnknownAttachment`, `OnHold` or `NotNow`."""
        with self._store.work() as work:
            refuse_while_reconciling(work)
            attachment = for_receiver(work.attachments.find(attachment_id), member)
            _refuse_what_is_over(work, attachment, self._clock.now())
            refuse_unless_on_its_way(work.hits.lock(attachment.hit_id).ledger)
            sealed = work.attachments.chunk(attachment_id, number)
        if sealed is None:
            raise UnknownAttachment
        return sealed


class NoteAttachmentReceived:
    """The use case of `POST /v1/attachments/{id}/received`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._clock = clock

    def __call__(self, member: MemberCode, attachment_id: AttachmentId, envelope: Envelope) -> None:
        """The receiver has the file: nothing of it stays. The same again is nothing. Raises `UnknownAttachment`."""
        now = self._clock.now()
        with self._store.work() as work:
            received = self._open(work, envelope, member, AttachmentReceived, now)
            if received.attachment_id != attachment_id:
                raise UnknownAttachment
            attachment = for_receiver(work.attachments.hold(attachment_id), member)
            if attachment.is_kept:
                work.attachments.mark_received(attachment_id, now)
                work.audit(AuditAct.ATTACHMENT_DROPPED, member, attachment_id, {"reason": DropReason.RECEIVED.value})


def _refuse_what_is_over(work: Work, attachment: Attachment, now: datetime) -> None:
    if not attachment.is_kept or work.attachments.is_over(attachment.attachment_id, now - KEPT_FOR):
        raise UnknownAttachment
