"""How the operators of blind comparison stand, as the hub sees it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OperatorStanding:
    """One operator: who runs it, how far it is with the hub's changes, and since when it does not do what it should."""

    place: int
    name: str
    number: int
    changes_behind: int
    records: int
    seen_at: datetime | None
    away_since: datetime | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class BlindStatus:
    """The three operators, and since when comparison is stopped because they did not agree."""

    operators: tuple[OperatorStanding, ...] = ()
    stopped_since: datetime | None = None
