"""When two records that are alike make a hit: once, and again only for a reason. All of it pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from symbolon.hub.domain.hits import OVER, Hit
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId, RecordReference

Pairing = tuple[RecordReference, RecordReference]
"""Two records, by ascending reference."""


@dataclass(frozen=True, slots=True)
class PastHit:
    """The newest hit on a pair: how it ended, and which versions of the two records it was about."""

    hit_id: HitId
    state: JointState
    closed_from: JointState | None
    reconsidered: bool
    versions: Mapping[RecordReference, int]

    @property
    def was_dismissed(self) -> bool:
        """Whether both sides judged it DIFFERENT."""
        return JointState.NOT_SAME in (self.state, self.closed_from)


def pairing_of(hit: Hit) -> Pairing:
    """The pair that a hit is about."""
    low, high = hit.sides
    return low.reference, high.reference


def is_new(past: PastHit | None, versions: Mapping[RecordReference, int]) -> bool:
    """Whether a pair whose records are of these versions makes a new hit.

    One that is open is in the way of any other. A pair that was judged DIFFERENT is suppressed until its owner says
    that a record changed materially (`symbolon.protocol.suppression`). One that ended otherwise comes back with a new
    version of either record, and one of which a record was withdrawn with whatever is published anew.
    """
    if past is None:
        return True
    if past.state not in OVER:
        return False
    if JointState.WITHDRAWN in (past.state, past.closed_from):
        return True
    if past.was_dismissed:
        return past.reconsidered
    return dict(past.versions) != dict(versions)
