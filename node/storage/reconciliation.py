"""Restores of this node and of its hub, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from psycopg.types.json import Jsonb

from symbolon.node.domain.reconciliation import HubLife, HubStep, Restoration
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.hit_ledger import HitLedger
from symbolon.protocol.known_ledgers import known_ledger, ledger_from
from symbolon.protocol.messages import KnownLedger, ReconciliationRecord
from symbolon.protocol.references import HitId, IncarnationId, MemberCode, RecordReference
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

    def is_hub_anew(self) -> bool:
        """Whether the hub came from a backup since this node knows it, and is told, or was, what is known here."""
        return bool(self._tx.fetch_value(QUERIES["find_hub_anew"]))

    def keep_told(self, hit_id: HitId, told: HitLedger) -> None:
        """Keep how far the hub says that a hit went, as long as the votes do not bear it out."""
        self._tx.execute(QUERIES["keep_told"], hit_id=hit_id, ledger=Jsonb(to_wire(known_ledger(told))))

    def told(self, hit_id: HitId, parties: tuple[MemberCode, MemberCode]) -> HitLedger | None:
        """What is kept of that for a hit."""
        row = self._tx.fetch_one(QUERIES["find_told"], hit_id=hit_id)
        return None if row is None else ledger_from(from_wire(KnownLedger, row["ledger"]), hit_id, parties)

    def forget_told(self, hit_id: HitId) -> None:
        """It was taken."""
        self._tx.execute(QUERIES["forget_told"], hit_id=hit_id)

    def is_lost_vote(self, hit_id: HitId, round_number: int) -> bool:
        """Whether this side's vote of that round is out already."""
        return bool(self._tx.fetch_value(QUERIES["find_lost_vote"], hit_id=hit_id, round=round_number))
