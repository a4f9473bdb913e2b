"""Moves files: sends the chunks that the hub lacks, fetches those that are not here; an interrupted one goes on.

One chunk at a time is in memory. What the other side sent is opened, compared with its manifest, and sealed for this
node's own rest; only when all of it is what its sender named does the hub hear that it may forget it.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from symbolon.node.domain.attachments import GIVEN_UP_AFTER, Attachment, AttachmentState
from symbolon.node.domain.hits import Direction
from symbolon.node.domain.outbox import lanes_to_hub, next_attempt
from symbolon.node.errors import HubNotNow, HubRefused, HubUnavailable
from symbolon.node.services.correspondence import stamp
from symbolon.node.services.hub_line import HubLine
from symbolon.node.services.release_attachments import manifests_sent
from symbolon.protocol.attachments import (
    ChunkPlan,
    chunk_digest,
    is_what_it_says,
    missing_chunks,
    open_chunk,
    seal_chunk,
)
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import FederationDirectory, Purpose
from symbolon.protocol.messages_case import (
    AttachmentManifest,
    AttachmentOffer,
    AttachmentProgress,
    AttachmentReceived,
)
from symbolon.protocol.problems import MalformedMessage, Problem, UnsealFailed
from symbolon.protocol.references import HUB, AttachmentId, new_message_id

AT_ONCE: Final = 20
WORKER: Final = "worker"
_LOOKED_AT: Final = 512
_SLOWLY: Final = timedelta(seconds=30)
_FOR_GOOD: Final = frozenset(
    {
        Problem.MALFORMED_MESSAGE,
        Problem.MESSAGE_REUSED,
        Problem.UNKNOWN_HIT,
        Problem.NOT_A_PARTY,
        Problem.PAYLOAD_TOO_LARGE,
    }
)
"""The hub will never take this file: another try would be refused like this one."""


class MoveAttachments:
    """One round over all files whose time has come. One at a time: the worker sees to that."""

    def __init__(self, line: HubLine) -> None:
        self._unit_of_work = line.unit_of_work
        self._draws = line.draws
        self._hub = line.hub
        self._correspondence = line.correspondence

    def __call__(self) -> int:
        """Move what is due, as far as it goes; how many files came to their end.

        Raises:
            HubUnavailable: the hub is away; what it has, and what is here, stays.

        """
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            due = () if directory is None else work.attachments.to_move(self._draws.now(), AT_ONCE)
        return sum(self._move(each, directory) for each in due if directory is not None)

    def _move(self, found: Attachment, directory: FederationDirectory) -> bool:
        if found.manifest is None:
            return False
        try:
            if found.direction is Direction.SENT:
                self._send(found.manifest, directory)
            else:
                self._fetch(found, found.manifest, directory)
        except HubRefused as refusal:
            return self._after_refusal(found, refusal.problem)
        except HubNotNow:
            self._postpone(found)
            return False
        except HubUnavailable:
            self._postpone(found)
            raise
        except (UnsealFailed, MalformedMessage) as unusable:
            self._give_up(found, unusable.problem)
            return False
        return True

    def _send(self, manifest: AttachmentManifest, directory: FederationDirectory) -> None:
        plan = ChunkPlan(manifest.attachment_id, manifest.size)
        for number in self._missing_at_hub(manifest, plan, directory):
            self._hub.put_chunk(manifest.attachment_id, number, self._sealed(plan, number, manifest.key))
        with self._unit_of_work.begin() as work:
            work.attachments.note_uploaded(manifest.attachment_id, self._draws.now())

    def _missing_at_hub(
        self, manifest: AttachmentManifest, plan: ChunkPlan, directory: FederationDirectory
    ) -> tuple[int, ...]:
        """What the hub lacks of a file that it knows, or of one that is offered to it now.

        One that left before is offered in any case: what the hub knows may be how it left then.
        """
        path = f"/v1/attachments/{manifest.attachment_id}/progress"
        with self._unit_of_work.begin() as work:
            left_before = len(manifests_sent(work, manifest.hit_id, manifest.attachment_id)) > 1
        try:
            if not left_before:
                return self._progress(self._hub.fetch_page(path, None), manifest.attachment_id, directory)
        except HubRefused as refusal:
            if refusal.problem is not Problem.UNKNOWN_ATTACHMENT:
                raise
        digests = tuple(chunk_digest(self._sealed(plan, number, manifest.key)) for number in range(plan.count))
        offer = AttachmentOffer(manifest.attachment_id, manifest.hit_id, manifest.exchange_id, manifest.size, digests)
        answer = self._hub.post("/v1/attachments", self._signed(offer, Purpose.ATTACHMENT_OFFER, directory))
        return self._progress(Envelope.from_bytes(answer), manifest.attachment_id, directory)

    def _fetch(self, found: Attachment, manifest: AttachmentManifest, directory: FederationDirectory) -> None:
        plan = ChunkPlan(manifest.attachment_id, manifest.size)
        if found.state is AttachmentState.ARRIVING:
            with self._unit_of_work.begin() as work:
                here = work.attachments.chunks_here(manifest.attachment_id)
            for number in missing_chunks(plan.count, here):
                sealed = self._hub.fetch_chunk(manifest.attachment_id, number)
                content = open_chunk(plan, number, sealed, manifest.key)
                with self._unit_of_work.begin() as work:
                    work.attachments.add_chunk(manifest.attachment_id, number, content)
            self._check_whole(plan, manifest)
            with self._unit_of_work.begin() as work:
                if not work.attachments.complete(manifest.attachment_id, manifest):
                    return
                detail: Detail = {"hit": manifest.hit_id, "bytes": manifest.size}
                work.audit.record(AuditAct.FILE_RECEIVED, WORKER, manifest.attachment_id, detail)
        received = AttachmentReceived(manifest.attachment_id)
        path = f"/v1/attachments/{manifest.attachment_id}/received"
        self._hub.post(path, self._signed(received, Purpose.ATTACHMENT_RECEIVED, directory))
        with self._unit_of_work.begin() as work:
            work.attachments.note_acknowledged(manifest.attachment_id, self._draws.now())

    def _check_whole(self, plan: ChunkPlan, manifest: AttachmentManifest) -> None:
        """Compare all that came with the manifest. Raises `MalformedMessage`."""
        whole = sha256()
        for number in range(plan.count):
            with self._unit_of_work.begin() as work:
                content = work.attachments.chunk(manifest.attachment_id, number)
            if content is None:
                # Purged meanwhile: `complete` will say so.
                return
            if number == 0 and not is_what_it_says(manifest.media_type, content[:_LOOKED_AT]):
                raise MalformedMessage("The file is not of the type that its sender names.")
            whole.update(content)
        if whole.hexdigest() != manifest.sha256:
            raise MalformedMessage("The file is not the one that its sender named.")

    def _sealed(self, plan: ChunkPlan, number: int, key: bytes) -> bytes:
        with self._unit_of_work.begin() as work:
            content = work.attachments.chunk(plan.attachment_id, number)
        if content is None:
            raise MalformedMessage("The file was purged while it was sent.")
        return seal_chunk(plan, number, content, key)

    def _progress(
        self, envelope: Envelope, attachment_id: AttachmentId, directory: FederationDirectory
    ) -> tuple[int, ...]:
        self._correspondence.verify_from_hub(envelope, Purpose.ATTACHMENT_PROGRESS, directory, self._draws.now())
        progress = envelope.read(AttachmentProgress)
        if progress.attachment_id != attachment_id:
            raise HubUnavailable("The hub's answer is about another file.")
        return progress.missing

    def _signed(
        self, message: AttachmentOffer | AttachmentReceived, purpose: Purpose, directory: FederationDirectory
    ) -> Envelope:
        with self._unit_of_work.begin() as work:
            issued_at = work.lanes.issue(lanes_to_hub(purpose), self._draws.now())
        made = stamp(self._draws, new_message_id(self._draws.uuid()), issued_at)
        return self._correspondence.sign_for(HUB, message, purpose, directory, made)

    def _after_refusal(self, found: Attachment, problem: Problem) -> bool:
        now = self._draws.now()
        if problem is Problem.UNKNOWN_ATTACHMENT and found.state is AttachmentState.COMPLETE:
            # It is whole here, and the hub has forgotten it already.
            with self._unit_of_work.begin() as work:
                work.attachments.note_acknowledged(found.attachment_id, now)
            return True
        if problem in _FOR_GOOD or now - (found.released_at or found.begun_at) > GIVEN_UP_AFTER:
            self._give_up(found, problem)
        else:
            self._postpone(found, slowly=True)
        return False

    def _give_up(self, found: Attachment, problem: Problem) -> None:
        with self._unit_of_work.begin() as work:
            work.attachments.note_broken(found.attachment_id, problem, self._draws.now())
            detail: Detail = {"hit": found.hit_id, "problem": problem.value}
            work.audit.record(AuditAct.MESSAGE_REFUSED, WORKER, found.attachment_id, detail)

    def _postpone(self, found: Attachment, *, slowly: bool = False) -> None:
        now = self._draws.now()
        until: datetime = next_attempt(now, found.attempts + 1, self._draws.jitter())
        with self._unit_of_work.begin() as work:
            work.attachments.postpone(found.attachment_id, max(until, now + _SLOWLY) if slowly else until)
