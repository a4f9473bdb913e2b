"""Notes each clock of this side that has run to three quarters, or out, and tells who watches over it: once.

What a clock says follows from what is stored (:mod:`symbolon.node.domain.clocks`), and what was noted is kept by the
clock's start and its level: a restart, a repetition or a change of the clocks in spring tells nobody twice.
"""

from datetime import datetime

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.clocks import ENDS_BY_ITSELF, ClockTerms, HitClock, competence_of
from symbolon.node.domain.escalations import NewEscalation
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.notices import NewNotice, NoticeKind
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.read_clocks import clocks_alone, read_terms
from symbolon.node.services.tell_officers import hit_notice
from symbolon.protocol.acting_desks import desk_to_act
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.clocks import ClockLevel
from symbolon.protocol.lifecycle_times import Watcher, watchers
from symbolon.protocol.messages_escalation import EscalationLevel
from symbolon.protocol.references import HitId, MemberCode

WORKER = "worker"


class EscalateDueClocks:
    """Looks at the clocks of all hits; of those whose next moment is known to be later, it reads nothing."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, own: MemberCode) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._own = own
        self._terms = ClockTerms()
        self._later: dict[HitId, tuple[int, datetime | None]] = {}

    def __call__(self) -> int:
        """Note what has run out since; how much that was."""
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            terms = read_terms(work)
            if terms != self._terms:
                self._terms, self._later = terms, {}
            hits = [hit for hit in work.hits.all() if self._is_to_be_read(hit, now)]
            histories = work.escalations.histories([hit.hit_id for hit in hits])
            noted = 0
            for hit in hits:
                work.escalations.note_freeze(hit.hit_id, now, holds=hit.is_frozen or hit.holds_for_safety)
                read = clocks_alone(hit, histories[hit.hit_id], terms)
                if read is None:
                    continue
                clocks = [clock for clock in read if clock.whose == self._own and clock.name not in ENDS_BY_ITSELF]
                noted += self._escalate(work, hit, clocks, now)
                self._later[hit.hit_id] = (hit.state_version, _next_moment(clocks, now))
        return noted

    def _is_to_be_read(self, hit: Hit, now: datetime) -> bool:
        known = self._later.get(hit.hit_id)
        if known is None or known[0] != hit.state_version:
            return True
        return known[1] is not None and known[1] <= now

    def _escalate(self, work: Work, hit: Hit, clocks: list[HitClock], now: datetime) -> int:
        running = [(clock.exchange_id, clock.name.value, clock.running.started_at) for clock in clocks]
        work.escalations.end(hit.hit_id, running, now)
        noted = 0
        for clock in clocks:
            level = clock.level(now)
            if level is ClockLevel.IN_TIME:
                continue
            deputy, over = watchers(clock.name, protected=hit.protected)
            noted += self._note(work, hit, clock, (EscalationLevel.THREE_QUARTERS, deputy))
            if level is ClockLevel.OVERDUE:
                noted += self._note(work, hit, clock, (EscalationLevel.OVER, over))
        return noted

    def _note(self, work: Work, hit: Hit, clock: HitClock, told: tuple[EscalationLevel, Watcher]) -> bool:
        now, (level, watcher) = self._draws.now(), told
        escalation = NewEscalation(
            hit.hit_id, clock.exchange_id, clock.name, clock.running.started_at, level, watcher, clock.due_at, now
        )
        if not work.escalations.add(escalation):
            return False
        tell_watcher(work, hit, (level, watcher), self._deputies(work, hit), now)
        detail = {"clock": clock.name.value, "level": level.value, "watcher": watcher.value}
        work.audit.record(AuditAct.CLOCK_ESCALATED, WORKER, hit.hit_id, detail)
        return True

    def _deputies(self, work: Work, hit: Hit) -> tuple[str, ...]:
        """Who works at the desk that stands behind the one that is to act, of those who may know of the hit."""
        directory = self._terms.directories.get(self._own)
        if directory is None:
            return ()
        deputy = desk_to_act(directory, competence_of(hit, self._own)).deputy
        if deputy is None:
            return ()
        officers, people = work.notices.officers(), work.focal_points.staff().get(deputy, frozenset())
        return tuple(
            login
            for login in sorted(people & officers.keys())
            if Actor(login, officers[login]).permits_on_hit(Right.VIEW_HITS, protected=hit.protected)
        )


def tell_watcher(
    work: Work, hit: Hit, told: tuple[EscalationLevel, Watcher], deputies: tuple[str, ...], now: datetime
) -> None:
    """Note who is told of a clock by mail: the deputies, or, where nobody stands in, everybody of their office."""
    level, watcher = told
    is_over = level is EscalationLevel.OVER
    kind = NoticeKind.CLOCK_OVER if is_over else NoticeKind.CLOCK_RUNS_OUT
    notices: list[NewNotice] = []
    if deputies and not is_over:
        notices += [hit_notice(kind, hit, now, login=login) for login in deputies]
    else:
        notices.append(hit_notice(kind, hit, now, right=Right.CAST_VOTE))
    if watcher is Watcher.OVERSIGHT:
        notices.append(hit_notice(NoticeKind.HOLD_OVER, hit, now, right=Right.VIEW_AUDIT))
    work.notices.add(notices)


def _next_moment(clocks: list[HitClock], now: datetime) -> datetime | None:
    moments = (clock.share_at(level) for clock in clocks for level in (ClockLevel.DEPUTY, ClockLevel.OVERDUE))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)
