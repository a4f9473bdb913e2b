"""One fixed, fictional message of every kind, for the vectors and for the tests of the wire format."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from symbolon.protocol import messages as m
from symbolon.protocol.allowances import Counting
from symbolon.protocol.ceremony import Ceremony, commitment_to, derive_key, transcript_of
from symbolon.protocol.epochs import references_digest
from symbolon.protocol.exchange_terms import (
    CaseOutcome,
    Caveat,
    FormalChannel,
    MeetingStatus,
    PurgedPlace,
    PurgeReason,
    RecallReason,
    RefusalGround,
    ReplyExtent,
    RequestRuling,
    Tlp,
    Usefulness,
)
from symbolon.protocol.federation import sign_directory
from symbolon.protocol.focal_points import sign_focal_points
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
    SubjectCategory,
    Urgency,
    Verdict,
    WithdrawalReason,
)
from symbolon.protocol.hybrid_keys import HybridSealingKey, OwnSealingKeys, RecipientKeys
from symbolon.protocol.key_ceremony import share_linkage_key
from symbolon.protocol.keys import SealingKey, SigningKey
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.messages_focal_points import Competence, ContactKind, DeskKind
from symbolon.protocol.messages_sessions import CompareRows, LinearForm, RowAddress, RowRange
from symbolon.protocol.onward_use import sign_onward_use
from symbolon.protocol.oprf_sharing import Line
from symbolon.protocol.pair_profiles import sign_pair_profile
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import (
    HUB,
    AttachmentId,
    BatchId,
    DeliveryId,
    DeskId,
    HitId,
    IncarnationId,
    MeetingId,
    MemberCode,
    MessageId,
    NoteId,
    OnwardUseId,
    PairId,
    PingId,
    ProposalId,
    PurgeId,
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
        reconsider=(HIT,),
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

RECEIVERS_FOUNDING = replace(BLIND_FOUNDING, comparison=replace(BLIND_FOUNDING.comparison, opening=m.Opening.RECEIVERS))
"""The same, where match bits open towards the members alone."""

COMPARED = CompareRows(
    number=7,
    rotation=1,
    tree=False,
    change=77,
    form=LinearForm(overlap=5, query_weight=2, record_weight=2, constant=0, bits=12),
    queries=(RowAddress(3, 0), RowAddress(3, 1)),
    against=(RowRange(4, 0, 3),),
    pairs=(),
)
PAIR, OWN_ALIAS, OTHER_ALIAS = (
    PairId(uuid_text(19)),
    RecordReference(uuid_text(20)),
    RecordReference(uuid_text(21)),
)
OWN_SIDE = m.SideOfPair(OWN, 2, RecordKind.PERSON, OffenceGroup.SMUGGLING, Urgency.U2)
FOUND_PAIR = m.FoundPair(
    pair_id=PAIR,
    handle=1_002,
    finder_handle=1_001,
    finder_name=11,
    key_epoch=1,
    band=Band.STRONG,
    finder_alias=OWN_ALIAS,
    other_alias=OTHER_ALIAS,
    finder=OWN_SIDE,
    brings_back=False,
)
KNOWN_PAIR = m.KnownPair(
    PairId(uuid_text(22)), is_finder=False, own_alias=OWN_ALIAS, other_alias=OTHER_ALIAS, key_epoch=1, band=Band.STRONG
)

PAIR_DECLARATION = m.PairDeclaration(
    pair_id=PAIR,
    own_alias=OWN_ALIAS,
    counterpart=XB,
    counterpart_alias=OTHER_ALIAS,
    is_finder=True,
    is_protected=False,
    key_epoch=1,
    band=Band.STRONG,
    urgency=Urgency.U2,
)
PAIR_END = m.PairEnd(PAIR, OWN_ALIAS, WithdrawalReason.RECLASSIFIED)
OPENING_PROBLEM = m.OpeningProblem(session=bytes(range(16)), number=7, by_canaries=False)

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

MARKS = m.ProtectionMarks(non_punishment=True, minor=True, victim_risk="Her family is watched.")
ATTACHMENT, MEETING, NOTE = AttachmentId(uuid_text(12)), MeetingId(uuid_text(13)), NoteId(uuid_text(14))
PROPOSAL, ONWARD_USE, PURGE = ProposalId(uuid_text(15)), OnwardUseId(uuid_text(16)), PurgeId(uuid_text(17))
PING, DESK, NIGHT_DESK = PingId(uuid_text(18)), DeskId("crime-desk"), DeskId("night-desk")
ATTACHED = (m.AttachmentReference(ATTACHMENT, DIGEST),)

ONWARD_USE_TOKEN = sign_onward_use(
    m.OnwardUseToken(
        onward_use_id=ONWARD_USE,
        federation=FEDERATION,
        hit_id=HIT,
        exchange_id=REQUEST,
        originator=XA,
        holder=XB,
        recipients=(XC,),
        use="For the search of the vessel.",
        as_evidence=False,
        content_digest=DIGEST,
        issued_at=NOW,
        expires_on=date(2026, 4, 30),
    ),
    SIGNING_KEYS[XA],
)

FOCAL_POINTS = sign_focal_points(
    m.FocalPointDirectory(
        member=XA,
        version=3,
        issued_at=NOW,
        valid_until=date(2026, 12, 31),
        desks=(
            m.FocalPointEntry(
                desk_id=DESK,
                kind=DeskKind.FOCAL_POINT,
                title="Desk for serious crime",
                competences=(Competence.TRAFFICKING, Competence.MINORS),
                languages=("en", "th"),
                zone="Asia/Bangkok",
                hours=(m.DeskHours(0, 540, 720), m.DeskHours(0, 780, 1020)),
                channels=(
                    m.ContactChannel(ContactKind.PHONE, "+99 555 000 100", ""),
                    m.ContactChannel(ContactKind.SECURE_MAIL, "desk@amara.example", "5F5F 5F5F 5F5F 5F5F"),
                ),
                deputy=NIGHT_DESK,
            ),
            m.FocalPointEntry(
                desk_id=NIGHT_DESK,
                kind=DeskKind.DUTY,
                title="Officer on call",
                competences=(Competence.GENERAL,),
                languages=("th",),
                zone="Asia/Bangkok",
                hours=(m.DeskHours(0, 0, 1440),),
                channels=(m.ContactChannel(ContactKind.INTERPOL_I24_7, "AMARA NCB", ""),),
                deputy=None,
            ),
        ),
        roster=(m.DutyTurn(NIGHT_DESK, NOW, NOW + timedelta(hours=12)),),
        holidays=(date(2026, 4, 13), date(2026, 4, 14)),
    ),
    SIGNING_KEYS[XA],
)

PAIR_PROFILE = m.PairProfile(
    members=(XA, XB),
    version=1,
    previous_digest=None,
    effective_from=date(2026, 3, 1),
    times=(m.AgreedTime(ClockName.RESPOND, Urgency.U3, Counting.WORKING_DAYS, 10),),
)

SIGNED_PAIR_PROFILE = m.SignedPairProfile(
    PAIR_PROFILE, tuple(sign_pair_profile(PAIR_PROFILE, member, SIGNING_KEYS[member]) for member in (XA, XB))
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
        offence_group=OffenceGroup.TRAFFICKING_LABOUR,
        subject_category=SubjectCategory.SUSPECT,
        subject_role="Owner of the vessel.",
        tlp=Tlp.AMBER,
        onward_sharing=(XC,),
        caveats=(Caveat.NOT_FOR_ARREST,),
        marks=MARKS,
        languages=("en", "zh-Hant"),
        contacts=(DESK,),
        attachments=ATTACHED,
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
        extent=ReplyExtent.PARTIAL,
        released=(IdentifierKind.VESSEL,),
        may_be_evidence=False,
        tlp=Tlp.AMBER_STRICT,
        onward_sharing=(),
        caveat_codes=(Caveat.ASK_BEFORE_ACTION, Caveat.NO_EXPORT),
        marks=MARKS,
        attachments=(),
    ),
    m.RequestDecision(
        request_id=REQUEST,
        hit_id=HIT,
        ruling=RequestRuling.REFUSE,
        ground=RefusalGround.SAFETY_OF_A_PERSON,
        expected_on=None,
        judicial_authorisation=False,
        marks=MARKS,
        decided_at=NOW,
    ),
    m.Clarification(REQUEST, HIT, "Which of the two ports do you mean?", HandlingCode.H1, MARKS, NOW),
    m.ClarificationAnswer(REQUEST, HIT, "The northern one, at the old shipyard.", HandlingCode.H1, MARKS, NOW),
    m.Recall(REQUEST, HIT, RecallReason.SENT_IN_ERROR, MARKS, NOW),
    m.SpontaneousInformation(
        request_id=REQUEST,
        hit_id=HIT,
        information="The vessel left for your waters last night.",
        relevance="Forty people were seen to board.",
        urgency=Urgency.U1,
        source_reliability=SourceReliability.A,
        information_accuracy=InformationAccuracy.NOT_IN_DOUBT,
        released=(IdentifierKind.VESSEL, IdentifierKind.PLACE),
        handling_code=HandlingCode.H2,
        tlp=Tlp.RED,
        onward_sharing=(),
        caveats=(Caveat.NAMED_OFFICERS_ONLY,),
        delete_by=date(2026, 12, 31),
        may_be_evidence=False,
        marks=MARKS,
        attachments=ATTACHED,
        informed_at=NOW,
    ),
    m.FormalRoute(REQUEST, HIT, FormalChannel.LEGAL_ASSISTANCE, "Letter rogatory 12/2026", MARKS, NOW),
    m.Feedback(REQUEST, HIT, Usefulness.DECISIVE, (CaseOutcome.VICTIM_SAFE, CaseOutcome.ARREST), MARKS, NOW),
    m.Note(NOTE, HIT, None, "The shipyard opens at dawn.", HandlingCode.H1, Tlp.AMBER_STRICT, MARKS, NOW),
    m.ExtraFieldProposal(PROPOSAL, HIT, (IdentifierKind.BIRTH_DATE,), "Two brothers share the name.", NOW),
    m.ExtraFieldAnswer(PROPOSAL, HIT, agreed=True, answered_at=NOW),
    m.ExtraFieldValue(
        PROPOSAL, HIT, (m.ShownField(IdentifierKind.BIRTH_DATE, "1990-05"),), HandlingCode.H1, MARKS, NOW
    ),
    m.AttachmentManifest(
        attachment_id=ATTACHMENT,
        hit_id=HIT,
        exchange_id=REQUEST,
        file_name="crew list.pdf",
        media_type="application/pdf",
        size=1_048_577,
        sha256=DIGEST,
        key=bytes(range(32)),
        handling_code=HandlingCode.H2,
        tlp=Tlp.RED,
        caveats=(Caveat.NO_EXPORT,),
        marks=MARKS,
        attached_at=NOW,
    ),
    m.MeetingProposal(
        meeting_id=MEETING,
        hit_id=HIT,
        sequence=1,
        status=MeetingStatus.HELD,
        agenda="Who searches which quay.",
        starts_at=NOW + timedelta(days=1),
        ends_at=NOW + timedelta(days=1, hours=1),
        zone="Asia/Bangkok",
        attendees=("Crime desk, Amara", "Coast guard, Belanu"),
        link="https://meet.example/5f",
        minutes_digest=DIGEST,
        handling_code=HandlingCode.H1,
        marks=MARKS,
        proposed_at=NOW,
    ),
    m.MeetingAnswer(MEETING, HIT, sequence=1, accepted=True, answered_at=NOW),
    m.OnwardUseRequest(
        onward_use_id=ONWARD_USE,
        hit_id=HIT,
        exchange_id=REQUEST,
        recipients=(XC,),
        use="For the search of the vessel.",
        as_evidence=False,
        content_digest=DIGEST,
        marks=MARKS,
        asked_at=NOW,
    ),
    m.OnwardUseDecision(ONWARD_USE, HIT, ONWARD_USE_TOKEN, NOW),
    m.PurgeRequest(PURGE, HIT, None, PurgeReason.WITHDRAWN, NOW),
    m.PurgeReceipt(
        PURGE, HIT, tuple(m.PurgedCount(place, 1) for place in PurgedPlace), legal_hold=False, purged_at=NOW
    ),
    share_linkage_key(LINKAGE_KEY, FEDERATION),
    m.KeyCommitment(CEREMONY.ceremony_id, epoch=1, attempt=1, commitment=COMMITMENTS[XA]),
    m.KeyReveal(CEREMONY.ceremony_id, 1, 1, contribution=CONTRIBUTIONS[XA], transcript=TRANSCRIPT),
    m.KeyConfirmation(CEREMONY.ceremony_id, 1, 1, key_check_value=LINKAGE_KEY.check_value()),
    m.PairsFound(
        found=(FOUND_PAIR,),
        answers=(
            m.PairAnswer(PAIR, OWN_SIDE, None),
            m.PairAnswer(PAIR, None, None),
            m.PairAnswer(PAIR, OWN_SIDE, KNOWN_PAIR),
        ),
    ),
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
    state_version=1,
)

LEDGER = m.KnownLedger(
    state=JointState.HELD,
    version=6,
    since=NOW,
    round=2,
    first_round=1,
    held_from=JointState.CONFIRMED,
    closed_from=None,
    exchanges=(m.KnownExchange(REQUEST, XA, Urgency.U2, JointState.CLARIFY, 2, NOW, 1),),
)

CLEAR = (
    m.Submission(
        batch_id=BATCH,
        items=(_item(OWN, ComparableWith.all_but(XB)), _item(OTHER, ComparableWith.all_members())),
        canaries=(m.Canary(OTHER, 3, m.CanaryForm.HIT),),
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
    m.HoldDecision(hit_id=HIT, decision=HoldRuling.RELEASE),
    m.StateNotice(HIT, REQUEST, Event.REQUESTED, follows=0, urgency=Urgency.U1, at=NOW),
    m.StepTaken(HIT, None, Event.EXPIRED, follows=2, urgency=None, by=HUB, at=NOW),
    m.SideNotice(HIT, at=NOW),
    m.SafetyHoldOrder(HIT, holds=True, at=NOW),
    m.SafetyHoldNotice(HIT, holds=True, at=NOW),
    m.AttachmentOffer(ATTACHMENT, HIT, REQUEST, size=1_048_577, chunk_digests=(DIGEST, DIGEST)),
    m.AttachmentProgress(ATTACHMENT, missing=(0, 199)),
    m.AttachmentReceived(ATTACHMENT),
    m.EscalationNotice(HIT, REQUEST, ClockName.RESPOND, m.EscalationLevel.OVER, Watcher.FACILITATOR, NOW),
    FOCAL_POINTS,
    m.FocalPointBook((FOCAL_POINTS,), (m.DeskLife(XA, DESK, NOW, None), m.DeskLife(XA, NIGHT_DESK, NOW, NOW))),
    m.ProofOfLifePing(PING, DESK, NOW, NOW + timedelta(days=1)),
    m.ProofOfLifeAnswer(PING, DESK, NOW),
    SIGNED_PAIR_PROFILE,
    m.PairProfileBook((SIGNED_PAIR_PROFILE,)),
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
    m.NotCompared(records=(m.UnreadVersion(OWN, 2, key_epoch=1, operators=(0, 2)),)),
    _card(XA, "Amara"),
    m.FederationHistory(incarnation=INCARNATION, versions=(SIGNED_FOUNDING, SIGNED_DIRECTORY)),
    m.DirectoryProposal(directory=DIRECTORY, signed_by=(XB,)),
    m.DirectoryProposal(directory=BLIND_FOUNDING, signed_by=(XA,)),
    m.DirectoryProposal(directory=RECEIVERS_FOUNDING, signed_by=(XA,)),
    m.HandleNotice(records=(m.NumberedRecord(OWN, 2, key_epoch=1, handle=1_001, name=11),)),
    m.SealedOpenings(
        session=bytes(range(16)),
        what="person",
        key_epoch=1,
        schema_digest=DIGEST,
        asking=XA,
        asked=XB,
        queries=(1_001, 1_001),
        query_names=(11, 11),
        records=(1_002, 0, 1_003),
        record_names=(12, 0, 13),
        canaries=(m.NamedCanary(1_003, 2, m.CanaryForm.HIT), m.NamedCanary(1_001, 2, m.CanaryForm.QUERY)),
        known=(m.KnownYes(1_001, 1_003),),
        openings=(
            m.SealedOpening(
                COMPARED, (HYBRID_KEYS[XA].key_id,) * 3, tuple(bytes([place]) * 40 for place in range(1, 4))
            ),
        ),
    ),
    PAIR_DECLARATION,
    PAIR_END,
    OPENING_PROBLEM,
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
                ledger=LEDGER,
                own_vote=m.VoteCustody.LIES_AT_HUB,
                frozen=True,
                own_safety_hold=False,
            ),
        ),
        more=True,
    ),
    m.RedeliveryRequest(since=NOW),
    m.RedeliveryReceipt(queued=3, kept_since=NOW),
    m.KnownRecords(incarnation=INCARNATION, records=(HELD_RECORD, WITHDRAWN_RECORD)),
    m.RecordDifferences(incarnation=INCARNATION, lacking=(OWN,), still_held=(OTHER,)),
    m.KnownHits(incarnation=INCARNATION, hits=(m.KnownHit(ALERT, LEDGER, 2, safety_hold=True, released=False),)),
    m.HitStanding(HIT, LEDGER, frozen=False),
    m.ReconciliationDone(incarnation=INCARNATION, records=2, hits=1),
)
