"""The facilitator looks at states and clocks: who is to act, who is late, which desks do not answer."""

from datetime import datetime

from symbolon.hub.domain.clock_board import (
    BoardQuery,
    ClockBoard,
    ClockLine,
    DeskLine,
    arrange,
    board_lines,
    overdue_by_member,
    overdue_purges,
)
from symbolon.hub.domain.clocks import clocks_of
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.each_alone import each_alone
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.focal_points import Liveness, liveness
from symbolon.runtime.clock import Clock


class ListClocks:
    """The use cases of the page of clocks and of its export. `with_holds`: for oversight, who alone may see holds."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, query: BoardQuery, *, with_holds: bool) -> ClockBoard:
        """Every clock that the query admits, with what is overdue whatever it admits."""
        now = self._clock.now()
        with self._store.work() as work:
            lines = _lines(work, now, with_holds=with_holds)
            watches, mails = work.focal_points.watches(), work.notices.unsent()
        desks = (DeskLine(watch, liveness(watch.life, now)) for watch in watches)
        return ClockBoard(
            at=now,
            lines=arrange(lines, query),
            running=len(lines),
            overdue=overdue_by_member(lines),
            purges=overdue_purges(lines),
            stale=tuple(desk for desk in desks if desk.liveness is Liveness.STALE),
            members=tuple(sorted({line.member for line in lines})),
            mails=mails,
        )

    def export(self, login: str, query: BoardQuery, *, with_holds: bool) -> tuple[ClockLine, ...]:
        """The lines that the query admits, for a file; who took them is in the log."""
        with self._store.work() as work:
            lines = arrange(_lines(work, self._clock.now(), with_holds=with_holds), query)
            work.audit(AuditAct.CLOCKS_EXPORTED, login, None, {"lines": len(lines)})
        return lines


def _lines(work: Work, now: datetime, *, with_holds: bool) -> tuple[ClockLine, ...]:
    terms = work.clocks.terms()
    of_each = each_alone(
        work.clocks.running(),
        lambda read: board_lines(clocks_of(*read, terms), now, with_holds=with_holds),
        while_doing="reading the clocks of a hit",
    )
    return tuple(line for lines in of_each for line in lines)
