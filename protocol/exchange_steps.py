"""Which step of an exchange a sealed message is, and what the hub may see of it: the notice beside the ciphertext."""

from datetime import datetime

from symbolon.protocol.exchange_terms import ReplyExtent, RequestRuling
from symbolon.protocol.handling import Urgency
from symbolon.protocol.hit_ledger import TrackStep
from symbolon.protocol.lifecycle_states import Event
from symbolon.protocol.messages_dialogue import (
    Clarification,
    ClarificationAnswer,
    Feedback,
    FormalRoute,
    Recall,
    RequestDecision,
    SpontaneousInformation,
)
from symbolon.protocol.messages_exchange import Reply, Request
from symbolon.protocol.messages_steps import StateNotice, StepTaken
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import MemberCode

ExchangeStep = (
    Request
    | RequestDecision
    | Clarification
    | ClarificationAnswer
    | Reply
    | Recall
    | SpontaneousInformation
    | FormalRoute
    | Feedback
)
"""The sealed messages of which each is one step of an exchange."""


def event_of(message: ExchangeStep) -> Event:
    """Give the event that a message makes."""
    match message:
        case Request():
            return Event.REQUESTED
        case RequestDecision():
            return Event.ACCEPTED if message.ruling is RequestRuling.ACCEPT else Event.REFUSED
        case Clarification():
            return Event.CLARIFY
        case ClarificationAnswer():
            return Event.CLARIFIED
        case Reply():
            return Event.PARTIAL if message.extent is ReplyExtent.PARTIAL else Event.RESPONDED
        case Recall():
            return Event.RECALLED
        case SpontaneousInformation():
            return Event.SPONTANEOUS
        case FormalRoute():
            return Event.FORMAL_ROUTE
        case Feedback():
            return Event.FEEDBACK_GIVEN


def notice_for(message: ExchangeStep, follows: int, at: datetime) -> StateNotice:
    """Give what stands beside a message for the hub: the step, the version it follows, and an opening's urgency."""
    return StateNotice(message.hit_id, message.request_id, event_of(message), follows, _urgency_of(message), at)


def check_notice(message: ExchangeStep, notice: StateNotice | None) -> None:
    """Refuse an opened message that is another step than the hub was told; raises :class:`MalformedMessage`."""
    if notice is None or notice_for(message, notice.follows, notice.at) != notice:
        raise MalformedMessage("The sealed message is another step than the notice beside it says.")


def step_from_notice(notice: StateNotice, by: MemberCode) -> TrackStep:
    """Give the step that a member's notice takes; ``by`` is the sender of the verified envelope."""
    return TrackStep(notice.exchange_id, notice.event, by, notice.follows, notice.at, notice.urgency)


def step_from_hub(taken: StepTaken) -> TrackStep:
    """Give the step that the hub tells of."""
    return TrackStep(taken.exchange_id, taken.event, taken.by, taken.follows, taken.at, taken.urgency)


def _urgency_of(message: ExchangeStep) -> Urgency | None:
    return message.urgency if isinstance(message, (Request, SpontaneousInformation)) else None
