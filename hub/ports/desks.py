"""Focal points of the members, how their desks live, and what pairs of members agreed on."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from symbolon.hub.domain.desks import DeskWatch
from symbolon.protocol.messages import SignedFocalPoints, SignedPairProfile
from symbolon.protocol.references import DeskId, MemberCode


class FocalPointStore(Protocol):
    """Each member's newest focal-point directory, and how its desks live."""

    def hold(self, member: MemberCode) -> SignedFocalPoints | None:
        """The member's newest directory; nobody else changes it before this transaction ends."""

    def keep(self, signed: SignedFocalPoints, now: datetime) -> None:
        """Put a directory in the place of its member's; of desks that it does not list, nothing is known any more."""

    def all(self) -> tuple[SignedFocalPoints, ...]:
        """The directories of all members that were not expelled, by member."""

    def watches(self) -> tuple[DeskWatch, ...]:
        """Every desk that the directories list, by member and desk."""

    def lock_watches(self, members: Collection[MemberCode]) -> tuple[DeskWatch, ...]:
        """The desks of these members, locked."""

    def lock_watch(self, member: MemberCode, desk_id: DeskId) -> DeskWatch | None:
        """One desk, locked."""

    def save_watches(self, watches: Sequence[DeskWatch]) -> None:
        """Write down what became of desks."""


class PairProfileStore(Protocol):
    """What pairs of members agreed on, and what is proposed between them."""

    def hold_pair(self, members: tuple[MemberCode, MemberCode]) -> None:
        """Nobody else changes what this pair agrees on before this transaction ends."""

    def agreed(self, members: tuple[MemberCode, MemberCode]) -> tuple[SignedPairProfile, ...]:
        """Every version that a pair agreed on, oldest first."""

    def proposed(self, members: tuple[MemberCode, MemberCode]) -> SignedPairProfile | None:
        """What one of the pair proposes."""

    def keep_proposal(self, signed: SignedPairProfile) -> None:
        """Put a proposal in the place of the pair's."""

    def keep_agreed(self, signed: SignedPairProfile, now: datetime) -> None:
        """Add a version that both signed; nothing is proposed any more."""

    def of_member(self, member: MemberCode) -> tuple[SignedPairProfile, ...]:
        """Everything that the member has a part in: what was agreed by pair and version, then what is proposed."""

    def all_agreed(self) -> tuple[tuple[SignedPairProfile, datetime], ...]:
        """Every version that any pair agreed on, oldest first, and when both had signed it."""
