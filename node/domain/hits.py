"""What the people at a node see of a hit, and what they hand in: views and drafts, nothing else.

A view is made for one actor, after the disclosure rules (`symbolon.node.domain.disclosure`) were applied.
"""

from dataclasses import dataclass, field
from datetime import datetime

from symbolon.node.domain.direction import Direction as Direction
from symbolon.node.domain.extra_fields import FieldProposal
from symbolon.node.domain.hit_views import ClockView, ExchangeView, SideTrack, TimelineEntry
from symbolon.node.domain.messages import StoredMessage
from symbolon.protocol.exchange_terms import ProtectionMarks
from symbolon.protocol.handling import (
    Agreement,
    Band,
    HoldRuling,
    IdentifierKind,
    OffenceGroup,
    RecordKind,
    SubjectCategory,
    Urgency,
    Verdict,
)
from symbolon.protocol.lifecycle import HitAction, JointState, SideState
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MemberCode, RecordReference


@dataclass(frozen=True, slots=True)
class ActReason:
    """Why an officer held a hit for somebody's safety, lifted that, or reopened it."""

    action: HitAction
    login: str
    text: str = field(repr=False)
    given_at: datetime


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
    """What this actor may do with this hit, or in an exchange of it, now: the page offers exactly these."""
    is_frozen: bool = False
    """A safety hold lies on the hit; whose, only its own side knows."""
    holds_for_safety: bool = False
    """This side's own safety hold lies on it, or is on its way."""
    assigned_to: str | None = None
    is_on_its_way: bool = False
    """A step of this side waits for the hub."""
    is_escalated: bool = False
    """A clock of it, of either side, ran to three quarters or out, and runs still."""


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
class HitView:
    """All that one actor may see of one hit."""

    summary: HitSummary
    own: MemberCode
    """The member code of this side."""
    own_record: OwnRecord
    round: int
    """The round of votes that is open or was the last, counted on when a hit is reopened."""
    own_votes: tuple[VoteView, ...]
    counterpart_votes: tuple[VoteView, ...]
    side: SideTrack
    marks: ProtectionMarks
    """What goes with every message about the hit: once said by either side, it is never left out again."""
    exchanges: tuple[ExchangeView, ...] = ()
    notes: tuple[StoredMessage, ...] = ()
    others: tuple[StoredMessage, ...] = ()
    """What was said besides exchanges and notes: meetings, files, onward use, purges."""
    proposals: tuple[FieldProposal, ...] = ()
    clocks: tuple[ClockView, ...] = ()
    """Those of the hit itself; an exchange has its own."""
    timeline: tuple[TimelineEntry, ...] = ()
    reasons: tuple[ActReason, ...] = ()
    hold_decision: HoldRuling | None = None
    """This side's decision on the hold, on its way: nobody decides again before the hub's word came."""
    hold_not_delivered: Problem | None = None
    """Why the hub refused this side's last decision on a hold for good: it can be made again."""

    @property
    def agreement(self) -> tuple[AgreementLine, ...]:
        """Which kinds of identifier agree, disagree or are unknown."""
        return self.summary.agreement
