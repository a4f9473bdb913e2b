"""The hub as a node meets it, in memory: signs receipts, relays, hands votes over, and fails on demand."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from symbolon.node.errors import HubRefused, HubUnavailable
from symbolon.protocol.envelope import Envelope, EnvelopeHeader, Expectation, Message, body_digest, sign, verify
from symbolon.protocol.handling import (
    Agreement,
    Band,
    HoldRuling,
    IdentifierKind,
    Namespace,
    OffenceGroup,
    RecordKind,
    Urgency,
    WithdrawalReason,
)
from symbolon.protocol.keys import SigningKey, VerifyingKey
from symbolon.protocol.lifecycle import HitEvent, JointState
from symbolon.protocol.messages import (
    Alert,
    Delivery,
    DeliveryAcknowledgement,
    FederationDirectory,
    HitNotice,
    HoldDecision,
    ItemOutcome,
    KindAgreement,
    MemberCard,
    Purpose,
    Submission,
    SubmissionItem,
    SubmissionReceipt,
    Withdrawal,
    WithdrawalOutcome,
    WithdrawalReceipt,
)
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import (
    HUB,
    DeliveryId,
    HitId,
    MemberCode,
    RecordReference,
    new_delivery_id,
    new_hit_id,
    new_message_id,
)

FEDERATION = "exercise-simulated"


@dataclass
class HubInMemory:
    """One hub for several nodes; `client(code)` is what a node's services get."""

    schema_id: str
    schema_digest: str
    clock_now: Callable[[], datetime]
    signing_key: SigningKey = field(default_factory=lambda: SigningKey.generate(bytes(range(32))))
    cards: dict[MemberCode, MemberCard] = field(default_factory=dict)
    version: int = 0
    live: dict[RecordReference, SubmissionItem] = field(default_factory=dict)
    owners: dict[RecordReference, MemberCode] = field(default_factory=dict)
    handed_in: list[Envelope] = field(default_factory=list)
    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    queues: dict[MemberCode, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    votes: dict[tuple[HitId, int], dict[MemberCode, Envelope]] = field(default_factory=lambda: defaultdict(dict))
    rounds: dict[HitId, int] = field(default_factory=lambda: defaultdict(lambda: 1))
    sides: dict[HitId, dict[MemberCode, RecordReference]] = field(default_factory=dict)
    refusals: dict[RecordReference, Problem] = field(default_factory=dict)
    refusal_details: dict[RecordReference, str] = field(default_factory=dict)
    refuse_batches_with: Problem | None = None
    away: bool = False
    lose_answers: int = 0

    def enrol(self, card: MemberCard) -> None:
        self.cards[card.code] = card
        self.version += 1

    def directory(self) -> FederationDirectory:
        return FederationDirectory(
            federation=FEDERATION,
            exercise=True,
            version=self.version,
            members=tuple(self.cards.values()),
            hub_signing_key=self.signing_key.public.to_bytes(),
            schema_id=self.schema_id,
            schema_digest=self.schema_digest,
            key_epoch=1,
        )

    def client(self, code: str) -> "HubClientInMemory":
        return HubClientInMemory(self, MemberCode(code))

    def deliver(self, member: str, message: Message) -> DeliveryId:
        return self.put(MemberCode(member), self.sign(message, MemberCode(member)))

    def put(self, member: MemberCode, envelope: Envelope) -> DeliveryId:
        delivery_id = new_delivery_id(uuid4())
        self.queues[member].append(Delivery(delivery_id, envelope.to_json()))
        return delivery_id

    def sign(self, message: Message, audience: MemberCode) -> Envelope:
        now = self.clock_now()
        header = EnvelopeHeader(
            FEDERATION, True, HUB, audience, message.PURPOSE, new_message_id(uuid4()), now, now + timedelta(days=700)
        )
        return sign(message, header, self.signing_key)

    def match(
        self,
        first: tuple[str, RecordReference],
        second: tuple[str, RecordReference],
        state: JointState = JointState.ALERTED,
        told: tuple[str, ...] | None = None,
    ) -> HitId:
        """Raise a hit between two records and tell the sides (both, unless `told` says otherwise)."""
        hit_id = new_hit_id(uuid4())
        self.sides[hit_id] = {MemberCode(first[0]): first[1], MemberCode(second[0]): second[1]}
        for member in told or tuple(self.sides[hit_id]):
            self.tell(hit_id, member, state)
        return hit_id

    def tell(self, hit_id: HitId, member: str, state: JointState = JointState.ALERTED) -> DeliveryId:
        own = self.sides[hit_id][MemberCode(member)]
        other, other_reference = next(item for item in self.sides[hit_id].items() if item[0] != member)
        now = self.clock_now()
        alert = Alert(
            hit_id=hit_id,
            own_reference=own,
            counterpart=other,
            counterpart_reference=other_reference,
            state=state,
            band=Band.STRONG,
            agreement=(
                KindAgreement(IdentifierKind.NAME, Agreement.AGREE),
                KindAgreement(IdentifierKind.PLACE, Agreement.UNKNOWN),
            ),
            counterpart_offence_group=OffenceGroup.SMUGGLING,
            counterpart_record_kind=RecordKind.PERSON,
            urgency=Urgency.U2,
            namespace=Namespace.GENERAL if state is JointState.ALERTED else Namespace.PROTECTED,
            schema_id=self.schema_id,
            key_epoch=1,
            detected_at=now,
            alerted_at=now,
            exercise=True,
        )
        return self.deliver(member, alert)

    def notice(self, hit_id: HitId, event: HitEvent, members: tuple[str, ...]) -> None:
        for member in members:
            self.deliver(member, HitNotice(hit_id, event, self.clock_now()))

    def take(self, sender: MemberCode, path: str, envelope: Envelope) -> bytes:
        if self.away:
            raise HubUnavailable("The hub does not answer.")
        purpose = envelope.purpose
        expected = Expectation(FEDERATION, True, envelope.audience, purpose, sender)
        verify(envelope, VerifyingKey.from_bytes(self.cards[sender].signing_key), expected, self.clock_now())
        if path != "/v1/deliveries/acknowledgements":
            self.handed_in.append(envelope)
        answer = self._answer(sender, envelope)
        if self.lose_answers > 0:
            self.lose_answers -= 1
            raise HubUnavailable("The connection broke before the answer came.")
        return answer

    def _answer(self, sender: MemberCode, envelope: Envelope) -> bytes:
        digest = body_digest(envelope)
        if envelope.purpose is Purpose.DELIVERY_ACKNOWLEDGEMENT:
            done = set(envelope.read(DeliveryAcknowledgement).delivery_ids)
            self.queues[sender] = [each for each in self.queues[sender] if each.delivery_id not in done]
            return b""
        known = self.answers.get(envelope.message_id)
        if known is not None:
            if known[0] != digest:
                raise HubRefused(Problem.BATCH_REUSED, "reused")
            return known[1]
        answer = b""
        if self.refuse_batches_with is not None and envelope.purpose in (Purpose.SUBMISSION, Purpose.WITHDRAWAL):
            raise HubRefused(self.refuse_batches_with, "refused")
        if envelope.purpose is Purpose.SUBMISSION:
            answer = self._submit(sender, envelope.read(Submission), digest)
        elif envelope.purpose is Purpose.WITHDRAWAL:
            answer = self._withdraw(sender, envelope.read(Withdrawal), digest)
        elif envelope.purpose is Purpose.VOTE:
            self._deposit(sender, envelope)
        elif envelope.purpose is Purpose.HOLD_DECISION:
            self._rule(envelope.read(HoldDecision))
        else:
            self.put(envelope.audience, envelope)
        self.answers[envelope.message_id] = (digest, answer)
        return answer

    def _submit(self, sender: MemberCode, submission: Submission, digest: str) -> bytes:
        outcomes = []
        for item in submission.items:
            problem = self.refusals.get(item.reference)
            if problem is None:
                self.live[item.reference] = item
                self.owners[item.reference] = sender
            detail = self.refusal_details.get(item.reference) if problem is not None else None
            outcomes.append(ItemOutcome(item.reference, item.version, problem, detail))
        receipt = SubmissionReceipt(submission.batch_id, digest, self.clock_now(), tuple(outcomes))
        return self.sign(receipt, sender).to_bytes()

    def _withdraw(self, sender: MemberCode, withdrawal: Withdrawal, digest: str) -> bytes:
        outcomes = []
        for item in withdrawal.items:
            erased = self.live.pop(item.reference, None)
            hits = [hit_id for hit_id, sides in self.sides.items() if item.reference in sides.values()]
            event = HitEvent.HELD if item.reason is WithdrawalReason.RECLASSIFIED else HitEvent.WITHDRAWN
            for hit_id in hits:
                self.notice(hit_id, event, tuple(self.sides[hit_id]))
            problem = None if erased is not None else Problem.UNKNOWN_RECORD
            outcomes.append(WithdrawalOutcome(item.reference, int(erased is not None), len(hits), problem))
        receipt = WithdrawalReceipt(withdrawal.batch_id, digest, self.clock_now(), tuple(outcomes))
        return self.sign(receipt, sender).to_bytes()

    def _deposit(self, sender: MemberCode, envelope: Envelope) -> None:
        hit_id = HitId(str(envelope.body["hit_id"]))
        deposited = self.votes[hit_id, self.rounds[hit_id]]
        deposited[sender] = envelope
        if len(deposited) == 2:
            self.rounds[hit_id] += 1
            for vote in deposited.values():
                self.put(vote.audience, vote)

    def _rule(self, decision: HoldDecision) -> None:
        event = HitEvent.RELEASED if decision.decision is HoldRuling.RELEASE else HitEvent.CLOSED
        self.notice(decision.hit_id, event, tuple(self.sides[decision.hit_id]))


@dataclass
class HubClientInMemory:
    """The hub for one node."""

    hub: HubInMemory
    code: MemberCode

    def fetch_directory(self) -> Envelope:
        if self.hub.away:
            raise HubUnavailable("The hub does not answer.")
        return self.hub.sign(self.hub.directory(), self.code)

    def post(self, path: str, envelope: Envelope) -> bytes:
        return self.hub.take(self.code, path, envelope)

    def fetch_deliveries(self, wait_s: int, limit: int) -> tuple[Delivery, ...]:  # noqa: ARG002 - waits for nobody
        if self.hub.away:
            raise HubUnavailable("The hub does not answer.")
        return tuple(self.hub.queues[self.code][:limit])
