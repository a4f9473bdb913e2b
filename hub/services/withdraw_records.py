"""A member takes records back: their encodings are erased and it gets a signed receipt, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from symbolon.hub.domain.records import RecordEntry
from symbolon.hub.ports import EncodingIntake, MatchingWakeUp, Work
from symbolon.hub.services.answer_batch import AnswerBatch
from symbolon.hub.services.change_hits import ChangeHits
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.messages import Withdrawal, WithdrawalItem, WithdrawalOutcome, WithdrawalReceipt
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode, RecordReference


class WithdrawRecords:
    """The use case of `POST /v1/withdrawals`."""

    def __init__(
        self, answer: AnswerBatch, intake: EncodingIntake, change_hits: ChangeHits, wake: MatchingWakeUp
    ) -> None:
        self._answer = answer
        self._intake = intake
        self._change_hits = change_hits
        self._wake = wake

    def __call__(self, member: MemberCode, envelope: Envelope) -> bytes:
        """The signed receipt's bytes; the same batch again gets the same. Raises a `ProtocolError` or a `HubError`."""

        def take(work: Work, batch: Withdrawal, digest: str, now: datetime) -> WithdrawalReceipt:
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

        receipt = self._answer(member, envelope, Withdrawal, take)
        # A worker that is woken takes the erased encodings out of its index.
        self._wake()
        return receipt

    def _take_items(
        self, work: Work, member: MemberCode, items: Sequence[WithdrawalItem], now: datetime
    ) -> Sequence[WithdrawalOutcome]:
        """Erase the member's own records; erasing again changes nothing. Nobody's else are touched."""
        known = work.records.lock_references({item.reference for item in items})
        own = {reference: record for reference, record in known.items() if record.member == member}
        reclassified = {item.reference for item in items if item.reason is WithdrawalReason.RECLASSIFIED} & own.keys()
        erased = self._erase(work, own, now)
        ended = self._change_hits.withdraw(work, own.keys() - reclassified, now)
        held = self._change_hits.hold(work, reclassified, now)
        return [
            WithdrawalOutcome(
                reference=item.reference,
                erased_encodings=erased.get(item.reference, 0),
                hits_closed=ended.get(item.reference, 0) + held.get(item.reference, 0),
                problem=None if item.reference in own else Problem.UNKNOWN_RECORD,
            )
            for item in items
        ]

    def _erase(
        self, work: Work, own: Mapping[RecordReference, RecordEntry], now: datetime
    ) -> Mapping[RecordReference, int]:
        handles = {reference: record.handle for reference, record in own.items() if record.handle is not None}
        counts = self._intake.withdraw(work, list(handles.values()))
        work.records.retire(handles.keys(), now)
        return {reference: counts.get(handle, 0) for reference, handle in handles.items()}
