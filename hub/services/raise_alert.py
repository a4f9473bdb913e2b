"""Both sides of a new hit are told in one transaction, exactly once, after checking that both records still live."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from symbolon.hub.domain.hits import Hit, alert_of, detect_hit, numbered_from
from symbolon.hub.domain.pairings import Pairing, pairing_of
from symbolon.hub.domain.records import has_expired
from symbolon.hub.domain.scope import may_be_compared
from symbolon.hub.ports import CandidatePair, PairFinder, Work
from symbolon.hub.services.sign_message import PostMessage
from symbolon.hub.services.suppress_pair import SuppressPairs
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.hit_ledger import TrackStep
from symbolon.protocol.known_ledgers import FIRST_VERSIONS
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HUB, new_hit_id


class RaiseAlerts:
    """Turns candidate pairs into hits, inside the transaction that settles their comparison."""

    def __init__(self, finder: PairFinder, post: PostMessage, new_uuid: Callable[[], UUID], *, exercise: bool) -> None:
        self._finder = finder
        self._suppress = SuppressPairs()
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
        found: dict[Pairing, tuple[Hit, TrackStep]] = {}
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
            hit, step = numbered_from(
                self._new_uuid().int % FIRST_VERSIONS,
                *detect_hit(new_hit_id(self._new_uuid()), (one, other), epoch, explanation, now),
            )
            found.setdefault(pairing_of(hit), (hit, step))
        new = self._suppress(work, found)
        added = work.hits.add_new([hit for hit, _step in new]) if new else frozenset()
        for hit, step in new:
            if hit.hit_id in added:
                work.hits.note_step(hit.hit_id, step, now)
                self._tell(work, hit, now)
        return len(added)

    def _tell(self, work: Work, hit: Hit, now: datetime) -> None:
        for member in hit.told:
            self._post(work, member, alert_of(hit, member, exercise=self._exercise), now)
        act = AuditAct.HIT_HELD if hit.state is JointState.HELD else AuditAct.ALERT_RAISED
        work.audit(act, HUB, hit.hit_id, {"told": len(hit.told), "band": hit.explanation.band.value})
