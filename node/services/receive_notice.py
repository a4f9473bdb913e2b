"""Takes the hub's word that a hit was held, released, closed or withdrawn."""

from dataclasses import replace
from typing import Final

from symbolon.node.domain.hit import Hit, can, held, moved, released
from symbolon.node.errors import WaitsForMore
from symbolon.node.ports.storage import Work
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import Namespace
from symbolon.protocol.lifecycle import Event, HitEvent, JointState
from symbolon.protocol.messages import FederationDirectory, HitNotice
from symbolon.protocol.references import HUB, HitId

_ON_HOLDS: Final = frozenset({HitEvent.HELD, HitEvent.RELEASED})


class ReceiveNotice:
    """Advances the hit; a notice that has nothing to say any more changes nothing."""

    def __call__(self, work: Work, envelope: Envelope, _directory: FederationDirectory) -> HitId | None:
        """Take a verified notice."""
        notice = envelope.read(HitNotice)
        hit = work.hits.lock(notice.hit_id)
        if hit is None:
            raise WaitsForMore(notice.hit_id)
        after = _after(work, hit, notice)
        if after != hit:
            work.hits.save(after)
        work.audit.record(AuditAct.NOTICE_RECEIVED, str(HUB), hit.hit_id, {"event": notice.event.value})
        return hit.hit_id


def _after(work: Work, hit: Hit, notice: HitNotice) -> Hit:
    if notice.event not in _ON_HOLDS:
        event = Event(notice.event.value)
        return moved(hit, event, notice.at) if can(hit, event) else hit
    if hit.hold_notice_at is not None and notice.at < hit.hold_notice_at:
        # Notices may come in another order than they were given.
        return hit
    noted = replace(hit, hold_notice_at=notice.at)
    if notice.event is HitEvent.RELEASED:
        # A hold of ours that the hub has not confirmed is newer than any release.
        return released(noted, notice.at) if can(noted, Event.RELEASED) and noted.hold_confirmed else noted
    if noted.joint_state is JointState.HELD:
        return replace(noted, hold_confirmed=True)
    if not can(noted, Event.HELD):
        return noted
    record = work.records.find(hit.own_reference)
    own = record is not None and record.content.namespace is Namespace.PROTECTED
    return held(noted, notice.at, by_own_record=own, confirmed=True)
