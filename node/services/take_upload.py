"""Takes a file in parts, and attaches it once it has come whole: a part that came is not asked for again."""

from collections.abc import Iterator
from uuid import UUID

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.api_uploads import LARGEST_PART, Upload, UploadDraft, UploadPlace, UploadView
from symbolon.node.domain.attachments import FileToAttach, safe_name, type_of_name
from symbolon.node.errors import InvalidDraft, NotAllowedNow, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.attach_file import AttachFile
from symbolon.node.services.draft_access import hit_to_draft_on
from symbolon.protocol.messages_case import LARGEST_ATTACHMENT
from symbolon.protocol.references import AttachmentId


class TakeUpload:
    """Uploads of programs; each sees its own alone."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, attach_file: AttachFile) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._attach_file = attach_file

    def begin(self, actor: Actor, client_id: UUID, draft: UploadDraft) -> UUID:
        """Begin an upload.

        Raises:
            NotFound: there is no such hit that the actor may know of.
            Forbidden: the actor drafts nothing that leaves.
            InvalidDraft: a file of this name or size is not taken.

        """
        type_of_name(safe_name(draft.file_name))
        if not 1 <= draft.size <= LARGEST_ATTACHMENT:
            raise InvalidDraft("size", f"size: a file has 1 to {LARGEST_ATTACHMENT} bytes.")
        upload_id = self._draws.uuid()
        with self._unit_of_work.begin() as work:
            hit_to_draft_on(work, actor, draft.hit_id)
            work.uploads.add(Upload(upload_id, client_id, draft, 0, None), self._draws.now())
        return upload_id

    def show(self, client_id: UUID, place: UploadPlace) -> UploadView:
        """How far it has come; raises `NotFound`."""
        with self._unit_of_work.begin() as work:
            return _view(_found(work, client_id, place))

    def add(self, actor: Actor, upload: tuple[UUID, UploadPlace], span: tuple[int, int], part: bytes) -> UploadView:
        """Take the next part, and say how far it has come; one that came before changes nothing.

        `upload`: the client and the place; `span`: at which byte the part begins, and how many the file has. What is
        gone, or has become another's affair since the upload was begun, takes no further part.

        Raises:
            NotFound: the client has no such upload of this hit, or the actor may not know of the hit any more.
            Forbidden: the actor drafts nothing that leaves any more.
            NotAllowedNow: another part is the next, or nothing more is to come.
            InvalidDraft: the part is too large, or the file would be another.

        """
        (client_id, place), (starts_at, size) = upload, span
        with self._unit_of_work.begin() as work:
            # The hit first, as everywhere: a purge of it waits, or is over and has taken the upload.
            hit = hit_to_draft_on(work, actor, place[0])
            work.uploads.lock(place[1])
            begun = _found(work, client_id, place)
            if hit.is_withdrawn:
                raise NotAllowedNow("The hit was withdrawn: no file goes with it any more.")
            ends_at = starts_at + len(part)
            if size != begun.draft.size or ends_at > size or not 1 <= len(part) <= LARGEST_PART:
                raise InvalidDraft("part", f"Content-Range: send 1 to {LARGEST_PART} bytes of the file that was begun.")
            if begun.attachment_id is None and starts_at == begun.received:
                work.uploads.add_part(begun.upload_id, starts_at, part)
                return UploadView(begun.upload_id, size, ends_at, None)
            if ends_at <= begun.received:
                return _view(begun)
            raise NotAllowedNow("Another part is the next: ask for the upload, and go on from `received`.")

    def complete(self, actor: Actor, client_id: UUID, place: UploadPlace) -> AttachmentId:
        """Attach the file; a second time gives the same id. Raises as `AttachFile` does, and `NotAllowedNow`."""
        with self._unit_of_work.begin() as work:
            upload = _found(work, client_id, place)
            parts = work.uploads.parts(upload.upload_id)
        if upload.attachment_id is not None:
            return upload.attachment_id
        if upload.received != upload.draft.size:
            raise NotAllowedNow("The file has not come whole: send the rest, from `received` on.")
        draft = upload.draft
        file = FileToAttach(draft.exchange_id, draft.file_name, draft.file_name, draft.handling_code)
        attachment_id = self._attach_file(actor, draft.hit_id, file, self._pieces(upload.upload_id, parts))
        with self._unit_of_work.begin() as work:
            work.uploads.finish(upload.upload_id, attachment_id)
        return attachment_id

    def give_up(self, client_id: UUID, place: UploadPlace) -> None:
        """Throw away what has come; raises `NotFound`."""
        with self._unit_of_work.begin() as work:
            work.uploads.remove(_found(work, client_id, place).upload_id)

    def _pieces(self, upload_id: UUID, parts: tuple[int, ...]) -> Iterator[bytes]:
        for starts_at in parts:
            with self._unit_of_work.begin() as work:
                part = work.uploads.part(upload_id, starts_at)
            if part is None:
                raise NotFound("The upload was given up meanwhile: begin anew.")
            yield part


def _found(work: Work, client_id: UUID, place: UploadPlace) -> Upload:
    upload = work.uploads.find(client_id, place)
    if upload is None:
        raise NotFound("This client has no such upload of this hit: begin one.")
    return upload


def _view(upload: Upload) -> UploadView:
    received = upload.draft.size if upload.attachment_id is not None else upload.received
    return UploadView(upload.upload_id, upload.draft.size, received, upload.attachment_id)
