"""The status page's numbers in the shape of its tables. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from symbolon.hub.domain.operators import OperatorStanding
from symbolon.hub.domain.status import HubStatus, MemberStatus, WorkerStatus
from symbolon.protocol.handling import RecordKind
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import MemberCode
from symbolon.runtime.pages import span_text

DAYS_SHOWN: Final = 14
SILENT_AFTER: Final = timedelta(minutes=2)
WORKER_SILENT_AFTER: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member's line: ``is_silent`` when its node was not here lately."""

    member: MemberStatus
    last_seen: str
    is_silent: bool
    records: tuple[int, ...]
    """Live records, in the order of ``StatusView.kinds``."""
    total: int


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day of the last two weeks, also when it had no hit."""

    day: date
    hits: int


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """One worker."""

    worker: WorkerStatus
    last_seen: str
    is_silent: bool


@dataclass(frozen=True, slots=True)
class OperatorLine:
    """One operator of blind comparison; ``away`` None while it does what it should."""

    operator: OperatorStanding
    last_seen: str
    away: str | None


@dataclass(frozen=True, slots=True)
class StatusView:
    """All of the page."""

    kinds: tuple[RecordKind, ...]
    members: tuple[MemberLine, ...]
    days: tuple[DayLine, ...]
    most_hits_a_day: int
    live_records: int
    undelivered: int
    pending: int
    oldest_pending: str | None
    hits: int
    states: tuple[tuple[JointState, int], ...]
    workers: tuple[WorkerLine, ...]
    operators: tuple[OperatorLine, ...]
    stopped: str | None
    """Since when nothing is compared, because the operators did not agree."""


def arrange_status(status: HubStatus) -> StatusView:
    """Lay the numbers out by member, by day and by state."""
    counts = {(count.member, count.kind): count.live for count in status.records}
    kinds = tuple(kind for kind in RecordKind if any(key[1] is kind for key in counts))
    hits_on = {count.day: count.hits for count in status.hits_by_day}
    today = status.at.date()
    days = tuple(
        DayLine(day, hits_on.get(day, 0)) for day in (today - timedelta(days=back) for back in range(DAYS_SHOWN))
    )
    return StatusView(
        kinds=kinds,
        members=tuple(_member_line(member, kinds, counts, status.at) for member in status.members),
        days=days,
        most_hits_a_day=max((line.hits for line in days), default=0),
        live_records=sum(counts.values()),
        undelivered=sum(member.undelivered for member in status.members),
        pending=status.pending_comparisons,
        oldest_pending=None if status.oldest_pending_at is None else span_text(status.at - status.oldest_pending_at),
        hits=sum(count.hits for count in status.hits_by_state),
        states=tuple((count.state, count.hits) for count in status.hits_by_state),
        workers=tuple(
            WorkerLine(worker, _ago(worker.last_seen, status.at), status.at - worker.last_seen > WORKER_SILENT_AFTER)
            for worker in status.workers
        ),
        operators=tuple(_operator_line(operator, status.at) for operator in status.blind.operators),
        stopped=None if status.blind.stopped_since is None else _ago(status.blind.stopped_since, status.at),
    )


def _operator_line(operator: OperatorStanding, now: datetime) -> OperatorLine:
    return OperatorLine(
        operator=operator,
        last_seen="never" if operator.seen_at is None else _ago(operator.seen_at, now),
        away=None if operator.away_since is None else _ago(operator.away_since, now),
    )


def _member_line(
    member: MemberStatus, kinds: tuple[RecordKind, ...], counts: dict[tuple[MemberCode, RecordKind], int], now: datetime
) -> MemberLine:
    records = tuple(counts.get((member.code, kind), 0) for kind in kinds)
    return MemberLine(
        member=member,
        last_seen="never" if member.last_seen is None else _ago(member.last_seen, now),
        is_silent=member.last_seen is None or now - member.last_seen > SILENT_AFTER,
        records=records,
        total=sum(records),
    )


def _ago(moment: datetime, now: datetime) -> str:
    return f"{span_text(now - moment)} ago"
