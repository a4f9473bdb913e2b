"""Lists purges: who was asked, who has purged, who is overdue, by name; and what this node owes."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.purges import Purge, PurgeLine, counts, state_of
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.record_access import kinds_in_view, require


class ListPurges:
    """The purges of those hits that the actor may know of."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor) -> tuple[PurgeLine, ...]:
        """Every purge, what is open first, then the newest.

        Raises:
            Forbidden: the actor reviews no records.

        """
        require(actor, Right.REVIEW_RETENTION)
        with self._unit_of_work.begin() as work:
            listed = work.purges.listed(kinds_in_view(actor, Right.REVIEW_RETENTION))
            hits = work.hits.many({purge.scope.hit_id for purge in listed})
            seen = [
                (purge, hit)
                for purge in listed
                if (hit := hits.get(purge.scope.hit_id)) is not None
                and actor.permits_on_hit(Right.REVIEW_RETENTION, protected=hit.protected)
            ]
            records = {record.reference: record for record in work.records.many([hit.own_reference for _, hit in seen])}
            lines = tuple(self._line(purge, hit, records[hit.own_reference].content.local_id) for purge, hit in seen)
        return tuple(sorted(lines, key=lambda line: line.purged_at is not None))

    def _line(self, purge: Purge, hit: Hit, local_id: str) -> PurgeLine:
        return PurgeLine(
            purge_id=purge.purge_id,
            hit_id=hit.hit_id,
            direction=purge.direction,
            holder=purge.holder,
            own_reference=hit.own_reference,
            own_local_id=local_id,
            reason=purge.scope.reason,
            about_one_exchange=purge.scope.exchange_id is not None,
            asked_at=purge.asked_at,
            due_at=purge.due_at,
            state=state_of(purge, self._draws.now()),
            purged_at=purge.purged_at,
            purged=() if purge.purged is None else counts(purge.purged),
        )
