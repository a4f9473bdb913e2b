"""Member states in memory, with real keys and real encodings, that talk to a hub's services as their nodes would."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from typing import Any
from uuid import uuid4

from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.identifier_types import RecordIdentifiers
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema, schema_digest
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.envelope import Envelope, EnvelopeHeader, sign
from symbolon.protocol.federation import sign_directory
from symbolon.protocol.handling import (
    ComparableWith,
    HoldRuling,
    Namespace,
    OffenceGroup,
    RecordKind,
    Urgency,
    Verdict,
    WithdrawalReason,
)
from symbolon.protocol.hybrid_keys import HybridSealingKey, RecipientKeys
from symbolon.protocol.keys import LinkageKey, SealingKey, SealingPublicKey, SigningKey
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import (
    DeliveryAcknowledgement,
    DirectoryApproval,
    EnrolmentRequest,
    EpochProgress,
    FederationDirectory,
    HoldDecision,
    Purpose,
    RotationRequest,
    SafetyHoldOrder,
    Sealed,
    SideNotice,
    StateNotice,
    Submission,
    SubmissionItem,
    Vote,
    Withdrawal,
    WithdrawalItem,
)
from symbolon.protocol.references import (
    HUB,
    DeliveryId,
    HitId,
    MemberCode,
    RecordReference,
    new_batch_id,
    new_message_id,
    new_record_reference,
)
from symbolon.protocol.sealing import SealContext, seal
from symbolon.runtime import certificates

FEDERATION = "exercise-tests"

_package, _name = DEFAULT_SCHEMA_RESOURCE
SCHEMA_BYTES = resources.files(_package).joinpath(_name).read_bytes()
SCHEMA = LinkageSchema.from_bytes(SCHEMA_BYTES)
SCHEMA_DIGEST = schema_digest(SCHEMA_BYTES)
LINKAGE_KEYS = {
    epoch: LinkageKey.generate(epoch, hashlib.sha256(b"a linkage key of tests %d" % epoch).digest())
    for epoch in (1, 2, 3)
}
ENCODERS = {epoch: RecordEncoder(SCHEMA, key.subkey) for epoch, key in LINKAGE_KEYS.items()}


@dataclass(slots=True)
class SimulatedMember:
    """One state: its keys, and the envelopes that its node would send. Each call signs anew, as a node does."""

    code: MemberCode
    signing_key: SigningKey = field(default_factory=lambda: SigningKey.generate(secrets.token_bytes(32)))
    sealing_key: SealingKey = field(default_factory=lambda: SealingKey.generate(secrets.token_bytes(32)))
    hybrid_key: HybridSealingKey = field(default_factory=lambda: HybridSealingKey.generate(secrets.token_bytes(32)))
    tls_key: bytes = field(default_factory=certificates.new_private_key)
    share: Callable[[MemberCode, SubmissionItem, SigningKey], SubmissionItem] | None = None
    """Of a blind federation: what becomes of an encoding before it is submitted."""

    @property
    def recipient_keys(self) -> RecipientKeys:
        return RecipientKeys(SealingPublicKey(self.sealing_key.public.raw), self.hybrid_key.public)

    def enrolment_request(self) -> EnrolmentRequest:
        return EnrolmentRequest(
            code=self.code,
            name=f"State {self.code}",
            signing_key=self.signing_key.public.to_bytes(),
            sealing_key=self.sealing_key.public.to_bytes(),
            hybrid_sealing_key=self.hybrid_key.public.to_bytes(),
            csr_pem=certificates.new_signing_request(self.tls_key, self.code).decode(),
        )

    def envelope(self, message: Any, purpose: Purpose, audience: MemberCode = HUB, **other: Any) -> Envelope:
        now = datetime.now(UTC)
        header = {
            "federation": FEDERATION,
            "exercise": True,
            "sender": self.code,
            "audience": audience,
            "purpose": purpose,
            "message_id": new_message_id(uuid4()),
            "nonce": secrets.token_bytes(16),
            "issued_at": now,
            "expires_at": now + (timedelta(minutes=10) if audience == HUB else timedelta(days=30)),
        }
        return sign(message, EnvelopeHeader(**{**header, **other}), self.signing_key)

    def again(self, envelope: Envelope, *, issued_at: datetime | None = None) -> Envelope:
        """The same message, sent again as a node does: a fresh nonce and a fresh time, signed anew."""
        now = issued_at or datetime.now(UTC)
        header = EnvelopeHeader(
            federation=envelope.federation,
            exercise=envelope.exercise,
            sender=self.code,
            audience=envelope.audience,
            purpose=envelope.purpose,
            message_id=envelope.message_id,
            nonce=secrets.token_bytes(16),
            issued_at=now,
            expires_at=now + (envelope.expires_at - envelope.issued_at),
        )
        return sign(_read_back(envelope), header, self.signing_key)

    def approval(self, directory: FederationDirectory) -> Envelope:
        signature = sign_directory(directory, self.code, self.signing_key)
        approval = DirectoryApproval(directory.version, directory.digest(), signature)
        return self.envelope(approval, Purpose.DIRECTORY_APPROVAL)

    def rotation(self, new: "SimulatedMember", *, retire_old_at_once: bool = False) -> Envelope:
        """Ask for the keys of `new`, signed with the present ones."""
        request = RotationRequest(
            signing_key=new.signing_key.public.to_bytes(),
            sealing_key=new.sealing_key.public.to_bytes(),
            hybrid_sealing_key=new.hybrid_key.public.to_bytes(),
            csr_pem=certificates.new_signing_request(new.tls_key, self.code).decode(),
            retire_old_at_once=retire_old_at_once,
        )
        return self.envelope(request, Purpose.ROTATION_REQUEST)

    def progress(self, epoch: int, *, total: int = 0, encoded: int = 0, key: LinkageKey | None = None) -> Envelope:
        held = key or LINKAGE_KEYS[epoch]
        progress = EpochProgress(epoch, True, held.check_value(), total, encoded)
        return self.envelope(progress, Purpose.EPOCH_PROGRESS)

    def submission(self, *items: SubmissionItem) -> Envelope:
        submitted = (
            items if self.share is None else tuple(self.share(self.code, item, self.signing_key) for item in items)
        )
        return self.envelope(Submission(batch_id=new_batch_id(uuid4()), items=submitted), Purpose.SUBMISSION)

    def withdrawal(
        self, *references: RecordReference, reason: WithdrawalReason = WithdrawalReason.OWNER_REQUEST
    ) -> Envelope:
        items = tuple(WithdrawalItem(reference=reference, reason=reason) for reference in references)
        return self.envelope(Withdrawal(batch_id=new_batch_id(uuid4()), items=items), Purpose.WITHDRAWAL)

    def vote(
        self, hit_id: HitId, counterpart: "SimulatedMember", verdict: Verdict = Verdict.SAME, *, number: int = 1
    ) -> Envelope:
        message_id = new_message_id(uuid4())
        context = SealContext(FEDERATION, self.code, counterpart.code, Purpose.VOTE, hit_id, message_id)
        vote = Vote(hit_id=hit_id, round=number, verdict=verdict, reason="as I see it", voted_at=datetime.now(UTC))
        sealed = seal(vote, counterpart.recipient_keys, context, sender_has_hybrid=True)
        return self.envelope(sealed, Purpose.VOTE, counterpart.code, message_id=message_id)

    def notice(self, hit_id: HitId, event: Event, follows: int, **other: Any) -> StateNotice:
        """Which step it takes; `other`: the exchange that it belongs to, an opening's urgency, the time."""
        fields: dict[str, Any] = {"exchange_id": None, "urgency": None, "at": whole_milliseconds(datetime.now(UTC))}
        return StateNotice(hit_id=hit_id, event=event, follows=follows, **{**fields, **other})

    def step(self, notice: StateNotice) -> Envelope:
        return self.envelope(notice, Purpose.STATE_NOTICE)

    def sealed(
        self, counterpart: "SimulatedMember", purpose: Purpose, hit_id: HitId | None, notice: StateNotice | None = None
    ) -> Envelope:
        """A message that the hub cannot read."""
        body = Sealed(hit_id, counterpart.sealing_key.key_id, "test", b"only for you", notice)
        return self.envelope(body, purpose, counterpart.code)

    def side_notice(self, hit_id: HitId) -> Envelope:
        return self.envelope(SideNotice(hit_id, whole_milliseconds(datetime.now(UTC))), Purpose.SIDE_NOTICE)

    def safety_hold(self, hit_id: HitId, *, holds: bool) -> Envelope:
        order = SafetyHoldOrder(hit_id, holds, whole_milliseconds(datetime.now(UTC)))
        return self.envelope(order, Purpose.SAFETY_HOLD_ORDER)

    def hold_decision(self, hit_id: HitId, ruling: HoldRuling) -> Envelope:
        return self.envelope(HoldDecision(hit_id=hit_id, decision=ruling), Purpose.HOLD_DECISION)

    def acknowledgement(self, *delivery_ids: DeliveryId) -> Envelope:
        return self.envelope(DeliveryAcknowledgement(delivery_ids=delivery_ids), Purpose.DELIVERY_ACKNOWLEDGEMENT)


def item(identifiers: RecordIdentifiers, **other: Any) -> SubmissionItem:
    """A record as a node would submit it; `other` overrides what is said of it."""
    epoch = other.get("key_epoch", 1)
    fields: dict[str, Any] = {
        "reference": new_record_reference(uuid4()),
        "version": 1,
        "record_kind": RecordKind.PERSON,
        "namespace": Namespace.GENERAL,
        "offence_group": OffenceGroup.TRAFFICKING_LABOUR,
        "urgency": Urgency.U3,
        "comparable_with": ComparableWith.all_members(),
        "review_date": date.today() + timedelta(days=365),  # noqa: DTZ011 - any date ahead will do
        "schema_id": SCHEMA.id,
        "schema_digest": SCHEMA_DIGEST,
        "key_epoch": epoch,
        "envelopes": (ENCODERS[epoch].encode(identifiers).to_bytes(),),
    }
    return SubmissionItem(**{**fields, **other})


def under_epoch(record: SubmissionItem, identifiers: RecordIdentifiers, epoch: int) -> SubmissionItem:
    """The same version of a record, encoded under another epoch."""
    return item(
        identifiers,
        reference=record.reference,
        version=record.version,
        namespace=record.namespace,
        comparable_with=record.comparable_with,
        review_date=record.review_date,
        key_epoch=epoch,
    )


def body_of(envelope_bytes: bytes, kind: Any) -> Any:
    """The message of an envelope that the hub signed or relayed."""
    return Envelope.from_bytes(envelope_bytes).read(kind)


def purposes_of(deliveries: Any) -> list[Purpose]:
    """What waits for a member, by purpose, oldest first."""
    return [Envelope.from_json(parse_json(each.envelope)).purpose for each in deliveries]  # type: ignore[arg-type]


def _read_back(envelope: Envelope) -> Any:
    from symbolon.protocol import messages

    kinds = {kind.PURPOSE: kind for kind in vars(messages).values() if hasattr(kind, "PURPOSE")}
    kind = messages.Sealed if envelope.purpose in messages.SEALED_PURPOSES else kinds[envelope.purpose]
    return envelope.read(kind)
