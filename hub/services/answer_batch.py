"""Batches are answered once, with a signed receipt: the same batch again gets the same receipt.

All that needs no turn at the records (verifying, reading, checking encodings) is done before it, and without holding a
connection.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from symbolon.hub.errors import BatchReused, BatchTooLarge
from symbolon.hub.ports import AnsweredBatch, Store, Work
from symbolon.hub.services.admit_batches import AdmitBatches
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.sign_message import SignMessage
from symbolon.protocol.envelope import Envelope, body_digest
from symbolon.protocol.messages import (
    MAX_BATCH_ITEMS,
    Submission,
    SubmissionReceipt,
    Withdrawal,
    WithdrawalReceipt,
)
from symbolon.protocol.references import BatchId, MemberCode
from symbolon.runtime.clock import Clock

B = TypeVar("B", Submission, Withdrawal)
TakeBatch = Callable[[Work, str, datetime], SubmissionReceipt | WithdrawalReceipt]
"""Does what a batch asks, in the transaction that holds the turn; is given the body's digest and the time."""

PrepareBatch = Callable[[B], TakeBatch]
"""Does what can be done for a batch before its turn."""


class AnswerBatch:
    """Takes a batch once and answers it: the deed, the kept receipt and the audit leaf are one transaction."""

    def __init__(
        self,
        store: Store,
        admit: AdmitBatches,
        open_envelope: OpenEnvelope,
        sign_message: SignMessage,
        clock: Clock,
    ) -> None:
        self._store = store
        self._admit = admit
        self._open = open_envelope
        self._sign = sign_message
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope, kind: type[B], prepare: PrepareBatch[B]) -> bytes:
        """The signed receipt's bytes.

        Raises a `ProtocolError`, `BatchReused`, `BatchTooLarge`, or `TooManyBatches` where nothing was done.
        """
        with self._admit():
            now = self._clock.now()
            digest = body_digest(envelope)
            with self._store.work() as work:
                sender = work.members.find(member)
            batch = self._open.signed_by(sender, envelope, kind, now)
            if len(batch.items) > MAX_BATCH_ITEMS:
                raise BatchTooLarge(MAX_BATCH_ITEMS)
            take = prepare(batch)
            with self._store.work() as work:
                work.records.order_commits()
                self._open.admit(work, envelope, member)
                earlier = self._earlier_receipt(work, member, batch.batch_id, digest)
                if earlier is not None:
                    return earlier
                receipt = self._sign(take(work, digest, now), member, now)
                answer = AnsweredBatch(body_digest=digest, receipt=receipt.to_bytes())
                work.batches.keep(member, batch.batch_id, envelope.purpose, answer, now)
            return answer.receipt

    def _earlier_receipt(self, work: Work, member: MemberCode, batch_id: BatchId, digest: str) -> bytes | None:
        answer = work.batches.find(member, batch_id)
        if answer is None:
            return None
        if answer.body_digest != digest:
            raise BatchReused
        return answer.receipt
