"""Canaries of blind comparison in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

from symbolon.hub.domain.canaries import CanaryStanding, NewCanary
from symbolon.hub.domain.ids import RecordHandle
from symbolon.protocol.references import RecordReference
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "canaries")


class PostgresCanaries:
    """See `symbolon.hub.ports.CanaryStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def used(self, references: Collection[RecordReference]) -> frozenset[RecordReference]:
        """Those of these references that a canary has."""
        rows = self._transaction.fetch_all(_QUERIES["find_used"], references=list(references))
        return frozenset(RecordReference(row["reference"]) for row in rows)

    def put(self, canaries: Collection[NewCanary], now: datetime) -> None:
        """Keep canaries whose encodings were stored in this transaction."""
        self._transaction.execute_many(
            _QUERIES["insert_canary"],
            [
                {
                    "handle": each.handle,
                    "reference": each.canary.reference,
                    "version": each.version,
                    "member": each.member,
                    "number": each.canary.number,
                    "form": each.canary.form.value,
                    "now": now,
                }
                for each in canaries
            ],
        )

    def leftover(self, since: datetime, limit: int) -> Sequence[RecordHandle]:
        """Canaries that should go: of closed epochs and expelled members, beside no record, replaced before then."""
        rows = self._transaction.fetch_all(_QUERIES["list_leftover"], since=since, limit=limit)
        return [RecordHandle(row["handle"]) for row in rows]

    def note_answers(self, answers: int, now: datetime) -> None:
        """So many known answers were right."""
        self._transaction.execute(_QUERIES["note_answers"], answers=answers, now=now)

    def forget_answers(self, before: datetime) -> int:
        """Forget what was checked before then; how many checks."""
        return self._transaction.execute(_QUERIES["forget_answers"], before=before)

    def standing(self) -> CanaryStanding:
        """How many there are, and what was checked."""
        row = self._transaction.fetch_one(_QUERIES["find_standing"]) or {}
        return CanaryStanding(row["held"], row["answers"], row["checked_at"])
