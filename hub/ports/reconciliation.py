"""What the hub keeps so that it, or a member, can be restored from a backup."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from symbolon.hub.domain.reconciliation import OpenReconciliation
from symbolon.protocol.messages import KnownHit, ReconciliationDone, ReconciliationHit, ReconciliationRecord
from symbolon.protocol.references import HitId, IncarnationId, MemberCode, RecordReference


class ReconciliationStore(Protocol):
    """Restores of this hub, and what it holds of one member."""

    def begin(self, incarnation: IncarnationId, backup_made_at: datetime, now: datetime) -> None:
        """Note that this hub was restored: it lives under another incarnation, and waits for its active members."""

    def open(self) -> OpenReconciliation | None:
        """The restore that is not finished, if there is one."""

    def keep_known_hits(self, member: MemberCode, hits: Sequence[KnownHit]) -> None:
        """Keep what a member knows of its hits; the newest word counts."""

    def known_hits(self) -> Mapping[HitId, Mapping[MemberCode, KnownHit]]:
        """What the members said of their hits."""

    def note_done(self, member: MemberCode, done: ReconciliationDone, now: datetime) -> None:
        """The member has told all."""

    def finish(self, without: Sequence[MemberCode], now: datetime) -> None:
        """Compare again; `without` waiting for these members."""

    def records_of(
        self, member: MemberCode, after: RecordReference | None, limit: int
    ) -> tuple[ReconciliationRecord, ...]:
        """A member's records, by ascending reference."""

    def hits_of(self, member: MemberCode, after: HitId | None, limit: int) -> tuple[ReconciliationHit, ...]:
        """The hits that a member was told of, by ascending id."""

    def redeliver(self, member: MemberCode, since: datetime) -> int:
        """Let everything wait again that the member acknowledged since; how many deliveries."""

    def forget_delivered(self, before: datetime) -> int:
        """Let go of the envelopes that were acknowledged before; how many."""
