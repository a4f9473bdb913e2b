"""Names a file in a draft, so that it leaves with it; or takes its name out again."""

from dataclasses import replace

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.drafts import DraftId
from symbolon.node.domain.forms import InformationForm, NoteForm, ReplyForm, RequestForm
from symbolon.node.errors import InvalidDraft, NotAllowedNow, NotFound
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.attach_file import own_attachment
from symbolon.node.services.draft_access import draft_to_act_on
from symbolon.node.services.save_draft import SaveDraft
from symbolon.protocol.messages_exchange import MAX_ATTACHMENTS, AttachmentReference
from symbolon.protocol.references import AttachmentId, HitId


class NameInDraft:
    """A change of one's own draft like any other: what was submitted before is to be submitted again."""

    def __init__(self, unit_of_work: UnitOfWork, save_draft: SaveDraft) -> None:
        self._unit_of_work = unit_of_work
        self._save_draft = save_draft

    def __call__(self, actor: Actor, hit_id: HitId, attachment_id: AttachmentId, draft_id: DraftId) -> None:
        """Name the file; one that is named already stays so.

        Raises:
            NotFound: there is no such file or draft about this hit in the actor's queue.
            NotAllowedNow: no file goes with such a message, the file is not whole, or the draft is not to be changed.
            InvalidDraft: the draft names as many files as one message may.

        """
        with self._unit_of_work.begin() as work:
            draft, hit = draft_to_act_on(work, actor, draft_id, Right.DRAFT_RELEASE)
            if hit.hit_id != hit_id:
                raise NotFound("There is no such draft about this hit.")
            manifest = own_attachment(work, hit_id, attachment_id).manifest
        form = draft.content
        if not isinstance(form, RequestForm | ReplyForm | InformationForm | NoteForm):
            raise NotAllowedNow("No file goes with such a message: name it in a request, an answer or a note.")
        if manifest is None:
            raise NotAllowedNow("The file is not whole here yet: try again when its page says so.")
        named = AttachmentReference(attachment_id, manifest.sha256)
        if named in form.attachments:
            return
        if len(form.attachments) >= MAX_ATTACHMENTS:
            raise InvalidDraft("draft", f"A message names at most {MAX_ATTACHMENTS} files: write another one.")
        changed = replace(form, attachments=(*form.attachments, named))
        self._save_draft(actor, hit_id, draft.exchange_id, changed, draft_id)
