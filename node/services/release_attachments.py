"""Lets the files go that a released message names: their manifests follow it, and the worker sends their chunks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from symbolon.node.domain.attachments import AttachmentState
from symbolon.node.domain.hit import Hit
from symbolon.node.errors import NotAllowedNow
from symbolon.node.ports.storage import Work
from symbolon.node.services.attach_file import own_attachment
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.exchange_terms import ProtectionMarks
from symbolon.protocol.messages_case import AttachmentManifest
from symbolon.protocol.messages_exchange import AttachmentReference
from symbolon.protocol.references import HitId, RequestId


def references_to(work: Work, hit_id: HitId) -> tuple[AttachmentReference, ...]:
    """The files of a hit that were attached here and have not left: what a form may name."""
    return tuple(
        AttachmentReference(each.attachment_id, each.manifest.sha256)
        for each in work.attachments.of_hit(hit_id)
        if each.manifest is not None and each.state is AttachmentState.COMPLETE and each.released_at is None
        if each.attached_by is not None
    )


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


def release_attachments(
    work: Work,
    hit: Hit,
    exchange_id: RequestId | None,
    named: Sequence[AttachmentReference],
    leaving: tuple[ProtectionMarks, str, datetime],
) -> tuple[AttachmentManifest, ...]:
    """Let these files go with a message about an exchange (or None); `leaving`: its marks, who approves it, and when.

    Returns the manifests, which the caller sends (`SendSealed`) in the same transaction. A file that left before with
    another message is named again, and does not travel twice.

    Raises:
        NotFound: this hit has no such file of this side.
        NotAllowedNow: one is not whole, or another than the one that was named.

    """
    marks, login, now = leaving
    manifests: list[AttachmentManifest] = []
    for each in named:
        manifest = manifest_of(work, hit.hit_id, each)
        if own_attachment(work, hit.hit_id, each.attachment_id).released_at is not None:
            continue
        manifest = replace(manifest, exchange_id=exchange_id, marks=marks)
        work.attachments.release(each.attachment_id, manifest, now)
        detail: Detail = {"hit": hit.hit_id, "to": hit.counterpart, "bytes": manifest.size}
        work.audit.record(AuditAct.FILE_RELEASED, login, each.attachment_id, detail)
        manifests.append(manifest)
    return tuple(manifests)
