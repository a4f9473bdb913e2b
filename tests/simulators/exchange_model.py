"""Two nodes and a hub around one hit, over a network that loses, doubles, reorders and delays, with crashes.

A walk is a list of numbers, each of which picks one of the acts that are possible then; :meth:`World.check` holds after
each, and once everything has arrived both sides and the hub agree (:meth:`World.calm`, :meth:`World.check_agreement`).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from tests.simulators.exchange_hub import Hub
from tests.simulators.exchange_node import Node
from tests.simulators.exchange_words import NEW, PARTIES, START, XA, XB, XC, Box, Message

from symbolon.protocol.handling import Urgency, Verdict
from symbolon.protocol.hit_ledger import Exchange, HitLedger, TrackStep, follow
from symbolon.protocol.lifecycle import VOTING, Event, JointState, Party, joint_outcome
from symbolon.protocol.lifecycle_rights import Caller, events_open_to
from symbolon.protocol.lifecycle_states import Office
from symbolon.protocol.references import HUB, MemberCode, RequestId

MOST_EXCHANGES = 3
KINDS = (*["network"] * 40, *["officer"] * 14, *["worker"] * 14, "clock", "rare", "crash", "stranger")
"""The kinds of acts, each as often as it comes: much is on its way, and little ends a hit."""


def parties_at(node: Node, exchange: Exchange | None) -> frozenset[Party]:
    """As whom an officer of this node counts."""
    if exchange is None:
        return frozenset({Party.EITHER})
    return frozenset({Party.RECEIVER if exchange.receiver == node.code else Party.GIVER})


class World:
    """Everybody, and the network between them."""

    def __init__(self) -> None:
        self.now = START
        self.hub = Hub()
        self.nodes = {code: Node(code) for code in PARTIES}
        self.flying: list[Message] = []
        self.returning: list[tuple[Message, str]] = []
        self.counter = 0

    def step(self, choice: int) -> None:
        """Do one of the acts that are possible, by kind and then by place, and see that nothing went wrong."""
        kind, place = KINDS[choice % len(KINDS)], choice // len(KINDS)
        acts = self._acts(kind) or self._acts("network") or self._acts("officer") or [self._stranger]
        self.now += timedelta(minutes=1)
        acts[place % len(acts)]()
        self.check()

    def _acts(self, kind: str) -> list[Callable[[], None]]:
        """Give what is possible of one kind, in an order by which a walk can be repeated."""
        if self.hub.ledger.version == 0:
            return [lambda each=each: self.hub.detect(each, self.now) for each in (set(), set(), set(), {XA}, {XA, XB})]
        nodes = self.nodes.values()
        if kind == "network":
            return self._flying_acts() + [act for node in nodes for act in self._network_acts(node)]
        if kind == "worker":
            return [act for node in nodes for act in self._worker_acts(node)]
        if kind == "officer":
            return [act for node in nodes for act in self._officer_acts(node)]
        if kind == "rare":
            return [act for node in nodes for act in self._rare_acts(node)]
        if kind == "crash":
            return [lambda node=node: self._crash(node.code) for node in nodes] + [lambda: self._crash(HUB)]
        if kind == "clock":
            return [lambda act=act: self.hub.tick(act, self.now) for act in self.hub.due()]
        return [self._stranger]

    def _flying_acts(self) -> list[Callable[[], None]]:
        acts: list[Callable[[], None]] = []
        for message in self.flying:
            acts.append(lambda message=message: self._arrive(message, copy=False))
            acts.append(lambda message=message: self._arrive(message, copy=True))
            acts.append(lambda message=message: self.flying.remove(message))
        for answer in self.returning:
            acts.append(lambda answer=answer: self._answer(answer))
            acts.append(lambda answer=answer: self.returning.remove(answer))
        return acts

    def _network_acts(self, node: Node) -> list[Callable[[], None]]:
        acts: list[Callable[[], None]] = []
        for message in node.outbox:
            acts.append(lambda message=message: self.flying.append(message))
            acts.append(lambda message=message: self._round_trip(node, message))
        queue = self.hub.queues[node.code]
        for delivery_id, delivery in queue.items():
            acts.append(lambda delivery=delivery: node.take_delivery(delivery))  # its acknowledgement is lost
            acts.append(lambda i=delivery_id, delivery=delivery: (node.take_delivery(delivery), queue.pop(i)))
        return acts

    def _round_trip(self, node: Node, message: Message) -> None:
        node.answered(message, self.hub.receive(message, self.now))

    def _arrive(self, message: Message, *, copy: bool) -> None:
        if not copy:
            self.flying.remove(message)
        self.returning.append((message, self.hub.receive(message, self.now)))

    def _answer(self, answer: tuple[Message, str]) -> None:
        self.returning.remove(answer)
        self.nodes[answer[0].sender].answered(*answer)

    def _crash(self, party: MemberCode) -> None:
        """Whatever was on its way to or from a party is lost; what it had committed is there again."""
        self.flying = [message for message in self.flying if party not in (HUB, message.sender)]
        self.returning = [answer for answer in self.returning if party not in (HUB, answer[0].sender)]

    def _stranger(self) -> None:
        """A third member, and one that lies about who it is, get nothing (invariant 10)."""
        before = self.hub.ledger
        step = TrackStep(None, Event.CLOSED, XA, before.version, self.now)
        assert self.hub.receive(Message(-1, XC, "step", step), self.now) == "refused"
        for exchange in before.exchanges:
            # Nor does a party that answers its own request in the other's place.
            self.counter += 1
            lie = TrackStep(exchange.exchange_id, Event.RESPONDED, exchange.receiver, exchange.version, self.now)
            assert self.hub.receive(Message(self.counter, exchange.receiver, "step", lie), self.now) != "taken"
        assert self.hub.ledger is before

    def _send(self, node: Node, kind: str, **content: object) -> None:
        self.counter += 1
        node.outbox.append(Message(self.counter, node.code, kind, **content))

    def _take_step(self, node: Node, exchange_id: RequestId | None, event: Event) -> None:
        opening = event in (Event.REQUESTED, Event.SPONTANEOUS)
        step = TrackStep(
            exchange_id, event, node.code, node.track_version(exchange_id), self.now, Urgency.U2 if opening else None
        )
        other = XB if node.code == XA else XA
        box = (
            None
            if exchange_id is None or event in (Event.FEEDBACK_DUE, Event.CLOSED)
            else Box(other, f"{event} {self.counter}")
        )
        self._send(node, "step", step=step, box=box)

    def _worker_acts(self, node: Node) -> list[Callable[[], None]]:
        """What a node's own worker says: what the votes came to, that an answer was taken, that all was purged."""
        shown = node.shown()
        acts: list[Callable[[], None]] = []
        if shown is None:
            return acts
        if node.receipts_due:
            acts.append(lambda: (setattr(node, "receipts_due", 0), self._send(node, "purged")))
        own, seen = node.own_votes.get(shown.round), node.seen_votes.get(shown.round)
        if shown.state in VOTING and own is not None and seen is not None:
            outcome = joint_outcome(shown.voting_round, own, seen)
            acts.append(lambda: self._take_step(node, None, outcome))
        if shown.state is JointState.CONFIRMED:
            for exchange in shown.exchanges:
                informed = exchange.state in (JointState.RESPONDED, JointState.SPONTANEOUS)
                if informed and exchange.receiver == node.code:
                    acts.append(lambda i=exchange.exchange_id: self._take_step(node, i, Event.FEEDBACK_DUE))
                if exchange.state is JointState.RECALLED and exchange.receiver != node.code:
                    acts.append(lambda i=exchange.exchange_id: self._take_step(node, i, Event.CLOSED))
        return acts

    def _officer_acts(self, node: Node) -> list[Callable[[], None]]:
        shown = node.shown()
        if shown is None:
            return []
        offices = frozenset(Office)
        acts: list[Callable[[], None]] = []
        if shown.state in VOTING and shown.round not in node.own_votes:
            acts += [
                lambda verdict=verdict: self._vote(node, verdict) for verdict in (*Verdict, Verdict.SAME, Verdict.SAME)
            ]
        ruled = any(message.kind == "ruling" for message in node.outbox)
        if shown.state is JointState.HELD and node.code in self.hub.protected and not ruled:
            acts += [lambda holds=holds: self._send(node, "ruling", holds=holds) for holds in (True, True, False)]
        own = events_open_to(shown.state, Caller(parties_at(node, None), offices))
        acts += [lambda event=event: self._take_step(node, None, event) for event in sorted(own & {Event.REOPENED})]
        if shown.state is JointState.CONFIRMED:
            if len(shown.exchanges) < MOST_EXCHANGES:
                name = RequestId(f"{node.code}-{self.counter}")
                acts += [
                    lambda event=event: self._take_step(node, name, event)
                    for event in (Event.REQUESTED, Event.SPONTANEOUS)
                ]
            for exchange in shown.exchanges:
                for event in sorted(events_open_to(exchange.state, Caller(parties_at(node, exchange), offices))):
                    acts.append(lambda i=exchange.exchange_id, event=event: self._take_step(node, i, event))
        return acts

    def _rare_acts(self, node: Node) -> list[Callable[[], None]]:
        """What ends or stops a hit: rare, so that most walks come far."""
        shown = node.shown()
        if shown is None:
            return []
        acts: list[Callable[[], None]] = [lambda: self._safety(node), lambda: self._send(node, "reclassify")]
        if shown.exchanges:
            acts.append(lambda: self._send(node, "withdraw"))
        if Event.CLOSED in events_open_to(shown.state, Caller(parties_at(node, None), frozenset(Office))):
            acts.append(lambda: self._take_step(node, None, Event.CLOSED))
        return acts

    def _vote(self, node: Node, verdict: Verdict) -> None:
        shown = node.shown()
        assert shown is not None
        node.own_votes[shown.round] = verdict
        other = XB if node.code == XA else XA
        self._send(node, "vote", round=shown.round, box=Box(other, verdict.value))

    def _safety(self, node: Node) -> None:
        node.holds = not node.holds
        self._send(node, "safety", holds=node.holds)

    def calm(self) -> None:
        """Let everything arrive, and every hold end, until nobody has anything more to say by itself."""
        self.flying.clear()
        for node in self.nodes.values():
            if node.holds:
                self._safety(node)
        for _ in range(200):
            before = (self.hub.counter, [len(node.outbox) for node in self.nodes.values()], len(self.returning))
            while self.returning:
                self._answer(self.returning[0])
            for node in self.nodes.values():
                for message in tuple(node.outbox):
                    if message in node.outbox:
                        self._round_trip(node, message)
                for delivery_id, delivery in tuple(self.hub.queues[node.code].items()):
                    node.take_delivery(delivery)
                    del self.hub.queues[node.code][delivery_id]
                for act in self._worker_acts(node)[:1]:
                    act()
            self.check()
            after = (self.hub.counter, [len(node.outbox) for node in self.nodes.values()], len(self.returning))
            if before == after and not any(self.hub.queues[code] for code in PARTIES):
                return
        raise AssertionError("the parties do not come to rest")

    def check(self) -> None:
        """See that what may never happen has not happened, as far as it shows in a step of a hit."""
        hub = self.hub
        for node in self.nodes.values():
            # 5: a vote of the other's is known only beside an own one that lies at the hub.
            assert node.seen_votes.keys() <= node.own_votes.keys()
            # 6 and 4: who was not told knows nothing; from the alert on both are told at once.
            assert node.ledger is None or node.code in hub.told
            # 1: words come only after both said SAME.
            if node.content or any(each.kind == "step" and each.box for each in hub.queues[node.code].values()):
                assert self._both_said_same()
            if node.ledger is not None:
                # 3: nobody is ahead of the order that the hub keeps.
                assert node.ledger.version <= hub.ledger.version
                for exchange in node.ledger.exchanges:
                    kept = hub.ledger.exchange(exchange.exchange_id)
                    assert kept is not None
                    assert exchange.version <= kept.version
                # 7: what was withdrawn is purged as soon as it is known.
                if node.ledger.state is JointState.WITHDRAWN:
                    assert not node.content
        if hub.ledger.state not in {JointState.HELD, JointState.CLOSED, JointState.WITHDRAWN, JointState.DETECTED}:
            assert hub.told == set(PARTIES)
        # 10: nobody else has anything in their queue.
        assert not hub.queues[XC]

    def _both_said_same(self) -> bool:
        nodes = self.nodes.values()
        return any(all(node.own_votes.get(number) is Verdict.SAME for node in nodes) for number in self.hub.opened)

    def check_agreement(self) -> None:
        """See that both sides and the hub have come to the same, and that the log tells how."""
        hub = self.hub
        replayed = NEW
        for step in hub.log:
            replayed = follow(replayed, step)
        assert replace(replayed, frozen_by=frozenset()) == replace(hub.ledger, frozen_by=frozenset())
        for node in self.nodes.values():
            if node.code not in hub.told:
                assert node.ledger is None
                continue
            assert node.ledger is not None
            assert not [delivery for delivery in node.waiting if delivery.kind == "step"], "a step was never followed"
            # 3: what the hub took is in its order, and followed at home.
            assert node.acknowledged == []
            assert all(step in hub.log for step in node.taken)
            assert _in_common(node.ledger) == _in_common(hub.ledger)
            assert node.ledger.joint_state is hub.ledger.joint_state


def _in_common(ledger: HitLedger) -> HitLedger:
    """Leave out what a side is not told, and the order in which exchanges became known to it."""
    ordered = tuple(sorted(ledger.exchanges, key=lambda exchange: exchange.exchange_id))
    return replace(ledger, frozen_by=frozenset(), exchanges=ordered)
