"""Files that nobody takes any more are dropped: of withdrawn hits and recalled exchanges, and those of 35 days ago."""

from symbolon.hub.domain.attachments import KEPT_FOR
from symbolon.hub.ports import Store
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HUB
from symbolon.runtime.clock import Clock


class DropAttachments:
    """Run each minute. Meanwhile nobody gets a chunk of such a file: each request looks whether it is over."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self) -> int:
        """How many files went."""
        now = self._clock.now()
        with self._store.work() as work:
            over = work.attachments.lock_over(now - KEPT_FOR)
            for attachment_id, reason in over.items():
                work.attachments.drop(attachment_id, now)
                work.audit(AuditAct.ATTACHMENT_DROPPED, HUB, attachment_id, {"reason": reason.value})
        return len(over)
