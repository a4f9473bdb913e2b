"""What two states say to each other around a request, sealed: rulings, questions, recall, information, feedback."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar

from symbolon.protocol.exchange_terms import (
    CaseOutcome,
    FormalChannel,
    ProtectionMarks,
    RecallReason,
    RefusalGround,
    RequestRuling,
    Tlp,
    Usefulness,
)
from symbolon.protocol.handling import HandlingCode, IdentifierKind, InformationAccuracy, SourceReliability, Urgency
from symbolon.protocol.messages_exchange import Attachments, Caveats, OnwardSharing
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HitId, NoteId, ProposalId, RequestId
from symbolon.protocol.wire_limits import LongText, Name, Sentence, ShortText, entries


@dataclass(frozen=True, slots=True)
class RequestDecision:
    """The requested state accepts a request, and says by when, or refuses it on a ground. Codes and dates alone."""

    PURPOSE: ClassVar[Purpose] = Purpose.REQUEST_DECISION

    request_id: RequestId
    hit_id: HitId
    ruling: RequestRuling
    ground: RefusalGround | None
    expected_on: date | None
    judicial_authorisation: bool
    marks: ProtectionMarks
    decided_at: datetime

    def __post_init__(self) -> None:
        if (self.ruling is RequestRuling.REFUSE) != (self.ground is not None):
            raise MalformedMessage("A refusal names its ground, and an acceptance none.")


@dataclass(frozen=True, slots=True)
class Clarification:
    """The requested state asks what a request means."""

    PURPOSE: ClassVar[Purpose] = Purpose.CLARIFICATION

    request_id: RequestId
    hit_id: HitId
    question: Sentence = field(repr=False)
    handling_code: HandlingCode
    marks: ProtectionMarks
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ClarificationAnswer:
    """The requesting state says what it meant."""

    PURPOSE: ClassVar[Purpose] = Purpose.CLARIFICATION_ANSWER

    request_id: RequestId
    hit_id: HitId
    answer: LongText = field(repr=False)
    handling_code: HandlingCode
    marks: ProtectionMarks
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Recall:
    """The requesting state takes its request back; the other purges what it received, and gives a receipt."""

    PURPOSE: ClassVar[Purpose] = Purpose.RECALL

    request_id: RequestId
    hit_id: HitId
    reason: RecallReason
    marks: ProtectionMarks
    recalled_at: datetime


@dataclass(frozen=True, slots=True)
class SpontaneousInformation:
    """Information that nobody asked for; ``request_id`` names the exchange that it opens."""

    PURPOSE: ClassVar[Purpose] = Purpose.SPONTANEOUS_INFORMATION

    request_id: RequestId
    hit_id: HitId
    information: LongText = field(repr=False)
    relevance: LongText = field(repr=False)
    urgency: Urgency
    source_reliability: SourceReliability
    information_accuracy: InformationAccuracy
    released: Annotated[tuple[IdentifierKind, ...], entries(0, len(IdentifierKind))] = field(repr=False)
    handling_code: HandlingCode
    tlp: Tlp
    onward_sharing: OnwardSharing
    caveats: Caveats
    delete_by: date | None
    may_be_evidence: bool
    marks: ProtectionMarks
    attachments: Attachments
    informed_at: datetime


@dataclass(frozen=True, slots=True)
class FormalRoute:
    """The requesting state goes on by a formal channel after a refusal, under this reference."""

    PURPOSE: ClassVar[Purpose] = Purpose.FORMAL_ROUTE

    request_id: RequestId
    hit_id: HitId
    channel: FormalChannel
    reference: Name = field(repr=False)
    marks: ProtectionMarks
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """How useful the information was, and what became of the case. Codes alone: words go in a note."""

    PURPOSE: ClassVar[Purpose] = Purpose.FEEDBACK

    request_id: RequestId
    hit_id: HitId
    usefulness: Usefulness
    outcomes: Annotated[tuple[CaseOutcome, ...], entries(0, len(CaseOutcome))]
    marks: ProtectionMarks
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """One note of the thread about a confirmed hit; ``reply_to`` None begins a thread. Officers' words: four eyes."""

    PURPOSE: ClassVar[Purpose] = Purpose.NOTE

    note_id: NoteId
    hit_id: HitId
    reply_to: NoteId | None
    text: LongText = field(repr=False)
    handling_code: HandlingCode
    tlp: Tlp
    marks: ProtectionMarks
    written_at: datetime


@dataclass(frozen=True, slots=True)
class ExtraFieldProposal:
    """In a "need more" round: a side proposes that both show these kinds of identifier to each other."""

    PURPOSE: ClassVar[Purpose] = Purpose.EXTRA_FIELD_PROPOSAL

    proposal_id: ProposalId
    hit_id: HitId
    kinds: Annotated[tuple[IdentifierKind, ...], entries(1, 3)]
    reason: ShortText = field(repr=False)
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class ExtraFieldAnswer:
    """The other side agrees to a proposed exchange of fields, or does not; only then anything is shown."""

    PURPOSE: ClassVar[Purpose] = Purpose.EXTRA_FIELD_ANSWER

    proposal_id: ProposalId
    hit_id: HitId
    agreed: bool
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class ShownField:
    """One identifier in clear, as its state has it."""

    kind: IdentifierKind
    text: Sentence = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExtraFieldValue:
    """A side shows what both agreed on, before the second vote (the one exception of invariant 1)."""

    PURPOSE: ClassVar[Purpose] = Purpose.EXTRA_FIELD_VALUE

    proposal_id: ProposalId
    hit_id: HitId
    shown: Annotated[tuple[ShownField, ...], entries(0, 20)] = field(repr=False)
    handling_code: HandlingCode
    marks: ProtectionMarks
    shown_at: datetime
