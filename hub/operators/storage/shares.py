"""The operator's records and their shares, and the one transaction over all that it stores."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from symbolon.hub.operators.storage.described_segments import DescribedSegments
from symbolon.hub.operators.storage.directory import KeptDirectory
from symbolon.hub.operators.storage.erasures import KeptErasures
from symbolon.hub.operators.storage.proofs import Proofs
from symbolon.hub.operators.storage.requests import TakenRequests
from symbolon.hub.operators.storage.spending import Spendings
from symbolon.hub.operators.storage.standings import KeptStandings
from symbolon.hub.operators.storage.stored_shares import StoredShares, rows_of
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.messages_comparison import ErasedVersion
from symbolon.protocol.messages_erasures import MOST_CHANGES
from symbolon.protocol.messages_sessions import RowAddress
from symbolon.protocol.references import MemberCode, RecordReference
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.database import Database, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES: Final = load_queries("symbolon.hub.operators.storage", "operator")
_SHARES_AT_A_TIME: Final = 500
_ALTERED_AT_A_TIME: Final = 100


@dataclass(frozen=True, slots=True)
class Seat:
    """Whom an operator serves, and at which point of the line it holds its shares."""

    federation: str
    exercise: bool
    place: int


@dataclass(frozen=True, slots=True)
class DroppedRecord:
    """A record that is gone: whose it was, and where its shares lay."""

    handle: int
    reference: str
    version: int
    owner: MemberCode
    rows: tuple[RowAddress, ...]


@dataclass(frozen=True, slots=True)
class NewShares:
    """A record that came."""

    handle: int
    reference: str
    version: int
    owner: MemberCode
    bundle: bytes
    rows: tuple[RowAddress, ...]
    is_proved: bool = False
    """That all three know that it is bits."""


@dataclass(frozen=True, slots=True)
class FollowedLife:
    """Which life of the hub an operator follows, since when that lives, and what was erased to follow it."""

    incarnation: str | None
    begun_at: datetime | None
    emptied_at: datetime | None = None
    emptied_records: int = 0


class OperatorWork:
    """One transaction over all that an operator stores."""

    def __init__(self, transaction: Transaction, audit_log: HashChainAuditLog) -> None:
        self._transaction = transaction
        self._audit_log = audit_log

    def audit(self, act: AuditAct, actor: str, detail: Detail) -> None:
        """Leave one leaf."""
        self._audit_log.record(self._transaction, act, actor, None, detail)

    @property
    def directory(self) -> KeptDirectory:
        """The co-signed directory as it was verified here."""
        return KeptDirectory(self._transaction)

    @property
    def requests(self) -> TakenRequests:
        """Which signed requests of members were answered here."""
        return TakenRequests(self._transaction)

    @property
    def standings(self) -> KeptStandings:
        """What this operator and the others are at."""
        return KeptStandings(self._transaction)

    @property
    def segments(self) -> DescribedSegments:
        """What the rows of each segment are of."""
        return DescribedSegments(self._transaction)

    @property
    def proofs(self) -> Proofs:
        """Which records are proved to be bits."""
        return Proofs(self._transaction)

    @property
    def erasures(self) -> KeptErasures:
        """Receipts for what was erased."""
        return KeptErasures(self._transaction)

    @property
    def spendings(self) -> Spendings:
        """What members used of their budgets."""
        return Spendings(self._transaction)

    def sequence_audit(self) -> int:
        """Give leaves of the audit log their places; how many."""
        return self._audit_log.sequence(self._transaction)

    def seat(self) -> Seat | None:
        """Whom this operator serves; None before it joined."""
        row = self._transaction.fetch_one(_QUERIES["find_seat"])
        return None if row is None else Seat(row["federation"], row["exercise"], row["place"])

    def take_seat(self, seat: Seat, now: datetime) -> bool:
        """Note whom this operator serves; False where it was noted before."""
        return bool(
            self._transaction.execute(
                _QUERIES["take_seat"],
                federation=seat.federation,
                exercise=seat.exercise,
                place=seat.place,
                now=now,
            )
        )

    def hub_life(self) -> FollowedLife:
        """Which life of the hub this operator follows."""
        row = self._transaction.fetch_one(_QUERIES["find_life"])
        if row is None:
            return FollowedLife(None, None)
        return FollowedLife(row["incarnation"], row["life_begun_at"], row["emptied_at"], row["emptied_records"] or 0)

    def follow(self, life: FollowedLife) -> None:
        """Follow this life of the hub from now on."""
        self._transaction.execute(
            _QUERIES["follow_life"],
            incarnation=life.incarnation,
            begun_at=life.begun_at,
            emptied_at=life.emptied_at,
            emptied_records=life.emptied_records,
        )

    def held_versions(self) -> Mapping[MemberCode, Sequence[ErasedVersion]]:
        """Every version that has shares here, by owner."""
        found: defaultdict[MemberCode, list[ErasedVersion]] = defaultdict(list)
        for row in self._transaction.fetch_all(_QUERIES["list_versions"]):
            found[MemberCode(row["owner"])].append(ErasedVersion(RecordReference(row["reference"]), row["version"]))
        return found

    def keep_schema(self, digest: str, content: bytes) -> None:
        """Keep a linkage schema."""
        self._transaction.execute(_QUERIES["keep_schema"], digest=digest, content=content)

    def schemas(self) -> dict[str, bytes]:
        """Every linkage schema by digest."""
        return {row["digest"]: row["content"] for row in self._transaction.fetch_all(_QUERIES["list_schemas"])}

    def lock_progress(self) -> int:
        """The newest change that is here; no other feed is taken until this transaction ends."""
        return int(self._transaction.fetch_value(_QUERIES["lock_progress"]))

    def progress(self) -> int:
        """The newest change that is here."""
        return int(self._transaction.fetch_value(_QUERIES["find_progress"]))

    def note_progress(self, number: int) -> None:
        """Note how far this operator is."""
        self._transaction.execute(_QUERIES["note_progress"], number=number)

    def put_all(self, records: Sequence[NewShares], now: datetime) -> None:
        """Keep records' shares, of handles that are nobody's yet."""
        self._transaction.execute_many(
            _QUERIES["put_record"],
            [
                {
                    "handle": record.handle,
                    "reference": record.reference,
                    "version": record.version,
                    "owner": record.owner,
                    "bundle": record.bundle,
                    "segments": [row.segment for row in record.rows],
                    "row_numbers": [row.row for row in record.rows],
                    "proved": record.is_proved,
                    "now": now,
                }
                for record in records
            ],
        )

    def known_handles(self, handles: Sequence[int]) -> frozenset[int]:
        """Which of these are a record's already."""
        rows = self._transaction.fetch_all(_QUERIES["list_known_handles"], handles=list(handles))
        return frozenset(row["handle"] for row in rows)

    def versions_of(self, references: Sequence[str]) -> frozenset[tuple[str, int]]:
        """Of which versions of these records shares are here."""
        rows = self._transaction.fetch_all(_QUERIES["list_held_versions"], references=list(references))
        return frozenset((row["reference"], row["version"]) for row in rows)

    def take_bundles(self, bundles: Sequence[tuple[bytes, int]]) -> Sequence[bytes]:
        """Note that signed bundles were taken, (digest, epoch): those that were not before, and may be taken."""
        digests, epochs = [digest for digest, _ in bundles], [epoch for _, epoch in bundles]
        rows = self._transaction.fetch_all(_QUERIES["take_bundles"], digests=digests, epochs=epochs)
        return [row["digest"] for row in rows]

    def forget_taken_before(self, epoch: int) -> None:
        """Forget which bundles were taken under epochs before this one: none of them is listed any more."""
        self._transaction.execute(_QUERIES["forget_taken_before"], epoch=epoch)

    def drop(self, handle: int) -> DroppedRecord | None:
        """Erase a record's shares; what they were, None where there were none."""
        self._transaction.execute(_QUERIES["drop_unreadable"], handle=handle)
        row = self._transaction.fetch_one(_QUERIES["drop_record"], handle=handle)
        return (
            None
            if row is None
            else DroppedRecord(handle, row["reference"], row["version"], MemberCode(row["owner"]), rows_of(row))
        )

    def note_unreadable(self, handle: int, reason: str, now: datetime) -> None:
        """Keep in mind that a record could not be read."""
        self._transaction.execute(_QUERIES["note_unreadable"], handle=handle, reason=reason, now=now)

    def unreadable_after(self, handle: int) -> Sequence[tuple[int, str]]:
        """Some of the records that could not be read, by rising handles, and why."""
        rows = self._transaction.fetch_all(_QUERIES["list_unreadable"], after=handle, limit=MOST_CHANGES)
        return [(row["handle"], row["reason"]) for row in rows]

    def shares_after(self, handle: int) -> Sequence[StoredShares]:
        """Some records' shares, by rising handles."""
        rows = self._transaction.fetch_all(_QUERIES["list_shares"], after=handle, limit=_SHARES_AT_A_TIME)
        return [StoredShares(row["handle"], row["bundle"], rows_of(row)) for row in rows]

    def shares_before(self, generation: int) -> Sequence[StoredShares]:
        """Some records whose shares are of an older generation; nobody else changes them until this work ends."""
        rows = self._transaction.fetch_all(
            _QUERIES["list_older_shares"], generation=generation, limit=_ALTERED_AT_A_TIME
        )
        return [StoredShares(row["handle"], row["bundle"], rows_of(row)) for row in rows]

    def put_refreshed(self, bundles: Mapping[int, bytes], generation: int) -> None:
        """Keep refreshed shares, by handle, in the place of those before."""
        self._transaction.execute_many(
            _QUERIES["put_refreshed"],
            [{"handle": handle, "bundle": bundle, "generation": generation} for handle, bundle in bundles.items()],
        )

    def records_after(self, handle: int, limit: int) -> Sequence[NewShares]:
        """Some whole records, by rising handles."""
        rows = self._transaction.fetch_all(_QUERIES["list_whole_records"], after=handle, limit=limit)
        return [
            NewShares(
                row["handle"],
                row["reference"],
                row["version"],
                MemberCode(row["owner"]),
                row["bundle"],
                rows_of(row),
                row["proved"],
            )
            for row in rows
        ]

    def forget_all(self) -> None:
        """Erase every share: they are restored from the other two."""
        self._transaction.execute(_QUERIES["forget_all_records"])
        self._transaction.execute(_QUERIES["forget_all_unreadable"])
        self._transaction.execute(_QUERIES["note_progress"], number=0)

    def counts(self) -> tuple[int, int]:
        """Records that are here, and those that could not be read."""
        row = self._transaction.fetch_one(_QUERIES["count_records"])
        return (0, 0) if row is None else (row["records"], row["unreadable"])


class OperatorStore:
    """Begins transactions on the operator's database."""

    def __init__(self, database: Database, audit_log: HashChainAuditLog) -> None:
        self._database = database
        self._audit_log = audit_log

    @contextmanager
    def work(self) -> Iterator[OperatorWork]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._database.transaction() as transaction:
            yield OperatorWork(transaction, self._audit_log)
