"""A restored hub begins another life: its members notice, and it compares nothing before they have spoken."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from symbolon.hub.domain.reconciliation import OpenReconciliation
from symbolon.hub.ports import Store
from symbolon.hub.services.reconcile_hub import FinishReconciliation
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HUB, new_incarnation_id
from symbolon.runtime.clock import Clock


class BeginReconciliation:
    """The last step of `symbolon hub restore`."""

    def __init__(self, store: Store, finish: FinishReconciliation, clock: Clock, new_uuid: Callable[[], UUID]) -> None:
        self._store = store
        self._finish = finish
        self._clock = clock
        self._new_uuid = new_uuid

    def __call__(self, backup_made_at: datetime) -> OpenReconciliation | None:
        """Begin; whom the hub waits for. None where it has no active member."""
        now = self._clock.now()
        with self._store.work() as work:
            work.reconciliation.begin(new_incarnation_id(self._new_uuid()), backup_made_at, now)
            detail = {"backup_made_at": backup_made_at.isoformat(timespec="seconds")}
            work.audit(AuditAct.BACKUP_RESTORED, HUB, None, detail)
            still = work.reconciliation.open()
            if still is not None and not still.waiting_for:
                self._finish(work, (), now)
                return None
            return still
