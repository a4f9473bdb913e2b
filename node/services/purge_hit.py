"""Purges what was exchanged about a hit, in every place of the protocol's list, and gives the receipt for it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Final

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import Direction
from symbolon.node.domain.messages import StoredMessage, files_named
from symbolon.node.domain.purges import WHOLE, Purge, PurgeScope, counts
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.on_its_own import each_on_its_own
from symbolon.node.services.purge_letters import sent_where_reachable
from symbolon.node.services.send_step import SendSealed
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.exchange_terms import PurgedPlace
from symbolon.protocol.messages import MeetingAnswer, MeetingProposal, Note, PurgeReceipt, PurgeRequest
from symbolon.protocol.references import HitId, PurgeId

PurgePlace = Callable[[Work, HitId], int]
"""Throws away what one place holds about a hit; how many entries that were."""

WORKER: Final = "worker"
_NOTES: Final = (Note, MeetingProposal, MeetingAnswer)
_PURGES: Final = (PurgeRequest, PurgeReceipt)
_BOTH: Final = (Direction.SENT, Direction.RECEIVED)


class PurgeHit:
    """Throws away what a scope names: what the other side gave in it, and where the record is gone, own words too.

    `elsewhere` are the places outside messages, files and drafts: those that the node's other rooms keep.
    """

    def __init__(self, draws: Draws, elsewhere: Mapping[PurgedPlace, PurgePlace] = MappingProxyType({})) -> None:
        self._draws = draws
        self._elsewhere = elsewhere

    def __call__(self, work: Work, scope: PurgeScope, *, own: bool) -> Mapping[PurgedPlace, int]:
        """Throw it away, within the caller's transaction; how many entries in each place.

        `own`: what this side said, drafted and has not sent goes as well, for the record that it was about is gone.
        """
        hit_id, exchange_id = scope.hit_id, scope.exchange_id
        said = work.messages.of_hit(hit_id)
        gone = [
            each
            for each in said
            if exchange_id in (None, each.exchange_id) and (own or each.direction is Direction.RECEIVED)
        ]
        notes = sum(isinstance(each.message, _NOTES) for each in gone)
        caches = work.purges.forget_answers()
        if own:
            caches += work.purges.forget_unsent(hit_id, self._draws.now()) + work.purges.forget_parts(hit_id)
        if exchange_id is None:
            caches += work.purges.forget_deliveries(hit_id) + work.purges.forget_words(hit_id, own=own)
        work.messages.purge(hit_id, exchange_id, None if own else Direction.RECEIVED)
        purged = {
            PurgedPlace.EXCHANGE: sum(not isinstance(each.message, _PURGES) for each in gone) - notes,
            PurgedPlace.NOTES: notes,
            PurgedPlace.ATTACHMENTS: _purge_files(work, scope, said, gone, own=own),
            PurgedPlace.DRAFTS: work.drafts.purge(hit_id) if own else 0,
            PurgedPlace.CACHES: caches,
        }
        for place, throw_away in self._elsewhere.items() if own else ():
            purged[place] = purged.get(place, 0) + throw_away(work, hit_id)
        return purged


def _purge_files(
    work: Work, scope: PurgeScope, said: Sequence[StoredMessage], gone: Sequence[StoredMessage], *, own: bool
) -> int:
    """Take away the files that go with what is gone; a file that another live message names stays with that."""
    if scope.exchange_id is None:
        return work.attachments.purge(scope.hit_id, _BOTH if own else (Direction.RECEIVED,))
    taken = {each.message_id for each in gone}
    kept = files_named(each.message for each in said if each.message_id not in taken)
    named = files_named(each.message for each in gone) - kept
    # Of those that came: the other side may name any, also one of this side's.
    received = (each for each in work.attachments.of_hit(scope.hit_id) if each.direction is Direction.RECEIVED)
    going = [each.attachment_id for each in received if each.attachment_id in named]
    for attachment_id in going:
        work.attachments.remove(attachment_id)
    return len(going)


class CarryOutPurges:
    """Does what this node owes, and tells who asked for it."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, purge_hit: PurgeHit, send_sealed: SendSealed) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._purge_hit = purge_hit
        self._send_sealed = send_sealed

    def __call__(self) -> int:
        """Do those that can be done, each in a transaction of its own; how many were."""
        today = self._draws.now().date()
        with self._unit_of_work.begin() as work:
            ready = work.purges.ready(today)
        return each_on_its_own([partial(self.one, purge_id, hit_id, today) for purge_id, hit_id in ready])

    def one(self, purge_id: PurgeId, hit_id: HitId, today: date) -> bool:
        """Do one purge, unless a legal hold lies on the own record: then say so, and do it when the hold is lifted.

        Either word goes to the other side as a receipt under the purge's id. Own words go only where the ledger says
        that the other side's record was withdrawn; of a hit that ended otherwise, what the other side gave.
        """
        with self._unit_of_work.begin() as work:
            hit = work.hits.lock(hit_id)
            purge = work.purges.find_ready(purge_id, today)
            if hit is None or purge is None:
                return False
            return self._carry_out(work, hit, purge)

    def _carry_out(self, work: Work, hit: Hit, purge: Purge) -> bool:
        now = self._draws.now()
        if work.retention.on_hold((hit.own_reference,)):
            if purge.kept_by_law_at is None:
                work.purges.note_kept_by_law(purge, now)
                self._give_receipt(work, hit, purge, {}, legal_hold=True)
            return False
        before = purge.purged or {}
        gone = self._purge_hit(work, purge.scope, own=purge.scope.reason in WHOLE and hit.is_withdrawn)
        # Begun here before it was asked for: what went then counts in the receipt.
        purged = {place: n + before.get(place, 0) for place, n in gone.items()}
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
        sent = sent_where_reachable(self._send_sealed, work, hit, receipt, WORKER)
        if sent is not None:
            work.purges.note_message(purge, sent.message_id)
