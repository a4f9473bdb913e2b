"""Restores of this node and of its hub, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from symbolon.node.domain.reconciliation import HubLife, HubStep, Restoration
from symbolon.protocol.messages import ReconciliationRecord
from symbolon.protocol.references import HitId, IncarnationId, RecordReference
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "reconciliation")


class PostgresReconciliation:
    """Restores within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def note_restored(self, backup_made_at: datetime, now: datetime) -> None:
        """Note that this database came from a backup."""
        self._tx.execute(QUERIES["note_restored"], backup_made_at=backup_made_at, restored_at=now)

    def restoration(self) -> Restoration | None:
        """The last restore; None where this database never came from a backup."""
        row = self._tx.fetch_one(QUERIES["find_restoration"])
        return None if row is None else Restoration(**row)

    def note_reconciled(self, now: datetime) -> None:
        """The node has agreed with the hub since its restore."""
        self._tx.execute(QUERIES["note_reconciled"], reconciled_at=now)

    def hub_life(self) -> HubLife | None:
        """The hub's incarnation that this node knows, and how far it is with it; None before the first."""
        row = self._tx.fetch_one(QUERIES["find_hub_life"])
        return None if row is None else HubLife(IncarnationId(str(row["incarnation"])), HubStep(row["step"]))

    def note_hub_life(self, life: HubLife, now: datetime) -> None:
        """Note how far this node is with an incarnation of the hub."""
        self._tx.execute(QUERIES["note_hub_life"], incarnation=life.incarnation, step=life.step, noted_at=now)

    def known_records(self, after: RecordReference | None, limit: int) -> tuple[ReconciliationRecord, ...]:
        """Records that the hub holds by what this node knows, or was told to withdraw, by ascending reference."""
        return tuple(
            ReconciliationRecord(
                RecordReference(str(row["reference"])), row["version"], tuple(row["epochs"]), row["withdrawn"]
            )
            for row in self._tx.fetch_all(QUERIES["list_known_records"], after=after, limit=limit)
        )

    def published_but(self, references: Collection[RecordReference]) -> tuple[RecordReference, ...]:
        """Records that count as published here, besides these."""
        rows = self._tx.fetch_all(QUERIES["list_published_but"], references=list(references))
        return tuple(RecordReference(str(row["reference"])) for row in rows)

    def note_lost_votes(self, hit_id: HitId, rounds: Sequence[int]) -> None:
        """Note that this side's votes of these rounds are out, and their words lost here."""
        self._tx.execute(QUERIES["note_lost_votes"], hit_id=hit_id, rounds=list(rounds))

    def is_lost_vote(self, hit_id: HitId, round_number: int) -> bool:
        """Whether this side's vote of that round is out already."""
        return bool(self._tx.fetch_value(QUERIES["find_lost_vote"], hit_id=hit_id, round=round_number))
