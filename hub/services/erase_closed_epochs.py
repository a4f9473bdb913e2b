"""The encodings of a closed epoch are erased, in chunks, and each owner is given a signed receipt.

The rows say what is left to do: whoever is killed between two chunks has lost nothing, and the next one goes on.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from symbolon.hub.domain.records import RecordEntry
from symbolon.hub.ports import EncodingIntake, Store, Work
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.epochs import references_digest
from symbolon.protocol.messages import EpochErasureReceipt
from symbolon.protocol.references import HUB, RecordReference
from symbolon.runtime.clock import Clock

# So many in one transaction: whoever submits meanwhile waits for no more than these.
RECORDS_PER_RUN: Final = 500


class EraseClosedEpochs:
    """Any number may run at once: they take turns."""

    def __init__(self, store: Store, intake: EncodingIntake, post: PostMessage, clock: Clock) -> None:
        self._store = store
        self._intake = intake
        self._post = post
        self._clock = clock

    def __call__(self) -> int:
        """Erase until nothing is left of closed epochs; how many encodings went."""
        erased = 0
        while True:
            with self._store.work() as work:
                taken = self._run(work)
            if taken is None:
                return erased
            erased += taken

    def _run(self, work: Work) -> int | None:
        """Erase one chunk; None where nothing is closed that was not erased."""
        # Looked at before waiting for a turn: it is asked every other second, mostly for nothing.
        if not self._waiting(work):
            return None
        work.records.order_commits()
        waiting = self._waiting(work)
        if not waiting:
            return None
        epoch = waiting[0]
        records = work.records.lock_encoded_under(epoch, RECORDS_PER_RUN)
        if not records:
            self._receipt(work, epoch, self._clock.now())
            return 0
        return self._erase(work, epoch, records)

    def _waiting(self, work: Work) -> list[int]:
        return [closed.epoch for closed in work.epochs.closed() if closed.erased_at is None]

    def _erase(self, work: Work, epoch: int, records: Mapping[RecordReference, RecordEntry]) -> int:
        handles = {reference: record.handles[epoch] for reference, record in records.items()}
        erased = self._intake.withdraw(work, list(handles.values()))
        work.records.drop(list(handles.values()))
        owners = {reference: record.member for reference, record in records.items() if handles[reference] in erased}
        work.epochs.note_erased(epoch, owners)
        return len(erased)

    def _receipt(self, work: Work, epoch: int, now: datetime) -> None:
        """Nothing is left: tell each owner what was erased, and be done with the epoch."""
        by_owner = work.epochs.erased(epoch)
        for member, references in by_owner.items():
            receipt = EpochErasureReceipt(
                epoch=epoch,
                erased_encodings=len(references),
                records=len(references),
                references_digest=references_digest(references),
                erased_at=now,
            )
            self._post(work, member, receipt, now)
        work.epochs.settle(epoch, now)
        counts = {"members": len(by_owner), "erased": sum(map(len, by_owner.values()))}
        work.audit(AuditAct.EPOCH_ERASED, HUB, str(epoch), counts)
