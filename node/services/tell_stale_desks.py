"""Tells whoever stands in for one of our desks that it left the hub's question open, once for each question."""

from symbolon.node.domain.actors import Right
from symbolon.node.domain.desks import Ping
from symbolon.node.domain.notices import NoticeKind, about_desks
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import MemberCode

WORKER = "worker"


class TellStaleDesks:
    """The hub tells every state by the mark on the entry, and its facilitator; this tells our own deputies."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, own: MemberCode) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._own = own

    def __call__(self) -> int:
        """Note whom to tell; of how many desks."""
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            left_open = [
                ping for ping in work.focal_points.pings() if ping.answered_at is None and ping.answer_by <= now
            ]
            return sum(self._tell(work, ping) for ping in left_open)

    def _tell(self, work: Work, ping: Ping) -> bool:
        now = self._draws.now()
        if not work.focal_points.note_stale(ping.ping_id, now):
            return False
        deputies = self._deputies(work, ping)
        if deputies:
            work.notices.add([about_desks(NoticeKind.DESK_STALE, now, login=login) for login in deputies])
        else:
            work.notices.add([about_desks(NoticeKind.DESK_STALE, now, right=Right.MANAGE_FOCAL_POINTS)])
        work.audit.record(AuditAct.DESK_STALE, WORKER, ping.ping_id, {"desk": ping.desk_id})
        return True

    def _deputies(self, work: Work, ping: Ping) -> tuple[str, ...]:
        kept = work.focal_points.directory(self._own)
        desk = None if kept is None else kept.directory.desk(ping.desk_id)
        if desk is None or desk.deputy is None:
            return ()
        return tuple(sorted(work.focal_points.staff().get(desk.deputy, frozenset())))
