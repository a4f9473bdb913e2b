"""What the people at a node see of a hit, and what they hand in: views and drafts, nothing else.

A view is made for one actor, after the disclosure rules (`symbolon.node.domain.disclosure`) were applied.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from symbolon.protocol.handling import (
    Agreement,
    Band,
    Channel,
    HandlingCode,
    HoldRuling,
    IdentifierKind,
    InformationAccuracy,
    IntendedUse,
    OffenceGroup,
    RecordKind,
    SourceReliability,
    SubjectCategory,
    Urgency,
    Verdict,
)
from symbolon.protocol.lifecycle import HitAction, JointState, SideState
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MemberCode, RecordReference, RequestId


class Direction(StrEnum):
    """Which way a request went."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """Whether one kind of identifier agrees, disagrees or is unknown between the two halves."""

    kind: IdentifierKind
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class HitSummary:
    """One line of the inbox; lists are sorted by `due_at`, the hits without a clock last."""

    hit_id: HitId
    counterpart: MemberCode
    own_reference: RecordReference
    own_record_kind: RecordKind
    own_local_id: str = field(repr=False)
    own_case_id: str = field(repr=False)
    joint_state: JointState
    side_state: SideState
    band: Band
    agreement: tuple[AgreementLine, ...]
    urgency: Urgency
    counterpart_offence_group: OffenceGroup
    counterpart_record_kind: RecordKind
    alerted_at: datetime
    due_at: datetime | None
    """End of the clock that runs for this side now (triage, or the answer to a received request)."""
    protected: bool
    """The own record is a victim's or a minor's: the protection officer's alone."""
    non_punishment: bool
    """Either record is a victim's or a minor's: the non-punishment mark goes with all that follows."""
    exercise: bool
    actions: tuple[HitAction, ...]
    """What this actor may do with this hit now: the page offers exactly these."""


@dataclass(frozen=True, slots=True)
class IdentifierLine:
    """One identifier of the own record in clear, as a labelled line for the page."""

    kind: IdentifierKind
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """The node's own half, in clear: it never leaves the node."""

    reference: RecordReference
    local_id: str = field(repr=False)
    case_id: str = field(repr=False)
    kind: RecordKind
    category: SubjectCategory | None
    offence_group: OffenceGroup
    version: int
    identifiers: tuple[IdentifierLine, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class VoteView:
    """A vote of one round. The counterpart's is shown only after both are committed."""

    round: int
    verdict: Verdict
    reason: str = field(repr=False)
    voted_at: datetime
    voter: str | None
    """Login of the voter; None for the counterpart's vote (the other side's officers stay unnamed)."""
    not_delivered: Problem | None = None
    """Why the hub refused the vote for good: it can be cast again."""
    on_its_way: bool = False
    """The hub does not have it yet."""


@dataclass(frozen=True, slots=True)
class ReplyView:
    """A reply, one answer to each question of its request."""

    answers: tuple[str, ...] = field(repr=False)
    source_reliability: SourceReliability
    information_accuracy: InformationAccuracy
    caveats: str = field(repr=False)
    handling_code: HandlingCode
    delete_by: date | None
    replied_at: datetime


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request that was sent to, or received from, the counterpart."""

    request_id: RequestId
    direction: Direction
    purpose: str = field(repr=False)
    relevance: str = field(repr=False)
    facts: str = field(repr=False)
    questions: tuple[str, ...] = field(repr=False)
    why_this_state: str = field(repr=False)
    urgency: Urgency
    urgency_reason: str = field(repr=False)
    need_by: date | None
    channel: Channel
    intended_use: IntendedUse
    legal_basis: str = field(repr=False)
    handling_code: HandlingCode
    requested_at: datetime
    reply: ReplyView | None
    not_delivered: Problem | None = None
    """Why the hub refused the request for good: the other state never saw it, and it can be made again."""
    reply_not_delivered: Problem | None = None
    """Why the hub refused this side's reply for good: `reply` is None, and it can be given again."""


@dataclass(frozen=True, slots=True)
class HitView:
    """All that one actor may see of one hit."""

    summary: HitSummary
    own_record: OwnRecord
    round: int
    """The vote round that is open or was the last: 1 or 2."""
    own_votes: tuple[VoteView, ...]
    counterpart_votes: tuple[VoteView, ...]
    requests: tuple[RequestView, ...]
    hold_decision: HoldRuling | None = None
    """This side's decision on the hold, on its way: nobody decides again before the hub's notice came."""
    hold_not_delivered: Problem | None = None
    """Why the hub refused this side's last decision on a hold for good: it can be made again."""

    @property
    def agreement(self) -> tuple[AgreementLine, ...]:
        """Which kinds of identifier agree, disagree or are unknown."""
        return self.summary.agreement


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What a focal point fills in to ask the other state (design: the request's wizard)."""

    purpose: str = field(repr=False)
    relevance: str = field(repr=False)
    facts: str = field(repr=False)
    questions: tuple[str, ...] = field(repr=False)
    why_this_state: str = field(repr=False)
    urgency: Urgency
    urgency_reason: str = field(repr=False)
    need_by: date | None
    channel: Channel
    intended_use: IntendedUse
    legal_basis: str = field(repr=False)
    handling_code: HandlingCode


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """What a focal point fills in to answer: one answer to each question, in the questions' order."""

    answers: tuple[str, ...] = field(repr=False)
    source_reliability: SourceReliability
    information_accuracy: InformationAccuracy
    caveats: str = field(repr=False)
    handling_code: HandlingCode
    delete_by: date | None
