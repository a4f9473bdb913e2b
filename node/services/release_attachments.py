"""Lets the files go that a released message names: their manifests follow it, and the worker sends their chunks."""

from dataclasses import replace
from typing import Final

from symbolon.node.domain.attachments import AttachmentState
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import Direction
from symbolon.node.domain.messages import StoredMessage, of_kind
from symbolon.node.domain.restricted import restrictions_on
from symbolon.node.errors import NotAllowedNow
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.node.services.attach_file import own_attachment
from symbolon.node.services.protection_marks import marks_of
from symbolon.node.services.send_step import SendSealed
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.exchange_terms import Tlp
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages_case import AttachmentManifest
from symbolon.protocol.messages_exchange import AttachmentReference
from symbolon.protocol.references import AttachmentId, HitId, RequestId

WORKER: Final = "worker"


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

    def __call__(self, work: Work, hit: Hit, named: tuple[AttachmentReference, ...], released: StoredMessage) -> None:
        """Send the manifests of these files, under the terms and in the name of the message that was released.

        A file that left before with another message does not travel twice, unless all with which it left were purged.

        Raises:
            NotFound: this hit has no such file of this side.
            NotAllowedNow: one is not whole, or another than the one that was named.

        """
        if not named:
            return
        terms = restrictions_on(released.message, hit.own)
        login = released.sent_by or WORKER
        marks, purged = marks_of(work, hit), _purged_exchanges(work, hit)
        for each in named:
            manifest = replace(
                manifest_of(work, hit.hit_id, each),
                exchange_id=released.exchange_id,
                tlp=Tlp.AMBER_STRICT if terms is None else terms.tlp,
                caveats=() if terms is None else tuple(sorted(terms.caveats)),
                marks=marks,
            )
            left_with = manifests_sent(work, hit.hit_id, each.attachment_id)
            found = own_attachment(work, hit.hit_id, each.attachment_id)
            if found.released_at is None or all(sent.exchange_id in purged for sent in left_with):
                work.attachments.release(each.attachment_id, manifest, self._draws.now())
            self._send_sealed(work, hit, manifest, login)
            detail: Detail = {"hit": hit.hit_id, "to": hit.counterpart, "bytes": manifest.size}
            work.audit.record(AuditAct.FILE_RELEASED, login, each.attachment_id, detail)


def manifests_sent(work: Work, hit_id: HitId, attachment_id: AttachmentId) -> tuple[AttachmentManifest, ...]:
    """With what a file of this side left, the oldest first: each time its manifest was sent."""
    said = of_kind(work.messages.of_hit(hit_id), AttachmentManifest)
    return tuple(
        manifest
        for stored, manifest in said
        if stored.direction is Direction.SENT and manifest.attachment_id == attachment_id
    )


def _purged_exchanges(work: Work, hit: Hit) -> frozenset[RequestId | None]:
    """The exchanges of which the other side keeps nothing that this side gave: recalled, or asked to be purged."""
    steps = (*work.hits.steps(hit.hit_id), *hit.pending)
    recalled = {step.exchange_id for step in steps if step.event is Event.RECALLED and step.by == hit.own}
    return frozenset(recalled | work.purges.exchanges_asked(hit.hit_id))
