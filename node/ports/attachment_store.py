"""Where files are kept, sealed, chunk by chunk."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from symbolon.node.domain.attachments import Attachment
from symbolon.node.domain.hits import Direction
from symbolon.protocol.messages_case import AttachmentManifest
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import AttachmentId, HitId


class AttachmentStore(Protocol):
    """Files of hits. Each chunk is written and read by itself: none is ever held whole."""

    def begin(self, attachment: Attachment) -> bool:
        """Note a file that arrives; False when it is known."""
        ...

    def add_chunk(self, attachment_id: AttachmentId, number: int, content: bytes) -> bool:
        """Keep a chunk's content, sealed; False where the file is gone meanwhile, or the chunk is here."""
        ...

    def chunk(self, attachment_id: AttachmentId, number: int) -> bytes | None:
        """The content of one chunk, opened."""
        ...

    def chunks_here(self, attachment_id: AttachmentId) -> frozenset[int]:
        """Which chunks are here."""
        ...

    def complete(self, attachment_id: AttachmentId, manifest: AttachmentManifest) -> bool:
        """The file is whole, and this is what it is; False where it is gone meanwhile."""
        ...

    def find(self, attachment_id: AttachmentId) -> Attachment | None:
        """One file."""
        ...

    def of_hit(self, hit_id: HitId) -> tuple[Attachment, ...]:
        """The files of a hit, the oldest first."""
        ...

    def release(self, attachment_id: AttachmentId, manifest: AttachmentManifest, now: datetime) -> None:
        """A second officer lets it go with this manifest; wakes the worker when this transaction commits."""
        ...

    def take_back(self, hit_id: HitId, attachment_ids: Collection[AttachmentId]) -> None:
        """Let nothing more go of what is not uploaded of a hit, nor of these files: released anew, or not."""
        ...

    def to_move(self, now: datetime, limit: int) -> tuple[Attachment, ...]:
        """Files that are to be sent to the hub, or fetched from it, and whose time has come."""
        ...

    def postpone(self, attachment_id: AttachmentId, until: datetime) -> None:
        """Note a try that failed."""
        ...

    def note_uploaded(self, attachment_id: AttachmentId, now: datetime) -> None:
        """The hub has every chunk."""
        ...

    def note_acknowledged(self, attachment_id: AttachmentId, now: datetime) -> None:
        """It is whole here, and the hub knows."""
        ...

    def note_broken(self, attachment_id: AttachmentId, problem: Problem, now: datetime) -> None:
        """It cannot be had, or is not what its sender named: its chunks go."""
        ...

    def forget_abandoned(self, before: datetime) -> int:
        """Throw away what an officer's browser began to send and did not end; how many files."""
        ...

    def remove(self, attachment_id: AttachmentId) -> None:
        """Take one file away."""
        ...

    def purge(self, hit_id: HitId, directions: Sequence[Direction]) -> int:
        """Take away the files of a hit; how many."""
        ...
