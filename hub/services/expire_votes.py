"""A hit on which one side never voted in time expires: a vote that lies here is revealed to nobody."""

from datetime import datetime
from typing import Final

from symbolon.hub.domain.hits import Hit
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.count_time import due_for
from symbolon.hub.services.enter_step import EnterStep
from symbolon.hub.services.reconcile_member import is_reconciling
from symbolon.protocol.lifecycle import VOTING, Event, JointState
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.references import HitId
from symbolon.runtime.clock import Clock

HITS_PER_RUN: Final = 200
"""So many in one transaction: whoever votes meanwhile waits for no more than these."""


class ExpireVotes:
    """Run each minute or so. Any number may run at once: the lock of a hit lets one of them expire it."""

    def __init__(self, store: Store, enter: EnterStep, clock: Clock) -> None:
        self._store = store
        self._enter = enter
        self._clock = clock

    def __call__(self) -> int:
        """Expire what is over; how many hits."""
        expired, after = 0, None
        while True:
            with self._store.work() as work:
                ids = () if is_reconciling(work) else work.hits.voting(after, HITS_PER_RUN)
                expired += sum(self._expire(work, hit_id, self._clock.now()) for hit_id in ids)
            if len(ids) < HITS_PER_RUN:
                return expired
            after = ids[-1]

    def _expire(self, work: Work, hit_id: HitId, now: datetime) -> bool:
        hit = work.hits.lock(hit_id)
        if not self._is_over(work, hit, now):
            return False
        self._enter.own(work, hit, Event.EXPIRED, now)
        return True

    def _is_over(self, work: Work, hit: Hit, now: datetime) -> bool:
        """Whether the time of every side that has not voted is over, by its own desk's hours."""
        ledger = hit.ledger
        if ledger.state not in VOTING or ledger.frozen_by or hit.opened_round >= ledger.round:
            return False
        clock = ClockName.SECOND_ROUND if ledger.state is JointState.NEEDS_MORE else ClockName.TRIAGE
        voted = {deposit.member for deposit in work.hits.deposits(hit.hit_id) if deposit.round == ledger.round}
        due = [due_for(work, hit, member, clock) for member in hit.told if member not in voted]
        return bool(due) and all(each is not None and each <= now for each in due)
