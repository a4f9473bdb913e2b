"""Takes the counterpart's request, and its reply to one of ours."""

from symbolon.node.domain.hit import Hit, can, moved
from symbolon.node.domain.hits import Direction
from symbolon.node.errors import UnreadableDelivery, WaitsForMore
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import Correspondence, card_that_signed
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import FederationDirectory, Reply, Request
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId

_TOO_EARLY = frozenset({JointState.HELD, JointState.ALERTED, JointState.NEEDS_MORE})
_OPEN = frozenset({JointState.CONFIRMED, JointState.REQUESTED, JointState.RESPONDED})


class ReceiveRequest:
    """Stores a request about a confirmed hit."""

    def __init__(self, draws: Draws, correspondence: Correspondence) -> None:
        self._draws = draws
        self._correspondence = correspondence

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> HitId | None:
        """Take a verified request."""
        request = self._correspondence.open_sealed(Request, envelope, card_that_signed(work, envelope, directory))
        hit = _hit_of_counterpart(work, request.hit_id, envelope)
        if hit.joint_state in _TOO_EARLY:
            raise WaitsForMore(hit.hit_id)
        if hit.joint_state not in _OPEN:
            raise UnreadableDelivery(Problem.ILLEGAL_TRANSITION, "The hit is over: no request can be taken.")
        if not work.exchange.add_request(request, Direction.RECEIVED, None):
            return hit.hit_id
        if can(hit, Event.REQUESTED):
            work.hits.save(moved(hit, Event.REQUESTED, self._draws.now()))
        detail = {"hit": hit.hit_id, "urgency": request.urgency.value, "questions": len(request.questions)}
        work.audit.record(AuditAct.REQUEST_RECEIVED, envelope.sender, request.request_id, detail)
        return hit.hit_id


class ReceiveReply:
    """Stores the reply to a request of this node."""

    def __init__(self, draws: Draws, correspondence: Correspondence) -> None:
        self._draws = draws
        self._correspondence = correspondence

    def __call__(self, work: Work, envelope: Envelope, directory: FederationDirectory) -> HitId | None:
        """Take a verified reply."""
        reply = self._correspondence.open_sealed(Reply, envelope, card_that_signed(work, envelope, directory))
        hit = _hit_of_counterpart(work, reply.hit_id, envelope)
        stored = work.exchange.find_request(reply.request_id)
        if stored is None or stored.direction is not Direction.SENT or stored.hit_id != hit.hit_id:
            raise UnreadableDelivery(Problem.UNKNOWN_REQUEST, "The reply is to a request that this node never sent.")
        if hit.joint_state is JointState.HELD:
            raise WaitsForMore(hit.hit_id)
        if not work.exchange.add_reply(reply, None):
            return hit.hit_id
        if can(hit, Event.RESPONDED):
            work.hits.save(moved(hit, Event.RESPONDED, self._draws.now()))
        work.audit.record(AuditAct.REPLY_RECEIVED, envelope.sender, reply.request_id, {"hit": hit.hit_id})
        return hit.hit_id


def _hit_of_counterpart(work: Work, hit_id: HitId, envelope: Envelope) -> Hit:
    hit = work.hits.lock(hit_id)
    if hit is None:
        raise WaitsForMore(hit_id)
    if hit.counterpart != envelope.sender:
        raise UnreadableDelivery(Problem.NOT_A_PARTY, "The message comes from a state that is no party of the hit.")
    return hit
