"""A hub and a node around one hit, as pure data, on the rules of the life cycle alone.

Everything that a party keeps is durable: each call is one transaction. The hub sees notices and boxes, and never looks
into a box.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from symbolon.protocol.handling import Verdict
from symbolon.protocol.hit_ledger import HitLedger, TrackStep, follow, foreseen, take, with_safety_hold
from symbolon.protocol.lifecycle import (
    RELEASES,
    VOTING,
    Event,
    JointState,
    Party,
    joint_outcome,
    possible_events,
    stops_under_safety_hold,
)
from symbolon.protocol.lifecycle_problems import OnHold, StaleState
from symbolon.protocol.lifecycle_rights import Caller, events_open_to
from symbolon.protocol.problems import ProtocolError
from symbolon.protocol.references import HUB, HitId, MemberCode, RequestId

XA, XB, XC = MemberCode("XA"), MemberCode("XB"), MemberCode("XC")
PARTIES = (XA, XB)
START = datetime(2026, 1, 5, tzinfo=UTC)
NEW = HitLedger(HitId("hit"), PARTIES, JointState.DETECTED, 0, START)
OUTCOMES = {Event.CONFIRMED, Event.NOT_SAME, Event.NEEDS_MORE, Event.UNRESOLVED}


@dataclass(frozen=True)
class Box:
    """What only its addressee may open; ``seen`` says whether the model let it."""

    addressee: MemberCode
    content: str


@dataclass(frozen=True)
class Message:
    """From a node to the hub, with what the hub may see beside the box."""

    message_id: int
    sender: MemberCode
    kind: str
    step: TrackStep | None = None
    box: Box | None = None
    round: int = 0
    holds: bool = False


@dataclass(frozen=True)
class Delivery:
    """From the hub to a node; a crossing acknowledgement makes it come twice."""

    delivery_id: int
    kind: str
    step: TrackStep | None = None
    box: Box | None = None
    round: int = 0
    ledger: HitLedger | None = None


@dataclass
class Hub:
    """Keeps the order. Each call is one transaction."""

    ledger: HitLedger = NEW
    protected: set[MemberCode] = field(default_factory=set)
    released: set[MemberCode] = field(default_factory=set)
    told: set[MemberCode] = field(default_factory=set)
    deposits: dict[tuple[int, MemberCode], Box] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)
    answers: dict[int, str] = field(default_factory=dict)
    queues: dict[MemberCode, dict[int, Delivery]] = field(default_factory=lambda: {XA: {}, XB: {}, XC: {}})
    log: list[TrackStep] = field(default_factory=list)
    purged: set[MemberCode] = field(default_factory=set)
    counter: int = 0

    def post(self, member: MemberCode, kind: str, **content: object) -> None:
        self.counter += 1
        self.queues[member][self.counter] = Delivery(self.counter, kind, **content)

    def detect(self, protected: set[MemberCode], now: datetime) -> None:
        self.protected = set(protected)
        self.own(Event.HELD if protected else Event.ALERTED, now)
        self.tell_alert(protected or set(PARTIES))

    def tell_alert(self, members: set[MemberCode]) -> None:
        for member in sorted(members - self.told):
            self.told.add(member)
            self.post(member, "alert", ledger=self.ledger)

    def own(self, event: Event, now: datetime) -> None:
        """Take a step in the hub's own name, and tell both sides that know of the hit."""
        self.enter(TrackStep(None, event, HUB, self.ledger.version, now), None, set(self.told))

    def enter(self, step: TrackStep, box: Box | None, tell: set[MemberCode]) -> None:
        before = self.ledger
        self.ledger = take(before, step)
        if step.event in RELEASES:
            # 12, and the safety hold: nothing is disclosed while either lies on the hit.
            assert before.state is not JointState.HELD
            assert not before.frozen_by
        self.log.append(step)
        for member in sorted(tell):
            self.post(member, "step", step=step, box=box)
        ended = self.ledger.state is JointState.CONFIRMED and self.ledger.exchanges
        if ended and not any(exchange.is_open for exchange in self.ledger.exchanges):
            self.own(Event.CLOSED, step.at)
        if self.ledger.state is JointState.WITHDRAWN or self.ledger.state is JointState.EXPIRED:
            self.deposits.clear()

    def receive(self, message: Message, now: datetime) -> str:
        """Answer one message: taken, refused (for good) or later; the same message gets the same answer."""
        if message.message_id in self.answers:
            return self.answers[message.message_id]
        if message.sender not in self.told:
            return "refused"
        handlers: dict[str, Callable[[Message, datetime], str]] = {
            "step": self.receive_step,
            "vote": self.receive_vote,
            "ruling": self.receive_ruling,
            "safety": self.receive_safety,
            "withdraw": self.receive_withdrawal,
            "reclassify": self.receive_reclassification,
            "purged": self.receive_purged,
        }
        answer = handlers[message.kind](message, now)
        if answer != "later":
            self.answers[message.message_id] = answer
        return answer

    def receive_step(self, message: Message, _now: datetime) -> str:
        step = message.step
        assert step is not None
        if step.by != message.sender:
            return "refused"
        try:
            self.enter(step, message.box, {self.ledger.other(step.by)} & self.told)
        except OnHold:
            return "later"
        except ProtocolError:
            return "refused"
        return "taken"

    def receive_vote(self, message: Message, now: datetime) -> str:
        state = self.ledger.state if self.ledger.state is not JointState.HELD else self.ledger.held_from
        if message.round > self.ledger.round:
            return "later"
        if state not in VOTING or message.round < self.ledger.round or (message.round, message.sender) in self.deposits:
            return "refused"
        assert message.box is not None
        self.deposits[message.round, message.sender] = message.box
        self.hand_over(now)
        return "taken"

    def hand_over(self, _now: datetime) -> None:
        number = self.ledger.round
        both = [self.deposits.get((number, member)) for member in PARTIES]
        if None in both or number in self.opened or self.ledger.state not in VOTING or self.ledger.frozen_by:
            return
        self.opened.add(number)
        for member, box in zip((XB, XA), both, strict=True):
            self.post(member, "vote", box=box, round=number)

    def receive_ruling(self, message: Message, now: datetime) -> str:
        if self.ledger.state is not JointState.HELD or message.sender not in self.protected:
            return "refused"
        if not message.holds:
            self.own(Event.CLOSED, now)
            return "taken"
        if self.ledger.frozen_by:
            return "later"
        self.released.add(message.sender)
        if self.protected <= self.released:
            self.own(Event.RELEASED, now)
            self.tell_alert(set(PARTIES))
            self.hand_over(now)
        return "taken"

    def receive_safety(self, message: Message, now: datetime) -> str:
        self.ledger = with_safety_hold(self.ledger, message.sender, holds=message.holds)
        self.hand_over(now)
        return "taken"

    def receive_withdrawal(self, _message: Message, now: datetime) -> str:
        if Event.WITHDRAWN not in possible_events(self.ledger.state):
            return "refused"
        self.own(Event.WITHDRAWN, now)
        return "taken"

    def receive_reclassification(self, message: Message, now: datetime) -> str:
        if self.ledger.state is JointState.HELD or Event.HELD in possible_events(self.ledger.state):
            self.protected.add(message.sender)
            self.released.discard(message.sender)
            if self.ledger.state is not JointState.HELD:
                self.released.clear()
                self.own(Event.HELD, now)
        return "taken"

    def receive_purged(self, message: Message, now: datetime) -> str:
        self.purged.add(message.sender)
        if self.ledger.state is JointState.WITHDRAWN and self.told <= self.purged:
            self.own(Event.CLOSED, now)
        return "taken"

    def due(self) -> list[Event | tuple[RequestId, Event]]:
        """What the hub's clock may do now, by state."""
        acts: list[Event | tuple[RequestId, Event]] = []
        if self.ledger.state in VOTING and self.ledger.round not in self.opened and not self.ledger.frozen_by:
            acts.append(Event.EXPIRED)
        if self.ledger.state in {JointState.NOT_SAME, JointState.UNRESOLVED, JointState.EXPIRED}:
            acts.append(Event.CLOSED)
        if self.ledger.state is JointState.CONFIRMED:
            for exchange in self.ledger.exchanges:
                for event in (Event.FEEDBACK_DUE, Event.CLOSED):
                    allowed = event in events_open_to(exchange.state, Caller(frozenset({Party.CLOCK})))
                    if allowed and not (self.ledger.frozen_by and stops_under_safety_hold(event)):
                        acts.append((exchange.exchange_id, event))
        return acts

    def tick(self, act: Event | tuple[RequestId, Event], now: datetime) -> None:
        if isinstance(act, Event):
            self.own(act, now)
            return
        exchange = self.ledger.exchange(act[0])
        assert exchange is not None
        self.enter(TrackStep(exchange.exchange_id, act[1], HUB, exchange.version, now), None, set(PARTIES))


@dataclass
class Node:
    """One side: what it has confirmed, what of its own is on its way, and what it knows of the other's."""

    code: MemberCode
    ledger: HitLedger | None = None
    outbox: list[Message] = field(default_factory=list)
    acknowledged: list[TrackStep] = field(default_factory=list)
    waiting: list[Delivery] = field(default_factory=list)
    done: set[int] = field(default_factory=set)
    own_votes: dict[int, Verdict] = field(default_factory=dict)
    seen_votes: dict[int, Verdict] = field(default_factory=dict)
    content: dict[RequestId, list[str]] = field(default_factory=dict)
    refused: list[Message] = field(default_factory=list)
    taken: list[TrackStep] = field(default_factory=list)
    holds: bool = False
    receipts_due: int = 0

    def shown(self) -> HitLedger | None:
        """What its officers see: the confirmed ledger, and their own steps that are still possible."""
        if self.ledger is None:
            return None
        return foreseen(self.ledger, [each.step for each in self.outbox if each.step is not None])

    def take_delivery(self, delivery: Delivery) -> None:
        """Take a delivery once, however often it comes; what cannot be used yet waits."""
        if delivery.delivery_id not in self.done:
            self.done.add(delivery.delivery_id)
            self.waiting.append(delivery)
        self.settle()

    def answered(self, message: Message, answer: str) -> None:
        """Take the hub's answer to one of its own messages; an answer that comes again says nothing new."""
        if answer == "later" or message not in self.outbox:
            return
        self.outbox.remove(message)
        if answer == "refused":
            self.refused.append(message)
            if message.kind == "vote":
                self.own_votes.pop(message.round, None)
        elif message.step is not None:
            self.acknowledged.append(message.step)
            self.taken.append(message.step)
        self.settle()

    def settle(self) -> None:
        """Go on as far as what is here allows, in the order of each track."""
        while self._settle_one():
            pass

    def _settle_one(self) -> bool:
        for delivery in self.waiting:
            if self._use(delivery):
                self.waiting.remove(delivery)
                return True
        for step in self.acknowledged:
            if self.ledger is not None and self._follows(step):
                self.acknowledged.remove(step)
                return True
        return False

    def _use(self, delivery: Delivery) -> bool:
        if delivery.kind == "alert":
            self.ledger = delivery.ledger
            return True
        if self.ledger is None:
            return False
        if delivery.kind == "vote":
            # Kept sealed until the own vote of that round lies at the hub (invariant 5).
            if delivery.round not in self.own_votes or any(
                m.kind == "vote" and m.round == delivery.round for m in self.outbox
            ):
                return False
            assert delivery.box is not None
            self.seen_votes[delivery.round] = Verdict(self._open(delivery.box))
            return True
        assert delivery.step is not None
        if not self._follows(delivery.step):
            return False
        if delivery.box is not None and delivery.step.exchange_id is not None and not self._is_gone():
            self.content.setdefault(delivery.step.exchange_id, []).append(self._open(delivery.box))
        return True

    def _open(self, box: Box) -> str:
        assert box.addressee == self.code, "a node opened what was sealed for another"
        return box.content

    def _is_gone(self) -> bool:
        assert self.ledger is not None
        return JointState.WITHDRAWN in (self.ledger.state, self.ledger.closed_from)

    def _follows(self, step: TrackStep) -> bool:
        """Follow a step of the confirmed order; True where it is done, now or before."""
        assert self.ledger is not None
        known = self.ledger if step.exchange_id is None else self.ledger.exchange(step.exchange_id)
        version = 0 if known is None else known.version
        if step.follows < version:
            return True
        if step.event in OUTCOMES and not self._says_the_same(step):
            return False
        try:
            self.ledger = follow(self.ledger, step)
        except StaleState:
            return False
        if step.event is Event.WITHDRAWN:
            self.content.clear()
            self.receipts_due += 1
        if step.event is Event.RECALLED and step.exchange_id is not None:
            self.content.pop(step.exchange_id, None)
        return True

    def _says_the_same(self, step: TrackStep) -> bool:
        """Whether the votes lie open here, and came to what the other side says that they came to."""
        assert self.ledger is not None
        own, seen = self.own_votes.get(self.ledger.round), self.seen_votes.get(self.ledger.round)
        if step.follows != self.ledger.version or own is None or seen is None:
            return False
        assert joint_outcome(self.ledger.voting_round, own, seen) is step.event
        return True

    def track_version(self, exchange_id: RequestId | None) -> int:
        shown = self.shown()
        assert shown is not None
        exchange = None if exchange_id is None else shown.exchange(exchange_id)
        return shown.version if exchange_id is None else (0 if exchange is None else exchange.version)
