"""Member states in memory, with real keys and real encodings, that talk to a hub's services as their nodes would."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from typing import Any
from uuid import uuid4

from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.identifier_types import RecordIdentifiers
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema, schema_digest
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.envelope import Envelope, EnvelopeHeader, sign
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
from symbolon.protocol.keys import LinkageKey, SealingKey, SealingPublicKey, SigningKey
from symbolon.protocol.messages import (
    DeliveryAcknowledgement,
    EnrolmentRequest,
    HoldDecision,
    Purpose,
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
_SCHEMA_BYTES = resources.files(_package).joinpath(_name).read_bytes()
SCHEMA = LinkageSchema.from_bytes(_SCHEMA_BYTES)
SCHEMA_DIGEST = schema_digest(_SCHEMA_BYTES)
LINKAGE_KEY = LinkageKey.generate(1, hashlib.sha256(b"a linkage key of tests").digest())
ENCODER = RecordEncoder(SCHEMA, LINKAGE_KEY.subkey)


@dataclass(slots=True)
class SimulatedMember:
    """One state: its keys, and the envelopes that its node would send."""

    code: MemberCode
    signing_key: SigningKey = field(default_factory=lambda: SigningKey.generate(secrets.token_bytes(32)))
    sealing_key: SealingKey = field(default_factory=lambda: SealingKey.generate(secrets.token_bytes(32)))
    tls_key: bytes = field(default_factory=certificates.new_private_key)

    def enrolment_request(self) -> EnrolmentRequest:
        return EnrolmentRequest(
            code=self.code,
            name=f"State {self.code}",
            signing_key=self.signing_key.public.to_bytes(),
            sealing_key=self.sealing_key.public.to_bytes(),
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
            "issued_at": now,
            "expires_at": now + timedelta(days=1),
        }
        return sign(message, EnvelopeHeader(**{**header, **other}), self.signing_key)

    def submission(self, *items: SubmissionItem) -> Envelope:
        return self.envelope(Submission(batch_id=new_batch_id(uuid4()), items=items), Purpose.SUBMISSION)

    def withdrawal(
        self, *references: RecordReference, reason: WithdrawalReason = WithdrawalReason.OWNER_REQUEST
    ) -> Envelope:
        items = tuple(WithdrawalItem(reference=reference, reason=reason) for reference in references)
        return self.envelope(Withdrawal(batch_id=new_batch_id(uuid4()), items=items), Purpose.WITHDRAWAL)

    def vote(self, hit_id: HitId, counterpart: "SimulatedMember", verdict: Verdict = Verdict.SAME) -> Envelope:
        message_id = new_message_id(uuid4())
        context = SealContext(FEDERATION, self.code, counterpart.code, Purpose.VOTE, hit_id, message_id)
        vote = Vote(hit_id=hit_id, round=1, verdict=verdict, reason="as I see it", voted_at=datetime.now(UTC))
        sealed = seal(vote, SealingPublicKey(counterpart.sealing_key.public.raw), context)
        return self.envelope(sealed, Purpose.VOTE, counterpart.code, message_id=message_id)

    def hold_decision(self, hit_id: HitId, ruling: HoldRuling) -> Envelope:
        return self.envelope(HoldDecision(hit_id=hit_id, decision=ruling), Purpose.HOLD_DECISION)

    def acknowledgement(self, *delivery_ids: DeliveryId) -> Envelope:
        return self.envelope(DeliveryAcknowledgement(delivery_ids=delivery_ids), Purpose.DELIVERY_ACKNOWLEDGEMENT)


def item(identifiers: RecordIdentifiers, **other: Any) -> SubmissionItem:
    """A record as a node would submit it; `other` overrides what is said of it."""
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
        "key_epoch": 1,
        "envelopes": (ENCODER.encode(identifiers).to_bytes(),),
    }
    return SubmissionItem(**{**fields, **other})


def body_of(envelope_bytes: bytes, kind: Any) -> Any:
    """The message of an envelope that the hub signed or relayed."""
    return Envelope.from_bytes(envelope_bytes).read(kind)


def purposes_of(deliveries: Any) -> list[Purpose]:
    """What waits for a member, by purpose, oldest first."""
    return [Envelope.from_json(parse_json(each.envelope)).purpose for each in deliveries]  # type: ignore[arg-type]
