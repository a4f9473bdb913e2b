"""Delivers what waits in the outbox: votes, requests, replies and decisions each on its own, then batches."""

from dataclasses import dataclass, replace
from datetime import datetime

from symbolon.node.domain.outbox import (
    OutboxKind,
    OutgoingMessage,
    OwnLane,
    lanes_to_hub,
    lanes_to_member,
    next_attempt,
)
from symbolon.node.errors import HubNotNow, HubRefused, HubUnavailable, NoDirectory, NotJoined
from symbolon.node.ports.outside import Draws, HubClient
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import Correspondence, Stamp, stamp
from symbolon.node.services.deliver_batches import ID_TAKEN, WORKER, DeliverBatches
from symbolon.node.services.reseal_message import ResealMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.lifecycle import SIDE_AT_SECOND_ROUND, SideState
from symbolon.protocol.messages import FederationDirectory, HoldDecision, MemberStanding, Purpose, Sealed
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import HUB, MessageId

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
    """What one round came to: when something is due next (None: nothing waits), and whether the hub was away.

    A hub that answers that it cannot take one thing now is not away: that thing waits, and the others go on.
    """

    due_at: datetime | None
    hub_away: bool


@dataclass(frozen=True, slots=True)
class _Try:
    """One message as it goes out now, by the directory of this moment."""

    message: OutgoingMessage
    stamp: Stamp
    lanes: tuple[OwnLane, ...]
    directory: FederationDirectory


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
        self._unsealed: set[MessageId] = set()

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
            while self._deliver_messages() or self._deliver_batch():
                continue
        except HubUnavailable:
            return DeliveryRound(None, hub_away=True)
        with self._unit_of_work.begin() as work:
            return DeliveryRound(work.outbox.next_attempt(), hub_away=False)

    def _deliver_messages(self) -> bool:
        with self._unit_of_work.begin() as work:
            due = work.outbox.due_messages(self._draws.now(), MESSAGES_AT_ONCE)
        for message in due:
            self._deliver_message(message)
        return bool(due)

    def _deliver_message(self, waiting: OutgoingMessage) -> None:
        trying = self._prepare(waiting)
        if trying is None:
            return
        message = trying.message
        path, purpose = _ROUTES[message.kind]
        body = parse_json(message.body)
        clear = from_wire(HoldDecision, body) if message.kind is OutboxKind.HOLD else from_wire(Sealed, body)
        envelope = self._correspondence.sign_for(message.audience, clear, purpose, trying.directory, trying.stamp)
        problem: Problem | None = None
        try:
            self._hub.post(path, envelope)
        except HubRefused as refusal:
            # Sealed again after a try whose answer was lost: the hub has it, in the form of then.
            reached = refusal.problem in ID_TAKEN and message.attempts > 0
            problem = None if reached else refusal.problem
        except HubNotNow as not_now:
            if not self._is_final(not_now.problem, message):
                self._postpone(trying, not_now.problem)
                return
            problem = not_now.problem
        except HubUnavailable:
            self._postpone(trying, None)
            raise
        with self._unit_of_work.begin() as work:
            self._close(work, message, problem)

    def _prepare(self, waiting: OutgoingMessage) -> _Try | None:
        """The message in the form in which it may go out now; None where it may not."""
        purpose = _ROUTES[waiting.kind][1]
        lanes = lanes_to_member(waiting.audience, waiting.hit_id, purpose)
        if waiting.audience == HUB:
            lanes = lanes_to_hub(purpose)
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            if directory is None:
                raise NoDirectory
            try:
                message = self._reseal_message(work, waiting, directory)
            except ProtocolError as unusable:
                self._keep_unsealed(work, waiting, unusable.problem)
                return None
            if message is None:
                # What it says is kept no more, and nothing goes to keys that its recipient has given up.
                self._close(work, waiting, Problem.UNSEAL_FAILED)
                return None
            issued_at = work.lanes.issue(lanes, self._draws.now())
        return _Try(message, stamp(self._draws, message.message_id, issued_at), lanes, directory)

    def _keep_unsealed(self, work: Work, message: OutgoingMessage, problem: Problem) -> None:
        """Its recipient's keys cannot be used: it waits for others, and keeps nothing else from going out."""
        until = next_attempt(self._draws.now(), message.attempts + 1, self._draws.jitter())
        work.outbox.postpone_message(message.message_id, until)
        if message.message_id not in self._unsealed:
            # Tried again and again: one leaf for each message while this process runs.
            self._unsealed.add(message.message_id)
            detail = {"kind": message.kind.value, "member": message.audience, "problem": problem.value}
            work.audit.record(AuditAct.MESSAGE_REFUSED, WORKER, message.hit_id or message.message_id, detail)

    def _is_final(self, problem: Problem, message: OutgoingMessage) -> bool:
        """Whether the addressee that the hub does not know is one that the members expelled."""
        if problem is not Problem.UNKNOWN_MEMBER or message.audience == HUB:
            return False
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
        member = None if directory is None else directory.member_of(message.audience)
        return member is not None and member.standing is MemberStanding.EXPELLED

    def _postpone(self, trying: _Try, problem: Problem | None) -> None:
        now = self._draws.now()
        message = trying.message
        with self._unit_of_work.begin() as work:
            work.outbox.postpone_message(
                message.message_id, next_attempt(now, message.attempts + 1, self._draws.jitter())
            )
            if problem is Problem.NOT_YET_VALID:
                work.lanes.take_back(trying.lanes, trying.stamp.issued_at, now)

    def _close(self, work: Work, message: OutgoingMessage, problem: Problem | None) -> None:
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
