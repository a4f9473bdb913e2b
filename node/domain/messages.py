"""What both sides of a hit said to each other, sealed, as the node keeps it: one shape for every kind of message."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar

from symbolon.node.domain.direction import Direction
from symbolon.protocol.messages import (
    AttachmentManifest,
    Clarification,
    ClarificationAnswer,
    ExtraFieldAnswer,
    ExtraFieldProposal,
    ExtraFieldValue,
    Feedback,
    FormalRoute,
    MeetingAnswer,
    MeetingProposal,
    Note,
    OnwardUseDecision,
    OnwardUseRequest,
    PurgeReceipt,
    PurgeRequest,
    Purpose,
    Recall,
    Reply,
    Request,
    RequestDecision,
    SpontaneousInformation,
)
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import AttachmentId, HitId, MessageId, RequestId

HitMessage = (
    Request
    | RequestDecision
    | Clarification
    | ClarificationAnswer
    | Reply
    | Recall
    | SpontaneousInformation
    | FormalRoute
    | Feedback
    | ExtraFieldProposal
    | ExtraFieldAnswer
    | ExtraFieldValue
    | Note
    | AttachmentManifest
    | MeetingProposal
    | MeetingAnswer
    | OnwardUseRequest
    | OnwardUseDecision
    | PurgeRequest
    | PurgeReceipt
)
"""Every sealed message about a hit but the votes, which are kept apart: nobody sees one before both are open."""

Said = TypeVar("Said", bound=HitMessage)

MESSAGE_TYPES: Final[Mapping[Purpose, type[HitMessage]]] = MappingProxyType(
    {
        Purpose.REQUEST: Request,
        Purpose.REQUEST_DECISION: RequestDecision,
        Purpose.CLARIFICATION: Clarification,
        Purpose.CLARIFICATION_ANSWER: ClarificationAnswer,
        Purpose.REPLY: Reply,
        Purpose.RECALL: Recall,
        Purpose.SPONTANEOUS_INFORMATION: SpontaneousInformation,
        Purpose.FORMAL_ROUTE: FormalRoute,
        Purpose.FEEDBACK: Feedback,
        Purpose.EXTRA_FIELD_PROPOSAL: ExtraFieldProposal,
        Purpose.EXTRA_FIELD_ANSWER: ExtraFieldAnswer,
        Purpose.EXTRA_FIELD_VALUE: ExtraFieldValue,
        Purpose.NOTE: Note,
        Purpose.ATTACHMENT_MANIFEST: AttachmentManifest,
        Purpose.MEETING_PROPOSAL: MeetingProposal,
        Purpose.MEETING_ANSWER: MeetingAnswer,
        Purpose.ONWARD_USE_REQUEST: OnwardUseRequest,
        Purpose.ONWARD_USE_DECISION: OnwardUseDecision,
        Purpose.PURGE_REQUEST: PurgeRequest,
        Purpose.PURGE_RECEIPT: PurgeReceipt,
    }
)
"""What is sealed in an envelope of each purpose about a hit."""


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One message that was sent or received; `at` is its envelope's time where it came, and the act's where it went."""

    message_id: MessageId
    hit_id: HitId
    exchange_id: RequestId | None
    direction: Direction
    message: HitMessage = field(repr=False)
    at: datetime
    sent_by: str | None
    """Login of the officer who sent it; None for the other side's (its officers stay unnamed)."""
    not_delivered: Problem | None = None
    """Why the hub refused it for good: the other side never saw it."""
    on_its_way: bool = False
    """It still lies in this node's outbox."""

    @property
    def counts(self) -> bool:
        """Whether the other side has it, or will: a message that was refused counts as never sent."""
        return self.not_delivered is None

    @property
    def purpose(self) -> Purpose:
        """Of which kind it is."""
        return self.message.PURPOSE


def exchange_of(message: HitMessage) -> RequestId | None:
    """The exchange that a message belongs to; None for what is about the hit alone."""
    match message:
        case (
            Request()
            | RequestDecision()
            | Clarification()
            | ClarificationAnswer()
            | Reply()
            | Recall()
            | SpontaneousInformation()
            | FormalRoute()
            | Feedback()
        ):
            return message.request_id
        case AttachmentManifest() | OnwardUseRequest() | PurgeRequest():
            return message.exchange_id
        case _:
            return None


def of_kind(messages: tuple[StoredMessage, ...], kind: type[Said]) -> tuple[tuple[StoredMessage, Said], ...]:
    """Those of one kind that count, with what they say, in their order."""
    return tuple((each, each.message) for each in messages if each.counts and isinstance(each.message, kind))


def files_named(messages: Iterable[HitMessage]) -> frozenset[AttachmentId]:
    """The files that messages name, or that came with them."""
    named: set[AttachmentId] = set()
    for message in messages:
        if isinstance(message, AttachmentManifest):
            named.add(message.attachment_id)
        elif isinstance(message, Request | Reply | SpontaneousInformation):
            named.update(each.attachment_id for each in message.attachments)
    return frozenset(named)
