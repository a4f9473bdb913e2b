"""A node around one hit, as pure data: all that it keeps is durable, and what it cannot use yet waits."""

from dataclasses import dataclass, field

from tests.simulators.exchange_words import OUTCOMES, Box, Delivery, Message

from symbolon.protocol.handling import Verdict
from symbolon.protocol.hit_ledger import HitLedger, TrackStep, follow, foreseen
from symbolon.protocol.lifecycle import Event, JointState, joint_outcome
from symbolon.protocol.lifecycle_problems import StaleState
from symbolon.protocol.references import MemberCode, RequestId


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
