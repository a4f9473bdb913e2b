"""The owner of a victim's or minor's record releases a held hit, or closes it."""

from datetime import datetime

from symbolon.hub.domain.hits import Hit, ruled_by
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.answer_once import answer_once
from symbolon.hub.services.enter_step import EnterStep
from symbolon.hub.services.find_hit import lock_told
from symbolon.hub.services.hand_over_votes import HandOverVotes
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import HoldRuling
from symbolon.protocol.messages import HoldDecision
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class DecideHold:
    """The use case of `POST /v1/holds`. Nothing else releases a hold: no clock, no operator."""

    def __init__(
        self, store: Store, open_envelope: OpenEnvelope, enter: EnterStep, hand_over: HandOverVotes, clock: Clock
    ) -> None:
        self._store = store
        self._open = open_envelope
        self._enter = enter
        self._hand_over = hand_over
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Take the decision; when every protected owner released, the other side is told. The same again is nothing.

        A decision is about the hold that its officer saw: sent again, it does not lift a later one.
        """
        now = self._clock.now()
        with self._store.work() as work:
            decision = self._open(work, envelope, member, HoldDecision, now)
            hit = lock_told(work, decision.hit_id, member)
            refused = answer_once(
                work, envelope, hit.hit_id, now, lambda: self._decide(work, hit, member, decision.decision, now)
            )
        if refused is not None:
            raise refused

    def _decide(self, work: Work, before: Hit, member: MemberCode, ruling: HoldRuling, now: datetime) -> None:
        decided, event = ruled_by(before, member, ruling, now)
        if decided == before and event is None:
            return
        work.hits.save(decided)
        work.audit(AuditAct.HOLD_DECIDED, member, before.hit_id, {"decision": ruling.value})
        if event is not None:
            after = self._enter.own(work, decided, event, now)
            # Votes that were deposited before the hold may both lie here by now.
            self._hand_over(work, after, now)
