"""A member takes records back: their encodings are erased and it gets a signed receipt, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from symbolon.hub.ports import WakeUp, Work
from symbolon.hub.services.answer_batch import AnswerBatch, TakeBatch
from symbolon.hub.services.erase_records import EraseRecords
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.messages import Withdrawal, WithdrawalItem, WithdrawalOutcome, WithdrawalReceipt
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode, RecordReference


class WithdrawRecords:
    """The use case of `POST /v1/withdrawals`."""

    def __init__(self, answer: AnswerBatch, erase: EraseRecords, wake: WakeUp) -> None:
        self._answer = answer
        self._erase = erase
        self._wake = wake

    def __call__(self, member: MemberCode, envelope: Envelope) -> bytes:
        """The signed receipt's bytes; the same batch again gets the same. Raises a `ProtocolError` or a `HubError`."""

        def prepare(batch: Withdrawal) -> TakeBatch:
            def take(work: Work, digest: str, now: datetime) -> WithdrawalReceipt:
                outcomes = self._take_items(work, member, batch.items, now)
                counts = {
                    "items": len(outcomes),
                    "erased": sum(outcome.erased_encodings for outcome in outcomes),
                    "hits": sum(outcome.hits_closed for outcome in outcomes),
                }
                work.audit(AuditAct.WITHDRAWAL_ACCEPTED, member, batch.batch_id, counts)
                return WithdrawalReceipt(
                    batch_id=batch.batch_id, body_digest=digest, withdrawn_at=now, outcomes=tuple(outcomes)
                )

            return take

        receipt = self._answer(member, envelope, Withdrawal, prepare)
        # A worker that is woken takes the erased encodings out of its index.
        self._wake()
        return receipt

    def _take_items(
        self, work: Work, member: MemberCode, items: Sequence[WithdrawalItem], now: datetime
    ) -> Sequence[WithdrawalOutcome]:
        """Erase the member's own records. Nobody's else are touched."""
        known = work.records.lock_references({item.reference for item in items})
        own = {reference: record for reference, record in known.items() if record.member == member}
        reclassified = {item.reference for item in items if item.reason is WithdrawalReason.RECLASSIFIED}
        outcomes = self._erase(work, own, now, reclassified=reclassified)
        return [outcomes.get(item.reference) or _unknown(item.reference) for item in items]


def _unknown(reference: RecordReference) -> WithdrawalOutcome:
    return WithdrawalOutcome(reference=reference, erased_encodings=0, hits_closed=0, problem=Problem.UNKNOWN_RECORD)
