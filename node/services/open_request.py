"""Opens a request to the other state about a confirmed hit, sealed for its node."""

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.exchange import check_request
from symbolon.node.domain.hit import moved
from symbolon.node.domain.hits import Direction, RequestDraft
from symbolon.node.errors import NoDirectory
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.correspondence import Correspondence, counterpart_card
from symbolon.node.services.hit_access import hit_to_act_on
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle import Event, HitAction
from symbolon.protocol.messages import Request
from symbolon.protocol.references import HitId, RequestId, new_message_id, new_request_id


class OpenRequest:
    """Asks once a hit is CONFIRMED: no clear word leaves before both sides said SAME (invariant 1)."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, correspondence: Correspondence) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._correspondence = correspondence

    def __call__(self, actor: Actor, hit_id: HitId, draft: RequestDraft) -> RequestId:
        """Send the request; returns its id."""
        check_request(draft)
        now = self._draws.now()
        request = Request(
            request_id=new_request_id(self._draws.uuid()),
            hit_id=hit_id,
            purpose=draft.purpose,
            relevance=draft.relevance,
            facts=draft.facts,
            questions=draft.questions,
            why_this_state=draft.why_this_state,
            urgency=draft.urgency,
            urgency_reason=draft.urgency_reason,
            need_by=draft.need_by,
            channel=draft.channel,
            intended_use=draft.intended_use,
            legal_basis=draft.legal_basis,
            handling_code=draft.handling_code,
            requested_at=now,
        )
        with self._unit_of_work.begin() as work:
            hit = hit_to_act_on(work, actor, hit_id, HitAction.REQUEST)
            directory = work.directory.find()
            if directory is None:
                raise NoDirectory
            card = counterpart_card(directory, hit.counterpart)
            message_id = new_message_id(self._draws.uuid())
            work.exchange.add_request(request, Direction.SENT, message_id)
            work.hits.save(moved(hit, Event.REQUESTED, now))
            work.outbox.add_message(self._correspondence.seal_message(request, card, directory, message_id), now)
            detail = {"hit": hit_id, "urgency": draft.urgency.value, "questions": len(draft.questions)}
            work.audit.record(AuditAct.REQUEST_OPENED, actor.login, request.request_id, detail)
        return request.request_id
