"""A protection officer's node freezes every disclosure and vote on a hit, or lifts its own freeze."""

from dataclasses import replace

from symbolon.hub.ports import Store
from symbolon.hub.services.find_hit import lock_told
from symbolon.hub.services.hand_over_votes import HandOverVotes
from symbolon.hub.services.open_envelope import OpenEnvelope, was_taken_before
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.hit_ledger import with_safety_hold
from symbolon.protocol.messages import SafetyHoldNotice, SafetyHoldOrder
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class OrderSafetyHold:
    """The use case of `POST /v1/safety-holds`."""

    def __init__(
        self, store: Store, open_envelope: OpenEnvelope, post: PostMessage, hand_over: HandOverVotes, clock: Clock
    ) -> None:
        self._store = store
        self._open = open_envelope
        self._post = post
        self._hand_over = hand_over
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Freeze the hit, or lift this side's hold; both sides are told whether it is frozen, not by whom.

        An order is about the moment of its officer: sent again, it does not change what was ordered since.
        """
        now = self._clock.now()
        with self._store.work() as work:
            order = self._open(work, envelope, member, SafetyHoldOrder, now)
            before = lock_told(work, order.hit_id, member)
            if was_taken_before(work, envelope, now):
                return
            ledger = with_safety_hold(before.ledger, member, holds=order.holds)
            if ledger == before.ledger:
                return
            work.hits.freeze(before.hit_id, member, now, holds=order.holds)
            work.audit(AuditAct.SAFETY_HOLD_ORDERED, member, before.hit_id, {"holds": order.holds})
            after = replace(before, ledger=ledger)
            notice = SafetyHoldNotice(before.hit_id, bool(ledger.frozen_by), whole_milliseconds(now))
            for told in after.told:
                self._post(work, told, notice, now)
            # Votes that were deposited before the hold may both lie here by now.
            self._hand_over(work, after, now)
