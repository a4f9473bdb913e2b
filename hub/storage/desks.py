"""Focal points as the members signed them (canonical JSON), how their desks live, and what pairs agreed on."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from symbolon.hub.domain.desks import DeskWatch
from symbolon.protocol.codec import canonical_bytes, from_wire, parse_json, to_wire
from symbolon.protocol.messages import SignedFocalPoints, SignedPairProfile
from symbolon.protocol.references import DeskId, MemberCode, PingId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "desks")


class PostgresFocalPoints:
    """See `symbolon.hub.ports.FocalPointStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hold(self, member: MemberCode) -> SignedFocalPoints | None:
        """The member's newest directory; nobody else changes it before this transaction ends."""
        signed = self._transaction.fetch_value(_QUERIES["hold_focal_points"], member=member)
        return None if signed is None else from_wire(SignedFocalPoints, parse_json(signed))

    def keep(self, signed: SignedFocalPoints, now: datetime) -> None:
        """Put a directory in the place of its member's."""
        member, desk_ids = signed.directory.member, [desk.desk_id for desk in signed.directory.desks]
        self._transaction.execute(
            _QUERIES["keep_focal_points"],
            member=member,
            version=signed.directory.version,
            signed=canonical_bytes(to_wire(signed)),
            now=now,
        )
        self._transaction.execute(_QUERIES["forget_watches"], member=member, desk_ids=desk_ids)
        self._transaction.execute(_QUERIES["insert_watches"], member=member, desk_ids=desk_ids)

    def all(self) -> tuple[SignedFocalPoints, ...]:
        """The directories of all members that were not expelled, by member."""
        rows = self._transaction.fetch_all(_QUERIES["list_focal_points"])
        return tuple(from_wire(SignedFocalPoints, parse_json(row["signed"])) for row in rows)

    def watches(self) -> tuple[DeskWatch, ...]:
        """Every desk that the directories list, by member and desk."""
        return tuple(_watch(row) for row in self._transaction.fetch_all(_QUERIES["list_watches"]))

    def lock_watches(self, members: Collection[MemberCode]) -> tuple[DeskWatch, ...]:
        """The desks of these members, locked."""
        rows = self._transaction.fetch_all(_QUERIES["lock_watches"], members=list(members))
        return tuple(_watch(row) for row in rows)

    def lock_watch(self, member: MemberCode, desk_id: DeskId) -> DeskWatch | None:
        """One desk, locked."""
        row = self._transaction.fetch_one(_QUERIES["lock_watch"], member=member, desk_id=desk_id)
        return None if row is None else _watch(row)

    def save_watches(self, watches: Sequence[DeskWatch]) -> None:
        """Write down what became of desks."""
        self._transaction.execute_many(_QUERIES["update_watch"], [asdict(watch) for watch in watches])


class PostgresPairProfiles:
    """See `symbolon.hub.ports.PairProfileStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hold_pair(self, members: tuple[MemberCode, MemberCode]) -> None:
        """Nobody else changes what this pair agrees on before this transaction ends."""
        self._transaction.execute(_QUERIES["hold_pair"], **_pair(members))

    def agreed(self, members: tuple[MemberCode, MemberCode]) -> tuple[SignedPairProfile, ...]:
        """Every version that a pair agreed on, oldest first."""
        return _profiles(self._transaction.fetch_all(_QUERIES["list_agreed"], **_pair(members)))

    def proposed(self, members: tuple[MemberCode, MemberCode]) -> SignedPairProfile | None:
        """What one of the pair proposes."""
        signed = self._transaction.fetch_value(_QUERIES["find_proposed"], **_pair(members))
        return None if signed is None else from_wire(SignedPairProfile, parse_json(signed))

    def keep_proposal(self, signed: SignedPairProfile) -> None:
        """Put a proposal in the place of the pair's."""
        self._keep(signed, None)

    def keep_agreed(self, signed: SignedPairProfile, now: datetime) -> None:
        """Add a version that both signed; nothing is proposed any more."""
        self._keep(signed, now)

    def of_member(self, member: MemberCode) -> tuple[SignedPairProfile, ...]:
        """Everything that the member has a part in: what was agreed by pair and version, then what is proposed."""
        return _profiles(self._transaction.fetch_all(_QUERIES["list_profiles_of"], member=member))

    def all_agreed(self) -> tuple[tuple[SignedPairProfile, datetime], ...]:
        """Every version that any pair agreed on, oldest first, and when both had signed it."""
        rows = self._transaction.fetch_all(_QUERIES["list_all_agreed"])
        return tuple((from_wire(SignedPairProfile, parse_json(row["signed"])), row["agreed_at"]) for row in rows)

    def _keep(self, signed: SignedPairProfile, agreed_at: datetime | None) -> None:
        low, high = signed.profile.members
        self._transaction.execute(_QUERIES["drop_proposed"], low=low, high=high)
        self._transaction.execute(
            _QUERIES["insert_profile"],
            low=low,
            high=high,
            version=signed.profile.version,
            signed=canonical_bytes(to_wire(signed)),
            agreed_at=agreed_at,
        )


def _pair(members: tuple[MemberCode, MemberCode]) -> dict[str, object]:
    low, high = sorted(members)
    return {"low": low, "high": high}


def _profiles(rows: Sequence[Row]) -> tuple[SignedPairProfile, ...]:
    return tuple(from_wire(SignedPairProfile, parse_json(row["signed"])) for row in rows)


def _watch(row: Row) -> DeskWatch:
    return DeskWatch(
        member=MemberCode(row["member"]),
        desk_id=DeskId(row["desk_id"]),
        ping_id=None if row["ping_id"] is None else PingId(row["ping_id"]),
        asked_at=row["asked_at"],
        unanswered_since=row["unanswered_since"],
        answered_at=row["answered_at"],
        told_stale_at=row["told_stale_at"],
    )
