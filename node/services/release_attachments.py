"""Lets the files go that a released message names: their manifests follow it, and the worker sends their chunks."""

from dataclasses import replace

from symbolon.node.domain.attachments import AttachmentState
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import Direction
from symbolon.node.errors import NotAllowedNow
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.node.services.attach_file import own_attachment
from symbolon.node.services.protection_marks import marks_of
from symbolon.node.services.send_step import SendSealed
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.messages import Reply, Request, SpontaneousInformation
from symbolon.protocol.messages_case import AttachmentManifest
from symbolon.protocol.messages_exchange import AttachmentReference
from symbolon.protocol.references import AttachmentId, HitId, RequestId


def manifest_of(work: Work, hit_id: HitId, named: AttachmentReference) -> AttachmentManifest:
    """What a message's reference names, as it is now.

    Raises:
        NotFound: this hit has no such file of this side.
        NotAllowedNow: it is not whole, or another file than the one that was named.

    """
    found = own_attachment(work, hit_id, named.attachment_id)
    if found.manifest is None or found.state is not AttachmentState.COMPLETE:
        raise NotAllowedNow("A file that the draft names is not whole: attach it again.")
    if found.manifest.sha256 != named.sha256:
        raise NotAllowedNow("A file that the draft names is another one now: look at the draft again.")
    return found.manifest


class ReleaseAttachments:
    """Lets files go with the message that names them, in the transaction that releases the message."""

    def __init__(self, draws: Draws, send_sealed: SendSealed) -> None:
        self._draws = draws
        self._send_sealed = send_sealed

    def __call__(self, work: Work, hit: Hit, named: tuple[AttachmentReference, ...], login: str) -> None:
        """Send the manifests of these files, in the name of who approved the message.

        A file that left before with another message is named again, and does not travel twice.

        Raises:
            NotFound: this hit has no such file of this side.
            NotAllowedNow: one is not whole, or another than the one that was named.

        """
        marks = marks_of(work, hit)
        for each in named:
            manifest = manifest_of(work, hit.hit_id, each)
            if own_attachment(work, hit.hit_id, each.attachment_id).released_at is not None:
                continue
            exchange_id = _exchange_of(work, hit.hit_id, each.attachment_id) or manifest.exchange_id
            manifest = replace(manifest, exchange_id=exchange_id, marks=marks)
            work.attachments.release(each.attachment_id, manifest, self._draws.now())
            self._send_sealed(work, hit, manifest, login)
            detail: Detail = {"hit": hit.hit_id, "to": hit.counterpart, "bytes": manifest.size}
            work.audit.record(AuditAct.FILE_RELEASED, login, each.attachment_id, detail)


def _exchange_of(work: Work, hit_id: HitId, attachment_id: AttachmentId) -> RequestId | None:
    """The exchange of the newest message of this side that names the file; None where it came with a note."""
    for stored in reversed(work.messages.of_hit(hit_id)):
        message = stored.message
        if stored.direction is not Direction.SENT or not isinstance(message, Request | Reply | SpontaneousInformation):
            continue
        if any(named.attachment_id == attachment_id for named in message.attachments):
            return message.request_id
    return None
