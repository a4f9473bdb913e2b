"""A hit on which one side never voted in time expires: a vote that lies here is revealed to nobody."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from symbolon.hub.domain.clocks import ClockTerms, HitHistory, clocks_of
from symbolon.hub.domain.hits import Hit
from symbolon.hub.ports import Store
from symbolon.hub.services.each_alone import each_alone
from symbolon.hub.services.enter_step import EnterStep
from symbolon.hub.services.escalate_clocks import TellOfHit
from symbolon.hub.services.reconcile_member import is_reconciling
from symbolon.protocol.lifecycle import VOTING, Event
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.references import HitId
from symbolon.runtime.clock import Clock

HITS_PER_RUN: Final = 200
"""So many are looked at at once; each that is over is expired by itself."""
_OF_THE_VOTES: Final = frozenset({ClockName.TRIAGE, ClockName.SECOND_ROUND})


class ExpireVotes:
    """Run each minute or so. Any number may run at once: the lock of a hit lets one of them expire it."""

    def __init__(self, store: Store, enter: EnterStep, tell_of_hit: TellOfHit, clock: Clock) -> None:
        self._store = store
        self._enter = enter
        self._tell_of_hit = tell_of_hit
        self._clock = clock

    def __call__(self) -> int:
        """Expire what is over; how many hits."""
        expired, after = 0, None
        while True:
            ids, over = self._look(after)
            expired += sum(each_alone(over, self._expire, while_doing="expiring the votes of a hit"))
            if len(ids) < HITS_PER_RUN:
                return expired
            after = ids[-1]

    def _look(self, after: HitId | None) -> tuple[Sequence[HitId], list[HitId]]:
        """The next hits on which votes are asked for, and which of them are over: nobody waits for a look."""
        now = self._clock.now()
        with self._store.work() as work:
            ids = () if is_reconciling(work) else work.hits.voting(after, HITS_PER_RUN)
            terms = work.clocks.terms() if ids else ClockTerms()
            looked_at = each_alone(
                work.clocks.of_hits(ids),
                lambda read: (read[0].hit_id, _is_over(*read, terms, now)),
                while_doing="reading the clocks of a hit",
            )
        return ids, [hit_id for hit_id, is_over in looked_at if is_over]

    def _expire(self, hit_id: HitId) -> bool:
        with self._store.work() as work:
            work.hits.lock(hit_id)
            now = self._clock.now()
            hit, history = work.clocks.of(hit_id)
            if not _is_over(hit, history, work.clocks.terms(), now):
                return False
            # Who let it expire is told of its clock before nobody can see any more who had not voted.
            self._tell_of_hit(work, hit_id, now)
            self._enter.own(work, hit, Event.EXPIRED, now)
            return True


def _is_over(hit: Hit, history: HitHistory, terms: ClockTerms, now: datetime) -> bool:
    """Whether the time of every side that has not voted is over, by its own desk's hours."""
    ledger = hit.ledger
    if ledger.state not in VOTING or ledger.frozen_by or hit.opened_round >= ledger.round:
        return False
    clocks = [clock for clock in clocks_of(hit, history, terms) if clock.name in _OF_THE_VOTES]
    return bool(clocks) and all(clock.is_over(now) for clock in clocks)
