"""One fixed, fictional message of every kind, for the vectors and for the tests of the wire format."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from symbolon.protocol import messages as m
from symbolon.protocol.ceremony import Ceremony, commitment_to, derive_key, transcript_of
from symbolon.protocol.epochs import references_digest
from symbolon.protocol.federation import sign_directory
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
from symbolon.protocol.hybrid_keys import HybridSealingKey, OwnSealingKeys, RecipientKeys
from symbolon.protocol.key_ceremony import share_linkage_key
from symbolon.protocol.keys import SealingKey, SigningKey
from symbolon.protocol.lifecycle import HitEvent, JointState
from symbolon.protocol.oprf_sharing import Line
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import (
    HUB,
    BatchId,
    DeliveryId,
    HitId,
    IncarnationId,
    MemberCode,
    MessageId,
    RecordReference,
    RequestId,
)
from symbolon.protocol.ristretto import scalar_of

FEDERATION = "exercise-vectors"
NOW = datetime(2026, 1, 31, 9, 30, 0, 123_000, tzinfo=UTC)
XA, XB, XC = MemberCode("XA"), MemberCode("XB"), MemberCode("XC")


def uuid_text(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


SIGNING_KEYS = {code: SigningKey.generate(bytes([seed]) * 32) for code, seed in ((HUB, 1), (XA, 2), (XB, 3), (XC, 16))}
SEALING_KEYS = {code: SealingKey.generate(bytes([seed]) * 32) for code, seed in ((XA, 4), (XB, 5), (XC, 17))}
HYBRID_KEYS = {code: HybridSealingKey.generate(bytes([seed]) * 32) for code, seed in ((XA, 18), (XB, 19))}
"""XC has none: what is sealed for it is sealed with the classic suite."""

OWN_KEYS = {code: OwnSealingKeys(SEALING_KEYS[code], HYBRID_KEYS.get(code)) for code in (XA, XB, XC)}
RECIPIENT_KEYS = {
    code: RecipientKeys(keys.classic.public, None if keys.hybrid is None else keys.hybrid.public)
    for code, keys in OWN_KEYS.items()
}

HIT = HitId(uuid_text(1))
BATCH = BatchId(uuid_text(2))
REQUEST = RequestId(uuid_text(3))
OWN, OTHER = RecordReference(uuid_text(4)), RecordReference(uuid_text(5))
DELIVERY = DeliveryId(uuid_text(6))
MESSAGE = MessageId(uuid_text(7))
DIGEST = "5f" * 32
NONCE = bytes(range(16))
INCARNATION = IncarnationId(uuid_text(11))


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


def _card(code: MemberCode, name: str, signing_key: SigningKey | None = None) -> m.MemberCard:
    hybrid = HYBRID_KEYS.get(code)
    return m.MemberCard(
        code=code,
        name=name,
        signing_key=(signing_key or SIGNING_KEYS[code]).public.to_bytes(),
        sealing_key=SEALING_KEYS[code].public.to_bytes(),
        hybrid_sealing_key=None if hybrid is None else hybrid.public.to_bytes(),
        certificate_fingerprint=DIGEST,
    )


def _member(card: m.MemberCard, *retired: m.RetiredKey) -> m.Member:
    return m.Member(
        card=card,
        standing=m.MemberStanding.ACTIVE,
        standing_since=NOW,
        keys_expire_on=date(2027, 1, 31),
        certificate_expires_on=date(2027, 1, 31),
        retired_keys=retired,
    )


def signed(directory: m.FederationDirectory, *members: MemberCode) -> m.SignedDirectory:
    """Give a directory with these members' signatures, by their first keys."""
    return m.SignedDirectory(
        directory, tuple(sign_directory(directory, member, SIGNING_KEYS[member]) for member in members)
    )


FOUNDING = m.FederationDirectory(
    federation=FEDERATION,
    exercise=True,
    version=1,
    previous_digest=None,
    issued_at=NOW,
    hub_signing_key=SIGNING_KEYS[HUB].public.to_bytes(),
    members=(_member(_card(XA, "Amara")), _member(_card(XB, "Belanu")), _member(_card(XC, "Cassor"))),
    epochs=(m.LinkageEpoch(1, "symbolon-2026-1", DIGEST),),
    policies=m.FederationPolicies(signing_quorum=2, key_lifetime_days=730, certificate_lifetime_days=365),
)
"""The first version: everybody signs it."""

XA_NEXT_KEY = SigningKey.generate(b"\x14" * 32)
DIRECTORY = m.FederationDirectory(
    federation=FEDERATION,
    exercise=True,
    version=2,
    previous_digest=FOUNDING.digest(),
    issued_at=NOW + timedelta(days=1),
    hub_signing_key=FOUNDING.hub_signing_key,
    members=(
        _member(
            _card(XA, "Amara", XA_NEXT_KEY),
            m.RetiredKey(SIGNING_KEYS[XA].public.to_bytes(), NOW + timedelta(days=1)),
        ),
        FOUNDING.members[1],
        replace(FOUNDING.members[2], standing=m.MemberStanding.EXPELLED, standing_since=NOW + timedelta(days=1)),
    ),
    epochs=(*FOUNDING.epochs, m.LinkageEpoch(2, "symbolon-2026-1", DIGEST)),
    policies=FOUNDING.policies,
)
"""The second version: XA has a new signing key, XC is expelled, and a new epoch begins."""

OPERATOR_KEYS = [SigningKey.generate(bytes([seed]) * 32) for seed in (0x31, 0x32, 0x33)]


def _operator_card(place: int) -> m.OperatorCard:
    drawn = bytes([0x34 + place]) * 32
    line = Line(scalar_of(drawn * 2), scalar_of(bytes(64 - place) + bytes([9] * place)))
    return m.OperatorCard(
        place=place,
        name=f"Operator {place}",
        signing_key=OPERATOR_KEYS[place].public.to_bytes(),
        sealing_key=HybridSealingKey.generate(drawn).public.to_bytes(),
        agreement_key=SealingKey.generate(drawn).public.to_bytes(),
        token_commitment=line.commitment,
        certificate_fingerprint=DIGEST,
    )


BLIND_FOUNDING = replace(
    FOUNDING, comparison=m.Comparison(m.Comparing.BLIND, tuple(_operator_card(place) for place in range(3)))
)
"""The same, of a federation that compares blind."""

TOKEN_ELEMENTS = (bytes(range(32)), bytes(range(32, 64)))
OPERATOR_ERASURE = m.OperatorErasure(
    federation=FEDERATION,
    exercise=True,
    place=1,
    number=77,
    owner=XA,
    records=(m.ErasedVersion(OWN, 2), m.ErasedVersion(OTHER, 1)),
    erased_at=NOW,
)

SIGNED_FOUNDING = signed(FOUNDING, XA, XB, XC)
SIGNED_DIRECTORY = signed(DIRECTORY, XA, XB)

CEREMONY = Ceremony.authorised_by(FOUNDING, 1)
CONTRIBUTIONS = {code: bytes([seed]) * 32 for code, seed in ((XA, 0xC1), (XB, 0xC2), (XC, 0xC3))}
COMMITMENTS = {
    code: commitment_to(CEREMONY.ceremony_id, 1, code, contribution) for code, contribution in CONTRIBUTIONS.items()
}
TRANSCRIPT = transcript_of(COMMITMENTS)
LINKAGE_KEY = derive_key(CEREMONY, 1, CONTRIBUTIONS.values(), TRANSCRIPT)

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
    m.KeyCommitment(CEREMONY.ceremony_id, epoch=1, attempt=1, commitment=COMMITMENTS[XA]),
    m.KeyReveal(CEREMONY.ceremony_id, 1, 1, contribution=CONTRIBUTIONS[XA], transcript=TRANSCRIPT),
    m.KeyConfirmation(CEREMONY.ceremony_id, 1, 1, key_check_value=LINKAGE_KEY.check_value()),
)

REQUEST_PEM = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"
HELD_RECORD = m.ReconciliationRecord(reference=OWN, version=4, epochs=(1, 2), withdrawn=False)
WITHDRAWN_RECORD = m.ReconciliationRecord(reference=OTHER, version=1, epochs=(), withdrawn=True)

ALERT = m.Alert(
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
    ALERT,
    m.HitNotice(hit_id=HIT, event=HitEvent.HELD, at=NOW),
    m.HoldDecision(hit_id=HIT, decision=HoldRuling.RELEASE),
    m.Delivery(delivery_id=DELIVERY, envelope={"version": "symbolon/1", "exercise": True}),
    m.DeliveryAcknowledgement(delivery_ids=(DELIVERY,)),
    m.TokenRequest(elements=TOKEN_ELEMENTS),
    m.TokenAnswers(
        answers=tuple(
            m.TokenAnswer(
                place=place,
                elements=TOKEN_ELEMENTS,
                challenge=bytes([place + 1]) * 32,
                response=bytes([place + 4]) * 32,
                moved=bytes(32),
            )
            for place in (0, 2)
        )
    ),
    m.EpochProgress(
        epoch=2,
        key_held=True,
        key_check_value=LINKAGE_KEY.check_value(),
        records_total=100_000,
        records_encoded=42,
    ),
    m.EpochErasureReceipt(
        epoch=1, erased_encodings=2, records=2, references_digest=references_digest((OWN, OTHER)), erased_at=NOW
    ),
    m.OperatorErasureReceipt(
        erasure=OPERATOR_ERASURE, signature=OPERATOR_KEYS[1].sign(OPERATOR_ERASURE.signed_bytes())
    ),
    _card(XA, "Amara"),
    m.FederationHistory(incarnation=INCARNATION, versions=(SIGNED_FOUNDING, SIGNED_DIRECTORY)),
    m.DirectoryProposal(directory=DIRECTORY, signed_by=(XB,)),
    m.DirectoryProposal(directory=BLIND_FOUNDING, signed_by=(XA,)),
    m.DirectoryApproval(version=2, digest=DIRECTORY.digest(), signature=SIGNED_DIRECTORY.signatures[0]),
    m.EnrolmentRequest(
        code=XA,
        name="Amara",
        signing_key=SIGNING_KEYS[XA].public.to_bytes(),
        sealing_key=SEALING_KEYS[XA].public.to_bytes(),
        hybrid_sealing_key=HYBRID_KEYS[XA].public.to_bytes(),
        csr_pem=REQUEST_PEM,
    ),
    m.Welcome(
        certificate_pem="-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        ca_pem="-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n",
        hub_url="https://127.0.0.1:8443",
        hub_signing_key=SIGNING_KEYS[HUB].public.to_bytes(),
        federation=FEDERATION,
        exercise=True,
    ),
    m.RotationRequest(
        signing_key=XA_NEXT_KEY.public.to_bytes(),
        sealing_key=SEALING_KEYS[XA].public.to_bytes(),
        hybrid_sealing_key=None,
        csr_pem=REQUEST_PEM,
        retire_old_at_once=False,
    ),
    m.RotationAnswer(certificate_pem="-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n"),
    m.RecordListing(incarnation=INCARNATION, records=(HELD_RECORD, WITHDRAWN_RECORD), more=False),
    m.HitListing(
        incarnation=INCARNATION,
        hits=(
            m.ReconciliationHit(
                hit_id=HIT,
                own_reference=OWN,
                counterpart=XB,
                counterpart_reference=OTHER,
                state=JointState.NEEDS_MORE,
                round=2,
                own_vote=m.VoteCustody.LIES_AT_HUB,
            ),
        ),
        more=True,
    ),
    m.RedeliveryRequest(since=NOW),
    m.RedeliveryReceipt(queued=3, kept_since=NOW),
    m.KnownRecords(incarnation=INCARNATION, records=(HELD_RECORD, WITHDRAWN_RECORD)),
    m.RecordDifferences(incarnation=INCARNATION, lacking=(OWN,), still_held=(OTHER,)),
    m.KnownHits(incarnation=INCARNATION, hits=(m.KnownHit(alert=ALERT, state=JointState.CONFIRMED, round=1),)),
    m.ReconciliationDone(incarnation=INCARNATION, records=2, hits=1),
)
