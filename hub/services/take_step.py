"""A member takes a step of a hit that no sealed message carries.

What opened votes came to, closing and reopening; in an exchange, that it is now for feedback, or that all was purged.
"""

from symbolon.hub.domain.hits import OVER, Hit
from symbolon.hub.errors import NotNow
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.answer_once import answer_once
from symbolon.hub.services.enter_step import EnterStep
from symbolon.hub.services.find_hit import lock_told
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.exchange_steps import CARRIED_BY_MESSAGES, step_from_notice
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import StateNotice
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class TakeStep:
    """The use case of `POST /v1/steps`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, enter: EnterStep, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._enter = enter
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Take the step, and tell the other side. The same notice again gets the same answer."""
        now = self._clock.now()
        with self._store.work() as work:
            notice = self._open(work, envelope, member, StateNotice, now)
            if notice.event in CARRIED_BY_MESSAGES or notice.urgency is not None:
                raise MalformedMessage("This step consists of a sealed message: hand that in, with the notice beside.")
            if notice.event is Event.REOPENED:
                # Before the hit: whoever changes records locks in this order.
                work.records.lock_references(set(work.hits.pairing_of(notice.hit_id)))
            hit = lock_told(work, notice.hit_id, member)

            def act() -> None:
                if notice.event is Event.REOPENED:
                    _refuse_to_reopen(work, hit)
                self._enter(work, hit, step_from_notice(notice, member), now)

            refused = answer_once(work, envelope, hit.hit_id, now, act)
        if refused is not None:
            raise refused


def _refuse_to_reopen(work: Work, hit: Hit) -> None:
    """Raise `NotNow` where a record is gone, or another hit on the pair is open: a pair has one open hit."""
    low, high = hit.sides
    pairing = (low.reference, high.reference)
    if any(record.is_withdrawn for record in work.records.lock_references(set(pairing)).values()):
        raise NotNow("A hit on a withdrawn record is not reopened: publish the record again.")
    newest = work.hits.past([pairing]).get(pairing)
    if newest is not None and newest.hit_id != hit.hit_id and newest.state not in OVER:
        raise NotNow("A newer hit on these two records is open: go on with that one.")
