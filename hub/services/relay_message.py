"""A member's sealed message goes to another member as it is; the hub reads nothing but its address."""

from typing import Final

from symbolon.hub.domain.hits import Hit
from symbolon.hub.errors import NotNow, NotTheCounterpart, UnknownHit
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.open_envelope import OpenEnvelope, was_taken_before
from symbolon.hub.services.reconcile_member import refuse_while_reconciling
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import HIT_PURPOSES, SEALED_PURPOSES, Purpose, Sealed
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock

RELAYED: Final = SEALED_PURPOSES - {Purpose.VOTE}
"""Votes have an address of their own: they wait for each other."""


class RelayMessage:
    """The use case of `POST /v1/messages`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, post: PostMessage, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._post = post
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Put the message into the addressee's queue. The same message again changes nothing.

        A message about a hit that is held waits here for its release: it may have been sent before the hold arrived.
        """
        now = self._clock.now()
        with self._store.work() as work:
            sealed = self._open.sealed(work, envelope, member, RELAYED, now)
            if envelope.purpose in HIT_PURPOSES:
                refuse_while_reconciling(work)
            hit = _hit_of(work, sealed, envelope, member) if envelope.purpose in HIT_PURPOSES else None
            if was_taken_before(work, envelope, now):
                return
            if hit is not None and not (hit.is_live and hit.rounds_opened):
                raise NotNow("The two sides exchange no messages now: their votes are not open, or the hit ended.")
            held = hit is not None and hit.state is JointState.HELD
            if hit is not None and held:
                work.hits.keep_message(hit.hit_id, envelope.to_bytes(), now)
            else:
                self._post.forward(work, envelope, now)
            subject = envelope.message_id if hit is None else hit.hit_id
            work.audit(AuditAct.MESSAGE_RELAYED, member, subject, {"purpose": envelope.purpose.value, "held": held})


def _hit_of(work: Work, sealed: Sealed, envelope: Envelope, member: MemberCode) -> Hit:
    if sealed.hit_id is None:
        raise UnknownHit
    hit = work.hits.lock(sealed.hit_id)
    hit.side_of(member)
    if hit.counterpart_of(member).member != envelope.audience:
        raise NotTheCounterpart
    return hit
