"""A desk has seen a hit: the other side sees when."""

from dataclasses import replace

from symbolon.hub.domain.hits import with_side
from symbolon.hub.ports import Store
from symbolon.hub.services.find_hit import lock_told
from symbolon.hub.services.open_envelope import OpenEnvelope, was_taken_before
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import SideNotice
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class NoteAcknowledgement:
    """The use case of `POST /v1/acknowledgements`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, post: PostMessage, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._post = post
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Note it once, and tell the other side if it knows of the hit; the same again is nothing."""
        now = self._clock.now()
        with self._store.work() as work:
            notice = self._open(work, envelope, member, SideNotice, now)
            hit = lock_told(work, notice.hit_id, member)
            own, other = hit.side_of(member), hit.counterpart_of(member)
            if was_taken_before(work, envelope, now) or own.acknowledged_at is not None:
                return
            # A node may send it late, and says when it was; it was not after now.
            seen_at = min(notice.at, whole_milliseconds(now))
            work.hits.save(with_side(hit, replace(own, acknowledged_at=seen_at)))
            work.audit(AuditAct.SIDE_ACKNOWLEDGED, member, hit.hit_id, {})
            if other.alerted_at is not None:
                self._post(work, other.member, SideNotice(hit.hit_id, seen_at), now)
