"""Meetings of both sides' officers, as what was said about them adds up."""

from dataclasses import dataclass

from symbolon.node.domain.direction import Direction
from symbolon.node.domain.messages import StoredMessage, of_kind
from symbolon.protocol.messages import MeetingAnswer, MeetingProposal
from symbolon.protocol.references import MeetingId


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as it stands: the newest word on it, whose that is, and whether the other side comes."""

    proposal: MeetingProposal
    stored: StoredMessage
    accepted: bool | None


def meetings_of(messages: tuple[StoredMessage, ...]) -> tuple[Meeting, ...]:
    """The meetings about a hit, in the order in which they start."""
    newest: dict[MeetingId, tuple[StoredMessage, MeetingProposal]] = {}
    for stored, proposal in of_kind(messages, MeetingProposal):
        known = newest.get(proposal.meeting_id)
        if known is None or _order(known) < _order((stored, proposal)):
            newest[proposal.meeting_id] = stored, proposal
    answers = {
        (answer.meeting_id, answer.sequence, stored.direction): answer.accepted
        for stored, answer in of_kind(messages, MeetingAnswer)
    }
    meetings = [
        Meeting(proposal, stored, answers.get((meeting_id, proposal.sequence, _from_the_other(stored.direction))))
        for meeting_id, (stored, proposal) in newest.items()
    ]
    return tuple(sorted(meetings, key=lambda meeting: (meeting.proposal.starts_at, meeting.proposal.meeting_id)))


def _order(known: tuple[StoredMessage, MeetingProposal]) -> tuple[int, str, str]:
    """Which word is the newer; of two that crossed both nodes choose the same."""
    _, proposal = known
    return proposal.sequence, proposal.proposed_at.isoformat(), proposal.agenda


def _from_the_other(direction: Direction) -> Direction:
    return Direction.RECEIVED if direction is Direction.SENT else Direction.SENT
