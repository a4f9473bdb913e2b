"""Pairs that members declared, where the hub sees none itself."""

from collections.abc import Collection, Mapping
from typing import Protocol

from symbolon.protocol.messages import PairDeclaration
from symbolon.protocol.references import HitId, MemberCode, PairId, RecordReference


class DeclaredPairs(Protocol):
    """What was declared, and which references stand for it."""

    def declare(self, member: MemberCode, declaration: PairDeclaration) -> Mapping[MemberCode, PairDeclaration]:
        """Keep what a member declares, in the place of what it declared before; what both declared, locked."""

    def take_back(self, member: MemberCode, pair_id: PairId) -> None:
        """Forget what a member declared."""

    def hit_of(self, pair_id: PairId) -> HitId | None:
        """The hit that was raised on a pair."""

    def is_alias(self, reference: RecordReference) -> bool:
        """Whether a reference stands for a side of a pair."""

    def stand_for(self, pair_id: PairId, hit_id: HitId, references: Collection[RecordReference]) -> None:
        """These references stand for the sides of a hit."""
