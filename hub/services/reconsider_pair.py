"""The owner of a record says that it changed materially since a pair was judged DIFFERENT: it may be shown again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from symbolon.hub.domain.hits import Hit
from symbolon.hub.errors import UnknownHit
from symbolon.hub.ports import Work
from symbolon.hub.services.enter_step import EnterStep
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import SubmissionItem
from symbolon.protocol.references import MemberCode


class ReconsiderPairs:
    """Inside the transaction that takes the record's new version, which waits to be compared from there on."""

    def __init__(self, enter: EnterStep) -> None:
        self._enter = enter

    def __call__(self, work: Work, member: MemberCode, items: Sequence[SubmissionItem], now: datetime) -> int:
        """Lift the suppression of the pairs of the hits that the versions name; how many.

        A hit that is none of the record's, or was not judged DIFFERENT, is passed over: nothing is told about it.
        """
        named = [(hit_id, item) for item in items for hit_id in item.reconsider]
        lifted = 0
        # In one order, so that two submissions do not wait for each other in a ring.
        for hit_id, item in sorted(named, key=lambda each: each[0]):
            try:
                hit = work.hits.lock(hit_id)
                side = hit.side_of(member)
            except UnknownHit:
                continue
            if side.reference == item.reference and _was_dismissed(hit) and not hit.reconsidered:
                lifted_now = replace(hit, reconsidered=True)
                work.hits.save(lifted_now)
                work.audit(AuditAct.PAIR_RECONSIDERED, member, hit.hit_id, {})
                if hit.state is JointState.NOT_SAME:
                    # Its clock has not closed it yet, and while it is open it is in the way of another.
                    self._enter.own(work, lifted_now, Event.CLOSED, now)
                lifted += 1
        return lifted


def _was_dismissed(hit: Hit) -> bool:
    return JointState.NOT_SAME in (hit.state, hit.ledger.closed_from)
