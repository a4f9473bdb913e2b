"""Shows one hit: the own half in clear beside what may be known of the other."""

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.disclosure import may_see, opened_votes
from symbolon.node.domain.hits import HitView, OwnRecord
from symbolon.node.domain.own_identifiers import identifier_lines
from symbolon.node.domain.records import Record
from symbolon.node.errors import NotFound
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.list_hits import summarise
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HitId


class ShowHit:
    """One hit for one actor; each look leaves a leaf."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor, hit_id: HitId) -> HitView:
        """The hit.

        Raises:
            NotFound: there is no such hit, or the actor may not know of it (invariants 6 and 10).

        """
        with self._unit_of_work.begin() as work:
            hit = work.hits.find(hit_id)
            record = None if hit is None else work.records.find(hit.own_reference)
            if hit is None or record is None or not may_see(actor, hit):
                raise NotFound("There is no such hit in your queue.")
            requests = work.exchange.requests_of(hit_id)
            own, counterpart = work.hits.votes(hit_id)
            work.audit.record(AuditAct.HIT_VIEWED, actor.login, hit_id, {"state": hit.joint_state.value})
        return HitView(
            summary=summarise(actor, hit, record, requests),
            own_record=_own_record(record),
            round=hit.round,
            own_votes=own,
            counterpart_votes=opened_votes(own, counterpart),
            requests=tuple(stored.view() for stored in requests),
            hold_decision=hit.hold_decision,
            hold_not_delivered=hit.hold_not_delivered,
        )


def _own_record(record: Record) -> OwnRecord:
    content = record.content
    return OwnRecord(
        reference=record.reference,
        local_id=content.local_id,
        case_id=content.case_id,
        kind=content.kind,
        category=content.category,
        offence_group=content.offence_group,
        version=record.version,
        identifiers=identifier_lines(content.identifiers),
    )
