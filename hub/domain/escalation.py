"""Of which clocks that are over somebody is to be told, and what. Pure."""

from dataclasses import dataclass
from datetime import datetime

from symbolon.hub.domain.clocks import ENDS_BY_ITSELF, HitClock
from symbolon.hub.domain.notices import FacilitatorNotice, NoticeKind
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.messages import EscalationLevel, EscalationNotice
from symbolon.protocol.references import HitId, MemberCode, RequestId


@dataclass(frozen=True, slots=True)
class Mark:
    """What makes one run of one clock: who was told of it is told no more, and who reopens a hit starts another."""

    hit_id: HitId
    exchange_id: RequestId | None
    clock: ClockName
    member: MemberCode
    started_at: datetime


def mark_of(clock: HitClock) -> Mark:
    """The mark of a clock that runs."""
    return Mark(clock.hit_id, clock.exchange_id, clock.name, clock.whose, clock.started_at)


def is_to_be_told(clock: HitClock, now: datetime) -> bool:
    """Whether somebody is told that the clock is over."""
    return clock.name not in ENDS_BY_ITSELF and clock.is_over(now)


def notice_of(clock: HitClock, now: datetime) -> EscalationNotice:
    """What the side is told whose clock it is."""
    return EscalationNotice(
        hit_id=clock.hit_id,
        exchange_id=clock.exchange_id,
        clock=clock.name,
        level=EscalationLevel.OVER,
        watcher=clock.watcher,
        at=now,
    )


def facilitator_notice_of(clock: HitClock, now: datetime) -> FacilitatorNotice | None:
    """What the facilitator is told; None of a hold, which is its owner's oversight's affair alone."""
    if clock.watcher is not Watcher.FACILITATOR:
        return None
    return FacilitatorNotice(NoticeKind.CLOCK_OVER, clock.whose, clock.name.value, clock.state, clock.urgency, now)
