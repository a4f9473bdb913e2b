"""What officers fill in about a confirmed hit: one form for each kind of message, as it is kept while it is a draft.

Each text may be as long as the message that carries it lets it be (:func:`symbolon.node.domain.form_rules.check_form`).
Nothing is released by default: handling code and traffic light begin at their strictest, the onward-sharing list and
the list of identifiers are empty, and evidence is not permitted.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from symbolon.protocol.exchange_terms import (
    NO_MARKS,
    CaseOutcome,
    MeetingStatus,
    ProtectionMarks,
    RefusalGround,
    ReplyExtent,
    RequestRuling,
    Tlp,
    Usefulness,
)
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
)
from symbolon.protocol.messages_exchange import (
    MAX_QUESTIONS,
    Attachments,
    Caveats,
    OnwardSharing,
)
from symbolon.protocol.references import DeskId, MeetingId, MemberCode, MessageId, NoteId, OnwardUseId
from symbolon.protocol.wire_limits import (
    LanguageTag,
    LongText,
    Name,
    ShortText,
    ZoneName,
    entries,
)

Questions = Annotated[tuple[ShortText, ...], entries(0, MAX_QUESTIONS)]
Answers = Annotated[tuple[LongText, ...], entries(0, MAX_QUESTIONS)]
ReleasedKinds = Annotated[tuple[IdentifierKind, ...], entries(0, len(IdentifierKind))]


@dataclass(frozen=True, slots=True)
class RequestForm:
    """A request, step by step as in the request guide."""

    purpose: LongText = field(default="", repr=False)
    relevance: LongText = field(default="", repr=False)
    facts: LongText = field(default="", repr=False)
    offence_group: OffenceGroup = OffenceGroup.OTHER
    subject_category: SubjectCategory = SubjectCategory.UNKNOWN
    subject_role: ShortText = field(default="", repr=False)
    questions: Questions = field(default=(), repr=False)
    why_this_state: LongText = field(default="", repr=False)
    urgency: Urgency = Urgency.U3
    urgency_reason: ShortText = field(default="", repr=False)
    need_by: date | None = None
    channel: Channel = Channel.INFORMAL
    intended_use: IntendedUse = IntendedUse.INTELLIGENCE
    legal_basis: ShortText = field(default="", repr=False)
    handling_code: HandlingCode = HandlingCode.H3
    tlp: Tlp = Tlp.AMBER_STRICT
    onward_sharing: OnwardSharing = ()
    caveats: Caveats = ()
    marks: ProtectionMarks = NO_MARKS
    languages: Annotated[tuple[LanguageTag, ...], entries(0, 10)] = ()
    contacts: Annotated[tuple[DeskId, ...], entries(0, 5)] = ()
    attachments: Attachments = ()


@dataclass(frozen=True, slots=True)
class ClarificationAnswerForm:
    """What a request meant, for who asked."""

    answer: LongText = field(default="", repr=False)
    handling_code: HandlingCode = HandlingCode.H3
    marks: ProtectionMarks = NO_MARKS


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """An answer to each question, in the questions' order. ``released`` names the identifiers that it gives."""

    answers: Answers = field(default=(), repr=False)
    extent: ReplyExtent = ReplyExtent.FULL
    released: ReleasedKinds = field(default=(), repr=False)
    source_reliability: SourceReliability = SourceReliability.X
    information_accuracy: InformationAccuracy = InformationAccuracy.CANNOT_BE_JUDGED
    caveats: LongText = field(default="", repr=False)
    caveat_codes: Caveats = ()
    handling_code: HandlingCode = HandlingCode.H3
    tlp: Tlp = Tlp.AMBER_STRICT
    onward_sharing: OnwardSharing = ()
    delete_by: date | None = None
    may_be_evidence: bool = False
    marks: ProtectionMarks = NO_MARKS
    attachments: Attachments = ()


@dataclass(frozen=True, slots=True)
class InformationForm:
    """Information that nobody asked for."""

    information: LongText = field(default="", repr=False)
    relevance: LongText = field(default="", repr=False)
    urgency: Urgency = Urgency.U3
    released: ReleasedKinds = field(default=(), repr=False)
    source_reliability: SourceReliability = SourceReliability.X
    information_accuracy: InformationAccuracy = InformationAccuracy.CANNOT_BE_JUDGED
    handling_code: HandlingCode = HandlingCode.H3
    tlp: Tlp = Tlp.AMBER_STRICT
    onward_sharing: OnwardSharing = ()
    caveats: Caveats = ()
    delete_by: date | None = None
    may_be_evidence: bool = False
    marks: ProtectionMarks = NO_MARKS
    attachments: Attachments = ()


@dataclass(frozen=True, slots=True)
class NoteForm:
    """A note of the thread about a hit; ``reply_to`` None begins a thread."""

    text: LongText = field(default="", repr=False)
    reply_to: NoteId | None = None
    handling_code: HandlingCode = HandlingCode.H3
    tlp: Tlp = Tlp.AMBER_STRICT
    marks: ProtectionMarks = NO_MARKS
    attachments: Attachments = ()


@dataclass(frozen=True, slots=True)
class OnwardDecisionForm:
    """The originator's word on a further use that the holder asked for; granted until a day, or not at all."""

    onward_use_id: OnwardUseId
    granted: bool = False
    expires_on: date | None = None


DraftForm = RequestForm | ClarificationAnswerForm | ReplyForm | InformationForm | NoteForm | OnwardDecisionForm
"""The forms that go by draft: case data, or the leave to pass it on, goes out with them, so two officers see them."""


@dataclass(frozen=True, slots=True)
class DecisionForm:
    """The requested state accepts a request, or refuses it on a ground."""

    ruling: RequestRuling
    ground: RefusalGround | None = None
    expected_on: date | None = None
    judicial_authorisation: bool = False


@dataclass(frozen=True, slots=True)
class FeedbackForm:
    """How useful the information was, and what became of the case."""

    usefulness: Usefulness
    outcomes: tuple[CaseOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class MeetingForm:
    """A meeting; ``meeting_id`` None proposes one, another changes it. ``minutes`` are hashed, and never leave."""

    agenda: LongText = field(repr=False)
    starts_at: datetime
    ends_at: datetime
    zone: ZoneName
    attendees: Annotated[tuple[Name, ...], entries(0, 30)] = field(repr=False)
    link: ShortText = field(default="", repr=False)
    status: MeetingStatus = MeetingStatus.TENTATIVE
    handling_code: HandlingCode = HandlingCode.H3
    meeting_id: MeetingId | None = None
    minutes: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OnwardForm:
    """What further use the holder asks its originator for: of which received message, by whom, for what."""

    message_id: MessageId
    recipients: Annotated[tuple[MemberCode, ...], entries(0, 50)]
    use: ShortText = field(repr=False)
    as_evidence: bool = False


@dataclass(frozen=True, slots=True)
class ContactForm:
    """A past contact about a subject, by whichever channel, that an officer enters by hand."""

    channel: Name
    counterpart: Name = field(repr=False)
    on: date
    reference: ShortText = field(default="", repr=False)
    remark: ShortText = field(default="", repr=False)
