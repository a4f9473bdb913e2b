"""The membership, the chain of the directory's versions, and what somebody here compared of it."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from symbolon.node.domain.membership import Membership, ShutOut
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages import (
    DirectoryProposal,
    FederationDirectory,
    MemberCard,
    SignedDirectory,
    card_fingerprint,
)
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import IncarnationId
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "directory")


class PostgresDirectory:
    """The member directory within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def membership(self) -> Membership | None:
        """What the welcome said; None before the node joined."""
        row = self._tx.fetch_one(QUERIES["find_membership"])
        if row is None:
            return None
        return Membership(row["federation"], row["exercise"], bytes(row["hub_signing_key"]), row["is_confirmed"])

    def join(self, membership: Membership, now: datetime) -> None:
        """Keep what a welcome says."""
        self._tx.execute(
            QUERIES["join"],
            federation=membership.federation,
            exercise=membership.exercise,
            hub_signing_key=membership.hub_signing_key,
            joined_at=now,
        )

    def confirm(self, now: datetime) -> None:
        """Note that somebody here knows that the members are those of the directory."""
        self._tx.execute(QUERIES["confirm"], confirmed_at=now)

    def note_incarnation(self, incarnation: IncarnationId) -> None:
        """Note which life of the hub spoke."""
        self._tx.execute(QUERIES["note_incarnation"], incarnation=incarnation)

    def incarnation(self) -> IncarnationId | None:
        """Which life of the hub last spoke; None before it did."""
        found = self._tx.fetch_value(QUERIES["find_incarnation"])
        return None if found is None else IncarnationId(found)

    def find(self) -> FederationDirectory | None:
        """The newest directory in effect; None before the members signed the first."""
        body = self._tx.fetch_value(QUERIES["find_newest"])
        return None if body is None else _signed(bytes(body)).directory

    def first_with_epoch(self, epoch: int) -> FederationDirectory | None:
        """The version that listed an epoch first: the one that authorised its linkage key."""
        body = self._tx.fetch_value(QUERIES["find_first_with_epoch"], epoch=epoch)
        return None if body is None else _signed(bytes(body)).directory

    def append(self, signed: SignedDirectory, now: datetime) -> bool:
        """Put a verified version at the chain's end; False where another process took it first."""
        directory = signed.directory
        row = self._tx.fetch_one(
            QUERIES["append_version"],
            version=directory.version,
            digest=directory.digest(),
            body=canonical_bytes(to_wire(signed)),
            epochs=[epoch.epoch for epoch in directory.epochs],
            taken_at=now,
        )
        return row is not None

    def history(self) -> tuple[tuple[SignedDirectory, datetime], ...]:
        """Every version with the moment when this node took it, from the founding on."""
        rows = self._tx.fetch_all(QUERIES["list_versions"])
        return tuple((_signed(bytes(row["body"])), row["taken_at"]) for row in rows)

    def proposal(self) -> DirectoryProposal | None:
        """The proposal as it was last seen; None before the first look."""
        body = self._tx.fetch_value(QUERIES["find_proposal"])
        return None if body is None else from_wire(DirectoryProposal, parse_json(bytes(body)))

    def proposal_issued_at(self) -> datetime | None:
        """When the hub issued the proposal that was last seen."""
        row = self._tx.fetch_one(QUERIES["find_proposal"])
        return None if row is None else row["issued_at"]

    def save_proposal(self, proposal: DirectoryProposal, issued_at: datetime, now: datetime) -> None:
        """Keep the proposal as it is seen now, and as of when the hub said it."""
        body = canonical_bytes(to_wire(proposal))
        self._tx.execute(QUERIES["save_proposal"], body=body, issued_at=issued_at, seen_at=now)

    def note_shut_out(self, problem: Problem, now: datetime) -> None:
        """Note that the hub takes nothing of this node."""
        self._tx.execute(QUERIES["note_shut_out"], problem=problem, since=now)

    def end_shut_out(self) -> None:
        """Note that the hub answers again."""
        self._tx.execute(QUERIES["end_shut_out"])

    def shut_out(self) -> ShutOut | None:
        """That the hub shuts this node out; None while it does not."""
        row = self._tx.fetch_one(QUERIES["find_shut_out"])
        return None if row is None else ShutOut(Problem(row["problem"]), row["since"])

    def note_compared(self, cards: Sequence[MemberCard], compared_by: str, now: datetime) -> None:
        """Note that these cards were compared with the members themselves."""
        self._tx.execute_many(
            QUERIES["note_compared"],
            [
                {
                    "code": card.code,
                    "fingerprint": card_fingerprint(card),
                    "compared_by": compared_by,
                    "compared_at": now,
                }
                for card in cards
            ],
        )

    def compared(self) -> frozenset[str]:
        """The fingerprints of the cards that were compared here."""
        return frozenset(str(row["fingerprint"]) for row in self._tx.fetch_all(QUERIES["list_compared"]))


@lru_cache(maxsize=8)
def _signed(body: bytes) -> SignedDirectory:
    # Every transaction asks for the newest version, which changes a few times a year.
    return from_wire(SignedDirectory, parse_json(body))
