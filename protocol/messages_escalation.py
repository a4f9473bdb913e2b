"""The hub tells of a clock that ran out: of states and clocks alone, and only the side whose clock it is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HitId, RequestId


class EscalationLevel(StrEnum):
    """How much of a clock's time is used up."""

    THREE_QUARTERS = "three-quarters"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class EscalationNotice:
    """A clock of this side ran so far, and who watches over it is told: ``watcher``, of the state and the clock alone.

    ``exchange_id`` null: a clock of the hit itself.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.ESCALATION_NOTICE

    hit_id: HitId
    exchange_id: RequestId | None
    clock: ClockName
    level: EscalationLevel
    watcher: Watcher
    at: datetime
