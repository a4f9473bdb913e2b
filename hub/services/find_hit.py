"""The hit that a member's message is about, for its parties alone."""

from symbolon.hub.domain.hits import Hit
from symbolon.hub.errors import NotTheCounterpart, UnknownHit
from symbolon.hub.ports import Work
from symbolon.hub.services.reconcile_member import refuse_while_reconciling
from symbolon.protocol.references import HitId, MemberCode


def lock_told(work: Work, hit_id: HitId | None, member: MemberCode) -> Hit:
    """The hit, locked; raises `UnknownHit` for everybody who was not told of it, and `StillReconciling`."""
    if hit_id is None:
        raise UnknownHit
    refuse_while_reconciling(work)
    hit = work.hits.lock(hit_id)
    hit.side_of(member)
    return hit


def lock_between(work: Work, hit_id: HitId | None, member: MemberCode, audience: MemberCode) -> Hit:
    """The hit, locked, for a message to its other party; raises `NotTheCounterpart` too."""
    hit = lock_told(work, hit_id, member)
    if hit.counterpart_of(member).member != audience:
        raise NotTheCounterpart
    return hit
