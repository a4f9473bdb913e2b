"""The hub's state in numbers: nothing here identifies a person, a record or a hit."""

from dataclasses import dataclass
from datetime import date, datetime

from symbolon.protocol.handling import RecordKind
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """One member: when its node was last here, and how many deliveries it has not acknowledged."""

    code: MemberCode
    name: str
    last_seen: datetime | None
    undelivered: int
    oldest_undelivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecordCount:
    """How many live records of one kind a member has here."""

    member: MemberCode
    kind: RecordKind
    live: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many hits were detected on a day (UTC)."""

    day: date
    hits: int


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many hits are in a state, as far as the hub knows it."""

    state: JointState
    hits: int


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A worker: when it last looked, and how many index changes it had not loaded then."""

    worker_id: str
    last_seen: datetime
    changes_behind: int


@dataclass(frozen=True, slots=True)
class HubStatus:
    """All of the status page. Lists are sorted: members by code, days newest first."""

    at: datetime
    members: tuple[MemberStatus, ...]
    records: tuple[RecordCount, ...]
    pending_comparisons: int
    oldest_pending_at: datetime | None
    hits_by_day: tuple[DayCount, ...]
    hits_by_state: tuple[StateCount, ...]
    workers: tuple[WorkerStatus, ...]
