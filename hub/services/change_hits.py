"""What becomes of the hits of records that were withdrawn, reclassified, or given a narrower allow-list.

Whoever was told of a hit is told of its change, the owner too: an alert may have been on its way to it meanwhile.
Whoever was never told learns nothing.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from symbolon.hub.domain.hits import Hit, protect, tell_sides
from symbolon.hub.domain.partitions import Partition
from symbolon.hub.ports import Work
from symbolon.hub.services.enter_step import EnterStep
from symbolon.hub.services.tell_step import TellStep
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.references import HUB, RecordReference


class ChangeHits:
    """Changes hits inside the transaction of what made it necessary, which locked the records before."""

    def __init__(self, enter: EnterStep, tell_step: TellStep) -> None:
        self._enter = enter
        self._tell = tell_step

    def withdraw(
        self, work: Work, references: Collection[RecordReference], now: datetime
    ) -> Mapping[RecordReference, int]:
        """End the open hits on these records; how many for each."""
        hits = [hit for hit in self._hits(work, references) if hit.is_open]
        for hit in hits:
            self._enter.own(work, hit, Event.WITHDRAWN, now)
        return _count(hits, references)

    def hold(self, work: Work, references: Collection[RecordReference], now: datetime) -> Mapping[RecordReference, int]:
        """Hold the open hits on these records, which are protected ones from now on; how many for each.

        One that is closed is held should it ever be reopened.
        """
        hits = self._hits(work, references)
        for hit in hits:
            held = hit
            for side in hit.sides:
                if side.reference in references:
                    held = protect(held, side.reference)
            if hit.is_open and hit.state is not JointState.HELD:
                self._enter.own(work, held, Event.HELD, now)
            else:
                self._protect(work, hit, held, now)
        return _count([hit for hit in hits if hit.is_open], references)

    def withdraw_beyond(self, work: Work, partitions: Mapping[RecordReference, Partition], now: datetime) -> None:
        """End the open hits of these records with members that their new allow-list does not admit."""
        for hit in self._hits(work, partitions.keys()):
            for side in hit.sides:
                partition = partitions.get(side.reference)
                counterpart = hit.counterpart_of(side.member).member
                if hit.is_open and partition is not None and not partition.comparable_with.admits(counterpart):
                    self._enter.own(work, hit, Event.WITHDRAWN, now)
                    break

    def _protect(self, work: Work, before: Hit, after: Hit, now: datetime) -> None:
        """Write down that one more owner must release a hit that is held already; an owner who was not told is now."""
        told = tell_sides(after, now) if after.state is JointState.HELD else after
        work.hits.save(told)
        self._tell.alert_newly_told(work, before, told, now)
        work.audit(AuditAct.HIT_HELD, HUB, before.hit_id, {"event": Event.HELD.value, "follows": before.ledger.version})

    def _hits(self, work: Work, references: Collection[RecordReference]) -> Collection[Hit]:
        return work.hits.lock_of(references) if references else ()


def _count(hits: Collection[Hit], references: Collection[RecordReference]) -> Mapping[RecordReference, int]:
    return Counter(side.reference for hit in hits for side in hit.sides if side.reference in references)
