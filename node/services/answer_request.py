"""Answers a request of the other state, sealed for its node."""

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.exchange import check_reply
from symbolon.node.domain.hit import can, moved
from symbolon.node.domain.hits import Direction, ReplyDraft
from symbolon.node.errors import NoDirectory, NotAllowedNow, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.correspondence import Correspondence, counterpart_card
from symbolon.node.services.hit_access import hit_to_act_on
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle import Event, HitAction
from symbolon.protocol.messages import Reply
from symbolon.protocol.references import RequestId, new_message_id


class AnswerRequest:
    """Answers each question of a received request, once."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, correspondence: Correspondence) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._correspondence = correspondence

    def __call__(self, actor: Actor, request_id: RequestId, draft: ReplyDraft) -> None:
        """Send the reply."""
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            stored = work.exchange.find_request(request_id)
            if stored is None or stored.direction is not Direction.RECEIVED:
                raise NotFound("There is no such request in your queue.")
            hit = hit_to_act_on(work, actor, stored.hit_id, HitAction.ANSWER)
            directory = work.directory.find()
            if directory is None:
                raise NoDirectory
            check_reply(draft, stored.request)
            reply = Reply(
                request_id=request_id,
                hit_id=hit.hit_id,
                answers=draft.answers,
                source_reliability=draft.source_reliability,
                information_accuracy=draft.information_accuracy,
                caveats=draft.caveats,
                handling_code=draft.handling_code,
                delete_by=draft.delete_by,
                replied_at=now,
            )
            message_id = new_message_id(self._draws.uuid())
            if not work.exchange.add_reply(reply, message_id):
                raise NotAllowedNow("This request was answered already: what is to be added needs a new request.")
            if can(hit, Event.RESPONDED):
                work.hits.save(moved(hit, Event.RESPONDED, now))
            card = counterpart_card(directory, hit.counterpart)
            work.outbox.add_message(self._correspondence.seal_message(reply, card, directory, message_id), now)
            work.audit.record(AuditAct.REPLY_SENT, actor.login, request_id, {"hit": hit.hit_id})
