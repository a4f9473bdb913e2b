"""The records of an expelled member are erased, in chunks, as if it had withdrawn them."""

from typing import Final

from symbolon.hub.ports import Store, Work
from symbolon.hub.services.erase_records import EraseRecords
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.references import HUB
from symbolon.runtime.clock import Clock

RECORDS_PER_RUN: Final = 500
_EXPELLED: Final = "expelled"


class EraseExpelled:
    """Any number may run at once: they take turns. Whoever is killed between two chunks has lost nothing."""

    def __init__(self, store: Store, erase: EraseRecords, clock: Clock) -> None:
        self._store = store
        self._erase = erase
        self._clock = clock

    def __call__(self) -> int:
        """Erase until no expelled member has a record here; how many records went."""
        gone = 0
        while True:
            with self._store.work() as work:
                taken = self._run(work)
            gone += taken
            if taken < RECORDS_PER_RUN:
                return gone

    def _run(self, work: Work) -> int:
        # Looked at before waiting for a turn: it is asked every other second, mostly for nothing.
        if not work.records.has_expelled():
            return 0
        work.records.order_commits()
        now = self._clock.now()
        records = work.records.lock_expelled(RECORDS_PER_RUN)
        outcomes = self._erase(work, records, now)
        for member in sorted({record.member for record in records.values()}):
            own = [outcomes[reference] for reference, record in records.items() if record.member == member]
            counts: Detail = {
                "member": member,
                "reason": _EXPELLED,
                "items": len(own),
                "erased": sum(outcome.erased_encodings for outcome in own),
                "hits": sum(outcome.hits_closed for outcome in own),
            }
            work.audit(AuditAct.RECORDS_WITHDRAWN, HUB, None, counts)
        return len(records)
