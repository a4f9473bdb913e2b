"""A member's sealed message goes to another member as it is; the hub reads nothing but its address and its notice."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from symbolon.hub.domain.clocks import open_recalls
from symbolon.hub.domain.hits import Hit, with_side
from symbolon.hub.domain.relaying import check_relaying
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.answer_once import answer_once
from symbolon.hub.services.enter_step import EnterStep
from symbolon.hub.services.find_hit import lock_between
from symbolon.hub.services.open_envelope import OpenEnvelope, was_taken_before
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.exchange_steps import check_sealed_notice, step_from_notice
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import HIT_PURPOSES, SEALED_PURPOSES, Purpose, Sealed
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock

RELAYED: Final = SEALED_PURPOSES - {Purpose.VOTE}
"""Votes have an address of their own: they wait for each other."""


class RelayMessage:
    """The use case of `POST /v1/messages`."""

    def __init__(
        self, store: Store, open_envelope: OpenEnvelope, enter: EnterStep, post: PostMessage, clock: Clock
    ) -> None:
        self._store = store
        self._open = open_envelope
        self._enter = enter
        self._post = post
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Put the message into the addressee's queue; a step of an exchange is taken first, in the same transaction.

        The same message again gets the same answer. What a hold or safety hold stops is refused for now (`OnHold`):
        it waits at its own node, whose protection officer can still stop it.
        """
        now = self._clock.now()
        with self._store.work() as work:
            sealed = self._open.sealed(work, envelope, member, RELAYED, now)
            check_sealed_notice(envelope.purpose, sealed.notice)
            if sealed.notice is not None and sealed.notice.hit_id != sealed.hit_id:
                raise MalformedMessage("The notice beside the message is about another hit.")
            if envelope.purpose not in HIT_PURPOSES:
                if not was_taken_before(work, envelope, now):
                    self._forward(work, envelope, envelope.message_id, now)
                return
            hit = lock_between(work, sealed.hit_id, member, envelope.audience)
            refused = answer_once(work, envelope, hit.hit_id, now, lambda: self._take(work, hit, envelope, sealed, now))
        if refused is not None:
            raise refused

    def _take(self, work: Work, hit: Hit, envelope: Envelope, sealed: Sealed, now: datetime) -> None:
        notice = sealed.notice
        if notice is not None:
            self._enter(work, hit, step_from_notice(notice, envelope.sender), now, message=envelope)
            return
        check_relaying(hit, envelope.purpose)
        self._forward(work, envelope, hit.hit_id, now)
        if envelope.purpose is Purpose.PURGE_RECEIPT:
            owed = open_recalls(*work.clocks.of(hit.hit_id))
            is_of_a_recall = any(exchange.receiver != envelope.sender for _step, exchange in owed)
            work.clocks.note_purge_receipt(hit.hit_id, envelope.sender, now)
            if not is_of_a_recall:
                self._note_purged(work, hit, envelope.sender, now)

    def _forward(self, work: Work, envelope: Envelope, subject: str, now: datetime) -> None:
        self._post.forward(work, envelope, now)
        work.audit(AuditAct.MESSAGE_RELAYED, envelope.sender, subject, {"purpose": envelope.purpose.value})

    def _note_purged(self, work: Work, hit: Hit, member: MemberCode, now: datetime) -> None:
        """A withdrawn hit is closed once everybody who was told of it has purged what it received.

        What a receipt is about, the hub cannot read: only that it is no older recall's, which was owed first.
        """
        side = hit.side_of(member)
        if not hit.was_withdrawn or side.purged_at is not None:
            return
        purged = with_side(hit, replace(side, purged_at=whole_milliseconds(now)))
        work.hits.save(purged)
        if purged.state is JointState.WITHDRAWN and all(each.purged_at for each in purged.sides):
            self._enter.own(work, purged, Event.CLOSED, now)
