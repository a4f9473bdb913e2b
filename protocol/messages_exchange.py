"""From member to member: what is sealed for the other side, and the sealed form that the hub relays unread."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar, Final

from symbolon.protocol.exchange_terms import NO_MARKS, Caveat, ProtectionMarks, ReplyExtent, Tlp
from symbolon.protocol.handling import (
    Channel,
    HandlingCode,
    IdentifierKind,
    InformationAccuracy,
    IntendedUse,
    OffenceGroup,
    SourceReliability,
    SubjectCategory,
    Urgency,
    Verdict,
)
from symbolon.protocol.messages_steps import StateNotice
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import AttachmentId, DeskId, HitId, KeyId, MemberCode, RequestId
from symbolon.protocol.wire_limits import (
    Counter,
    FederationName,
    LanguageTag,
    LongText,
    Name,
    Sentence,
    Sha256Hex,
    ShortText,
    entries,
    octets,
)

MAX_QUESTIONS: Final = 20
MAX_ATTACHMENTS: Final = 20
MAX_SHARING: Final = 50
OnwardSharing = Annotated[tuple[MemberCode, ...], entries(0, MAX_SHARING)]
Caveats = Annotated[tuple[Caveat, ...], entries(0, len(Caveat))]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The body of every envelope from member to member: a ciphertext for one recipient key.

    It has no purpose of its own: its envelope carries the purpose of what is sealed inside. Where that is a step of an
    exchange, ``notice`` is what the hub may see of it; one signature is over both, and the receiver compares them.
    ``vote_round`` is the round that a vote is of, so that none is taken for one of another time; null else.
    """

    hit_id: HitId | None
    recipient_key_id: KeyId
    suite: Name
    ciphertext: Annotated[bytes, octets(1, 1_048_576)] = field(repr=False)
    notice: StateNotice | None = None
    vote_round: Counter | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """One side's verdict in one round; the other side opens it only when its own lies there too (invariant 5)."""

    PURPOSE: ClassVar[Purpose] = Purpose.VOTE

    hit_id: HitId
    round: Counter
    verdict: Verdict = field(repr=False)
    reason: ShortText = field(repr=False)
    voted_at: datetime


@dataclass(frozen=True, slots=True)
class AttachmentReference:
    """A file that belongs to a message, named by the SHA-256 of its content; it travels by itself, in chunks."""

    attachment_id: AttachmentId
    sha256: Sha256Hex


Attachments = Annotated[tuple[AttachmentReference, ...], entries(0, MAX_ATTACHMENTS)]


@dataclass(frozen=True, slots=True)
class Request:
    """What one state asks the other after both voted SAME: the steps of the request guide, in order."""

    PURPOSE: ClassVar[Purpose] = Purpose.REQUEST

    request_id: RequestId
    hit_id: HitId
    purpose: LongText = field(repr=False)
    relevance: LongText = field(repr=False)
    facts: LongText = field(repr=False)
    questions: Annotated[tuple[Sentence, ...], entries(1, MAX_QUESTIONS)] = field(repr=False)
    why_this_state: LongText = field(repr=False)
    urgency: Urgency
    urgency_reason: ShortText = field(repr=False)
    need_by: date | None
    channel: Channel
    intended_use: IntendedUse
    legal_basis: ShortText = field(repr=False)
    handling_code: HandlingCode
    requested_at: datetime
    offence_group: OffenceGroup = OffenceGroup.OTHER
    subject_category: SubjectCategory = SubjectCategory.UNKNOWN
    subject_role: ShortText = field(default="", repr=False)
    tlp: Tlp = Tlp.AMBER_STRICT
    onward_sharing: OnwardSharing = ()
    caveats: Caveats = ()
    marks: ProtectionMarks = NO_MARKS
    languages: Annotated[tuple[LanguageTag, ...], entries(0, 10)] = ()
    contacts: Annotated[tuple[DeskId, ...], entries(0, 5)] = ()
    attachments: Attachments = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer per question, how sure it is, and how it may be used; ``extent`` PARTIAL: more is to come."""

    PURPOSE: ClassVar[Purpose] = Purpose.REPLY

    request_id: RequestId
    hit_id: HitId
    answers: Annotated[tuple[LongText, ...], entries(1, MAX_QUESTIONS)] = field(repr=False)
    source_reliability: SourceReliability
    information_accuracy: InformationAccuracy
    caveats: LongText = field(repr=False)
    handling_code: HandlingCode
    delete_by: date | None
    replied_at: datetime
    extent: ReplyExtent = ReplyExtent.FULL
    released: Annotated[tuple[IdentifierKind, ...], entries(0, len(IdentifierKind))] = field(default=(), repr=False)
    may_be_evidence: bool = False
    tlp: Tlp = Tlp.AMBER_STRICT
    onward_sharing: OnwardSharing = ()
    caveat_codes: Caveats = ()
    marks: ProtectionMarks = NO_MARKS
    attachments: Attachments = ()


@dataclass(frozen=True, slots=True)
class LinkageKeyShare:
    """The nodes' shared linkage key on its way from one node to another; the hub never holds it (invariant 2)."""

    PURPOSE: ClassVar[Purpose] = Purpose.LINKAGE_KEY

    federation: FederationName
    epoch: Counter
    key: Annotated[bytes, octets(32, 32)] = field(repr=False)
    key_check_value: Annotated[bytes, octets(16, 16)]
