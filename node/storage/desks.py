"""All states' desks, and what pairs agreed on, in PostgreSQL: no case data, so it lies open."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from symbolon.node.domain.agreements import KeptProfile
from symbolon.node.domain.desks import BookAge, KeptDirectory, KeptDraft, Ping, RefusedDirectory
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages_focal_points import DeskLife, SignedFocalPoints
from symbolon.protocol.messages_pairs import SignedPairProfile
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import DeskId, MemberCode, PingId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "desks")


class PostgresFocalPoints:
    """Desks within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def directories(self) -> tuple[KeptDirectory, ...]:
        """Every state's newest directory that was verified here."""
        return tuple(_kept(row) for row in self._tx.fetch_all(QUERIES["list_directories"]))

    def directory(self, member: MemberCode) -> KeptDirectory | None:
        """One state's newest directory."""
        row = self._tx.fetch_one(QUERIES["find_directory"], member=member)
        return None if row is None else _kept(row)

    def keep(self, signed: SignedFocalPoints, now: datetime) -> bool:
        """Keep a verified directory; False where a newer one is here."""
        row = self._tx.fetch_one(
            QUERIES["keep_directory"],
            member=signed.directory.member,
            version=signed.directory.version,
            body=canonical_bytes(to_wire(signed)),
            taken_at=now,
        )
        return row is not None

    def drop(self, member: MemberCode) -> None:
        """Forget a state that is no member any more."""
        self._tx.execute(QUERIES["drop_directory"], member=member)

    def lives(self) -> tuple[DeskLife, ...]:
        """How the desks live, as the hub last said."""
        rows = self._tx.fetch_all(QUERIES["list_lives"])
        return tuple(
            DeskLife(MemberCode(row["member"]), DeskId(row["desk_id"]), row["pinged_at"], row["answered_at"])
            for row in rows
        )

    def save_lives(self, lives: Sequence[DeskLife]) -> None:
        """Keep how the desks live, in the place of what was."""
        self._tx.execute(QUERIES["forget_lives"])
        self._tx.execute_many(
            QUERIES["save_life"],
            [
                {
                    "member": life.member,
                    "desk_id": life.desk_id,
                    "pinged_at": life.pinged_at,
                    "answered_at": life.answered_at,
                }
                for life in lives
            ],
        )

    def age(self) -> BookAge | None:
        """How old the book is; None before the hub was heard."""
        row = self._tx.fetch_one(QUERIES["find_age"])
        return None if row is None else BookAge(row["issued_at"], row["heard_at"], row["own_version"])

    def note_age(self, age: BookAge) -> None:
        """Note that the hub was heard."""
        self._tx.execute(
            QUERIES["note_age"], issued_at=age.issued_at, heard_at=age.heard_at, own_version=age.own_version
        )

    def refused(self) -> tuple[RefusedDirectory, ...]:
        """What was not believed."""
        return tuple(
            RefusedDirectory(MemberCode(row["member"]), row["version"], Problem(row["problem"]), row["refused_at"])
            for row in self._tx.fetch_all(QUERIES["list_refused"])
        )

    def note_refused(self, member: MemberCode, version: int, problem: Problem, now: datetime) -> bool:
        """Note what was not believed; False where it is noted already."""
        row = self._tx.fetch_one(
            QUERIES["note_refused"], member=member, version=version, problem=problem, refused_at=now
        )
        return row is not None

    def forget_refused(self, member: MemberCode) -> None:
        """What came since is believed."""
        self._tx.execute(QUERIES["forget_refused"], member=member)

    def draft(self) -> KeptDraft | None:
        """The own directory as somebody works on it; locked."""
        row = self._tx.fetch_one(QUERIES["lock_draft"])
        return None if row is None else KeptDraft(row["body"], row["changed_by"], row["changed_at"])

    def save_draft(self, draft: KeptDraft | None) -> None:
        """Keep the draft, or forget it."""
        if draft is None:
            self._tx.execute(QUERIES["forget_draft"])
            return
        self._tx.execute(
            QUERIES["save_draft"], body=draft.text, changed_by=draft.changed_by, changed_at=draft.changed_at
        )

    def staff(self) -> Mapping[DeskId, frozenset[str]]:
        """Who works at which of the own desks."""
        found: dict[DeskId, set[str]] = {}
        for row in self._tx.fetch_all(QUERIES["list_staff"]):
            found.setdefault(DeskId(row["desk_id"]), set()).add(row["login"])
        return {desk_id: frozenset(logins) for desk_id, logins in found.items()}

    def set_staff(self, desk_id: DeskId, logins: Collection[str]) -> None:
        """Say who works at a desk."""
        self._tx.execute(QUERIES["forget_staff"], desk_id=desk_id)
        rows = [{"desk_id": desk_id, "login": login} for login in sorted(set(logins))]
        self._tx.execute_many(QUERIES["add_staff"], rows)

    def add_ping(self, ping: Ping) -> bool:
        """Keep a question of the hub; False when it is known."""
        row = self._tx.fetch_one(
            QUERIES["add_ping"],
            ping_id=ping.ping_id,
            desk_id=ping.desk_id,
            asked_at=ping.asked_at,
            answer_by=ping.answer_by,
        )
        return row is not None

    def ping(self, ping_id: PingId) -> Ping | None:
        """One question; locked."""
        row = self._tx.fetch_one(QUERIES["lock_ping"], ping_id=ping_id)
        return None if row is None else _ping(row)

    def pings(self) -> tuple[Ping, ...]:
        """The newest question to each desk, the longest waiting first."""
        return tuple(_ping(row) for row in self._tx.fetch_all(QUERIES["list_pings"]))

    def note_answer(self, ping_id: PingId, answered_by: str, now: datetime) -> None:
        """Note that somebody answered."""
        self._tx.execute(QUERIES["note_answer"], ping_id=ping_id, answered_by=answered_by, answered_at=now)

    def note_stale(self, ping_id: PingId, now: datetime) -> bool:
        """Note that whoever stands in is told; False where they were told before, or somebody answered."""
        return self._tx.fetch_one(QUERIES["note_stale"], ping_id=ping_id, now=now) is not None


class PostgresAgreements:
    """What pairs agreed on, within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def profiles(self) -> tuple[KeptProfile, ...]:
        """Every version and proposal, by state, the newest first."""
        return tuple(
            KeptProfile(
                MemberCode(row["counterpart"]), _signed_profile(bytes(row["body"])), row["is_agreed"], row["taken_at"]
            )
            for row in self._tx.fetch_all(QUERIES["list_profiles"])
        )

    def keep(self, counterpart: MemberCode, signed: SignedPairProfile, now: datetime) -> None:
        """Keep a verified proposal, or an agreed version in its place."""
        self._tx.execute(
            QUERIES["keep_profile"],
            counterpart=counterpart,
            version=signed.profile.version,
            is_agreed=len(signed.signatures) == len(signed.profile.members),
            body=canonical_bytes(to_wire(signed)),
            taken_at=now,
        )


def _kept(row: Row) -> KeptDirectory:
    return KeptDirectory(_signed_directory(bytes(row["body"])), row["taken_at"])


def _ping(row: Row) -> Ping:
    return Ping(
        ping_id=PingId(str(row["ping_id"])),
        desk_id=DeskId(row["desk_id"]),
        asked_at=row["asked_at"],
        answer_by=row["answer_by"],
        answered_at=row["answered_at"],
        answered_by=row["answered_by"],
    )


# The clocks of every list ask for them; they change a few times a month.
@lru_cache(maxsize=256)
def _signed_directory(body: bytes) -> SignedFocalPoints:
    return from_wire(SignedFocalPoints, parse_json(body))


@lru_cache(maxsize=256)
def _signed_profile(body: bytes) -> SignedPairProfile:
    return from_wire(SignedPairProfile, parse_json(body))
