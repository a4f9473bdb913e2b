"""What becomes of the live hits of records that were withdrawn, reclassified, or given a narrower allow-list.

Whoever was told of a hit is told of its change, the owner too: an alert may have been on its way to it meanwhile.
Whoever was never told learns nothing.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from symbolon.hub.domain.hits import Hit, alert_of, hold_for, withdraw_hit
from symbolon.hub.domain.partitions import Partition
from symbolon.hub.ports import Work
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.lifecycle import HitEvent, JointState
from symbolon.protocol.messages import HitNotice
from symbolon.protocol.references import HUB, RecordReference


class ChangeHits:
    """Changes hits inside the transaction of what made it necessary."""

    def __init__(self, post: PostMessage, *, exercise: bool) -> None:
        self._post = post
        self._exercise = exercise

    def withdraw(
        self, work: Work, references: Collection[RecordReference], now: datetime
    ) -> Mapping[RecordReference, int]:
        """End the live hits on these records; how many for each."""
        hits = work.hits.lock_live_of(references) if references else ()
        for hit in hits:
            self._withdraw(work, hit, now)
        return _count(hits, references)

    def hold(self, work: Work, references: Collection[RecordReference], now: datetime) -> Mapping[RecordReference, int]:
        """Hold the live hits on these records, which are protected ones from now on; how many for each."""
        hits = work.hits.lock_live_of(references) if references else ()
        for hit in hits:
            held = hit
            for side in hit.sides:
                if side.reference in references:
                    held = hold_for(held, side.reference, now)
            work.hits.save(held)
            if hit.state is not JointState.HELD:
                self.tell(work, hit, HitEvent.HELD, now)
            self.alert_newly_told(work, hit, held, now)
            work.audit(AuditAct.HIT_HELD, HUB, hit.hit_id, {})
        return _count(hits, references)

    def withdraw_beyond(self, work: Work, partitions: Mapping[RecordReference, Partition], now: datetime) -> None:
        """End the live hits of these records with members that their new allow-list does not admit."""
        for hit in work.hits.lock_live_of(partitions.keys()) if partitions else ():
            for side in hit.sides:
                partition = partitions.get(side.reference)
                counterpart = hit.counterpart_of(side.member).member
                if partition is not None and not partition.comparable_with.admits(counterpart):
                    self._withdraw(work, hit, now)
                    break

    def tell(self, work: Work, hit: Hit, event: HitEvent, now: datetime) -> None:
        """Post a notice to the sides that know of the hit."""
        for side in hit.sides:
            if side.alerted_at is not None:
                self._post(work, side.member, HitNotice(hit_id=hit.hit_id, event=event, at=now), now)

    def alert_newly_told(self, work: Work, before: Hit, after: Hit, now: datetime) -> None:
        """Post the alert to the sides that may know of the hit since this change."""
        for old, new in zip(before.sides, after.sides, strict=True):
            if old.alerted_at is None and new.alerted_at is not None:
                self._post(work, new.member, alert_of(after, new.member, exercise=self._exercise), now)

    def forward_messages(self, work: Work, hit: Hit, now: datetime) -> int:
        """Post the sealed messages that waited for the hit's release, in the order in which they came; how many."""
        messages = work.hits.take_messages(hit.hit_id)
        for message in messages:
            self._post.forward(work, Envelope.from_bytes(message), now)
        return len(messages)

    def let_go(self, work: Work, hit: Hit) -> Detail:
        """Drop the sealed votes and messages of a hit that ended; how many messages, for the audit log."""
        work.hits.clear_deposits(hit.hit_id)
        return {"dropped": len(work.hits.take_messages(hit.hit_id))}

    def _withdraw(self, work: Work, hit: Hit, now: datetime) -> None:
        work.hits.save(withdraw_hit(hit))
        self.tell(work, hit, HitEvent.WITHDRAWN, now)
        work.audit(AuditAct.HIT_WITHDRAWN, HUB, hit.hit_id, self.let_go(work, hit))


def _count(hits: Collection[Hit], references: Collection[RecordReference]) -> Mapping[RecordReference, int]:
    return Counter(side.reference for hit in hits for side in hit.sides if side.reference in references)
