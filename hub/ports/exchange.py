"""Hits, the steps that were taken, and the sealed votes that lie at the hub."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from symbolon.hub.domain.closing import Moments
from symbolon.hub.domain.hits import Hit
from symbolon.hub.domain.pairings import Pairing, PastHit
from symbolon.hub.domain.votes import VoteDeposit
from symbolon.protocol.clocks import Pause
from symbolon.protocol.hit_ledger import TrackStep
from symbolon.protocol.references import HitId, MemberCode, RecordReference, RequestId


class HitStore(Protocol):
    """Hits with their ledgers and sides, the steps that were taken, and the sealed votes that lie here."""

    def add_new(self, hits: Sequence[Hit]) -> frozenset[HitId]:
        """Insert the hits of pairs that have no open one; the ids of those that were inserted."""

    def pairing_of(self, hit_id: HitId) -> Pairing:
        """The two records of a hit, which is not locked; raises `UnknownHit`."""

    def lock(self, hit_id: HitId) -> Hit:
        """The hit, locked to the end of the transaction; raises `UnknownHit`."""

    def read(self, hit_ids: Sequence[HitId]) -> Sequence[Hit]:
        """These hits as they are now, not locked."""

    def lock_of(self, references: Collection[RecordReference]) -> Sequence[Hit]:
        """The hits on any of these records, but for those that were withdrawn, locked."""

    def save(self, hit: Hit) -> None:
        """Write down the hit's ledger and what its sides were told and decided; not who freezes it."""

    def note_step(self, hit_id: HitId, step: TrackStep, now: datetime) -> None:
        """Write down a step that was taken."""

    def past(self, pairings: Collection[Pairing]) -> Mapping[Pairing, PastHit]:
        """The newest hit on each of these pairs that has one."""

    def freeze(self, hit_id: HitId, member: MemberCode, now: datetime, *, holds: bool) -> None:
        """A side begins its safety hold, or lifts it."""

    def pauses(self, hit_id: HitId, since: datetime) -> tuple[Pause, ...]:
        """When the hit was held, or frozen by whichever side, since then; the pauses may overlap."""

    def voting(self, after: HitId | None, limit: int) -> Sequence[HitId]:
        """Hits whose votes are asked for, by ascending id."""

    def waiting_for_hub(self, moments: Moments, after: HitId | None, limit: int) -> Sequence[HitId]:
        """Hits that may have something for the hub to do by itself, by ascending id."""

    def reminders(self, hit_id: HitId) -> Mapping[RequestId, int]:
        """How often the receiver of each exchange was reminded."""

    def note_reminders(self, hit_id: HitId, exchange_id: RequestId, reminders: int) -> None:
        """The receiver of an exchange was reminded so often."""

    def deposits(self, hit_id: HitId) -> tuple[VoteDeposit, ...]:
        """The sealed votes that lie here."""

    def deposit(self, hit_id: HitId, deposit: VoteDeposit, now: datetime) -> None:
        """Keep a sealed vote."""

    def clear_deposits(self, hit_id: HitId) -> None:
        """The sealed votes of this hit do not lie here any more: they were handed over, or never will be."""
