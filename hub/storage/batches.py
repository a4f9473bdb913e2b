"""Batches that were answered: the same batch again gets the same receipt."""

from datetime import datetime

from symbolon.hub.ports import AnsweredBatch
from symbolon.protocol.messages import Purpose
from symbolon.protocol.references import BatchId, MemberCode
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "batches")


class PostgresBatches:
    """See `symbolon.hub.ports.BatchStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def find(self, member: MemberCode, batch_id: BatchId) -> AnsweredBatch | None:
        """The answer that the member's batch got, if it was here before."""
        row = self._transaction.fetch_one(_QUERIES["find_batch"], member=member, batch_id=batch_id)
        return None if row is None else AnsweredBatch(body_digest=row["body_digest"], receipt=row["receipt"])

    def keep(
        self, member: MemberCode, batch_id: BatchId, purpose: Purpose, answer: AnsweredBatch, now: datetime
    ) -> None:
        """Keep the answer for when the batch comes again."""
        self._transaction.execute(
            _QUERIES["insert_batch"],
            member=member,
            batch_id=batch_id,
            purpose=purpose.value,
            body_digest=answer.body_digest,
            receipt=answer.receipt,
            now=now,
        )
