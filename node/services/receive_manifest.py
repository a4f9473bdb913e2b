"""Notes a file that the other side sends, by its manifest; the worker fetches its chunks."""

from symbolon.node.domain.attachments import Attachment, AttachmentState
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import Direction
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.protocol.messages_case import AttachmentManifest


class NoteManifest:
    """What follows the receipt of a manifest."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(self, work: Work, hit: Hit, stored: StoredMessage) -> None:
        """Note the file; one that is known changes nothing."""
        if not isinstance(stored.message, AttachmentManifest):
            return
        manifest = stored.message
        work.attachments.begin(
            Attachment(
                attachment_id=manifest.attachment_id,
                hit_id=hit.hit_id,
                exchange_id=manifest.exchange_id,
                direction=Direction.RECEIVED,
                state=AttachmentState.ARRIVING,
                manifest=manifest,
                attached_by=None,
                begun_at=self._draws.now(),
            )
        )
