"""Compares what waits with everything that its owner and the others allow, and raises the alerts."""

from symbolon.hub.domain.scope import comparison_scope
from symbolon.hub.ports import PairFinder, Store, Work
from symbolon.hub.services.raise_alert import RaiseAlerts
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HUB
from symbolon.runtime.clock import Clock

# So many at a time: a worker that is killed leaves no more than these to be compared again, and whoever withdraws or
# revises one of them waits no longer than they take. Blind, one pass through all records compares as many.
RECORDS_PER_RUN = 256


class FindMatches:
    """Any number of these may run at once: each takes other records, and a pair makes one hit whoever finds it."""

    def __init__(self, store: Store, finder: PairFinder, raise_alerts: RaiseAlerts, clock: Clock) -> None:
        self._store = store
        self._finder = finder
        self._raise_alerts = raise_alerts
        self._clock = clock

    def __call__(self) -> int:
        """Compare until nothing waits; how many hits were raised."""
        raised = 0
        while True:
            with self._store.work() as work:
                found = self._run(work)
            if found is None:
                return raised
            raised += found

    def _run(self, work: Work) -> int | None:
        handles = work.records.take_waiting(RECORDS_PER_RUN)
        # After taking them: whatever was committed before any of these is in the index then, so of two records
        # that arrive together the later one always meets the earlier.
        self._finder.refresh(work)
        if not handles:
            return None
        scope = comparison_scope(work.records.partitions_of(handles), work.records.live_partitions())
        pairs = self._finder.compare(work, handles, scope)
        raised = self._raise_alerts(work, pairs, self._clock.now())
        work.records.settle(handles)
        work.audit(
            AuditAct.COMPARISON_RUN, HUB, None, {"records": len(handles), "candidates": len(pairs), "hits": raised}
        )
        return raised
