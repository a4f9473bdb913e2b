"""Hits, and the sealed votes and messages that lie at the hub."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from symbolon.hub.domain.hits import Hit
from symbolon.hub.domain.votes import VoteDeposit
from symbolon.protocol.references import HitId, RecordReference


class HitStore(Protocol):
    """Hits, their sides, and the sealed votes and messages that lie here."""

    def add_new(self, hits: Sequence[Hit]) -> frozenset[HitId]:
        """Insert the hits of pairs that have none; the ids of those that were inserted."""

    def lock(self, hit_id: HitId) -> Hit:
        """The hit, locked to the end of the transaction; raises `UnknownHit`."""

    def lock_live_of(self, references: Collection[RecordReference]) -> Sequence[Hit]:
        """The live hits on any of these records, locked."""

    def save(self, hit: Hit) -> None:
        """Write down the hit's state and what its sides were told and decided."""

    def deposits(self, hit_id: HitId) -> tuple[VoteDeposit, ...]:
        """The sealed votes that lie here."""

    def deposit(self, hit_id: HitId, deposit: VoteDeposit, now: datetime) -> None:
        """Keep a sealed vote."""

    def clear_deposits(self, hit_id: HitId) -> None:
        """The sealed votes of this hit do not lie here any more: they were handed over, or never will be."""

    def keep_message(self, hit_id: HitId, envelope: bytes, now: datetime) -> None:
        """Keep a member's sealed message until the hit is released."""

    def take_messages(self, hit_id: HitId) -> tuple[bytes, ...]:
        """The messages that waited for the hit's release, in the order in which they came; they lie here no longer."""
