"""A hub around one hit, as pure data: each call is one transaction. It sees notices and boxes, and opens no box."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulators.exchange_words import NEW, PARTIES, XA, XB, XC, Box, Delivery, Message

from symbolon.protocol.hit_ledger import HitLedger, TrackStep, take, with_safety_hold
from symbolon.protocol.lifecycle import (
    RELEASES,
    VOTING,
    Event,
    JointState,
    Party,
    possible_events,
    stops_under_safety_hold,
)
from symbolon.protocol.lifecycle_problems import OnHold
from symbolon.protocol.lifecycle_rights import Caller, events_open_to
from symbolon.protocol.problems import ProtocolError
from symbolon.protocol.references import HUB, MemberCode, RequestId


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
