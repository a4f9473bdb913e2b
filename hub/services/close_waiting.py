"""The hub lets feedback fall due, reminds of it, and closes what is over: by its clocks, and by nobody's wish."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from symbolon.hub.domain.closing import Due, HubClocks, due_steps, moments_at, reminders_due
from symbolon.hub.domain.hits import Hit, own_step
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.each_alone import each_alone
from symbolon.hub.services.enter_step import EnterStep
from symbolon.hub.services.reconcile_member import is_reconciling
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.acting_desks import agreed_allowance
from symbolon.protocol.allowances import Allowance
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.handling import Urgency
from symbolon.protocol.hit_ledger import Exchange, TrackStep
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.messages import EscalationLevel, EscalationNotice
from symbolon.protocol.references import HUB, HitId
from symbolon.runtime.clock import Clock

HITS_PER_RUN: Final = 200
"""So many are looked at at once; each in which something is due is attended to by itself."""


class CloseWaiting:
    """Run every few seconds. Any number may run at once, and a restart loses nothing: the rows say what is due."""

    def __init__(self, store: Store, enter: EnterStep, post: PostMessage, clock: Clock) -> None:
        self._store = store
        self._enter = enter
        self._post = post
        self._clock = clock

    def __call__(self) -> int:
        """Take the steps that are due; how many."""
        taken, after = 0, None
        while True:
            ids, due = self._look(after)
            taken += sum(each_alone(due, self._attend_to, while_doing="taking the hub's step of a hit"))
            if len(ids) < HITS_PER_RUN:
                return taken
            after = ids[-1]

    def _look(self, after: HitId | None) -> tuple[Sequence[HitId], list[HitId]]:
        """The next hits that wait for the hub, and in which it has something to do: nobody waits for a look."""
        now = self._clock.now()
        with self._store.work() as work:
            ids = [] if is_reconciling(work) else work.hits.waiting_for_hub(moments_at(now), after, HITS_PER_RUN)
            looked_at = each_alone(
                work.hits.read(ids),
                lambda hit: (hit.hit_id, _is_due(work, hit, now)),
                while_doing="reading the clocks of a hit",
            )
        return ids, [hit_id for hit_id, is_due in looked_at if is_due]

    def _attend_to(self, hit_id: HitId) -> int:
        with self._store.work() as work:
            return self._attend(work, hit_id, self._clock.now())

    def _attend(self, work: Work, hit_id: HitId, now: datetime) -> int:
        hit = work.hits.lock(hit_id)
        clocks = _clocks(work, hit, now)
        for exchange, number in _reminders(work, hit, clocks):
            self._remind(work, hit, exchange, number, now)
        taken = 0
        for due in due_steps(hit, clocks):
            step = _step_of(hit, due, now)
            if step.exchange_id is None and not hit.is_open:
                # Its last exchange was closed just now, and the hit with it.
                continue
            hit = self._enter(work, hit, step, now)
            taken += 1
        return taken

    def _remind(self, work: Work, hit: Hit, exchange: Exchange, number: int, now: datetime) -> None:
        """Remind the receiver of an exchange that feedback is due."""
        work.hits.note_reminders(hit.hit_id, exchange.exchange_id, number)
        notice = EscalationNotice(
            hit_id=hit.hit_id,
            exchange_id=exchange.exchange_id,
            clock=ClockName.FEEDBACK,
            level=EscalationLevel.OVER,
            watcher=Watcher.DEPUTY,
            at=whole_milliseconds(now),
        )
        self._post(work, exchange.receiver, notice, now)
        work.audit(AuditAct.FEEDBACK_REMINDED, HUB, hit.hit_id, {"reminder": number})


def _is_due(work: Work, hit: Hit, now: datetime) -> bool:
    clocks = _clocks(work, hit, now)
    return bool(due_steps(hit, clocks) or _reminders(work, hit, clocks))


def _reminders(work: Work, hit: Hit, clocks: HubClocks) -> Sequence[tuple[Exchange, int]]:
    """Whose receivers are to be reminded now, once at each of the times for it; none while the hit is frozen."""
    waited_for = [exchange for exchange in hit.ledger.exchanges if reminders_due(exchange, clocks)]
    if hit.ledger.frozen_by or not waited_for:
        return ()
    told = work.hits.reminders(hit.hit_id)
    due = [(exchange, reminders_due(exchange, clocks)) for exchange in waited_for]
    return [(exchange, number) for exchange, number in due if number > told[exchange.exchange_id]]


def _clocks(work: Work, hit: Hit, now: datetime) -> HubClocks:
    """The clocks by which the hub acts on a hit, with the pauses since anything that is open began."""
    since = min([hit.ledger.since, *(exchange.since for exchange in hit.ledger.exchanges if exchange.is_open)])
    one, other = sorted(hit.ledger.parties)
    agreed = [signed.profile for signed in work.pair_profiles.agreed((one, other))]

    def allowed(clock: ClockName, urgency: Urgency, began: datetime) -> Allowance:
        return agreed_allowance(agreed, clock, urgency, began.astimezone(UTC).date())

    return HubClocks(work.hits.pauses(hit.hit_id, since), allowed, now)


def _step_of(hit: Hit, due: Due, now: datetime) -> TrackStep:
    exchange_id, event = due
    exchange = None if exchange_id is None else hit.ledger.exchange(exchange_id)
    if exchange is None:
        return own_step(hit, event, now)
    return TrackStep(exchange.exchange_id, event, HUB, exchange.version, whole_milliseconds(now))
