"""Which step of an exchange a sealed message is, and what the hub may see of it: the notice beside the ciphertext."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

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
from symbolon.protocol.purposes import Purpose
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


EVENTS_OF_PURPOSE: Final[Mapping[Purpose, frozenset[Event]]] = MappingProxyType(
    {
        Purpose.REQUEST: frozenset({Event.REQUESTED}),
        Purpose.REQUEST_DECISION: frozenset({Event.ACCEPTED, Event.REFUSED}),
        Purpose.CLARIFICATION: frozenset({Event.CLARIFY}),
        Purpose.CLARIFICATION_ANSWER: frozenset({Event.CLARIFIED}),
        Purpose.REPLY: frozenset({Event.PARTIAL, Event.RESPONDED}),
        Purpose.RECALL: frozenset({Event.RECALLED}),
        Purpose.SPONTANEOUS_INFORMATION: frozenset({Event.SPONTANEOUS}),
        Purpose.FORMAL_ROUTE: frozenset({Event.FORMAL_ROUTE}),
        Purpose.FEEDBACK: frozenset({Event.FEEDBACK_GIVEN}),
    }
)
"""Which steps a sealed message of each purpose may be, for a hub that cannot open it."""

CARRIED_BY_MESSAGES: Final = frozenset(event for events in EVENTS_OF_PURPOSE.values() for event in events)
"""The events that a sealed message makes, and no notice by itself."""


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


def check_sealed_notice(purpose: Purpose, notice: StateNotice | None) -> None:
    """Refuse, as the hub, what cannot be the notice beside a sealed message; raises :class:`MalformedMessage`.

    A message that is no step has none. That of a step names an exchange and one of the events that its purpose makes,
    and an urgency exactly where it opens the exchange.
    """
    events = EVENTS_OF_PURPOSE.get(purpose)
    if events is None:
        if notice is not None:
            raise MalformedMessage("A message of this purpose is no step: no notice stands beside it.")
        return
    if notice is None or notice.exchange_id is None or notice.event not in events:
        raise MalformedMessage("A step of an exchange has a notice beside it, of an event that its purpose makes.")
    if (notice.urgency is not None) != (notice.event in (Event.REQUESTED, Event.SPONTANEOUS)):
        raise MalformedMessage("A notice names an urgency where it opens an exchange, and nowhere else.")


def step_from_notice(notice: StateNotice, by: MemberCode) -> TrackStep:
    """Give the step that a member's notice takes; ``by`` is the sender of the verified envelope."""
    return TrackStep(notice.exchange_id, notice.event, by, notice.follows, notice.at, notice.urgency)


def step_from_hub(taken: StepTaken) -> TrackStep:
    """Give the step that the hub tells of."""
    return TrackStep(taken.exchange_id, taken.event, taken.by, taken.follows, taken.at, taken.urgency)


def _urgency_of(message: ExchangeStep) -> Urgency | None:
    return message.urgency if isinstance(message, (Request, SpontaneousInformation)) else None
