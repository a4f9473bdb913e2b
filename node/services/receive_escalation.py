"""Takes the hub's word that a clock of this side is over and that the facilitator knows, of state and clock alone."""

from symbolon.node.domain.clocks import clocks_of
from symbolon.node.domain.escalations import NewEscalation
from symbolon.node.errors import WaitsForMore
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.node.services.escalate_clocks import tell_watcher
from symbolon.node.services.read_clocks import read_terms
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import FederationDirectory
from symbolon.protocol.messages_escalation import EscalationNotice
from symbolon.protocol.references import HUB, HitId


class ReceiveEscalation:
    """Keeps it beside what this node noted itself: what both noted of one clock is one."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(self, work: Work, envelope: Envelope, _directory: FederationDirectory) -> HitId | None:
        """Take a verified notice of the hub."""
        notice = envelope.read(EscalationNotice)
        hit = work.hits.lock(notice.hit_id)
        if hit is None:
            raise WaitsForMore(notice.hit_id)
        now = self._draws.now()
        history = work.escalations.histories([hit.hit_id])[hit.hit_id]
        running = next(
            (
                clock
                for clock in clocks_of(hit, history, read_terms(work))
                if (clock.name, clock.exchange_id) == (notice.clock, notice.exchange_id)
            ),
            None,
        )
        if running is None:
            # The step that stopped the clock was on its way while the hub wrote.
            return hit.hit_id
        escalation = NewEscalation(
            hit.hit_id,
            notice.exchange_id,
            notice.clock,
            running.running.started_at,
            notice.level,
            notice.watcher,
            running.due_at,
            now,
        )
        if work.escalations.add(escalation):
            tell_watcher(work, hit, (notice.level, notice.watcher), (), now)
            detail = {"clock": notice.clock.value, "level": notice.level.value, "watcher": notice.watcher.value}
            work.audit.record(AuditAct.CLOCK_ESCALATED, str(HUB), hit.hit_id, detail)
        return hit.hit_id
