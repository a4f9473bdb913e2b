"""The owner of a victim's or minor's record releases a held hit, or closes it."""

from datetime import datetime

from symbolon.hub.domain.hits import Hit, rule_on_hold
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.change_hits import ChangeHits
from symbolon.hub.services.hand_over_votes import HandOverVotes
from symbolon.hub.services.open_envelope import OpenEnvelope, was_taken_before
from symbolon.hub.services.reconcile_member import refuse_while_reconciling
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.lifecycle import HitEvent, JointState
from symbolon.protocol.messages import HoldDecision
from symbolon.protocol.references import HUB, MemberCode
from symbolon.runtime.clock import Clock


class DecideHold:
    """The use case of `POST /v1/holds`. Nothing else releases a hold: no clock, no operator."""

    def __init__(
        self,
        store: Store,
        open_envelope: OpenEnvelope,
        change_hits: ChangeHits,
        hand_over: HandOverVotes,
        clock: Clock,
    ) -> None:
        self._store = store
        self._open = open_envelope
        self._change_hits = change_hits
        self._hand_over = hand_over
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Take the decision; when every protected owner released, the other side is told. The same again is nothing."""
        now = self._clock.now()
        with self._store.work() as work:
            decision = self._open(work, envelope, member, HoldDecision, now)
            refuse_while_reconciling(work)
            before = work.hits.lock(decision.hit_id)
            # A decision is about the hold that its officer saw: sent again, it must not lift a later one.
            if was_taken_before(work, envelope, now):
                return
            after = rule_on_hold(before, member, decision.decision, now)
            if after == before:
                return
            work.hits.save(after)
            work.audit(AuditAct.HOLD_DECIDED, member, after.hit_id, {"decision": decision.decision.value})
            if after.state is JointState.ALERTED:
                self._release(work, before, after, now)
            elif after.state is JointState.CLOSED:
                self._change_hits.tell(work, before, HitEvent.CLOSED, now)
                work.audit(AuditAct.HIT_CLOSED, HUB, after.hit_id, self._change_hits.let_go(work, after))

    def _release(self, work: Work, before: Hit, after: Hit, now: datetime) -> None:
        self._change_hits.tell(work, before, HitEvent.RELEASED, now)
        self._change_hits.alert_newly_told(work, before, after, now)
        # Votes that were deposited before the hold may both lie here by now.
        self._hand_over(work, after, now)
        forwarded = self._change_hits.forward_messages(work, after, now)
        work.audit(AuditAct.HIT_RELEASED, HUB, after.hit_id, {"forwarded": forwarded})
