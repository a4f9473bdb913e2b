"""The status page's numbers in the shape of its tables. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from symbolon.hub.domain.operators import OperatorStanding, SharedNoBits
from symbolon.hub.domain.status import HubStatus, MemberStatus, WorkerStatus
from symbolon.protocol.handling import RecordKind
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import MemberCode
from symbolon.runtime.pages import span_text

DAYS_SHOWN: Final = 14
SILENT_AFTER: Final = timedelta(minutes=2)
WORKER_SILENT_AFTER: Final = timedelta(seconds=30)
OPERATOR_SILENT_AFTER: Final = timedelta(minutes=1)


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
    """One operator of blind comparison: how it is in a few words, and in its own or the hub's what is the matter."""

    operator: OperatorStanding
    last_seen: str
    state: str
    trouble: str | None


@dataclass(frozen=True, slots=True)
class TokenLine:
    """What a member has used of today's budget of tokens."""

    member: MemberCode
    tokens: int
    is_spent: bool
    """Nine tenths of it, or more."""


@dataclass(frozen=True, slots=True)
class CanaryLine:
    """How the operators' answers were checked."""

    held: int
    answers: int
    last_checked: str
    members_check: bool
    """The hub sees no answer, and the members complain of a wrong one."""


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
    stopped_because: str | None
    no_bits: tuple[SharedNoBits, ...]
    """Members whose records were proved to be no bits."""
    canaries: CanaryLine
    daily_tokens: int
    tokens: tuple[TokenLine, ...]


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
        operators=_operator_lines(status.blind.operators, status.at),
        stopped=None if status.blind.stopped_since is None else _ago(status.blind.stopped_since, status.at),
        stopped_because=status.blind.stopped_because,
        no_bits=status.blind.no_bits,
        canaries=_canary_line(status),
        daily_tokens=status.blind.daily_tokens,
        tokens=tuple(
            TokenLine(each.member, each.tokens, 10 * each.tokens >= 9 * status.blind.daily_tokens)
            for each in status.blind.tokens_today
        ),
    )


def _canary_line(status: HubStatus) -> CanaryLine:
    canaries = status.blind.canaries
    checked = "never" if canaries.checked_at is None else _ago(canaries.checked_at, status.at)
    return CanaryLine(canaries.held, canaries.answers, checked, status.blind.members_check)


def _operator_lines(operators: tuple[OperatorStanding, ...], now: datetime) -> tuple[OperatorLine, ...]:
    someone_is_in_trouble = any(each.away_since is not None for each in operators)
    return tuple(
        OperatorLine(
            operator=each,
            last_seen="never" if each.seen_at is None else _ago(each.seen_at, now),
            state=_state_of(each, now, waits=someone_is_in_trouble),
            trouble=None if each.away_since is None else f"{each.trouble} (for {span_text(now - each.away_since)})",
        )
        for each in operators
    )


def _state_of(operator: OperatorStanding, now: datetime, *, waits: bool) -> str:
    if operator.away_since is not None:
        return "In trouble"
    if waits:
        return "Waits for another"
    if operator.seen_at is None:
        return "Not heard of yet"
    if now - operator.seen_at > OPERATOR_SILENT_AFTER:
        return "Not asked lately"
    return "Catching up" if operator.changes_behind else "In step"


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
