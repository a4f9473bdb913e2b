"""Delivers what waits in the outbox: votes, requests, replies and decisions each on its own, then batches."""

from dataclasses import dataclass, replace
from datetime import datetime

from symbolon.node.domain.outbox import OutboxKind, OutgoingMessage, next_attempt
from symbolon.node.errors import HubRefused, HubUnavailable, NotJoined
from symbolon.node.ports.outside import Draws, HubClient
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import Correspondence, stamp
from symbolon.node.services.deliver_batches import ID_TAKEN, WORKER, DeliverBatches
from symbolon.node.services.reseal_message import ResealMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.lifecycle import SIDE_AT_SECOND_ROUND, SideState
from symbolon.protocol.messages import FederationDirectory, HoldDecision, Purpose, Sealed
from symbolon.protocol.problems import Problem

MESSAGES_AT_ONCE = 50

_ROUTES = {
    OutboxKind.VOTE: ("/v1/votes", Purpose.VOTE),
    OutboxKind.REQUEST: ("/v1/messages", Purpose.REQUEST),
    OutboxKind.REPLY: ("/v1/messages", Purpose.REPLY),
    OutboxKind.LINKAGE_KEY: ("/v1/messages", Purpose.LINKAGE_KEY),
    OutboxKind.KEY_COMMITMENT: ("/v1/messages", Purpose.KEY_COMMITMENT),
    OutboxKind.KEY_REVEAL: ("/v1/messages", Purpose.KEY_REVEAL),
    OutboxKind.KEY_CONFIRMATION: ("/v1/messages", Purpose.KEY_CONFIRMATION),
    OutboxKind.HOLD: ("/v1/holds", Purpose.HOLD_DECISION),
}


@dataclass(frozen=True, slots=True)
class DeliveryRound:
    """What one round came to: when something is due next (None: nothing waits), and whether the hub was away."""

    due_at: datetime | None
    hub_away: bool


class DeliverOutbox:
    """Delivers until nothing is due, or the hub is away. One at a time: the worker sees to that."""

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        draws: Draws,
        hub: HubClient,
        correspondence: Correspondence,
        reseal_message: ResealMessage,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._hub = hub
        self._correspondence = correspondence
        self._reseal_message = reseal_message
        self._deliver_batch = DeliverBatches(unit_of_work, draws, hub, correspondence)

    def __call__(self) -> DeliveryRound:
        """Deliver all that is due.

        Raises:
            NotJoined: the node has no federation yet.

        """
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            if directory is None and work.directory.membership() is None:
                raise NotJoined
        if directory is None:
            # Nothing can be waiting: before the members signed the first directory, nobody is there to write to.
            return DeliveryRound(None, hub_away=False)
        try:
            # Messages first in each turn: a vote does not wait behind thousands of records.
            while self._deliver_messages(directory) or self._deliver_batch(directory):
                continue
        except HubUnavailable:
            return DeliveryRound(None, hub_away=True)
        with self._unit_of_work.begin() as work:
            return DeliveryRound(work.outbox.next_attempt(), hub_away=False)

    def _deliver_messages(self, directory: FederationDirectory) -> bool:
        with self._unit_of_work.begin() as work:
            due = work.outbox.due_messages(self._draws.now(), MESSAGES_AT_ONCE)
        for message in due:
            self._deliver_message(message, directory)
        return bool(due)

    def _deliver_message(self, waiting: OutgoingMessage, directory: FederationDirectory) -> None:
        with self._unit_of_work.begin() as work:
            message = self._reseal_message(work, waiting, directory)
        path, purpose = _ROUTES[message.kind]
        body = parse_json(message.body)
        clear = from_wire(HoldDecision, body) if message.kind is OutboxKind.HOLD else from_wire(Sealed, body)
        sent = stamp(self._draws, message.message_id)
        envelope = self._correspondence.sign_for(message.audience, clear, purpose, directory, sent)
        problem: Problem | None = None
        try:
            self._hub.post(path, envelope)
        except HubRefused as refusal:
            # Sealed again after a try whose answer was lost: the hub has it, in the form of then.
            reached = refusal.problem in ID_TAKEN and message.attempts > 0
            problem = None if reached else refusal.problem
        except HubUnavailable:
            with self._unit_of_work.begin() as work:
                until = next_attempt(self._draws.now(), message.attempts + 1, self._draws.jitter())
                work.outbox.postpone_message(message.message_id, until)
            raise
        with self._unit_of_work.begin() as work:
            work.outbox.close_message(message.message_id, problem, self._draws.now())
            if problem is not None:
                detail = {"kind": message.kind.value, "problem": problem.value}
                work.audit.record(AuditAct.MESSAGE_REFUSED, WORKER, message.hit_id or message.message_id, detail)
                _let_it_be_done_again(work, message, problem)


def _let_it_be_done_again(work: Work, message: OutgoingMessage, problem: Problem) -> None:
    """Requests and replies show their message's refusal; a vote and a decision also moved this side's own state."""
    hit = None if message.hit_id is None else work.hits.lock(message.hit_id)
    if hit is None:
        return
    if message.kind is OutboxKind.HOLD and hit.hold_message_id == message.message_id:
        work.hits.save(replace(hit, hold_decision=None))
    # Where the hub says that this side has voted, another vote would be refused like this one.
    if message.kind is OutboxKind.VOTE and hit.side_state is SideState.VOTED and problem is not Problem.ALREADY_VOTED:
        work.hits.save(replace(hit, side_state=SIDE_AT_SECOND_ROUND))
