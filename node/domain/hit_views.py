"""What a hit's page shows besides the two halves: exchanges with their threads, side track, clocks, time line.

Made for one actor, after the disclosure rules; lists are in the order of the page.
"""

from dataclasses import dataclass, field
from datetime import datetime

from symbolon.node.domain.messages import StoredMessage
from symbolon.protocol.handling import Urgency, Verdict
from symbolon.protocol.lifecycle import Event, HitAction, JointState
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.references import MemberCode, RequestId


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock that runs (or stands still) about a hit or one of its exchanges; ``whose`` is to act before it ends."""

    clock: ClockName
    whose: MemberCode
    due_at: datetime
    """The end of time for one that stands still, of which nobody knows until when."""
    stands_still: bool


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """One request, or one piece of information given unasked, with everything that was said in it."""

    exchange_id: RequestId
    receiver: MemberCode
    """Who asked, or was informed: the side that information goes to."""
    is_information: bool
    """Given unasked; else it began with a request."""
    urgency: Urgency
    state: JointState
    version: int
    since: datetime
    thread: tuple[StoredMessage, ...]
    """Its messages in the order of time; those that this actor may not view are left out."""
    withheld: int
    """How many messages were left out, because their handling or their day of deletion forbids this actor to view."""
    clocks: tuple[ClockView, ...]
    actions: tuple[HitAction, ...]
    """What this actor may do about this exchange now."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One step that the hub took, or one of ours on its way; ``exchange_id`` None: of the hit's own track."""

    event: Event
    exchange_id: RequestId | None
    by: MemberCode
    at: datetime
    is_pending: bool


@dataclass(frozen=True, slots=True)
class SideTrack:
    """How far this side has come before the vote, and what the other side let be seen of its own."""

    assigned_to: str | None
    recommended: Verdict | None
    recommendation: str = field(repr=False)
    recommended_by: str | None
    acknowledged_at: datetime | None
    counterpart_acknowledged_at: datetime | None
