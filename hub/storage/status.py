"""Counts for the status page, and the presence of workers."""

from datetime import datetime, timedelta
from typing import Final

from symbolon.hub.domain.members import Standing
from symbolon.hub.domain.status import (
    DayCount,
    DirectoryStatus,
    EpochStatus,
    HubStatus,
    MemberStatus,
    RecordCount,
    StateCount,
    WorkerStatus,
)
from symbolon.hub.storage.epochs import PostgresEpochs
from symbolon.protocol.handling import RecordKind
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import MemberCode
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "status")

_DAYS_SHOWN: Final = timedelta(days=30)
_WORKER_FORGOTTEN_AFTER: Final = timedelta(hours=1)


class PostgresStatus:
    """See `symbolon.hub.ports.StatusStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def read(self, directory: DirectoryStatus, now: datetime) -> HubStatus:
        """The hub's state in numbers."""
        fetch_all = self._transaction.fetch_all
        waiting = self._transaction.fetch_one(_QUERIES["count_waiting_comparisons"]) or {}
        return HubStatus(
            at=now,
            members=tuple(
                MemberStatus(
                    code=MemberCode(row["code"]),
                    name=row["name"],
                    standing=Standing(row["standing"]),
                    standing_since=row["standing_since"],
                    keys_expire_on=row["keys_expire_on"],
                    certificate_expires_on=row["certificate_expires_on"],
                    last_seen=row["last_seen"],
                    undelivered=row["undelivered"],
                    oldest_undelivered_at=row["oldest_undelivered_at"],
                )
                for row in fetch_all(_QUERIES["count_by_member"])
            ),
            records=tuple(
                RecordCount(member=MemberCode(row["member"]), kind=RecordKind(row["record_kind"]), live=row["live"])
                for row in fetch_all(_QUERIES["count_records"])
            ),
            pending_comparisons=waiting["pending"],
            oldest_pending_at=waiting["oldest"],
            hits_by_day=tuple(
                DayCount(day=row["day"], hits=row["hits"])
                for row in fetch_all(_QUERIES["count_hits_by_day"], since=now - _DAYS_SHOWN)
            ),
            hits_by_state=tuple(
                StateCount(state=JointState(row["state"]), hits=row["hits"])
                for row in fetch_all(_QUERIES["count_hits_by_state"])
            ),
            workers=tuple(
                WorkerStatus(
                    worker_id=row["worker_id"], last_seen=row["last_seen"], changes_behind=row["changes_behind"]
                )
                for row in fetch_all(_QUERIES["list_workers"], since=now - _WORKER_FORGOTTEN_AFTER)
            ),
            directory=directory,
            epochs=tuple(
                EpochStatus(row["epoch"], row["schema_id"], row["closed_at"], row["erased_at"])
                for row in fetch_all(_QUERIES["list_epochs"])
            ),
            progress=PostgresEpochs(self._transaction).progress(),
        )

    def note_worker(self, worker_id: str, index_number: int, now: datetime) -> None:
        """A worker is alive, and its index is this new."""
        self._transaction.execute(_QUERIES["note_worker"], worker_id=worker_id, index_number=index_number, now=now)
        self._transaction.execute(_QUERIES["forget_workers"], before=now - _WORKER_FORGOTTEN_AFTER)

    def oldest_index(self, now: datetime) -> int:
        """Up to which change the indexes of all workers are that were heard of lately; 0 where there is none."""
        since = now - _WORKER_FORGOTTEN_AFTER
        return int(self._transaction.fetch_value(_QUERIES["find_oldest_index"], since=since))
