"""Both sides of a new hit are told in one transaction, exactly once, after checking that both records still live."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from symbolon.hub.domain.hits import Hit, alert_of, detect_hit
from symbolon.hub.domain.records import has_expired
from symbolon.hub.domain.scope import may_be_compared
from symbolon.hub.ports import CandidatePair, PairFinder, Work
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HUB, new_hit_id


class RaiseAlerts:
    """Turns candidate pairs into hits, inside the transaction that settles their comparison."""

    def __init__(self, finder: PairFinder, post: PostMessage, new_uuid: Callable[[], UUID], *, exercise: bool) -> None:
        self._finder = finder
        self._post = post
        self._new_uuid = new_uuid
        self._exercise = exercise

    def __call__(self, work: Work, pairs: Sequence[CandidatePair], now: datetime) -> int:
        """Raise what is new among the pairs; how many hits that was.

        A pair whose record was revised or withdrawn since it was compared has a handle without a live record: it is
        passed over, and the revision is compared in its own turn.
        """
        if not pairs:
            return 0
        explanations = self._finder.explain(work, pairs)
        epochs = work.epochs.open_epochs()
        records = work.records.lock_handles({handle for pair in pairs for handle in (pair.query, pair.target)})
        # Nobody is suspended between here and the alert.
        active = work.members.hold_active({record.member for record in records.values()})
        hits: dict[tuple[str, str], Hit] = {}
        for pair, explanation in zip(pairs, explanations, strict=True):
            one, other = records.get(pair.query), records.get(pair.target)
            if explanation is None or one is None or other is None:
                continue
            if not {one.member, other.member} <= active:
                continue
            # A record that expired and still waits to be erased is compared with nothing any more.
            if any(has_expired(record.handling.review_date, now.date()) for record in (one, other)):
                continue
            # The scope was kept when they were compared; an alert outside it could not be undone, so it is kept twice.
            if not may_be_compared(one.partition, other.partition):
                continue
            epoch = epochs.get(one.epoch_of(pair.query))
            if epoch is None:
                # It was closed meanwhile: its encodings wait to be erased.
                continue
            hit = detect_hit(new_hit_id(self._new_uuid()), (one, other), epoch, explanation, now)
            low, high = hit.sides
            hits.setdefault((low.reference, high.reference), hit)
        added = work.hits.add_new(list(hits.values())) if hits else frozenset()
        for hit in hits.values():
            if hit.hit_id in added:
                self._tell(work, hit, now)
        return len(added)

    def _tell(self, work: Work, hit: Hit, now: datetime) -> None:
        told = [side.member for side in hit.sides if side.alerted_at is not None]
        for member in told:
            self._post(work, member, alert_of(hit, member, exercise=self._exercise), now)
        act = AuditAct.HIT_HELD if hit.state is JointState.HELD else AuditAct.ALERT_RAISED
        work.audit(act, HUB, hit.hit_id, {"told": len(told), "band": hit.explanation.band.value})
