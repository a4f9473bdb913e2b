"""Purging at every holder: what this node asked others to purge, what it owes them, and what its receipts say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from symbolon.protocol.exchange_terms import PurgedPlace, PurgeReason
from symbolon.protocol.messages_case import PurgedCount
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MemberCode, MessageId, PurgeId, RecordReference, RequestId

TIME_TO_PURGE: Final = timedelta(hours=24)
"""A holder gives its receipt within a day."""

WHOLE: Final = frozenset({PurgeReason.WITHDRAWN, PurgeReason.DATA_SUBJECT})
"""Where the record is gone, a purge is of the whole hit; otherwise it is of one exchange."""


class PurgeDirection(StrEnum):
    """Asked by this node of another; or owed by this node to another."""

    ASKED = "asked"
    OWED = "owed"


class PurgeState(StrEnum):
    """How a purge stands."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    KEPT_BY_LAW = "kept-by-law"
    NOT_DELIVERED = "not-delivered"
    NOT_REACHABLE = "not-reachable"
    """The holder takes part no more (it was expelled): nobody could ask it. It is asked if it ever returns."""
    PURGED = "purged"


@dataclass(frozen=True, slots=True)
class PurgeScope:
    """What is to go: everything about a hit, or one exchange of it."""

    hit_id: HitId
    exchange_id: RequestId | None
    reason: PurgeReason

    @property
    def is_sound(self) -> bool:
        """Whether reason and exchange go together: a record that is gone is no exchange's, all else is one's."""
        return (self.reason in WHOLE) is (self.exchange_id is None)


@dataclass(frozen=True, slots=True)
class Purge:
    """One purge at one holder. `purged` counts what went, place by place, once it is done."""

    purge_id: PurgeId
    scope: PurgeScope
    direction: PurgeDirection
    holder: MemberCode
    asked_at: datetime
    due_at: datetime
    kept_by_law_at: datetime | None = None
    purged_at: datetime | None = None
    purged: Mapping[PurgedPlace, int] | None = None
    message_id: MessageId | None = None
    """Asked: the message that carries the request, None where its holder could not be reached; owed: the one that
    carries the newest receipt."""
    not_delivered: Problem | None = None
    """Why the hub refused that message for good; known where purges are listed."""
    by_itself: bool = False
    """Begun by the holder before it was asked: it gives no receipt until it is."""


@dataclass(frozen=True, slots=True)
class PurgeLine:
    """One line of the list of purges: by name, who has purged and who is overdue."""

    purge_id: PurgeId
    hit_id: HitId
    direction: PurgeDirection
    holder: MemberCode
    own_reference: RecordReference
    own_local_id: str = field(repr=False)
    reason: PurgeReason
    about_one_exchange: bool
    asked_at: datetime
    due_at: datetime
    state: PurgeState
    purged_at: datetime | None
    purged: tuple[PurgedCount, ...]


def state_of(purge: Purge, now: datetime) -> PurgeState:
    """How a purge stands at this moment."""
    if purge.purged_at is not None:
        return PurgeState.PURGED
    if purge.kept_by_law_at is not None:
        return PurgeState.KEPT_BY_LAW
    if purge.direction is PurgeDirection.ASKED and purge.message_id is None:
        return PurgeState.NOT_REACHABLE
    if purge.not_delivered is not None:
        return PurgeState.NOT_DELIVERED
    return PurgeState.OVERDUE if now > purge.due_at else PurgeState.WAITING


def counts(purged: Mapping[PurgedPlace, int]) -> tuple[PurgedCount, ...]:
    """Every place once, in the order of the protocol: 0 where nothing was."""
    return tuple(PurgedCount(place, purged.get(place, 0)) for place in PurgedPlace)
