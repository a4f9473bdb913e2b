"""Why somebody looks at a protected hit: a closed list of reasons, words of their own, and for how long both count."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from symbolon.node.errors import NodeError
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId

REMEMBERED_FOR: Final = timedelta(minutes=15)
REMEMBERED_FOR_FORM: Final = timedelta(minutes=30)
"""For as long a form comes back that was begun while the reason counted, with what was typed into it."""
LONGEST_TEXT: Final = 500


class ViewReason(StrEnum):
    """Why a victim's or minor's hit is looked at."""

    PROTECT = "protect"
    DECIDE_HOLD = "decide-hold"
    CHECK_HIT = "check-hit"
    EXCHANGE = "exchange"
    REVIEW = "review"
    OTHER = "other"


class JustificationNeeded(NodeError):
    """A protected hit is shown to nobody who does not say why."""

    def __init__(self) -> None:
        super().__init__(
            Problem.JUSTIFICATION_NEEDED, "This hit concerns a victim or a minor: say first why you need to see it."
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """One stretch of somebody's work: a browser's session, or one command. Reasons count within it."""

    name: str


@dataclass(frozen=True, slots=True)
class Justification:
    """A reason as it was given."""

    justification_id: UUID
    hit_id: HitId
    login: str
    visit: Visit
    reason: ViewReason
    text: str = field(repr=False)
    given_at: datetime
