"""The extra fields of a "need more" round: what was proposed, whether both agreed, and who has shown what.

The one exception of invariant 1: an identifier in clear leaves before both voted SAME, and only of the kinds that both
sides agreed on, from node to node, sealed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from symbolon.node.domain.direction import Direction
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.errors import UnreadableDelivery
from symbolon.protocol.messages import ExtraFieldAnswer, ExtraFieldProposal, ExtraFieldValue, Purpose
from symbolon.protocol.problems import Problem

FIELD_PURPOSES: Final = (
    Purpose.EXTRA_FIELD_PROPOSAL,
    Purpose.EXTRA_FIELD_ANSWER,
    Purpose.EXTRA_FIELD_VALUE,
)


@dataclass(frozen=True, slots=True)
class FieldProposal:
    """One proposal and what became of it; `agreed` None: not answered yet."""

    proposal: ExtraFieldProposal
    direction: Direction
    agreed: bool | None
    shown_here: bool
    """This side has shown its own values."""
    shown_there: ExtraFieldValue | None
    """What the other side showed."""
    agreed_by: str | None = None
    """Who of this side proposed it, or agreed: the values need another officer's eyes."""


def field_proposals(messages: Sequence[StoredMessage]) -> tuple[FieldProposal, ...]:
    """Give the proposals of a hit in their order; what the hub refused counts as never said."""
    said = [each for each in messages if each.counts]
    answers = {each.message.proposal_id: each for each in said if isinstance(each.message, ExtraFieldAnswer)}
    values = [(each.direction, each.message) for each in said if isinstance(each.message, ExtraFieldValue)]
    proposals = []
    for each in said:
        if not isinstance(each.message, ExtraFieldProposal):
            continue
        answer = answers.get(each.message.proposal_id)
        # Nobody answers a proposal of their own.
        answered = answer is not None and answer.direction is not each.direction
        of_this = {way: value for way, value in values if value.proposal_id == each.message.proposal_id}
        proposals.append(
            FieldProposal(
                each.message,
                each.direction,
                answer.message.agreed
                if answered and answer is not None and isinstance(answer.message, ExtraFieldAnswer)
                else None,
                Direction.SENT in of_this,
                of_this.get(Direction.RECEIVED),
                each.sent_by or (None if answer is None else answer.sent_by),
            )
        )
    return tuple(proposals)


def open_proposal(proposals: Sequence[FieldProposal], direction: Direction) -> FieldProposal | None:
    """Give the newest proposal of one side that waits for its answer."""
    return next((each for each in reversed(proposals) if each.direction is direction and each.agreed is None), None)


def agreed_and_not_shown(proposals: Sequence[FieldProposal]) -> FieldProposal | None:
    """Give the newest proposal that both agreed on and this side has not shown its values of."""
    return next((each for each in reversed(proposals) if each.agreed and not each.shown_here), None)


def check_shown(received: StoredMessage, messages: Sequence[StoredMessage]) -> None:
    """Refuse values that nobody agreed on, or of other kinds (:class:`UnreadableDelivery`)."""
    if not isinstance(received.message, ExtraFieldValue):
        return
    value = received.message
    agreed = next((each for each in field_proposals(messages) if each.proposal.proposal_id == value.proposal_id), None)
    if agreed is None or not agreed.agreed:
        raise UnreadableDelivery(Problem.NOT_DISCLOSED, "The other side shows what this side did not agree to see.")
    if any(shown.kind not in agreed.proposal.kinds for shown in value.shown):
        raise UnreadableDelivery(Problem.NOT_DISCLOSED, "The other side shows other kinds than both agreed on.")
