"""Delivers what waits in the outbox: votes, requests, replies and decisions each on its own, then batches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.outbox import OutgoingMessage, OwnLane, lanes_to_hub, lanes_to_member, next_attempt
from symbolon.node.errors import HubNotNow, HubRefused, HubUnavailable, NoDirectory, NotJoined
from symbolon.node.ports.storage import Work
from symbolon.node.services.correspondence import Stamp, stamp
from symbolon.node.services.deliver_batches import ID_TAKEN, DeliverBatches
from symbolon.node.services.follow_steps import FollowSteps
from symbolon.node.services.hub_line import WORKER, HubLine
from symbolon.node.services.reseal_message import ResealMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.envelope import Message
from symbolon.protocol.lifecycle import SIDE_AT_SECOND_ROUND, JointState, SideState, stops_under_safety_hold
from symbolon.protocol.messages import (
    AFTER_THE_END,
    HIT_PURPOSES,
    FederationDirectory,
    HoldDecision,
    MemberStanding,
    OpeningProblem,
    PairDeclaration,
    PairEnd,
    ProofOfLifeAnswer,
    Purpose,
    SafetyHoldOrder,
    Sealed,
    SideNotice,
    SignedFocalPoints,
    SignedPairProfile,
    StateNotice,
)
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import HUB, MessageId

ON_HOLD_PAUSE: Final = timedelta(minutes=1)
"""A hold that ends is told by a delivery, which lets go what it stopped; this is for one that went astray."""
MESSAGES_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class ToHub:
    """A way to the hub itself, and what goes there in clear."""

    path: str
    message: type[Message]


TO_HUB: Final[Mapping[Purpose, ToHub]] = MappingProxyType(
    {
        Purpose.HOLD_DECISION: ToHub("/v1/holds", HoldDecision),
        Purpose.STATE_NOTICE: ToHub("/v1/steps", StateNotice),
        Purpose.SIDE_NOTICE: ToHub("/v1/acknowledgements", SideNotice),
        Purpose.SAFETY_HOLD_ORDER: ToHub("/v1/safety-holds", SafetyHoldOrder),
        Purpose.FOCAL_POINT_PUBLICATION: ToHub("/v1/focal-points", SignedFocalPoints),
        Purpose.PROOF_OF_LIFE_ANSWER: ToHub("/v1/focal-points/answers", ProofOfLifeAnswer),
        Purpose.PAIR_DECLARATION: ToHub("/v1/pairs", PairDeclaration),
        Purpose.PAIR_END: ToHub("/v1/pairs/ends", PairEnd),
        Purpose.OPENING_PROBLEM: ToHub("/v1/pairs/problems", OpeningProblem),
        Purpose.PAIR_PROFILE: ToHub("/v1/pair-profiles", SignedPairProfile),
    }
)
"""Where what is for the hub itself is handed in; everything else is sealed for a member, and votes lie apart."""

AfterRefusal = Callable[[Work, Hit, OutgoingMessage, Problem], None]
"""What a node does, within the transaction, when the hub refused a message about a hit for good."""


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
        line: HubLine,
        reseal_message: ResealMessage,
        deliver_batch: DeliverBatches,
        follow_steps: FollowSteps,
        after_refusal: Sequence[AfterRefusal] = (),
    ) -> None:
        self._unit_of_work = line.unit_of_work
        self._draws = line.draws
        self._hub = line.hub
        self._correspondence = line.correspondence
        self._reseal_message = reseal_message
        self._follow_steps = follow_steps
        self._after_refusal = after_refusal
        self._deliver_batch = deliver_batch
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
        way = TO_HUB.get(message.purpose)
        body = parse_json(message.body)
        clear = from_wire(Sealed, body) if way is None else from_wire(way.message, body)
        sealed_path = "/v1/votes" if message.purpose is Purpose.VOTE else "/v1/messages"
        path = sealed_path if way is None else way.path
        envelope = self._correspondence.sign_for(
            message.audience, clear, message.purpose, trying.directory, trying.stamp
        )
        problem: Problem | None = None
        try:
            self._hub.post(path, envelope)
        except HubRefused as refusal:
            if refusal.problem is Problem.ON_HOLD:
                self._keep_on_hold(message)
                return
            # Sealed again after a try whose answer was lost: the hub has it, in the form of then.
            reached = refusal.problem in ID_TAKEN and message.attempts > 0
            problem = None if reached else refusal.problem
        except HubNotNow as not_now:
            if not_now.problem is Problem.ON_HOLD:
                self._keep_on_hold(message)
                return
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
        purpose = waiting.purpose
        lanes = lanes_to_member(waiting.audience, waiting.hit_id, purpose)
        if waiting.audience == HUB:
            lanes = lanes_to_hub(purpose)
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            if directory is None:
                raise NoDirectory
            if self._is_stopped(work, waiting):
                # It stays at home, where its own protection officer can see it, until the hold is over.
                work.outbox.keep_on_hold(waiting.message_id, self._draws.now() + ON_HOLD_PAUSE, by_hub=False)
                return None
            if not work.outbox.note_tried(waiting.message_id):
                return None
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

    def _is_stopped(self, work: Work, message: OutgoingMessage) -> bool:
        """Whether a hold that is known here keeps the message from going out."""
        hit = None if message.hit_id is None else work.hits.find(message.hit_id)
        if hit is None or not hit.is_on_hold:
            return False
        if message.in_doubt and hit.ledger.state is JointState.HELD and not hit.awaits_hold:
            # The hub holds the hit: it says whether it had this before, and takes it no more.
            return False
        if message.step is not None:
            is_held = hit.joint_state is JointState.HELD
            if message.step.exchange_id is None and not (is_held or hit.is_frozen or hit.holds_for_safety):
                # A vote that nobody can read stops what would leave, and neither its own end nor the hit's.
                return False
            in_exchange = message.step.exchange_id is not None
            return stops_under_safety_hold(message.step.event) or (is_held and in_exchange)
        return message.purpose in HIT_PURPOSES - AFTER_THE_END - {Purpose.VOTE}

    def _keep_on_hold(self, message: OutgoingMessage) -> None:
        with self._unit_of_work.begin() as work:
            if message.in_doubt:
                # The hub never had it: like all else that was approved before, it does not leave.
                self._close(work, message, Problem.ON_HOLD)
                return
            work.outbox.keep_on_hold(message.message_id, self._draws.now() + ON_HOLD_PAUSE, by_hub=True)

    def _keep_unsealed(self, work: Work, message: OutgoingMessage, problem: Problem) -> None:
        """Its recipient's keys cannot be used: it waits for others, and keeps nothing else from going out."""
        until = next_attempt(self._draws.now(), message.attempts + 1, self._draws.jitter())
        work.outbox.postpone_message(message.message_id, until)
        if message.message_id not in self._unsealed:
            # Tried again and again: one leaf for each message while this process runs.
            self._unsealed.add(message.message_id)
            detail = {"kind": message.purpose.value, "member": message.audience, "problem": problem.value}
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
        hit = None if message.hit_id is None else work.hits.lock(message.hit_id)
        work.outbox.close_message(message.message_id, problem, self._draws.now())
        if problem is None:
            if hit is not None and message.step is not None:
                self._follow_steps.settle(work, hit)
            return
        detail = {"kind": message.purpose.value, "problem": problem.value}
        work.audit.record(AuditAct.MESSAGE_REFUSED, WORKER, message.hit_id or message.message_id, detail)
        if hit is None:
            return
        let_it_be_done_again(work, hit, message, problem)
        for act in self._after_refusal:
            act(work, hit, message, problem)
        present = None if message.step is None else work.hits.lock(hit.hit_id)
        # Of the version that it was taken from the hub has another step, which is on its way here: said again, the same
        # would be refused again. Where that step has come already, what the votes came to may still be to be said.
        if message.step is not None and present is not None and message.step.follows != present.shown.version:
            self._follow_steps.say_outcome(work, present)


def let_it_be_done_again(work: Work, hit: Hit, message: OutgoingMessage, problem: Problem) -> None:
    """A message shows its own refusal, and a step counts no more; a vote and an order also moved this side's state."""
    if message.purpose is Purpose.HOLD_DECISION and hit.hold_message_id == message.message_id:
        work.hits.save(replace(hit, hold_decision=None))
    if message.purpose is Purpose.SAFETY_HOLD_ORDER:
        order = from_wire(SafetyHoldOrder, parse_json(message.body))
        work.hits.save(replace(hit, holds_for_safety=not order.holds))
    # Where the hub says that this side has voted, another vote would be refused like this one.
    if message.purpose is Purpose.VOTE and hit.side_state is SideState.VOTED and problem is not Problem.ALREADY_VOTED:
        work.hits.save(replace(hit, side_state=SIDE_AT_SECOND_ROUND))
