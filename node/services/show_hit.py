"""Shows one hit: the own half in clear beside what may be known of the other."""

from dataclasses import replace

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.disclosure import may_act_for, may_see, opened_votes
from symbolon.node.domain.extra_fields import field_proposals
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import HitView, OwnRecord
from symbolon.node.domain.own_identifiers import identifier_lines
from symbolon.node.domain.records import Record
from symbolon.node.errors import NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.exchange_views import (
    Reader,
    clock_views,
    exchange_views,
    notes_of,
    others_of,
    side_track,
    timeline_of,
)
from symbolon.node.services.hit_officers import officers_of
from symbolon.node.services.list_hits import ReadClocks, escalated_hits, summarise
from symbolon.node.services.protection_marks import marks_of
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HitId


class ShowHit:
    """One hit for one actor; each look leaves a leaf."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, read_clocks: ReadClocks) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._read_clocks = read_clocks

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
            view = self._view(work, actor, hit, record)
            work.audit.record(AuditAct.HIT_VIEWED, actor.login, hit_id, {"state": hit.joint_state.value})
        return view

    def _view(self, work: Work, actor: Actor, hit: Hit, record: Record) -> HitView:
        messages = work.messages.of_hit(hit.hit_id)
        own, counterpart = work.hits.votes(hit.hit_id)
        lost = [vote.round for vote in counterpart if work.reconciliation.is_lost_vote(hit.hit_id, vote.round)]
        clocks = self._read_clocks(work, [hit])[hit.hit_id]
        proposals = field_proposals(messages)
        officers = officers_of(work, hit)
        reader = Reader(actor, officers, self._draws.now().date())
        summary = summarise(actor, hit, record, clocks, proposals)
        return HitView(
            summary=replace(summary, is_escalated=hit.hit_id in escalated_hits(work, actor)),
            own=hit.own,
            own_record=_own_record(record),
            round=hit.round,
            own_votes=own,
            counterpart_votes=opened_votes(own, counterpart, lost),
            side=side_track(hit),
            marks=marks_of(work, hit),
            exchanges=exchange_views(hit, messages, clocks, reader),
            notes=reader.shown(hit, notes_of(messages)),
            others=reader.shown(hit, others_of(hit, messages)),
            proposals=proposals if may_act_for(actor, hit) else (),
            clocks=clock_views(clocks, None),
            timeline=timeline_of(hit, work.hits.steps(hit.hit_id)),
            reasons=work.act_reasons.of_hit(hit.hit_id),
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
