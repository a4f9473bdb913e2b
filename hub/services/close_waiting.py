"""The hub lets feedback fall due, reminds of it, and closes what is over: by its clocks, and by nobody's wish."""

from datetime import UTC, datetime
from typing import Final

from symbolon.hub.domain.closing import Due, HubClocks, due_steps, moments_at, reminders_due
from symbolon.hub.domain.hits import Hit, own_step
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.enter_step import EnterStep
from symbolon.hub.services.reconcile_member import is_reconciling
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.acting_desks import agreed_allowance
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.clocks import Allowance
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.handling import Urgency
from symbolon.protocol.hit_ledger import TrackStep
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.messages import EscalationLevel, EscalationNotice
from symbolon.protocol.references import HUB, HitId
from symbolon.runtime.clock import Clock

HITS_PER_RUN: Final = 200
"""So many in one transaction: whoever sends a step meanwhile waits for no more than these."""


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
            now = self._clock.now()
            with self._store.work() as work:
                ids = () if is_reconciling(work) else work.hits.waiting_for_hub(moments_at(now), after, HITS_PER_RUN)
                taken += sum(self._attend(work, hit_id, now) for hit_id in ids)
            if len(ids) < HITS_PER_RUN:
                return taken
            after = ids[-1]

    def _attend(self, work: Work, hit_id: HitId, now: datetime) -> int:
        hit = work.hits.lock(hit_id)
        began = min([hit.ledger.since, *(exchange.since for exchange in hit.ledger.exchanges if exchange.is_open)])
        clocks = _clocks(work, hit, began, now)
        self._remind(work, hit, clocks)
        taken = 0
        for due in due_steps(hit, clocks):
            step = _step_of(hit, due, now)
            if step.exchange_id is None and not hit.is_open:
                # Its last exchange was closed just now, and the hit with it.
                continue
            hit = self._enter(work, hit, step, now)
            taken += 1
        return taken

    def _remind(self, work: Work, hit: Hit, clocks: HubClocks) -> None:
        """Remind the receivers whose feedback is due, once at each of the times for it."""
        told = work.hits.reminders(hit.hit_id)
        for exchange in hit.ledger.exchanges:
            due = reminders_due(exchange, clocks)
            if due <= told[exchange.exchange_id] or hit.ledger.frozen_by:
                continue
            work.hits.note_reminders(hit.hit_id, exchange.exchange_id, due)
            notice = EscalationNotice(
                hit_id=hit.hit_id,
                exchange_id=exchange.exchange_id,
                clock=ClockName.FEEDBACK,
                level=EscalationLevel.OVER,
                watcher=Watcher.DEPUTY,
                at=whole_milliseconds(clocks.now),
            )
            self._post(work, exchange.receiver, notice, clocks.now)
            work.audit(AuditAct.FEEDBACK_REMINDED, HUB, hit.hit_id, {"reminder": due})


def _clocks(work: Work, hit: Hit, since: datetime, now: datetime) -> HubClocks:
    """The clocks by which the hub acts on a hit, with the pauses since a moment."""
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
