"""The hub's services over PostgreSQL, driven at random, keep the same order as the pure ledger does."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.simulators.hub_members import SimulatedMember, item
from tests.thoroughness import examples

from symbolon.hub.domain.hit_steps import OUTCOMES
from symbolon.hub.errors import HubError
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.exchange_steps import EVENTS_OF_PURPOSE, step_from_hub, step_from_notice
from symbolon.protocol.handling import HoldRuling, Namespace, Urgency, WithdrawalReason
from symbolon.protocol.hit_ledger import HitLedger, TrackStep, follow, take, with_safety_hold
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import Sealed, StateNotice, StepTaken
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import HitId, RequestId, new_request_id
from symbolon.runtime.sql_loader import Query

PURPOSE_OF = {event: purpose for purpose, events in EVENTS_OF_PURPOSE.items() for event in events}
BY_NOTICE = (*sorted(OUTCOMES), Event.CLOSED, Event.REOPENED, Event.FEEDBACK_DUE)
IN_EXCHANGES = (*sorted(PURPOSE_OF), Event.FEEDBACK_DUE, Event.CLOSED)
FOR_GOOD = {Problem.STALE_STATE, Problem.NOT_THEIR_STEP, Problem.ILLEGAL_TRANSITION, Problem.ALREADY_VOTED}
_STEPS = Query(
    "steps_for_a_test",
    "for a test",
    "select event, exchange_id, by_party, follows, at, urgency from hit_step where hit_id = %(hit)s order by number",
)


@dataclass
class Walk:
    """One hit at a real hub; beside it what both nodes would follow, from deliveries and answers alone."""

    bench: Any
    hit_id: HitId
    start: HitLedger
    exchanges: list[RequestId] = field(default_factory=list)
    answered: dict[str, list[TrackStep]] = field(default_factory=lambda: {"XA": [], "XB": []})

    def members(self) -> tuple[SimulatedMember, SimulatedMember]:
        return self.bench.amara, self.bench.belanu

    def ledger(self) -> HitLedger:
        ledger: HitLedger = self.bench.hit(self.hit_id).ledger
        return ledger

    def notice(self, member: SimulatedMember, event: Event, place: int, off: int) -> StateNotice:
        """A step of the hit (place 0), of one of its exchanges, or of a new one; from a version near the newest."""
        ledger = self.ledger()
        if place == 0:
            return member.notice(self.hit_id, event, max(0, ledger.version - off))
        if place > len(self.exchanges):
            self.exchanges.append(new_request_id(uuid4()))
        exchange_id = self.exchanges[min(place, len(self.exchanges)) - 1]
        known = ledger.exchange(exchange_id)
        follows = max(0, (0 if known is None else known.version) - off)
        urgency = Urgency.U2 if event in (Event.REQUESTED, Event.SPONTANEOUS) else None
        return member.notice(self.hit_id, event, follows, exchange_id=exchange_id, urgency=urgency)

    def step(self, member: SimulatedMember, event: Event, place: int, off: int) -> None:
        """Hand in a step; what the hub says of it is what the pure ledger says."""
        notice = self.notice(member, event, place, off)
        before = self.bench.hit(self.hit_id)
        sealed = place > 0 and event in PURPOSE_OF
        other = self.bench.belanu if member is self.bench.amara else self.bench.amara
        envelope = member.sealed(other, PURPOSE_OF[event], self.hit_id, notice) if sealed else member.step(notice)
        services = self.bench.api
        call = services.relay_message if sealed else services.take_step
        step = step_from_notice(notice, member.code)
        expected = self._answer(lambda: take(before.ledger, step))
        if member.code not in before.told:
            expected = Problem.UNKNOWN_HIT
        elif expected is None and event in OUTCOMES and before.opened_round < before.ledger.round:
            expected = Problem.ILLEGAL_TRANSITION
        found = self._answer(lambda: call(member.code, envelope))
        assert found is expected or (event is Event.REOPENED and found is Problem.ILLEGAL_TRANSITION)
        if found is None:
            self.answered[member.code].append(step)
        if found in {None, *FOR_GOOD}:
            # The same message, again: the same answer, and nothing more happens.
            settled = self.bench.hit(self.hit_id)
            assert self._answer(lambda: call(member.code, member.again(envelope))) is found
            assert self.bench.hit(self.hit_id) == settled

    def sensible(self, member: SimulatedMember, number: int) -> None:
        """One of the steps that are this member's to take now."""
        ledger = self.ledger()
        open_steps = [
            (event, 0)
            for event in BY_NOTICE
            if self._answer(lambda e=event: take(ledger, self._as_step(member, e, 0))) is None
        ]
        for place in range(1, min(len(self.exchanges) + 1, 3) + 1):
            open_steps += [
                (event, place)
                for event in IN_EXCHANGES
                if self._answer(lambda e=event, p=place: take(ledger, self._as_step(member, e, p))) is None
            ]
        if open_steps:
            event, place = open_steps[number % len(open_steps)]
            self.step(member, event, place, 0)

    def _as_step(self, member: SimulatedMember, event: Event, place: int) -> TrackStep:
        return step_from_notice(self.notice(member, event, place, 0), member.code)

    def confirm(self) -> None:
        for member in self.members():
            self.vote(member)
        self.step(self.members()[0], Event.CONFIRMED, 0, 0)

    def vote(self, member: SimulatedMember) -> None:
        other = self.bench.belanu if member is self.bench.amara else self.bench.amara
        envelope = member.vote(self.hit_id, other, number=self.ledger().round)
        self._answer(lambda: self.bench.api.deposit_vote(member.code, envelope))

    def rule(self, member: SimulatedMember, ruling: HoldRuling) -> None:
        envelope = member.hold_decision(self.hit_id, ruling)
        self._answer(lambda: self.bench.api.decide_hold(member.code, envelope))

    def freeze(self, member: SimulatedMember, *, holds: bool) -> None:
        before = self.bench.hit(self.hit_id)
        envelope = member.safety_hold(self.hit_id, holds=holds)
        if self._answer(lambda: self.bench.api.order_safety_hold(member.code, envelope)) is None:
            assert self.ledger().frozen_by == with_safety_hold(before.ledger, member.code, holds=holds).frozen_by

    def withdraw(self, member: SimulatedMember, reason: WithdrawalReason) -> None:
        sides = self.bench.hit(self.hit_id).sides
        reference = next(side.reference for side in sides if side.member == member.code)
        self.bench.api.withdraw_records(member.code, member.withdrawal(reference, reason=reason))

    @staticmethod
    def _answer(call: Callable[[], object]) -> Problem | None:
        try:
            call()
        except (HubError, ProtocolError) as refused:
            return refused.problem
        return None

    def check(self) -> None:
        """What the hub has is what the pure ledger makes of the steps that it wrote down, and what it told."""
        hit = self.bench.hit(self.hit_id)
        with self.bench.hub.database.transaction() as tx:
            rows = tx.fetch_all(_STEPS, hit=self.hit_id)
        ledger = replace(self.start, version=rows[0]["follows"])
        for row in rows:
            urgency = None if row["urgency"] is None else Urgency(row["urgency"])
            step = TrackStep(
                row["exchange_id"], Event(row["event"]), row["by_party"], row["follows"], row["at"], urgency
            )
            ledger = take(ledger, step)
        assert replace(hit.ledger, frozen_by=frozenset()) == ledger
        if hit.state is JointState.HELD:
            assert any(side.is_protected and side.released_at is None for side in hit.sides)
        elif hit.state not in (JointState.CLOSED, JointState.WITHDRAWN):
            assert len(hit.told) == 2
            assert all(side.released_at for side in hit.sides if side.is_protected)

    def check_followers(self) -> None:
        """Whoever follows what it was told, and the answers to its own steps, has the hub's ledger."""
        hit = self.bench.hit(self.hit_id)
        for member in self.members():
            if member.code not in hit.told:
                assert self.bench.mail(member) == ()
                continue
            [alert] = (alert for alert in self.bench.alerts(member) if alert.hit_id == self.hit_id)
            held_from = JointState.DETECTED if alert.state is JointState.HELD else None
            ledger = HitLedger(
                self.hit_id, self.start.parties, alert.state, alert.state_version, alert.alerted_at, held_from=held_from
            )
            steps = [step_from_hub(taken) for taken in self.bench.messages(member, StepTaken)]
            ledger = followed(ledger, [*steps, *self._carried_to(member), *self.answered[member.code]])
            alone = replace(hit.ledger, frozen_by=frozenset(), since=ledger.since, exchanges=())
            assert replace(ledger, exchanges=()) == alone
            assert {each.exchange_id: each for each in ledger.exchanges} == {
                each.exchange_id: each for each in hit.ledger.exchanges
            }
        assert self.bench.mail(self.bench.cassor) == ()

    def _carried_to(self, member: SimulatedMember) -> list[TrackStep]:
        envelopes = [Envelope.from_bytes(each.envelope) for each in self.bench.mail(member)]
        return [
            step_from_notice(notice, envelope.sender)
            for envelope in envelopes
            if envelope.purpose in EVENTS_OF_PURPOSE and (notice := envelope.read(Sealed).notice) is not None
        ]


def followed(ledger: HitLedger, steps: list[TrackStep]) -> HitLedger:
    """A ledger after steps that come in any order: each track in its own."""
    waiting = list(reversed(steps))
    while True:
        for step in waiting:
            try:
                ledger = follow(ledger, step)
            except ProtocolError:
                continue
            waiting.remove(step)
            break
        else:
            known = {None: ledger.version} | {each.exchange_id: each.version for each in ledger.exchanges}
            assert all(step.follows < known.get(step.exchange_id, 0) for step in waiting)
            return ledger


KINDS = (
    *["sensible"] * 14,
    *["confirm"] * 4,
    *["vote"] * 2,
    *["own"] * 2,
    *["exchange"] * 3,
    *["release"] * 3,
    *["lift"] * 3,
    *["clock"] * 2,
    *("close", "freeze", "reclassify", "withdraw"),
)
"""The kinds of acts, each as often as it comes: much goes on, and little ends a hit."""

acts = st.tuples(st.sampled_from(KINDS), st.integers(0, 1), st.integers(0, 200))
namespaces = st.sampled_from((Namespace.GENERAL,) * 4 + (Namespace.PROTECTED,))


@pytest.fixture
def walking(bench: Any, person: Any) -> Callable[[Namespace, Namespace], Walk]:
    """A fresh hit for each walk: what came before it is withdrawn, and nothing waits for anybody."""

    def begin(ours: Namespace, theirs: Namespace) -> Walk:
        for member in (bench.amara, bench.belanu):
            earlier = published.pop(member.code, None)
            if earlier is not None:
                bench.api.withdraw_records(member.code, member.withdrawal(earlier))
        bench.acknowledge_all()
        for member, namespace in ((bench.amara, ours), (bench.belanu, theirs)):
            record = item(person, namespace=namespace)
            bench.submit(member, record)
            published[member.code] = record.reference
        bench.worker.find_matches()
        [hit_id] = {alert.hit_id for member in (bench.amara, bench.belanu) for alert in bench.alerts(member)}
        ledger = bench.hit(hit_id).ledger
        start = HitLedger(hit_id, ledger.parties, JointState.DETECTED, 0, ledger.since)
        return Walk(bench, hit_id, start)

    published: dict[str, Any] = {}
    return begin


def act(walk: Walk, kind: str, member: SimulatedMember, number: int) -> None:
    off = int(number % 5 == 0)
    match kind:
        case "sensible":
            walk.sensible(member, number)
        case "confirm":
            walk.confirm()
        case "vote":
            walk.vote(member)
        case "own":
            walk.step(member, BY_NOTICE[number % len(BY_NOTICE)], 0, off)
        case "exchange":
            walk.step(member, IN_EXCHANGES[number % len(IN_EXCHANGES)], 1 + number % 3, off)
        case "release" | "close":
            walk.rule(member, HoldRuling(kind))
        case "freeze" | "lift":
            walk.freeze(member, holds=kind == "freeze")
        case "reclassify":
            walk.withdraw(member, WithdrawalReason.RECLASSIFIED)
        case "withdraw":
            walk.withdraw(member, WithdrawalReason.OWNER_REQUEST)
        case "clock":
            walk.bench.worker.close_waiting()


@settings(
    max_examples=examples(20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(ours=namespaces, theirs=namespaces, steps=st.lists(acts, min_size=20, max_size=40))
def test_whatever_is_sent_the_hub_and_whoever_follows_it_have_one_ledger(
    walking: Any, ours: Namespace, theirs: Namespace, steps: list[tuple[str, int, int]]
) -> None:
    walk = walking(ours, theirs)
    for kind, who, number in steps:
        act(walk, kind, walk.members()[who], number)
        walk.check()
    walk.check_followers()
    event(walk.ledger().joint_state.value)
    event(f"{len(walk.ledger().exchanges)} exchanges")
