"""Purges what was exchanged about a hit, in every place of the protocol's list, and gives the receipt for it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import Direction
from symbolon.node.domain.purges import WHOLE, Purge, PurgeScope, counts
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.send_step import SendSealed
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.exchange_terms import PurgedPlace
from symbolon.protocol.messages import MeetingAnswer, MeetingProposal, Note, PurgeReceipt, PurgeRequest
from symbolon.protocol.references import HitId, RequestId

PurgePlace = Callable[[Work, HitId, RequestId | None], int]
"""Throws away what one place holds about a hit, or about one exchange of it; how many entries that were."""

CHUNK: Final = 20
WORKER: Final = "worker"
_NOTES: Final = (Note, MeetingProposal, MeetingAnswer)
_PURGES: Final = (PurgeRequest, PurgeReceipt)
_BOTH: Final = (Direction.SENT, Direction.RECEIVED)


class PurgeHit:
    """Throws away what a scope names.

    Where the record is gone, that is everything both sides said about the hit; where one exchange was recalled, or its
    day of deletion has come, what the other side gave in it. `elsewhere` are the places outside messages, files and
    drafts: those that the node's other rooms keep.
    """

    def __init__(self, draws: Draws, elsewhere: Mapping[PurgedPlace, PurgePlace] = MappingProxyType({})) -> None:
        self._draws = draws
        self._elsewhere = elsewhere

    def __call__(self, work: Work, scope: PurgeScope) -> Mapping[PurgedPlace, int]:
        """Throw it away, within the caller's transaction; how many entries in each place."""
        hit_id, exchange_id = scope.hit_id, scope.exchange_id
        whole = scope.reason in WHOLE
        said = work.messages.of_hit(hit_id) if exchange_id is None else work.messages.of_exchange(hit_id, exchange_id)
        gone = [each for each in said if whole or each.direction is Direction.RECEIVED]
        notes = sum(isinstance(each.message, _NOTES) for each in gone)
        caches = work.purges.forget_unsent(hit_id, exchange_id, self._draws.now())
        if exchange_id is None:
            caches += work.purges.forget_deliveries(hit_id) + work.purges.forget_words(hit_id)
        work.messages.purge(hit_id, exchange_id, None if whole else Direction.RECEIVED)
        purged = {
            PurgedPlace.EXCHANGE: sum(not isinstance(each.message, _PURGES) for each in gone) - notes,
            PurgedPlace.NOTES: notes,
            PurgedPlace.ATTACHMENTS: work.attachments.purge(
                hit_id, exchange_id, _BOTH if whole else (Direction.RECEIVED,)
            ),
            PurgedPlace.DRAFTS: work.drafts.purge(hit_id, exchange_id),
            PurgedPlace.CACHES: caches,
        }
        for place, throw_away in self._elsewhere.items():
            purged[place] = purged.get(place, 0) + throw_away(work, hit_id, exchange_id)
        return purged


class CarryOutPurges:
    """Does what this node owes, and tells who asked for it."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, purge_hit: PurgeHit, send_sealed: SendSealed) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._purge_hit = purge_hit
        self._send_sealed = send_sealed

    def __call__(self) -> int:
        """Do the oldest that are not done; how many were."""
        with self._unit_of_work.begin() as work:
            return sum(self.one(work, purge) for purge in work.purges.open_owed(CHUNK))

    def one(self, work: Work, purge: Purge) -> bool:
        """Do one purge, unless a legal hold lies on the own record: then say so, and do it when the hold is lifted.

        Either word goes to the other side as a receipt under the purge's id.
        """
        hit = work.hits.lock(purge.scope.hit_id)
        if hit is None:
            return False
        now = self._draws.now()
        if work.retention.on_hold((hit.own_reference,)):
            if purge.kept_by_law_at is None:
                work.purges.note_kept_by_law(purge, now)
                self._give_receipt(work, hit, purge, {}, legal_hold=True)
            return False
        before = purge.purged or {}
        # Begun here before it was asked for: what went then counts in the receipt.
        purged = {place: n + before.get(place, 0) for place, n in self._purge_hit(work, purge.scope).items()}
        work.purges.note_purged(purge, purged, now)
        detail: Detail = {"hit": hit.hit_id, "reason": purge.scope.reason.value} | {
            place.value: count for place, count in purged.items()
        }
        work.audit.record(AuditAct.PURGED, WORKER, purge.purge_id, detail)
        self._give_receipt(work, hit, purge, purged, legal_hold=False)
        return True

    def _give_receipt(
        self, work: Work, hit: Hit, purge: Purge, purged: Mapping[PurgedPlace, int], *, legal_hold: bool
    ) -> None:
        if purge.by_itself:
            return
        receipt = PurgeReceipt(purge.purge_id, hit.hit_id, counts(purged), legal_hold, self._draws.now())
        sent = self._send_sealed(work, hit, receipt, WORKER)
        work.purges.note_message(purge, sent.message_id)
