"""Takes back what was approved about a hit before its record came under protection, and has not left (invariant 6)."""

from datetime import datetime
from typing import Final

from symbolon.node.domain.drafts import Draft, DraftState, taken_back
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.outbox import OutgoingMessage
from symbolon.node.ports.storage import Work
from symbolon.node.services.deliver_outbox import let_it_be_done_again
from symbolon.node.services.hub_line import WORKER
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages import AFTER_THE_END, HIT_PURPOSES, Purpose
from symbolon.protocol.messages_case import AttachmentManifest
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import AttachmentId, MessageId

_COMES_BACK: Final = HIT_PURPOSES - AFTER_THE_END - {Purpose.RECALL}
"""What a protection officer decides on anew; what takes something back itself goes on."""


def take_back_unsent(work: Work, hit: Hit, login: str, now: datetime) -> None:
    """Close what waits in the outbox about a locked, protected hit, and return its drafts to be drafted anew.

    What went out once and has no answer may be at the hub: it stays, and the hub is asked about it while it holds the
    hit. A vote, which the hub takes during a hold too, goes on then: the hub's answer decides.
    """
    files: list[AttachmentId] = []
    for message in work.outbox.lock_of_hit(hit.hit_id):
        if message.purpose not in _COMES_BACK:
            continue
        if message.tried:
            if message.purpose is not Purpose.VOTE:
                work.outbox.note_in_doubt(message.message_id)
            detail = {"kind": message.purpose.value, "may_be_at_hub": 1}
            work.audit.record(AuditAct.MESSAGE_REFUSED, login, hit.hit_id, detail)
            continue
        work.outbox.close_message(message.message_id, Problem.ON_HOLD, now)
        let_it_be_done_again(work, work.hits.lock(hit.hit_id) or hit, message, Problem.ON_HOLD)
        detail = {"kind": message.purpose.value, "problem": Problem.ON_HOLD.value}
        work.audit.record(AuditAct.MESSAGE_REFUSED, login, hit.hit_id, detail)
        files += _file_of(work, hit, message.message_id)
        draft = work.drafts.lock_of_message(message.message_id)
        if draft is not None and draft.state is DraftState.SENT:
            _give_back(work, draft, login)
    # What is uploaded without its manifest stays unread at the hub; the rest does not go on.
    work.attachments.take_back(hit.hit_id, files)
    for draft in work.drafts.of_hit(hit.hit_id):
        if draft.state is DraftState.SUBMITTED:
            _give_back(work, draft, login)


class TakeBackInDoubt:
    """What was in doubt, and the hub turns out not to have, comes back as the rest did."""

    def __call__(self, work: Work, hit: Hit, refused: OutgoingMessage, _problem: Problem) -> None:
        """Give back the draft, or the file, of a message that the hub never had."""
        if not refused.in_doubt:
            return
        work.attachments.take_back(hit.hit_id, _file_of(work, hit, refused.message_id))
        draft = work.drafts.lock_of_message(refused.message_id)
        if draft is not None and draft.state is DraftState.SENT:
            _give_back(work, draft, WORKER)


def _give_back(work: Work, draft: Draft, login: str) -> None:
    work.drafts.save(taken_back(draft))
    detail = {"hit": draft.hit_id, "purpose": draft.purpose.value}
    work.audit.record(AuditAct.DRAFT_RETURNED, login, draft.draft_id, detail)


def _file_of(work: Work, hit: Hit, message_id: MessageId) -> list[AttachmentId]:
    said = [each.message for each in work.messages.of_hit(hit.hit_id) if each.message_id == message_id]
    return [each.attachment_id for each in said if isinstance(each, AttachmentManifest)]
