"""Who lets a clock run out is told, and with it whoever watches over it: the facilitator, of a hold the oversight."""

from datetime import datetime

from symbolon.hub.domain.clocks import ClockTerms, HitClock, HitHistory, clocks_of
from symbolon.hub.domain.escalation import facilitator_notice_of, is_to_be_told, mark_of, notice_of
from symbolon.hub.domain.hits import Hit
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.each_alone import each_alone
from symbolon.hub.services.reconcile_member import is_reconciling
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.references import HUB, HitId
from symbolon.runtime.clock import Clock


class TellOfHit:
    """Tells of every clock of one hit that is over, in the transaction that locked the hit."""

    def __init__(self, post: PostMessage) -> None:
        self._post = post

    def __call__(self, work: Work, hit_id: HitId, now: datetime) -> int:
        """Each run of a clock is told once; of how many now."""
        hit, history = work.clocks.of(hit_id)
        told = 0
        for clock in clocks_of(hit, history, work.clocks.terms()):
            if not is_to_be_told(clock, now) or not work.clocks.note_told(clock, now):
                continue
            told += 1
            self._post(work, clock.whose, notice_of(clock, now), now)
            notice = facilitator_notice_of(clock, now)
            if notice is not None:
                work.notices.add(notice)
            act = AuditAct.PURGE_OVERDUE if clock.name is ClockName.PURGE else AuditAct.CLOCK_OVER
            detail = {"clock": clock.name.value, "member": clock.whose, "watcher": clock.watcher.value}
            work.audit(act, HUB, hit_id, detail)
        return told


class EscalateClocks:
    """Run every half a minute. A restart loses nothing and doubles nothing: what was told is a row."""

    def __init__(self, store: Store, tell_of_hit: TellOfHit, clock: Clock) -> None:
        self._store = store
        self._tell_of_hit = tell_of_hit
        self._clock = clock

    def __call__(self) -> int:
        """Tell of every clock that is over; of how many now."""
        return sum(each_alone(self._candidates(), self._tell, while_doing="telling of the clocks of a hit"))

    def _candidates(self) -> tuple[HitId, ...]:
        """Looked for without a lock; whether it is so is found out again under the lock of each hit."""
        now = self._clock.now()
        with self._store.work() as work:
            # Until its members told it how far their hits went, a restored hub would count from where it was once.
            if is_reconciling(work):
                return ()
            terms = work.clocks.terms()
            of_each = each_alone(
                work.clocks.running(),
                lambda read: _to_be_told(*read, terms, now),
                while_doing="reading the clocks of a hit",
            )
            over = [clock for clocks in of_each for clock in clocks]
            told = work.clocks.told({clock.hit_id for clock in over})
        return tuple(dict.fromkeys(clock.hit_id for clock in over if mark_of(clock) not in told))

    def _tell(self, hit_id: HitId) -> int:
        with self._store.work() as work:
            work.hits.lock(hit_id)
            return self._tell_of_hit(work, hit_id, self._clock.now())


def _to_be_told(hit: Hit, history: HitHistory, terms: ClockTerms, now: datetime) -> list[HitClock]:
    return [clock for clock in clocks_of(hit, history, terms) if is_to_be_told(clock, now)]
