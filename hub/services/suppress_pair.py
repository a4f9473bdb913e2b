"""A pair that had its hit is passed over, until there is a reason to show it again."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from symbolon.hub.domain.hits import Hit
from symbolon.hub.domain.pairings import Pairing, is_new
from symbolon.hub.ports import Work
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HUB

S = TypeVar("S")


class SuppressPairs:
    """Inside the transaction that found the pairs, which locked their records."""

    def __call__(self, work: Work, found: Mapping[Pairing, tuple[Hit, S]]) -> Sequence[tuple[Hit, S]]:
        """Those of the hits that may be raised. That others were found again is counted, and told to nobody."""
        past = work.hits.past(found.keys()) if found else {}
        raised = []
        for pairing, (hit, step) in found.items():
            newest = past.get(pairing)
            if is_new(newest, {side.reference: side.version for side in hit.sides}):
                raised.append((hit, step))
            elif newest is not None and newest.was_dismissed:
                work.audit(AuditAct.PAIR_SUPPRESSED, HUB, newest.hit_id, {})
        return raised
