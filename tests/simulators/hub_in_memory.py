"""The hub as a node meets it, in memory: signs receipts, relays, hands votes over, and fails on demand."""

import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

from tests.simulators.files_in_memory import FilesInMemory
from tests.simulators.hits_in_memory import HitsInMemory
from tests.simulators.token_operators import TokenOperators

from symbolon.hub.domain.directory_drafts import Ends, Founding, Step, amend, found, with_card, with_member
from symbolon.node.errors import HubNotNow, HubRefused, HubUnavailable
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.envelope import Envelope, EnvelopeHeader, Expectation, Message, body_digest, sign, verify
from symbolon.protocol.federation import (
    key_that_signed,
    required_signatures,
    sign_directory,
    verify_signature,
    verify_succession,
)
from symbolon.protocol.handling import (
    WithdrawalReason,
)
from symbolon.protocol.keys import SealingKey, SigningKey, VerifyingKey
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import (
    MAX_HISTORY,
    SEALED_PURPOSES,
    AttachmentOffer,
    AttachmentReceived,
    Canary,
    Delivery,
    DeliveryAcknowledgement,
    DirectoryApproval,
    DirectoryProposal,
    DirectorySignature,
    EpochProgress,
    FederationDirectory,
    FederationHistory,
    ItemOutcome,
    LinkageEpoch,
    Member,
    MemberCard,
    MemberStanding,
    Purpose,
    RotationAnswer,
    RotationRequest,
    SignedDirectory,
    Submission,
    SubmissionItem,
    SubmissionReceipt,
    TokenRequest,
    Withdrawal,
    WithdrawalOutcome,
    WithdrawalReceipt,
)
from symbolon.protocol.messages_comparison import OPEN_COMPARISON
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import (
    HUB,
    AttachmentId,
    DeliveryId,
    HitId,
    IncarnationId,
    MemberCode,
    RecordReference,
    new_delivery_id,
    new_incarnation_id,
    new_message_id,
    parse_attachment_id,
)
from symbolon.protocol.replay import HubSight, admit_at_hub
from symbolon.runtime import certificates

FEDERATION = "exercise-simulated"
ABOUT_HITS = (Purpose.HOLD_DECISION, Purpose.STATE_NOTICE, Purpose.SIDE_NOTICE, Purpose.SAFETY_HOLD_ORDER)


@dataclass
class HubInMemory:
    """One hub for several nodes; `client(code)` is what a node's services get.

    Members sign over the wire (`/v1/federation/approvals`), or all at once by the keys that `enrol` was given
    (`co_sign`). `propose(step)` takes the steps of `symbolon.hub.domain.directory_drafts`.
    """

    schema_id: str
    schema_digest: str
    clock_now: Callable[[], datetime]
    signing_key: SigningKey = field(default_factory=lambda: SigningKey.generate(secrets.token_bytes(32)))
    cards: dict[MemberCode, MemberCard] = field(default_factory=dict)
    keys: dict[MemberCode, SigningKey] = field(default_factory=dict)
    incarnation: IncarnationId = field(default_factory=lambda: new_incarnation_id(uuid4()))
    history: list[SignedDirectory] = field(default_factory=list)
    proposal: FederationDirectory | None = None
    signatures: dict[MemberCode, DirectorySignature] = field(default_factory=dict)
    suspended: set[MemberCode] = field(default_factory=set)
    progress: dict[tuple[MemberCode, int], EpochProgress] = field(default_factory=dict)
    nonces: set[tuple[MemberCode, bytes]] = field(default_factory=set)
    live: dict[RecordReference, SubmissionItem] = field(default_factory=dict)
    encodings: dict[tuple[RecordReference, int], SubmissionItem] = field(default_factory=dict)
    owners: dict[RecordReference, MemberCode] = field(default_factory=dict)
    canaries: dict[RecordReference, tuple[Canary, SubmissionItem]] = field(default_factory=dict)
    refuse_canaries: Problem | None = None
    handed_in: list[Envelope] = field(default_factory=list)
    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    queues: dict[MemberCode, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    refusals: dict[RecordReference, Problem] = field(default_factory=dict)
    refusal_details: dict[RecordReference, str] = field(default_factory=dict)
    token_operators: TokenOperators | None = None
    tokens_not_now: Problem | None = None
    refuse_batches_with: Problem | None = None
    away: bool = False
    lose_answers: int = 0
    hits: HitsInMemory = field(init=False)
    files: FilesInMemory = field(default_factory=FilesInMemory)

    def __post_init__(self) -> None:
        self.hits = HitsInMemory(self.deliver, self.put, self.clock_now, self.schema_id)

    def enrol(self, card: MemberCard, key: SigningKey | None = None) -> None:
        """Put a state into the proposal; with its key, `co_sign` signs for it."""
        self.cards[card.code] = card
        if key is not None:
            self.keys[card.code] = key
        member = Member(
            card=card,
            standing=MemberStanding.ACTIVE,
            standing_since=whole_milliseconds(self.clock_now()),
            keys_expire_on=self.clock_now().date() + timedelta(days=700),
            certificate_expires_on=self.clock_now().date() + timedelta(days=390),
            retired_keys=(),
        )
        if self.proposal is None and not self.history:
            epoch = LinkageEpoch(1, self.schema_id, self.schema_digest)
            comparison = OPEN_COMPARISON if self.token_operators is None else self.token_operators.comparison
            founding = Founding(FEDERATION, True, self.signing_key.public.to_bytes(), epoch, comparison)
            self.proposal = found(founding, [member], self.clock_now())
        else:
            self.propose(with_member(member))

    def propose(self, step: Step) -> None:
        """Amend the proposal; whoever signed it signs anew. The members that are known are told."""
        known = self.history[-1].directory if self.history else None
        self.proposal = amend(known, self.proposal, step, self.clock_now())
        self.signatures.clear()
        self._tell_members(DirectoryProposal(self.proposal, ()))

    def co_sign(self) -> FederationDirectory:
        """Let everybody whose key is known sign the proposal; the version that is in effect then."""
        assert self.proposal is not None
        for code in required_signatures(self._known(), self.proposal).signers:
            if self.proposal is not None and code in self.keys:
                self._keep_signature(sign_directory(self.proposal, code, self.keys[code]))
        assert self.proposal is None, "the keys of too few members are known to sign for them"
        return self.directory()

    def enrol_on_paper(self, code: MemberCode) -> None:
        """Let the members sign that another state is one, which has no node here: of two, none could be expelled."""
        known = self.directory()
        card = replace(
            known.members[0].card,
            code=code,
            signing_key=SigningKey.generate(secrets.token_bytes(32)).public.to_bytes(),
            sealing_key=SealingKey.generate(secrets.token_bytes(32)).public.to_bytes(),
            hybrid_sealing_key=None,
        )
        self.propose(with_member(replace(known.members[0], card=card, retired_keys=())))
        self.co_sign()

    def directory(self) -> FederationDirectory:
        """The version in effect."""
        return self.history[-1].directory

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
            federation=FEDERATION,
            exercise=True,
            sender=HUB,
            audience=audience,
            purpose=message.PURPOSE,
            message_id=new_message_id(uuid4()),
            nonce=uuid4().bytes,
            issued_at=now,
            expires_at=now + timedelta(days=700),
        )
        return sign(message, header, self.signing_key)

    @property
    def votes(self) -> dict[tuple[HitId, int], dict[MemberCode, Envelope]]:
        """The votes that lie here, by hit and round."""
        return self.hits.votes

    def match(
        self,
        first: tuple[str, RecordReference],
        second: tuple[str, RecordReference],
        state: JointState = JointState.ALERTED,
        told: tuple[str, ...] | None = None,
    ) -> HitId:
        """Raise a hit between two records and tell the sides (both, unless `told` says otherwise)."""
        return self.hits.match(first, second, state, told)

    def tell(self, hit_id: HitId, member: str) -> object:
        """Alert one side."""
        return self.hits.tell(hit_id, member)

    def step(self, hit_id: HitId, *events: Event) -> None:
        """Take steps in the hub's own name, and tell both sides."""
        for event in events:
            self.hits.own(HitId(hit_id), event)

    def take(self, sender: MemberCode, path: str, envelope: Envelope) -> bytes:
        self.refuse(sender, needs_standing=not path.startswith("/v1/federation"))
        self._open(sender, envelope)
        if path != "/v1/deliveries/acknowledgements":
            self.handed_in.append(envelope)
        answer = self._answer(sender, envelope)
        if self.lose_answers > 0:
            self.lose_answers -= 1
            raise HubUnavailable("The connection broke before the answer came.")
        return answer

    def refuse(self, member: MemberCode, *, needs_standing: bool) -> None:
        """What the hub refuses a caller for, whatever it wants."""
        if self.away:
            raise HubUnavailable("The hub does not answer.")
        listed = self._listed(member)
        if listed is not None and listed.standing is MemberStanding.EXPELLED:
            raise HubRefused(Problem.MEMBER_EXPELLED, "expelled")
        if not needs_standing:
            return
        if listed is None:
            raise HubRefused(Problem.NOT_YET_A_MEMBER, "not yet a member")
        if member in self.suspended or not listed.is_active:
            raise HubRefused(Problem.MEMBER_SUSPENDED, "suspended")

    def _listed(self, member: MemberCode) -> Member | None:
        known = self._known()
        return None if known is None else known.member_of(member)

    def _open(self, sender: MemberCode, envelope: Envelope) -> None:
        listed = self._listed(sender)
        key = VerifyingKey.from_bytes(self.cards[sender].signing_key)
        if listed is not None:
            key = key_that_signed(listed, envelope.key_id, envelope.issued_at)
        expected = Expectation(FEDERATION, True, envelope.audience, envelope.purpose, sender)
        verify(envelope, key, expected, self.clock_now())
        admit_at_hub(envelope, HubSight((sender, envelope.nonce) in self.nonces, None))
        self.nonces.add((sender, envelope.nonce))

    def _known(self) -> FederationDirectory | None:
        return self.history[-1].directory if self.history else None

    def _keep_signature(self, signature: DirectorySignature) -> None:
        assert self.proposal is not None
        verify_signature(self._known(), self.proposal, signature)
        self.signatures[signature.member] = signature
        if len(self.signatures) < required_signatures(self._known(), self.proposal).quorum:
            return
        signed = SignedDirectory(self.proposal, tuple(self.signatures[code] for code in sorted(self.signatures)))
        verify_succession(self._known(), signed)
        self.history.append(signed)
        self.cards.update({member.code: member.card for member in signed.directory.members})
        self.proposal = None
        self.signatures.clear()
        self._tell_members(DirectoryProposal(None, ()))

    def _tell_members(self, proposal: DirectoryProposal) -> None:
        for member in self.history[-1].directory.active_members if self.history else ():
            self.deliver(member.code, proposal)

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
        if self.refuse_batches_with is not None and envelope.purpose in (Purpose.SUBMISSION, Purpose.WITHDRAWAL):
            raise HubRefused(self.refuse_batches_with, "refused")
        answer = self._answer_new(sender, envelope, digest)
        self.answers[envelope.message_id] = (digest, answer)
        return answer

    def _answer_new(self, sender: MemberCode, envelope: Envelope, digest: str) -> bytes:
        match envelope.purpose:
            case Purpose.SUBMISSION:
                return self._submit(sender, envelope.read(Submission), digest)
            case Purpose.WITHDRAWAL:
                return self._withdraw(sender, envelope.read(Withdrawal), digest)
            case Purpose.TOKEN_REQUEST:
                return self._evaluate(sender, envelope.read(TokenRequest))
            case Purpose.ATTACHMENT_OFFER:
                return self.sign(self.files.offer(sender, envelope.read(AttachmentOffer)), sender).to_bytes()
            case Purpose.ATTACHMENT_RECEIVED:
                self.files.note_received(envelope.read(AttachmentReceived).attachment_id)
            case Purpose.ROTATION_REQUEST:
                return self._rotate(sender, envelope.read(RotationRequest))
            case Purpose.DIRECTORY_APPROVAL:
                self._approve(envelope.read(DirectoryApproval))
            case Purpose.EPOCH_PROGRESS:
                progress = envelope.read(EpochProgress)
                self.progress[sender, progress.epoch] = progress
            case purpose if purpose in SEALED_PURPOSES or purpose in ABOUT_HITS:
                self.hits.take_message(sender, envelope)
            case _:
                self.put(envelope.audience, envelope)
        return b""

    def _evaluate(self, sender: MemberCode, request: TokenRequest) -> bytes:
        assert self.token_operators is not None
        if self.tokens_not_now is not None:
            raise HubNotNow(self.tokens_not_now)
        return self.sign(self.token_operators.evaluate(request), sender).to_bytes()

    def _approve(self, approval: DirectoryApproval) -> None:
        known = self._known()
        if known is not None and known.digest() == approval.digest:
            return
        if self.proposal is None or self.proposal.digest() != approval.digest:
            raise HubRefused(Problem.PROPOSAL_CHANGED, "another one is proposed")
        self._keep_signature(approval.signature)

    def _rotate(self, sender: MemberCode, request: RotationRequest) -> bytes:
        """Answer with a certificate, and put the new card into the proposal."""
        now = self.clock_now()
        authority = certificates.new_authority("The authority of a hub in memory", now)
        pem = certificates.issue_client_certificate(authority, request.csr_pem.encode(), sender, now)
        card = replace(
            self.cards[sender],
            signing_key=request.signing_key,
            sealing_key=request.sealing_key,
            hybrid_sealing_key=request.hybrid_sealing_key,
            certificate_fingerprint=certificates.fingerprint(pem),
        )
        ends = Ends(now.date() + timedelta(days=730), certificates.expires_at(pem).date())
        self.propose(with_card(self.directory(), card, ends, keeps_former=not request.retire_old_at_once))
        return self.sign(RotationAnswer(pem.decode()), sender).to_bytes()

    def _submit(self, sender: MemberCode, submission: Submission, digest: str) -> bytes:
        outcomes = []
        marked = {canary.reference: canary for canary in submission.canaries}
        for item in submission.items:
            problem = self.refusals.get(item.reference) or (self.refuse_canaries if item.reference in marked else None)
            if item.reference in marked and problem is None:
                self.canaries[item.reference] = (marked[item.reference], item)
            elif problem is None:
                present = self.live.get(item.reference)
                if present is not None and item.version > present.version:
                    self._erase(item.reference)
                self.live[item.reference] = item
                self.encodings[item.reference, item.key_epoch] = item
                self.owners[item.reference] = sender
            detail = self.refusal_details.get(item.reference) if problem is not None else None
            outcomes.append(ItemOutcome(item.reference, item.version, problem, detail))
        receipt = SubmissionReceipt(submission.batch_id, digest, self.clock_now(), tuple(outcomes))
        return self.sign(receipt, sender).to_bytes()

    def _withdraw(self, sender: MemberCode, withdrawal: Withdrawal, digest: str) -> bytes:
        outcomes = []
        for item in withdrawal.items:
            erased = self._erase(item.reference)
            hits = self.hits.end_or_hold(
                sender, item.reference, reclassified=item.reason is WithdrawalReason.RECLASSIFIED
            )
            problem = None if erased else Problem.UNKNOWN_RECORD
            outcomes.append(WithdrawalOutcome(item.reference, erased, hits, problem))
        receipt = WithdrawalReceipt(withdrawal.batch_id, digest, self.clock_now(), tuple(outcomes))
        return self.sign(receipt, sender).to_bytes()

    def _erase(self, reference: RecordReference) -> int:
        """Forget the encodings of a record under every epoch; how many there were."""
        self.live.pop(reference, None)
        gone = [key for key in self.encodings if key[0] == reference]
        for key in gone:
            del self.encodings[key]
        return len(gone)


@dataclass
class HubClientInMemory:
    """The hub for one node."""

    hub: HubInMemory
    code: MemberCode

    def fetch_history(self, after: int) -> Envelope:
        self.hub.refuse(self.code, needs_standing=False)
        versions = tuple(each for each in self.hub.history if each.directory.version > after)
        return self.hub.sign(FederationHistory(self.hub.incarnation, versions[:MAX_HISTORY]), self.code)

    def fetch_proposal(self) -> Envelope:
        self.hub.refuse(self.code, needs_standing=False)
        proposal = DirectoryProposal(self.hub.proposal, tuple(sorted(self.hub.signatures)))
        return self.hub.sign(proposal, self.code)

    def post(self, path: str, envelope: Envelope) -> bytes:
        return self.hub.take(self.code, path, envelope)

    def fetch_page(self, path: str, after: str | None) -> Envelope:  # noqa: ARG002 - one page is all
        self.hub.refuse(self.code, needs_standing=True)
        attachment_id = parse_attachment_id(path.split("/")[3])
        return self.hub.sign(self.hub.files.progress(attachment_id), self.code)

    def put_chunk(self, attachment_id: AttachmentId, number: int, sealed: bytes) -> None:
        self.hub.refuse(self.code, needs_standing=True)
        self.hub.files.put(attachment_id, number, sealed)

    def fetch_chunk(self, attachment_id: AttachmentId, number: int) -> bytes:
        self.hub.refuse(self.code, needs_standing=True)
        return self.hub.files.get(attachment_id, number)

    def fetch_deliveries(self, wait_s: int, limit: int) -> tuple[Delivery, ...]:  # noqa: ARG002 - waits for nobody
        self.hub.refuse(self.code, needs_standing=True)
        return tuple(self.hub.queues[self.code][:limit])
