"""One fixed, fictional message of every kind, for the vectors and for the tests of the wire format."""

from datetime import UTC, date, datetime

from symbolon.protocol import messages as m
from symbolon.protocol.handling import (
    Agreement,
    Band,
    Channel,
    ComparableWith,
    HandlingCode,
    HoldRuling,
    IdentifierKind,
    InformationAccuracy,
    IntendedUse,
    Namespace,
    OffenceGroup,
    RecordKind,
    SourceReliability,
    Urgency,
    Verdict,
    WithdrawalReason,
)
from symbolon.protocol.key_ceremony import share_linkage_key
from symbolon.protocol.keys import LinkageKey, SealingKey, SigningKey
from symbolon.protocol.lifecycle import HitEvent, JointState
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import (
    HUB,
    BatchId,
    DeliveryId,
    HitId,
    MemberCode,
    MessageId,
    RecordReference,
    RequestId,
)

FEDERATION = "exercise-vectors"
NOW = datetime(2026, 1, 31, 9, 30, 0, 123_000, tzinfo=UTC)
XA, XB = MemberCode("XA"), MemberCode("XB")


def uuid_text(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


SIGNING_KEYS = {code: SigningKey.generate(bytes([seed]) * 32) for code, seed in ((HUB, 1), (XA, 2), (XB, 3))}
SEALING_KEYS = {code: SealingKey.generate(bytes([seed]) * 32) for code, seed in ((XA, 4), (XB, 5))}
LINKAGE_KEY = LinkageKey.generate(1, bytes(range(32)))

HIT = HitId(uuid_text(1))
BATCH = BatchId(uuid_text(2))
REQUEST = RequestId(uuid_text(3))
OWN, OTHER = RecordReference(uuid_text(4)), RecordReference(uuid_text(5))
DELIVERY = DeliveryId(uuid_text(6))
MESSAGE = MessageId(uuid_text(7))
DIGEST = "5f" * 32


def _item(reference: RecordReference, comparable_with: ComparableWith) -> m.SubmissionItem:
    return m.SubmissionItem(
        reference=reference,
        version=2,
        record_kind=RecordKind.PERSON,
        namespace=Namespace.PROTECTED,
        offence_group=OffenceGroup.TRAFFICKING_LABOUR,
        urgency=Urgency.U2,
        comparable_with=comparable_with,
        review_date=date(2027, 1, 31),
        schema_id="symbolon-2026-1",
        schema_digest=DIGEST,
        key_epoch=1,
        envelopes=(bytes(range(256)), b"\xff\xfe"),
    )


def _card(code: MemberCode, name: str) -> m.MemberCard:
    return m.MemberCard(
        code=code,
        name=name,
        signing_key=SIGNING_KEYS[code].public.to_bytes(),
        sealing_key=SEALING_KEYS[code].public.to_bytes(),
        certificate_fingerprint=DIGEST,
    )


DIRECTORY = m.FederationDirectory(
    federation=FEDERATION,
    exercise=True,
    version=3,
    members=(_card(XA, "Amara"), _card(XB, "Belanu")),
    hub_signing_key=SIGNING_KEYS[HUB].public.to_bytes(),
    schema_id="symbolon-2026-1",
    schema_digest=DIGEST,
    key_epoch=1,
)

SEALABLE = (
    m.Vote(hit_id=HIT, round=1, verdict=Verdict.SAME, reason="Same scar; same boat.\n“နေဝင်း”", voted_at=NOW),
    m.Request(
        request_id=REQUEST,
        hit_id=HIT,
        purpose="Find where the vessel was refitted.",
        relevance="The same vessel carried workers on two routes.",
        facts="Seen in port under its former name.",
        questions=("Who was the master in March?", "Is the owner known to you?"),
        why_this_state="The vessel is registered there.",
        urgency=Urgency.U1,
        urgency_reason="Forty people may be on board.",
        need_by=date(2026, 2, 2),
        channel=Channel.INFORMAL,
        intended_use=IntendedUse.INTELLIGENCE,
        legal_basis="Voluntary cooperation.",
        handling_code=HandlingCode.H1,
        requested_at=NOW,
    ),
    m.Reply(
        request_id=REQUEST,
        hit_id=HIT,
        answers=("Not known.", "Yes: a company with one ship."),
        source_reliability=SourceReliability.B,
        information_accuracy=InformationAccuracy.CORROBORATED,
        caveats="Not for use in court.",
        handling_code=HandlingCode.H2,
        delete_by=None,
        replied_at=NOW,
    ),
    share_linkage_key(LINKAGE_KEY, FEDERATION),
)

CLEAR = (
    m.Submission(
        batch_id=BATCH,
        items=(_item(OWN, ComparableWith.all_but(XB)), _item(OTHER, ComparableWith.all_members())),
    ),
    m.SubmissionReceipt(
        batch_id=BATCH,
        body_digest=DIGEST,
        received_at=NOW,
        outcomes=(
            m.ItemOutcome(reference=OWN, version=2, problem=None, detail=None),
            m.ItemOutcome(reference=OTHER, version=2, problem=Problem.STALE_VERSION, detail="Send a version after 4."),
        ),
    ),
    m.Withdrawal(batch_id=BATCH, items=(m.WithdrawalItem(reference=OWN, reason=WithdrawalReason.RECLASSIFIED),)),
    m.WithdrawalReceipt(
        batch_id=BATCH,
        body_digest=DIGEST,
        withdrawn_at=NOW,
        outcomes=(
            m.WithdrawalOutcome(reference=OWN, erased_encodings=1, hits_closed=0, problem=None),
            m.WithdrawalOutcome(reference=OTHER, erased_encodings=0, hits_closed=0, problem=Problem.UNKNOWN_RECORD),
        ),
    ),
    m.Alert(
        hit_id=HIT,
        own_reference=OWN,
        counterpart=XB,
        counterpart_reference=OTHER,
        state=JointState.ALERTED,
        band=Band.STRONG,
        agreement=(
            m.KindAgreement(IdentifierKind.NAME, Agreement.AGREE),
            m.KindAgreement(IdentifierKind.PHONE, Agreement.UNKNOWN),
        ),
        counterpart_offence_group=OffenceGroup.SMUGGLING,
        counterpart_record_kind=RecordKind.PERSON,
        urgency=Urgency.U2,
        namespace=Namespace.GENERAL,
        schema_id="symbolon-2026-1",
        key_epoch=1,
        detected_at=NOW,
        alerted_at=NOW,
        exercise=True,
    ),
    m.HitNotice(hit_id=HIT, event=HitEvent.HELD, at=NOW),
    m.HoldDecision(hit_id=HIT, decision=HoldRuling.RELEASE),
    m.Delivery(delivery_id=DELIVERY, envelope={"version": "symbolon/1", "exercise": True}),
    m.DeliveryAcknowledgement(delivery_ids=(DELIVERY,)),
    _card(XA, "Amara"),
    DIRECTORY,
    m.EnrolmentRequest(
        code=XA,
        name="Amara",
        signing_key=SIGNING_KEYS[XA].public.to_bytes(),
        sealing_key=SEALING_KEYS[XA].public.to_bytes(),
        csr_pem="-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n",
    ),
    m.Welcome(
        directory=DIRECTORY,
        certificate_pem="-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        ca_pem="-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n",
        hub_url="https://127.0.0.1:8443",
    ),
)
