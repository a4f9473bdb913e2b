"""What a node keeps so that it, or its hub, can be restored from a backup."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from symbolon.node.domain.reconciliation import HubLife, Restoration
from symbolon.protocol.hit_ledger import HitLedger
from symbolon.protocol.messages import ReconciliationRecord
from symbolon.protocol.references import HitId, MemberCode, RecordReference


class ReconciliationStore(Protocol):
    """Restores of this node and of its hub, and what is to be told."""

    def note_restored(self, backup_made_at: datetime, now: datetime) -> None:
        """Note that this database came from a backup."""
        ...

    def restoration(self) -> Restoration | None:
        """The last restore; None where this database never came from a backup."""
        ...

    def note_reconciled(self, now: datetime) -> None:
        """The node has agreed with the hub since its restore."""
        ...

    def hub_life(self) -> HubLife | None:
        """The hub's incarnation that this node knows, and how far it is with it; None before the first."""
        ...

    def note_hub_life(self, life: HubLife, now: datetime) -> None:
        """Note how far this node is with an incarnation of the hub."""
        ...

    def known_records(self, after: RecordReference | None, limit: int) -> tuple[ReconciliationRecord, ...]:
        """Records that the hub holds by what this node knows, or was told to withdraw, by ascending reference."""
        ...

    def published_but(self, references: Collection[RecordReference]) -> tuple[RecordReference, ...]:
        """Records that count as published here, besides these."""
        ...

    def note_lost_votes(self, hit_id: HitId, rounds: Sequence[int]) -> None:
        """Note that this side's votes of these rounds are out, and their words lost here."""
        ...

    def is_hub_anew(self) -> bool:
        """Whether the hub came from a backup since this node knows it, and is told, or was, what is known here."""
        ...

    def keep_told(self, hit_id: HitId, told: HitLedger) -> None:
        """Keep how far the hub says that a hit went, as long as the votes do not bear it out."""
        ...

    def told(self, hit_id: HitId, parties: tuple[MemberCode, MemberCode]) -> HitLedger | None:
        """What is kept of that for a hit."""
        ...

    def forget_told(self, hit_id: HitId) -> None:
        """It was taken."""
        ...

    def is_lost_vote(self, hit_id: HitId, round_number: int) -> bool:
        """Whether this side's vote of that round is out already."""
        ...
