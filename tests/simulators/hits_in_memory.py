"""The hub's side of hits, in memory: keeps the order of steps, hands votes over, passes on what it cannot read."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from symbolon.node.errors import HubRefused
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.envelope import Envelope, Message
from symbolon.protocol.exchange_steps import check_sealed_notice, step_from_notice
from symbolon.protocol.handling import (
    Agreement,
    Band,
    HoldRuling,
    IdentifierKind,
    Namespace,
    OffenceGroup,
    RecordKind,
    Urgency,
)
from symbolon.protocol.hit_ledger import HitLedger, TrackStep, take, with_safety_hold
from symbolon.protocol.lifecycle import VOTING, Event, JointState, possible_events
from symbolon.protocol.messages import (
    AFTER_THE_END,
    BEFORE_THE_VOTES,
    Alert,
    HoldDecision,
    KindAgreement,
    Purpose,
    SafetyHoldNotice,
    SafetyHoldOrder,
    Sealed,
    SideNotice,
    StateNotice,
    StepTaken,
)
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import HUB, HitId, MemberCode, RecordReference, new_hit_id


@dataclass
class HitsInMemory:
    """Every hit; `deliver` puts a message of the hub's own, `put` a member's envelope, into a member's queue."""

    deliver: Callable[[str, Message], object]
    put: Callable[[MemberCode, Envelope], object]
    clock_now: Callable[[], datetime]
    schema_id: str
    sides: dict[HitId, dict[MemberCode, RecordReference]] = field(default_factory=dict)
    ledgers: dict[HitId, HitLedger] = field(default_factory=dict)
    told: dict[HitId, set[MemberCode]] = field(default_factory=lambda: defaultdict(set))
    protected: dict[HitId, set[MemberCode]] = field(default_factory=lambda: defaultdict(set))
    released: dict[HitId, set[MemberCode]] = field(default_factory=lambda: defaultdict(set))
    votes: dict[tuple[HitId, int], dict[MemberCode, Envelope]] = field(default_factory=lambda: defaultdict(dict))
    opened: set[tuple[HitId, int]] = field(default_factory=set)
    log: list[tuple[HitId, TrackStep]] = field(default_factory=list)

    def match(
        self,
        first: tuple[str, RecordReference],
        second: tuple[str, RecordReference],
        state: JointState = JointState.ALERTED,
        told: Iterable[str] | None = None,
    ) -> HitId:
        """Raise a hit between two records and tell the sides: both, or those whose record is protected."""
        hit_id = new_hit_id(uuid4())
        parties = (MemberCode(first[0]), MemberCode(second[0]))
        self.sides[hit_id] = {parties[0]: first[1], parties[1]: second[1]}
        now = whole_milliseconds(self.clock_now())
        held_from = JointState.DETECTED if state is JointState.HELD else None
        ordered = (min(parties), max(parties))
        self.ledgers[hit_id] = HitLedger(hit_id, ordered, state, 1, now, held_from=held_from)
        if state is JointState.HELD:
            self.protected[hit_id] = {MemberCode(code) for code in told or ()}
        for member in parties if told is None else told:
            self.tell(hit_id, member)
        return hit_id

    def tell(self, hit_id: HitId, member: str) -> object:
        """Alert one side."""
        own = MemberCode(member)
        other, other_reference = next(item for item in self.sides[hit_id].items() if item[0] != own)
        ledger, now = self.ledgers[hit_id], self.clock_now()
        self.told[hit_id].add(own)
        held = ledger.state is JointState.HELD
        alert = Alert(
            hit_id=hit_id,
            own_reference=self.sides[hit_id][own],
            counterpart=other,
            counterpart_reference=other_reference,
            state=JointState.HELD if held else JointState.ALERTED,
            band=Band.STRONG,
            agreement=(
                KindAgreement(IdentifierKind.NAME, Agreement.AGREE),
                KindAgreement(IdentifierKind.PLACE, Agreement.UNKNOWN),
            ),
            counterpart_offence_group=OffenceGroup.SMUGGLING,
            counterpart_record_kind=RecordKind.PERSON,
            urgency=Urgency.U2,
            namespace=Namespace.PROTECTED if own in self.protected[hit_id] else Namespace.GENERAL,
            schema_id=self.schema_id,
            key_epoch=1,
            detected_at=now,
            alerted_at=now,
            exercise=True,
            state_version=ledger.version,
        )
        return self.deliver(member, alert)

    def own(self, hit_id: HitId, event: Event) -> None:
        """Take a step in the hub's own name, and tell both sides that know of the hit."""
        now = whole_milliseconds(self.clock_now())
        self.enter(hit_id, TrackStep(None, event, HUB, self.ledgers[hit_id].version, now), self.told[hit_id])

    def tick(self, hit_id: HitId, exchange: str, event: Event) -> None:
        """Take a clock's step in one exchange."""
        now = whole_milliseconds(self.clock_now())
        known = next(each for each in self.ledgers[hit_id].exchanges if each.exchange_id == exchange)
        step = TrackStep(known.exchange_id, event, HUB, known.version, now)
        self.enter(hit_id, step, self.told[hit_id])

    def enter(
        self, hit_id: HitId, step: TrackStep, tell: Iterable[MemberCode], message: Envelope | None = None
    ) -> None:
        """Take a step; whoever is to be told gets the sealed message that it came in, or the hub's own word."""
        self.ledgers[hit_id] = take(self.ledgers[hit_id], step)
        self.log.append((hit_id, step))
        word = StepTaken(hit_id, step.exchange_id, step.event, step.follows, step.urgency, step.by, step.at)
        for member in sorted(tell):
            if message is None:
                self.deliver(member, word)
            else:
                self.put(member, message)
        ledger = self.ledgers[hit_id]
        over = ledger.state is JointState.CONFIRMED and ledger.exchanges
        if over and not any(exchange.is_open for exchange in ledger.exchanges):
            self.own(hit_id, Event.CLOSED)

    def take_message(self, sender: MemberCode, envelope: Envelope) -> None:
        """Answer one message of a party; raises `HubRefused`."""
        try:
            self._take(sender, envelope)
        except ProtocolError as refused:
            raise HubRefused(refused.problem, "refused") from refused

    def _take(self, sender: MemberCode, envelope: Envelope) -> None:
        match envelope.purpose:
            case Purpose.VOTE:
                self._deposit(sender, envelope)
            case Purpose.HOLD_DECISION:
                self._rule(sender, envelope.read(HoldDecision))
            case Purpose.STATE_NOTICE:
                notice = envelope.read(StateNotice)
                self._require_told(sender, notice.hit_id)
                others = self.told[notice.hit_id] - {sender}
                self.enter(notice.hit_id, step_from_notice(notice, sender), others)
            case Purpose.SIDE_NOTICE:
                seen = envelope.read(SideNotice)
                self._require_told(sender, seen.hit_id)
                for member in self.told[seen.hit_id] - {sender}:
                    self.deliver(member, seen)
            case Purpose.SAFETY_HOLD_ORDER:
                self._freeze(sender, envelope.read(SafetyHoldOrder))
            case _:
                self._relay(sender, envelope)

    def _relay(self, sender: MemberCode, envelope: Envelope) -> None:
        sealed = envelope.read(Sealed)
        check_sealed_notice(envelope.purpose, sealed.notice)
        if sealed.hit_id is None:
            self.put(envelope.audience, envelope)
            return
        self._require_told(sender, sealed.hit_id)
        if sealed.notice is not None:
            self.enter(sealed.hit_id, step_from_notice(sealed.notice, sender), {envelope.audience}, envelope)
            return
        ledger = self.ledgers[sealed.hit_id]
        if envelope.purpose not in AFTER_THE_END and (ledger.frozen_by or ledger.state is JointState.HELD):
            raise HubRefused(Problem.ON_HOLD, "on hold")
        if envelope.purpose in BEFORE_THE_VOTES and ledger.state is not JointState.NEEDS_MORE:
            raise HubRefused(Problem.ILLEGAL_TRANSITION, "not between the rounds")
        self.put(envelope.audience, envelope)

    def _require_told(self, sender: MemberCode, hit_id: HitId) -> None:
        if sender not in self.told.get(hit_id, set()):
            raise HubRefused(Problem.UNKNOWN_HIT, "unknown")

    def _deposit(self, sender: MemberCode, envelope: Envelope) -> None:
        sealed = envelope.read(Sealed)
        assert sealed.hit_id is not None
        assert sealed.vote_round is not None
        self._require_told(sender, sealed.hit_id)
        ledger = self.ledgers[sealed.hit_id]
        state = ledger.held_from if ledger.state is JointState.HELD else ledger.state
        if state not in VOTING or sealed.vote_round != ledger.round:
            raise HubRefused(Problem.ILLEGAL_TRANSITION, "no such round is open")
        if sender in self.votes[sealed.hit_id, ledger.round]:
            raise HubRefused(Problem.ALREADY_VOTED, "voted")
        self.votes[sealed.hit_id, ledger.round][sender] = envelope
        self.hand_over(sealed.hit_id)

    def hand_over(self, hit_id: HitId) -> None:
        """Hand both votes over once both lie here, and nothing stops it."""
        ledger = self.ledgers[hit_id]
        place = (hit_id, ledger.round)
        if len(self.votes[place]) < 2 or place in self.opened or ledger.state not in VOTING or ledger.frozen_by:
            return
        self.opened.add(place)
        for vote in self.votes[place].values():
            self.put(vote.audience, vote)

    def _rule(self, sender: MemberCode, decision: HoldDecision) -> None:
        hit_id = decision.hit_id
        self._require_told(sender, hit_id)
        if self.ledgers[hit_id].state is not JointState.HELD or sender not in self.protected[hit_id]:
            raise HubRefused(Problem.ILLEGAL_TRANSITION, "not held")
        if decision.decision is HoldRuling.CLOSE:
            self.own(hit_id, Event.CLOSED)
            return
        if self.ledgers[hit_id].frozen_by:
            raise HubRefused(Problem.ON_HOLD, "frozen")
        self.released[hit_id].add(sender)
        if self.protected[hit_id] <= self.released[hit_id]:
            self.release(hit_id)

    def release(self, hit_id: HitId) -> None:
        """Release a held hit: who was not told is alerted now."""
        self.own(hit_id, Event.RELEASED)
        for member in sorted(set(self.sides[hit_id]) - self.told[hit_id]):
            self.tell(hit_id, member)
        self.hand_over(hit_id)

    def _freeze(self, sender: MemberCode, order: SafetyHoldOrder) -> None:
        self._require_told(sender, order.hit_id)
        ledger = with_safety_hold(self.ledgers[order.hit_id], sender, holds=order.holds)
        self.ledgers[order.hit_id] = ledger
        for member in sorted(self.told[order.hit_id]):
            self.deliver(member, SafetyHoldNotice(order.hit_id, bool(ledger.frozen_by), self.clock_now()))
        self.hand_over(order.hit_id)

    def end_or_hold(self, owner: MemberCode, reference: RecordReference, *, reclassified: bool) -> int:
        """What a withdrawal means for the record's hits; how many there are."""
        hits = [hit_id for hit_id, sides in self.sides.items() if sides.get(owner) == reference]
        for hit_id in hits:
            state = self.ledgers[hit_id].state
            if not reclassified:
                if Event.WITHDRAWN in possible_events(state):
                    self.own(hit_id, Event.WITHDRAWN)
                continue
            self.protected[hit_id].add(owner)
            self.released[hit_id].discard(owner)
            if Event.HELD in possible_events(state):
                self.released[hit_id].clear()
                self.own(hit_id, Event.HELD)
        return len(hits)

    def jump(self, hit_id: HitId, state: JointState) -> None:
        """Put a hit where a test needs it, without a step: nobody is told."""
        self.ledgers[hit_id] = replace(self.ledgers[hit_id], state=state)
