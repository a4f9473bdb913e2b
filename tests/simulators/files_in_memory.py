"""The hub's side of files, in memory: what was offered, and the sealed chunks that came; its line can be cut."""

from dataclasses import dataclass, field, replace

from symbolon.node.errors import HubRefused, HubUnavailable
from symbolon.protocol.attachments import chunk_digest, missing_chunks
from symbolon.protocol.messages import AttachmentOffer, AttachmentProgress
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import AttachmentId, MemberCode


@dataclass
class FilesInMemory:
    """`cut_after`: so many more chunks pass, then the line is cut once. `passed` notes every chunk that passed."""

    offers: dict[AttachmentId, tuple[MemberCode, AttachmentOffer]] = field(default_factory=dict)
    chunks: dict[AttachmentId, dict[int, bytes]] = field(default_factory=dict)
    received: set[AttachmentId] = field(default_factory=set)
    passed: list[tuple[str, int]] = field(default_factory=list)
    cut_after: int | None = None
    refuse_with: Problem | None = None

    def offer(self, sender: MemberCode, offer: AttachmentOffer) -> AttachmentProgress:
        if self.refuse_with is not None:
            raise HubRefused(self.refuse_with, "refused")
        known = self.offers.setdefault(offer.attachment_id, (sender, offer))
        if known == (sender, replace(offer, exchange_id=known[1].exchange_id)) != (sender, offer):
            # For another exchange it is offered anew.
            known = self.offers[offer.attachment_id] = (sender, offer)
            self.received.discard(offer.attachment_id)
        if known != (sender, offer):
            raise HubRefused(Problem.MESSAGE_REUSED, "another offer")
        self.chunks.setdefault(offer.attachment_id, {})
        return self.progress(offer.attachment_id)

    def progress(self, attachment_id: AttachmentId) -> AttachmentProgress:
        if attachment_id not in self.offers:
            raise HubRefused(Problem.UNKNOWN_ATTACHMENT, "unknown")
        _, offer = self.offers[attachment_id]
        here = self.chunks[attachment_id]
        missing = () if attachment_id in self.received else missing_chunks(len(offer.chunk_digests), here.keys())
        return AttachmentProgress(attachment_id, missing)

    def put(self, attachment_id: AttachmentId, number: int, sealed: bytes) -> None:
        self._pass("put", number)
        _, offer = self.offers[attachment_id]
        if chunk_digest(sealed) != offer.chunk_digests[number]:
            raise HubRefused(Problem.MALFORMED_MESSAGE, "not the chunk that was offered")
        self.chunks[attachment_id][number] = sealed

    def get(self, attachment_id: AttachmentId, number: int) -> bytes:
        chunk = self.chunks.get(attachment_id, {}).get(number)
        if chunk is None:
            raise HubRefused(Problem.UNKNOWN_ATTACHMENT, "not here")
        self._pass("get", number)
        return chunk

    def note_received(self, attachment_id: AttachmentId) -> None:
        self.received.add(attachment_id)
        self.chunks[attachment_id] = {}

    def _pass(self, way: str, number: int) -> None:
        if self.cut_after is not None:
            if self.cut_after == 0:
                self.cut_after = None
                raise HubUnavailable("the line was cut")
            self.cut_after -= 1
        self.passed.append((way, number))
