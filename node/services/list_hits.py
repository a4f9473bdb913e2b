"""Lists the hits that somebody may see, the most pressing first."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.clocks import due_at
from symbolon.node.domain.disclosure import actions_of, may_see
from symbolon.node.domain.exchange import StoredRequest
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import Direction, HitSummary
from symbolon.node.domain.records import Record
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HitId

_NEVER = datetime.max.replace(tzinfo=UTC)
SAME_VIEW = timedelta(minutes=15)
"""A page that refreshes itself and shows the same hits again within this time leaves no further leaf."""


def summarise(actor: Actor, hit: Hit, record: Record, requests: Sequence[StoredRequest]) -> HitSummary:
    """One line of the inbox, for one actor."""
    unanswered = tuple(
        (stored.request.urgency, stored.request.requested_at)
        for stored in requests
        if stored.direction is Direction.RECEIVED and stored.reply is None
    )
    return HitSummary(
        hit_id=hit.hit_id,
        counterpart=hit.counterpart,
        own_reference=hit.own_reference,
        own_record_kind=record.content.kind,
        own_local_id=record.content.local_id,
        own_case_id=record.content.case_id,
        joint_state=hit.joint_state,
        side_state=hit.side_state,
        band=hit.band,
        agreement=hit.agreement,
        urgency=hit.urgency,
        counterpart_offence_group=hit.counterpart_offence_group,
        counterpart_record_kind=hit.counterpart_record_kind,
        alerted_at=hit.alerted_at,
        due_at=due_at(hit, unanswered),
        protected=hit.protected,
        non_punishment=hit.non_punishment,
        exercise=hit.exercise,
        actions=actions_of(actor, hit, tuple(stored.view() for stored in requests)),
    )


class ListHits:
    """The inbox of one actor."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._last_views: dict[str, tuple[frozenset[HitId], datetime]] = {}

    def __call__(self, actor: Actor) -> tuple[HitSummary, ...]:
        """Every hit that the actor may see, by the end of its clock."""
        with self._unit_of_work.begin() as work:
            visible = [hit for hit in work.hits.all() if may_see(actor, hit)]
            records = {record.reference: record for record in work.records.many([hit.own_reference for hit in visible])}
            unanswered = _by_hit(work.exchange.unanswered())
            summaries = [
                summarise(actor, hit, records[hit.own_reference], unanswered.get(hit.hit_id, ())) for hit in visible
            ]
            shown = frozenset(hit.hit_id for hit in visible)
            if self._is_new_view(actor.login, shown):
                work.audit.record(AuditAct.INBOX_VIEWED, actor.login, None, {"hits": len(shown)})
        return tuple(sorted(summaries, key=lambda summary: (summary.due_at or _NEVER, summary.hit_id)))

    def _is_new_view(self, login: str, shown: frozenset[HitId]) -> bool:
        now = self._draws.now()
        before = self._last_views.get(login)
        if before is not None and before[0] == shown and now - before[1] < SAME_VIEW:
            return False
        self._last_views[login] = (shown, now)
        return True


def _by_hit(requests: Sequence[StoredRequest]) -> Mapping[HitId, list[StoredRequest]]:
    grouped: dict[HitId, list[StoredRequest]] = {}
    for stored in requests:
        grouped.setdefault(stored.hit_id, []).append(stored)
    return grouped
