"""Clocks on paper for the pages of the hub's desk: one of each standing, and a hold."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from symbolon.hub.domain.clock_board import (
    BoardQuery,
    ClockBoard,
    ClockLine,
    DeskLine,
    Standing,
    arrange,
    overdue_by_member,
    overdue_purges,
)
from symbolon.hub.domain.desks import DeskWatch
from symbolon.hub.domain.notices import MailsUnsent
from symbolon.protocol.focal_points import Liveness
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_states import JointState
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.references import DeskId, HitId, MemberCode, PingId, RequestId
from symbolon.runtime.clock import Clock

XA, XB = MemberCode("XA"), MemberCode("XB")


@dataclass
class PaperClocks:
    """Stands for `symbolon.hub.services.list_clocks.ListClocks`; `exported` are the logins that took a file."""

    clock: Clock
    mails: MailsUnsent = field(default_factory=lambda: MailsUnsent(0, 0))
    is_empty: bool = False
    exported: list[str] = field(default_factory=list)

    def __call__(self, query: BoardQuery, *, with_holds: bool) -> ClockBoard:
        now = self.clock.now()
        lines = self._lines(now, with_holds=with_holds)
        asked = now - timedelta(days=4)
        watch = DeskWatch(XB, DeskId("night"), PingId("p"), asked, asked, None, now)
        return ClockBoard(
            at=now,
            lines=arrange(lines, query),
            running=len(lines),
            overdue=overdue_by_member(lines),
            purges=overdue_purges(lines),
            stale=() if self.is_empty else (DeskLine(watch, Liveness.STALE),),
            members=tuple(sorted({line.member for line in lines})),
            mails=self.mails,
        )

    def export(self, login: str, query: BoardQuery, *, with_holds: bool) -> tuple[ClockLine, ...]:
        self.exported.append(login)
        return arrange(self._lines(self.clock.now(), with_holds=with_holds), query)

    def _lines(self, now: datetime, *, with_holds: bool) -> tuple[ClockLine, ...]:
        if self.is_empty:
            return ()
        over = ClockLine(
            hit_id=HitId("00000000-0000-4000-8000-000000000001"),
            exchange_id=RequestId("00000000-0000-4000-8000-000000000002"),
            member=XB,
            other=XA,
            state=JointState.ACCEPTED,
            clock=ClockName.RESPOND,
            urgency=Urgency.U2,
            started_at=now - timedelta(days=5),
            due_at=now - timedelta(hours=2),
            standing=Standing.OVER,
        )
        purge = replace(over, state=JointState.RECALLED, clock=ClockName.PURGE)
        triage = replace(
            over,
            exchange_id=None,
            member=XA,
            other=XB,
            state=JointState.ALERTED,
            clock=ClockName.TRIAGE,
            urgency=Urgency.U1,
            due_at=now + timedelta(hours=1),
            standing=Standing.LATE,
        )
        still = replace(triage, state=JointState.NEEDS_MORE, clock=ClockName.SECOND_ROUND, due_at=None)
        lines = (over, purge, triage, replace(still, standing=Standing.STANDS_STILL))
        hold = replace(triage, state=JointState.HELD, clock=ClockName.HOLD)
        return (*lines, hold) if with_holds else lines
