"""How the operators of blind comparison stand, as the hub sees it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from symbolon.hub.domain.canaries import CanaryStanding
from symbolon.protocol.references import MemberCode

DAILY_TOKENS: Final = 50_000
"""Tokens that one member may have evaluated in a day, unless hub or operator are set otherwise.

Whoever has a member's keys and all three operators' budgets for it (each value takes two of them) tries 75,000 numbers
a day: the 100 million that a passport of eight digits can have take more than three years.
"""


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
    unreadable: int = 0
    """Records whose shares it could not read: they are compared with nothing."""
    receipts_refused: int = 0
    """What it handed over as receipts of erasure for owners, and is none."""


@dataclass(frozen=True, slots=True)
class TokenSpending:
    """How many tokens a member had evaluated on a day."""

    member: MemberCode
    tokens: int


@dataclass(frozen=True, slots=True)
class SharedNoBits:
    """How many records of a member were proved to be no bits: they are compared with nothing."""

    member: MemberCode
    records: int


@dataclass(frozen=True, slots=True)
class BlindStatus:
    """The three operators, since when comparison is stopped because they did not agree, and what of today's budget of
    tokens (UTC) each member that had any has spent; canaries, and why comparison is stopped.
    """

    operators: tuple[OperatorStanding, ...] = ()
    stopped_since: datetime | None = None
    daily_tokens: int = DAILY_TOKENS
    tokens_today: tuple[TokenSpending, ...] = ()
    canaries: CanaryStanding = field(default_factory=CanaryStanding)
    stopped_because: str | None = None
    no_bits: tuple[SharedNoBits, ...] = ()
    """Members whose records were proved to be no bits."""
    members_check: bool = False
    """Match bits open towards members alone: they check the canaries' answers, and the hub sees none."""
