"""Records whose review date has passed leave the hub, also while their owner's node is away.

The owner finds a signed receipt among its deliveries, of the same form as the answer to a withdrawal of its own.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from symbolon.hub.ports import Store, Work
from symbolon.hub.services.erase_records import EraseRecords
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.messages import WithdrawalOutcome, WithdrawalReceipt, expiry_digest
from symbolon.protocol.references import HUB, MemberCode, RecordReference, new_batch_id
from symbolon.runtime.clock import Clock

# So many in one transaction: whoever submits meanwhile waits for no more than these.
RECORDS_PER_RUN: Final = 500


class ExpireRecords:
    """Run each minute or so. Any number may run at once: they take turns, and a record expires once."""

    def __init__(
        self, store: Store, erase: EraseRecords, post: PostMessage, clock: Clock, new_uuid: Callable[[], UUID]
    ) -> None:
        self._store = store
        self._erase = erase
        self._post = post
        self._clock = clock
        self._new_uuid = new_uuid

    def __call__(self) -> int:
        """Erase until nothing here has expired; how many records went."""
        expired = 0
        while True:
            with self._store.work() as work:
                taken = self._run(work)
            expired += taken
            if taken < RECORDS_PER_RUN:
                return expired

    def _run(self, work: Work) -> int:
        work.records.order_commits()
        now = self._clock.now()
        records = work.records.lock_expired(now.date(), RECORDS_PER_RUN)
        if not records:
            return 0
        outcomes = self._erase(work, records, now)
        for member in sorted({record.member for record in records.values()}):
            own = {reference: outcomes[reference] for reference, record in records.items() if record.member == member}
            self._tell(work, member, own, now)
        return len(records)

    def _tell(
        self, work: Work, member: MemberCode, outcomes: Mapping[RecordReference, WithdrawalOutcome], now: datetime
    ) -> None:
        batch_id = new_batch_id(self._new_uuid())
        receipt = WithdrawalReceipt(
            batch_id=batch_id,
            body_digest=expiry_digest(batch_id, tuple(outcomes)),
            withdrawn_at=now,
            outcomes=tuple(outcomes.values()),
        )
        self._post(work, member, receipt, now)
        counts: Detail = {
            "member": member,
            "reason": WithdrawalReason.EXPIRED.value,
            "items": len(outcomes),
            "erased": sum(outcome.erased_encodings for outcome in outcomes.values()),
            "hits": sum(outcome.hits_closed for outcome in outcomes.values()),
        }
        work.audit(AuditAct.RECORDS_WITHDRAWN, HUB, batch_id, counts)
