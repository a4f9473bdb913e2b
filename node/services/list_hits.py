"""Lists the hits that somebody may see, the most pressing first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.clocks import HitClock, own_due_at
from symbolon.node.domain.disclosure import actions_of, may_see
from symbolon.node.domain.extra_fields import FIELD_PURPOSES, FieldProposal, field_proposals
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import HitSummary
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.domain.records import Record
from symbolon.node.errors import Forbidden
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.record_access import kinds_in_view
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId

_NEVER = datetime.max.replace(tzinfo=UTC)


ReadClocks = Callable[[Work, Sequence[Hit]], Mapping[HitId, tuple[HitClock, ...]]]
"""Gives the clocks that run for either side of some hits (:func:`symbolon.node.services.read_clocks.read_clocks`)."""


def summarise(
    actor: Actor, hit: Hit, record: Record, clocks: Sequence[HitClock], proposals: Sequence[FieldProposal]
) -> HitSummary:
    """One line of the inbox, for one actor."""
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
        due_at=own_due_at(clocks, hit.own),
        protected=hit.protected,
        non_punishment=hit.non_punishment,
        exercise=hit.exercise,
        actions=actions_of(actor, hit, proposals),
        is_frozen=hit.is_frozen or hit.holds_for_safety,
        holds_for_safety=hit.holds_for_safety,
        assigned_to=hit.assigned_to,
        is_on_its_way=bool(hit.pending),
    )


class ListHits:
    """The inbox of one actor. Each look that a person takes leaves a leaf (invariant 8).

    An open page that looks again by itself is no act of a person: it asks :meth:`mark` whether anything changed, and
    leaves a leaf only when it came to show other hits than before.
    """

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, read_clocks: ReadClocks) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._read_clocks = read_clocks
        self._shown: dict[str, frozenset[HitId]] = {}

    def __call__(self, actor: Actor) -> tuple[HitSummary, ...]:
        """Every hit that the actor may see, by the end of its clock.

        Raises:
            Forbidden: the actor has no right to see hits. So do the other methods.

        """
        with self._unit_of_work.begin() as work:
            summaries = _visible(work, actor, self._read_clocks)
            work.audit.record(AuditAct.INBOX_VIEWED, actor.login, None, {"hits": len(summaries)})
        self._shown[actor.login] = _ids(summaries)
        return summaries

    def export(self, actor: Actor, wanted: Callable[[HitSummary], bool]) -> tuple[HitSummary, ...]:
        """Those hits of the actor's inbox that are wanted, to be taken out of the system."""
        with self._unit_of_work.begin() as work:
            summaries = tuple(filter(wanted, _visible(work, actor, self._read_clocks)))
            work.audit.record(AuditAct.INBOX_VIEWED, actor.login, None, {"exported": len(summaries)})
        return summaries

    def refresh(self, actor: Actor) -> tuple[HitSummary, ...]:
        """The same as a call, for a page that was opened before and looks again by itself."""
        with self._unit_of_work.begin() as work:
            summaries = _visible(work, actor, self._read_clocks)
            shown = _ids(summaries)
            if shown != self._shown.get(actor.login):
                work.audit.record(AuditAct.INBOX_VIEWED, actor.login, None, {"hits": len(shown)})
        self._shown[actor.login] = shown
        return summaries

    def mark(self, actor: Actor) -> str:
        """A short text that stays the same while the actor's list would: compared first, it spares reading the list.

        It depends on nothing that the actor may not see, and on the minute, since the list says how much time is left.
        """
        _require_inbox(actor)
        with self._unit_of_work.begin() as work:
            digest = work.hits.digest(kinds_in_view(actor, Right.VIEW_HITS), marked=_sees_marked(actor))
        minute = self._draws.now().strftime("%Y-%m-%dT%H:%M")
        return sha256(f"{digest} {minute}".encode()).hexdigest()[:16]


def _visible(work: Work, actor: Actor, read_clocks: ReadClocks) -> tuple[HitSummary, ...]:
    _require_inbox(actor)
    visible = seen_hits(work, actor)
    records = {record.reference: record for record in work.records.many([hit.own_reference for hit in visible])}
    clocks = read_clocks(work, visible)
    asking = [hit.hit_id for hit in visible if hit.shown.state is JointState.NEEDS_MORE]
    said = _by_hit(work.messages.of_hits(asking, FIELD_PURPOSES))
    escalated = escalated_hits(work, actor)
    summaries = (
        replace(
            summarise(
                actor,
                hit,
                records[hit.own_reference],
                clocks[hit.hit_id],
                field_proposals(said.get(hit.hit_id, ())),
            ),
            is_escalated=hit.hit_id in escalated,
        )
        for hit in visible
    )
    return tuple(sorted(summaries, key=lambda summary: (summary.due_at or _NEVER, summary.hit_id)))


def seen_hits(work: Work, actor: Actor) -> list[Hit]:
    """The hits that the actor may see; what they may not is not even read."""
    kinds = kinds_in_view(actor, Right.VIEW_HITS)
    return [hit for hit in work.hits.seen(kinds, marked=_sees_marked(actor)) if may_see(actor, hit)]


def escalated_hits(work: Work, actor: Actor) -> frozenset[HitId]:
    """The hits of which a clock has run to three quarters, or out, of those that the actor may see."""
    # Of the general ones that an officer of protection sees, those too.
    kinds = (False, True) if _sees_marked(actor) else kinds_in_view(actor, Right.VIEW_HITS)
    return frozenset(escalation.hit_id for escalation in work.escalations.open(kinds))


def _sees_marked(actor: Actor) -> bool:
    return actor.permits(Right.HOLD_FOR_SAFETY)


def _require_inbox(actor: Actor) -> None:
    if not actor.permits(Right.VIEW_HITS):
        raise Forbidden("Your role does not include the inbox.")


def _ids(summaries: Sequence[HitSummary]) -> frozenset[HitId]:
    return frozenset(summary.hit_id for summary in summaries)


def _by_hit(messages: Sequence[StoredMessage]) -> Mapping[HitId, list[StoredMessage]]:
    grouped: dict[HitId, list[StoredMessage]] = {}
    for stored in messages:
        grouped.setdefault(stored.hit_id, []).append(stored)
    return grouped
