"""Asks every holder to purge what a withdrawal, a recall or a day of deletion takes away, and begins the own part.

It looks at what has become of records and exchanges, not at the acts that led there: whatever took a record back (a
person, its review date, here or at the hub), each holder is asked once, also after a crash.
"""

from functools import partial
from typing import Final

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.purges import TIME_TO_PURGE, Purge, PurgeDirection, PurgeScope
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.on_its_own import each_on_its_own
from symbolon.node.services.purge_letters import sent_where_reachable
from symbolon.node.services.send_step import SendSealed
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.exchange_terms import PurgeReason
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import PurgeRequest
from symbolon.protocol.references import HitId, MemberCode, PurgeId, new_purge_id

CHUNK: Final = 50
WORKER: Final = "worker"


class AskForPurges:
    """One round over what is to be purged and was not begun; receipts come later, by themselves."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, send_sealed: SendSealed, own: MemberCode) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._send_sealed = send_sealed
        self._own = own

    def __call__(self) -> int:
        """Begin what was not begun; how many purges."""
        today = self._draws.now().date()
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            if directory is None:
                return 0
            reachable = [member.code for member in directory.members if directory.card_of(member.code) is not None]
            again = work.purges.not_reached(reachable, CHUNK)
            begun = [
                *((PurgeDirection.ASKED, _withdrawn(each)) for each in work.purges.to_ask_after_withdrawal(CHUNK)),
                *((PurgeDirection.OWED, _withdrawn(each)) for each in work.purges.to_purge_after_withdrawal(CHUNK)),
                *work.purges.recalled(self._own, CHUNK),
                *work.purges.past_deletion(today, CHUNK),
            ]
        return each_on_its_own(
            [
                *(partial(self._begin, direction, scope) for direction, scope in begun),
                *(partial(self._try_again, purge_id, hit_id) for purge_id, hit_id in again),
            ]
        )

    def of_hit(self, work: Work, hit: Hit, reason: PurgeReason, login: str) -> bool:
        """Ask the other side of a hit to purge all of it.

        False where it never heard of the hit, or was asked, or cannot be reached; the last is noted for the list.
        """
        if hit.ledger.held_from is JointState.DETECTED:
            return False
        return self._ask(work, hit, PurgeScope(hit.hit_id, None, reason), login)

    def _begin(self, direction: PurgeDirection, scope: PurgeScope) -> bool:
        with self._unit_of_work.begin() as work:
            hit = work.hits.lock(scope.hit_id)
            if hit is None:
                return False
            if direction is PurgeDirection.ASKED:
                return self._ask(work, hit, scope, WORKER)
            now = self._draws.now()
            purge = Purge(
                purge_id=new_purge_id(self._draws.uuid()),
                scope=scope,
                direction=PurgeDirection.OWED,
                holder=hit.own,
                asked_at=now,
                due_at=now + TIME_TO_PURGE,
                by_itself=True,
            )
            return work.purges.add(purge)

    def _try_again(self, purge_id: PurgeId, hit_id: HitId) -> bool:
        with self._unit_of_work.begin() as work:
            hit = work.hits.lock(hit_id)
            purge = None if hit is None else work.purges.asked(purge_id, hit.counterpart)
            if hit is None or purge is None or purge.message_id is not None:
                return False
            return self._send(work, hit, purge, WORKER)

    def _ask(self, work: Work, hit: Hit, scope: PurgeScope, login: str) -> bool:
        now = self._draws.now()
        purge_id = new_purge_id(self._draws.uuid())
        purge = Purge(purge_id, scope, PurgeDirection.ASKED, hit.counterpart, now, now + TIME_TO_PURGE)
        return work.purges.add(purge) and self._send(work, hit, purge, login)

    def _send(self, work: Work, hit: Hit, purge: Purge, login: str) -> bool:
        """Ask; False where the holder cannot be reached: it takes part no more, or no key of its card can be used."""
        scope = purge.scope
        request = PurgeRequest(purge.purge_id, hit.hit_id, scope.exchange_id, scope.reason, self._draws.now())
        sent = sent_where_reachable(self._send_sealed, work, hit, request, login)
        if sent is None:
            return False
        work.purges.note_message(purge, sent.message_id)
        detail = {"hit": hit.hit_id, "of": hit.counterpart, "reason": scope.reason.value}
        work.audit.record(AuditAct.PURGE_ASKED, login, purge.purge_id, detail)
        return True


def _withdrawn(hit_id: HitId) -> PurgeScope:
    return PurgeScope(hit_id, None, PurgeReason.WITHDRAWN)
