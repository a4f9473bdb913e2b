"""Compares what waits with everything that its owner and the others allow, and raises the alerts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from symbolon.hub.domain.ids import RecordHandle
from symbolon.hub.domain.scope import comparison_scope
from symbolon.hub.errors_of_operators import ComparisonSpent
from symbolon.hub.ports import PairFinder, Store, Work
from symbolon.hub.services.raise_alert import RaiseAlerts
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HUB
from symbolon.runtime.clock import Clock
from symbolon.runtime.logs import get_logger

# So many at a time: a worker that is killed leaves no more than these to be compared again, and whoever withdraws or
# revises one of them waits no longer than they take. Blind, one pass through all records compares as many.
RECORDS_PER_RUN = 256
_LATER: Final = timedelta(hours=1)
"""Budgets are of a day, but an operator may grant more meanwhile."""


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
            handles: list[RecordHandle] = []
            try:
                with self._store.work() as work:
                    handles += work.records.take_waiting(RECORDS_PER_RUN, self._clock.now())
                    found = self._run(work, handles)
            except ComparisonSpent as spent:
                self._set_aside(spent, handles)
                continue
            if found is None:
                return raised
            raised += found

    def _set_aside(self, spent: ComparisonSpent, handles: Sequence[RecordHandle]) -> None:
        """A member's records wait for more of its budget; where it was asked about, those that asked."""
        until = self._clock.now() + _LATER
        with self._store.work() as work:
            aside = work.records.set_aside(spent.member, (), until)
            if aside.isdisjoint(handles):
                concerned = [handle for handle in handles if handle in spent.handles]
                aside = work.records.set_aside(None, concerned or handles, until)
        get_logger().warning("a member's budget at the operators is spent; what needs it waits", records=len(aside))

    def _run(self, work: Work, handles: Sequence[RecordHandle]) -> int | None:
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
