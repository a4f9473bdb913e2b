"""Takes the hub's word that a hit was held, released, closed or withdrawn."""

from dataclasses import replace
from datetime import datetime

from symbolon.node.domain.hit import Hit, can, held, moved, released
from symbolon.node.errors import WaitsForMore
from symbolon.node.ports.storage import Work
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.handling import Namespace
from symbolon.protocol.lifecycle import Event, HitEvent, JointState
from symbolon.protocol.messages import FederationDirectory, HitNotice
from symbolon.protocol.references import HUB, HitId


class ReceiveNotice:
    """Advances the hit; a notice that has nothing to say any more changes nothing."""

    def __call__(self, work: Work, envelope: Envelope, _directory: FederationDirectory) -> HitId | None:
        """Take a verified notice."""
        notice = envelope.read(HitNotice)
        hit = work.hits.lock(notice.hit_id)
        if hit is None:
            raise WaitsForMore(notice.hit_id)
        if can(hit, Event(notice.event.value)):
            work.hits.save(_after(work, hit, notice))
        work.audit.record(AuditAct.NOTICE_RECEIVED, str(HUB), hit.hit_id, {"event": notice.event.value})
        return hit.hit_id


def release(work: Work, hit: Hit, at: datetime) -> Hit:
    """The hit after the hub released it, its clock started anew; the caller stores it."""
    own, counterpart = work.hits.votes(hit.hit_id)
    own_rounds = {vote.round for vote in own}
    opened = max((vote.round for vote in counterpart if vote.round in own_rounds), default=0)
    open_round = max(hit.round, opened + 1)
    return replace(released(hit, opened, has_voted=open_round in own_rounds, now=at), alerted_at=at)


def _after(work: Work, hit: Hit, notice: HitNotice) -> Hit:
    if notice.event is HitEvent.RELEASED:
        return release(work, hit, notice.at)
    if notice.event is HitEvent.HELD and hit.joint_state is not JointState.HELD:
        record = work.records.find(hit.own_reference)
        own = record is not None and record.content.namespace is Namespace.PROTECTED
        return held(hit, notice.at, by_own_record=own)
    return moved(hit, Event(notice.event.value), notice.at)
