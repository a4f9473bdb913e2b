"""Lists the files of a hit, and opens one as a stream for an officer who may see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.attachments import Attachment, AttachmentLine, AttachmentState
from symbolon.node.domain.disclosure import may_see
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.justification import REMEMBERED_FOR, JustificationNeeded, Visit
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.domain.restricted import check_shown
from symbolon.node.errors import NotAllowedNow, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.file_rules import officers_of_file, rules_of_file
from symbolon.protocol.attachments import ChunkPlan
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.disclosure_rules import page_mark
from symbolon.protocol.lifecycle_problems import NotDisclosed
from symbolon.protocol.messages_case import AttachmentManifest
from symbolon.protocol.references import AttachmentId, HitId


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file on its way to an officer: `mark` is the line that stands on whatever shows it."""

    file_name: str = field(repr=False)
    media_type: str
    size: int
    mark: str
    pieces: Iterator[bytes] = field(repr=False)


class ListAttachments:
    """The files of a hit, for somebody who sees the hit."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, visit: Visit) -> tuple[AttachmentLine, ...]:
        """The files, the oldest first.

        Raises:
            NotFound: there is no such hit that the actor may know of.
            JustificationNeeded: it is protected, and no reason was given in this visit.

        """
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            hit = _hit_seen(work, actor, hit_id, (visit, self._draws))
            said = work.messages.of_hit(hit_id)
            files = [each for each in work.attachments.of_hit(hit_id) if each.manifest is not None]
            lines = []
            for each in files:
                here = frozenset[int]()
                if each.state is AttachmentState.ARRIVING:
                    here = work.attachments.chunks_here(each.attachment_id)
                viewing = (actor, officers_of_file(work, hit, each), now.date())
                lines.append(_line(viewing, hit, each, (said, here)))
        return tuple(line for line in lines if line is not None)


class OpenAttachment:
    """Opens a file: a look at it leaves a leaf."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, attachment_id: AttachmentId, visit: Visit) -> OpenedFile:
        """The file as a stream, a chunk at a time; purged meanwhile, it breaks off.

        Raises:
            NotFound: there is no such file that the actor may know of.
            JustificationNeeded: the hit is protected, and no reason was given in this visit.
            NotAllowedNow: it is not whole here.
            NotDisclosed: its handling does not let this officer see it.

        """
        with self._unit_of_work.begin() as work:
            hit = _hit_seen(work, actor, hit_id, (visit, self._draws))
            found = work.attachments.find(attachment_id)
            if found is None or found.hit_id != hit_id or found.manifest is None:
                raise NotFound("This hit has no such file: open it from the hit's page.")
            if found.state is not AttachmentState.COMPLETE:
                raise NotAllowedNow("The file is not whole here yet: try again when its page says so.")
            rules = rules_of_file(hit, found.direction, found.manifest, work.messages.of_hit(hit_id))
            officers = officers_of_file(work, hit, found)
            for each in rules:
                check_shown(each, actor, hit, officers, self._draws.now().date())
            detail = {"hit": hit_id, "handling": found.manifest.handling_code.value}
            work.audit.record(AuditAct.FILE_OPENED, actor.login, attachment_id, detail)
        manifest = found.manifest
        return OpenedFile(
            file_name=f"{manifest.handling_code.value} {manifest.file_name}",
            media_type=manifest.media_type,
            size=manifest.size,
            mark=page_mark(rules[0]),
            pieces=self._pieces(manifest),
        )

    def _pieces(self, manifest: AttachmentManifest) -> Iterator[bytes]:
        for number in range(ChunkPlan(manifest.attachment_id, manifest.size).count):
            with self._unit_of_work.begin() as work:
                chunk = work.attachments.chunk(manifest.attachment_id, number)
            if chunk is None:
                raise NotFound("The file was purged while it was read.")
            yield chunk


def _hit_seen(work: Work, actor: Actor, hit_id: HitId, looking: tuple[Visit, Draws]) -> Hit:
    visit, draws = looking
    hit = work.hits.find(hit_id)
    if hit is None or not may_see(actor, hit):
        raise NotFound("There is no such hit in your queue.")
    if hit.protected:
        reason = work.justifications.newest(visit, hit_id, draws.now() - REMEMBERED_FOR)
        if reason is None:
            raise JustificationNeeded
        work.audit.record(AuditAct.PROTECTED_VIEWED, actor.login, hit_id, {"reason": reason.value})
    return hit


def _line(
    viewing: tuple[Actor, frozenset[str], date],
    hit: Hit,
    found: Attachment,
    seen: tuple[Sequence[StoredMessage], frozenset[int]],
) -> AttachmentLine | None:
    actor, officers, today = viewing
    said, here = seen
    manifest = found.manifest
    if manifest is None:
        return None
    chunks = ChunkPlan(manifest.attachment_id, manifest.size).count
    not_open: str | None = None
    try:
        for each in rules_of_file(hit, found.direction, manifest, said):
            check_shown(each, actor, hit, officers, today)
    except NotDisclosed as refused:
        not_open = str(refused)
    drafts = actor.permits_on_hit(Right.DRAFT_RELEASE, protected=hit.protected)
    return AttachmentLine(
        attachment_id=found.attachment_id,
        exchange_id=found.exchange_id,
        direction=found.direction,
        state=found.state,
        file_name=manifest.file_name if not_open is None else "",
        media_type=manifest.media_type,
        size=manifest.size,
        sha256=manifest.sha256,
        handling_code=manifest.handling_code,
        marks=manifest.marks,
        attached_at=manifest.attached_at,
        attached_by=found.attached_by,
        released_at=found.released_at,
        uploaded_at=found.uploaded_at,
        chunks=chunks,
        chunks_here=chunks if found.state is AttachmentState.COMPLETE else len(here),
        not_open=not_open,
        may_remove=drafts and found.attached_by == actor.login and found.released_at is None,
        problem=found.problem,
    )
