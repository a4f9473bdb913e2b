"""What stands on a hit's page besides its exchanges: meetings, and what both sides agreed to show each other. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from symbolon.node.domain.direction import Direction
from symbolon.node.domain.extra_fields import FieldProposal
from symbolon.node.domain.hits import HitView
from symbolon.node.domain.meetings import Meeting, meetings_of
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.web.message_rows import Label, Row, labels_of, rows_of
from symbolon.protocol.exchange_terms import MeetingStatus
from symbolon.protocol.handling import IdentifierKind
from symbolon.protocol.messages import MeetingAnswer, MeetingProposal
from symbolon.protocol.references import MeetingId

Country = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class MeetingPart:
    """One meeting as it stands."""

    meeting_id: MeetingId
    starts_at: datetime
    status: MeetingStatus
    labels: tuple[Label, ...]
    rows: tuple[Row, ...] = field(repr=False)
    answered: str
    waits_for_us: bool


@dataclass(frozen=True, slots=True)
class ProposalPart:
    """One proposal to show each other more."""

    is_ours: bool
    kinds: tuple[IdentifierKind, ...]
    reason: str = field(repr=False)
    at: datetime
    answered: str
    waits_for_us: bool
    shown_there: tuple[tuple[IdentifierKind, str], ...] = field(repr=False)
    labels: tuple[Label, ...]
    to_show: tuple[tuple[IdentifierKind, str], ...] = field(repr=False)
    """What this side would show: empty where nothing is to be shown now."""


def meeting_parts(view: HitView, country: Country) -> tuple[MeetingPart, ...]:
    """Give the meetings of a hit in the order in which they start."""
    return tuple(_meeting(each, country) for each in meetings_of(view.others))


def proposal_parts(view: HitView) -> tuple[ProposalPart, ...]:
    """Give the proposals of the "need more" round, the newest first."""
    return tuple(_proposal(each, view) for each in reversed(view.proposals))


def besides_meetings(messages: Iterable[StoredMessage]) -> tuple[StoredMessage, ...]:
    """Leave out what the list of meetings shows."""
    return tuple(each for each in messages if not isinstance(each.message, MeetingProposal | MeetingAnswer))


def _meeting(meeting: Meeting, country: Country) -> MeetingPart:
    is_ours = meeting.stored.direction is Direction.SENT
    waits = meeting.accepted is None and meeting.proposal.status not in (MeetingStatus.CANCELLED, MeetingStatus.HELD)
    said = {True: "come", False: "do not come", None: "have not answered"}[meeting.accepted]
    return MeetingPart(
        meeting_id=meeting.proposal.meeting_id,
        starts_at=meeting.proposal.starts_at,
        status=meeting.proposal.status,
        labels=labels_of(meeting.proposal),
        rows=rows_of(meeting.proposal, country),
        answered=f"We proposed it so; they {said}." if is_ours else f"They proposed it so; we {said}.",
        waits_for_us=waits and not is_ours,
    )


def _proposal(proposal: FieldProposal, view: HitView) -> ProposalPart:
    said, theirs = proposal.proposal, proposal.shown_there
    is_ours = proposal.direction is Direction.SENT
    own = tuple((line.kind, line.text) for line in view.own_record.identifiers if line.kind in said.kinds)
    answered = {True: "Both agreed.", False: "Declined.", None: "Not answered yet."}[proposal.agreed]
    return ProposalPart(
        is_ours=is_ours,
        kinds=said.kinds,
        reason=said.reason,
        at=said.proposed_at,
        answered=f"{answered} We have shown ours." if proposal.shown_here else answered,
        waits_for_us=proposal.agreed is None and not is_ours,
        shown_there=() if theirs is None else tuple((shown.kind, shown.text) for shown in theirs.shown),
        labels=() if theirs is None else labels_of(theirs),
        to_show=own if proposal.agreed and not proposal.shown_here else (),
    )
