"""What the hub may see of a hit's life: states, their order and their clocks; never a vote, a question or an answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_states import Event
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HitId, MemberCode, RequestId
from symbolon.protocol.wire_limits import Tally


@dataclass(frozen=True, slots=True)
class StateNotice:
    """A member says which step it takes; on its own, or beside the sealed message that the step consists of.

    ``follows`` is the version of the track that it was taken from (the hit's own track, or that of the exchange named):
    the hub takes one step from each version, and refuses any other (``stale-state``). ``urgency`` is that of an
    exchange which the step opens, because its clocks follow from it; null for every other step.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.STATE_NOTICE

    hit_id: HitId
    exchange_id: RequestId | None
    event: Event
    follows: Tally
    urgency: Urgency | None
    at: datetime


@dataclass(frozen=True, slots=True)
class StepTaken:
    """The hub tells a party of a step that no sealed message carried: its own, a clock's, or the other side's.

    ``by`` is the member that took it, or the hub.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.STEP_TAKEN

    hit_id: HitId
    exchange_id: RequestId | None
    event: Event
    follows: Tally
    urgency: Urgency | None
    by: MemberCode
    at: datetime


@dataclass(frozen=True, slots=True)
class SideNotice:
    """A desk has seen a hit: from its node to the hub, and from the hub to the other side, which sees the time."""

    PURPOSE: ClassVar[Purpose] = Purpose.SIDE_NOTICE

    hit_id: HitId
    at: datetime


@dataclass(frozen=True, slots=True)
class SafetyHoldOrder:
    """A protection officer's node freezes every disclosure and vote on a hit, or lifts that. It says no reason."""

    PURPOSE: ClassVar[Purpose] = Purpose.SAFETY_HOLD_ORDER

    hit_id: HitId
    holds: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class SafetyHoldNotice:
    """The hub tells a party whether a hit is frozen; not by whom, and not why."""

    PURPOSE: ClassVar[Purpose] = Purpose.SAFETY_HOLD_NOTICE

    hit_id: HitId
    holds: bool
    at: datetime
