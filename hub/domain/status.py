"""The hub's state in numbers: nothing here identifies a person, a record or a hit."""

from dataclasses import dataclass
from datetime import date, datetime

from symbolon.hub.domain.epochs import MemberProgress
from symbolon.hub.domain.members import Standing
from symbolon.protocol.federation import ExpiryNotice, notice_level
from symbolon.protocol.handling import RecordKind
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """One member: how it stands, when its node was last here, how many deliveries it has not acknowledged, and the last
    days on which its keys and its certificate may be used.
    """

    code: MemberCode
    name: str
    standing: Standing
    standing_since: datetime
    keys_expire_on: date
    certificate_expires_on: date
    last_seen: datetime | None
    undelivered: int
    oldest_undelivered_at: datetime | None

    def keys_notice(self, today: date) -> ExpiryNotice:
        """How near the end of its keys is; of an expelled member nobody cares."""
        return self._notice(self.keys_expire_on, today)

    def certificate_notice(self, today: date) -> ExpiryNotice:
        """How near the end of its certificate is."""
        return self._notice(self.certificate_expires_on, today)

    def _notice(self, expires_on: date, today: date) -> ExpiryNotice:
        return ExpiryNotice.NONE if self.standing is Standing.EXPELLED else notice_level(expires_on, today)


@dataclass(frozen=True, slots=True)
class DirectoryStatus:
    """The version in effect, and the one that is proposed: who signed it so far, and how many signatures it needs."""

    version: int | None
    proposed: int | None
    signed_by: tuple[MemberCode, ...]
    quorum: int


@dataclass(frozen=True, slots=True)
class EpochStatus:
    """An epoch of the linkage key: open while `closed_at` is None, then being erased until `erased_at`."""

    epoch: int
    schema_id: str
    closed_at: datetime | None
    erased_at: datetime | None


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
    """All of the status page. Lists are sorted: members by code, days newest first, progress by epoch
    and member.
    """

    at: datetime
    members: tuple[MemberStatus, ...]
    records: tuple[RecordCount, ...]
    pending_comparisons: int
    oldest_pending_at: datetime | None
    hits_by_day: tuple[DayCount, ...]
    hits_by_state: tuple[StateCount, ...]
    workers: tuple[WorkerStatus, ...]
    directory: DirectoryStatus
    epochs: tuple[EpochStatus, ...]
    progress: tuple[MemberProgress, ...]
    certificate_expires_on: date | None = None
    """The last day of the hub's own certificate; None where its home has none."""

    @property
    def certificate_notice(self) -> ExpiryNotice:
        """How near the end of the hub's own certificate is."""
        ends = self.certificate_expires_on
        return ExpiryNotice.NONE if ends is None else notice_level(ends, self.at.date())
