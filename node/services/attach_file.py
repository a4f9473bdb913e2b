"""Attaches a file to a hit: it streams in, is sealed chunk by chunk as it comes, and is never held whole."""

from collections.abc import Iterable
from hashlib import sha256

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.attachments import (
    Attachment,
    AttachmentState,
    FileToAttach,
    in_chunks,
    safe_name,
    type_of_name,
)
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import Direction
from symbolon.node.errors import Forbidden, InvalidDraft, NotAllowedNow, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.draft_access import hit_to_draft_on
from symbolon.node.services.protection_marks import marks_of
from symbolon.protocol.attachments import is_what_it_says
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.exchange_terms import Tlp
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages_case import CHUNK_BYTES, LARGEST_ATTACHMENT, AttachmentManifest
from symbolon.protocol.references import AttachmentId, HitId, RequestId, new_attachment_id

_LOOKED_AT = 512
_KEY_BYTES = 32


class AttachFile:
    """Takes a file from an officer. It leaves with a message that names it, once a second officer approves that."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, file: FileToAttach, stream: Iterable[bytes]) -> AttachmentId:
        """Take the file to its end; what came is thrown away when anything goes wrong.

        Each chunk is a transaction of its own, so that a slow line holds none open.

        Raises:
            NotFound: there is no such hit or exchange that the actor may know of.
            Forbidden: the actor may not draft what leaves.
            NotAllowedNow: the hit is not confirmed, or was withdrawn meanwhile.
            InvalidDraft: the file is empty, too large, of a kind that is not taken, or not of the kind that its name
                says.

        """
        name = safe_name(file.name)
        given = FileToAttach(file.exchange_id, name, type_of_name(name), file.handling_code)
        attachment_id = new_attachment_id(self._draws.uuid())
        with self._unit_of_work.begin() as work:
            hit = hit_to_draft_on(work, actor, hit_id)
            _check_place(hit, given.exchange_id)
            work.attachments.begin(
                Attachment(
                    attachment_id=attachment_id,
                    hit_id=hit_id,
                    exchange_id=given.exchange_id,
                    direction=Direction.SENT,
                    state=AttachmentState.ARRIVING,
                    manifest=None,
                    attached_by=actor.login,
                    begun_at=self._draws.now(),
                )
            )
        try:
            size, digest = self._take(attachment_id, given.media_type, stream)
            self._complete(actor, hit_id, attachment_id, given, (size, digest))
        except BaseException:
            with self._unit_of_work.begin() as work:
                work.attachments.remove(attachment_id)
            raise
        return attachment_id

    def _take(self, attachment_id: AttachmentId, media_type: str, stream: Iterable[bytes]) -> tuple[int, str]:
        size, whole = 0, sha256()
        for number, chunk in enumerate(in_chunks(stream)):
            size += len(chunk)
            if size > LARGEST_ATTACHMENT:
                limit = LARGEST_ATTACHMENT // CHUNK_BYTES
                raise InvalidDraft("file", f"A file has at most {limit} MiB: attach a smaller one, or several.")
            if number == 0 and not is_what_it_says(media_type, chunk[:_LOOKED_AT]):
                raise InvalidDraft("file", "The file is not what its name says: save it again in its own program.")
            whole.update(chunk)
            with self._unit_of_work.begin() as work:
                if not work.attachments.add_chunk(attachment_id, number, chunk):
                    raise NotAllowedNow("What was exchanged about this hit was purged meanwhile: nothing is attached.")
        if size == 0:
            raise InvalidDraft("file", "The file is empty: choose another one.")
        return size, whole.hexdigest()

    def _complete(
        self,
        actor: Actor,
        hit_id: HitId,
        attachment_id: AttachmentId,
        file: FileToAttach,
        content: tuple[int, str],
    ) -> None:
        size, digest = content
        with self._unit_of_work.begin() as work:
            # Once more: a long upload may have ended after somebody else's step.
            hit = hit_to_draft_on(work, actor, hit_id)
            _check_place(hit, file.exchange_id)
            manifest = AttachmentManifest(
                attachment_id=attachment_id,
                hit_id=hit_id,
                exchange_id=file.exchange_id,
                file_name=file.name,
                media_type=file.media_type,
                size=size,
                sha256=digest,
                key=self._draws.random_bytes(_KEY_BYTES),
                handling_code=file.handling_code,
                tlp=Tlp.AMBER_STRICT,
                caveats=(),
                marks=marks_of(work, hit),
                attached_at=self._draws.now(),
            )
            if not work.attachments.complete(attachment_id, manifest):
                raise NotAllowedNow("What was exchanged about this hit was purged meanwhile: nothing is attached.")
            detail: Detail = {"hit": hit_id, "bytes": size, "type": file.media_type}
            work.audit.record(AuditAct.FILE_ATTACHED, actor.login, attachment_id, detail)


class RemoveAttachment:
    """Takes away a file that has not left: by whoever attached it."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor, hit_id: HitId, attachment_id: AttachmentId) -> None:
        """Take it away.

        Raises:
            NotFound: there is no such file that the actor may know of.
            Forbidden: somebody else attached it.
            NotAllowedNow: it has been released: what left is recalled with its exchange.

        """
        with self._unit_of_work.begin() as work:
            hit_to_draft_on(work, actor, hit_id)
            found = own_attachment(work, hit_id, attachment_id)
            if found.attached_by != actor.login:
                raise Forbidden("Another officer attached this file: ask them to take it away.")
            if found.released_at is not None:
                raise NotAllowedNow("This file has been released: recall its request, or withdraw the record.")
            work.attachments.remove(attachment_id)
            work.audit.record(AuditAct.FILE_REMOVED, actor.login, attachment_id, {"hit": hit_id})


def own_attachment(work: Work, hit_id: HitId, attachment_id: AttachmentId) -> Attachment:
    """A file of this hit that was attached here. Raises `NotFound`."""
    found = work.attachments.find(attachment_id)
    if found is None or found.hit_id != hit_id or found.direction is not Direction.SENT:
        raise NotFound("This hit has no such file: open it from the hit's page.")
    return found


def _check_place(hit: Hit, exchange_id: RequestId | None) -> None:
    if JointState.CONFIRMED not in (hit.shown.state, hit.shown.held_from):
        raise NotAllowedNow("Files go only with a confirmed hit: load the page again.")
    if exchange_id is not None and hit.shown.exchange(exchange_id) is None:
        raise NotFound("There is no such exchange about this hit.")
