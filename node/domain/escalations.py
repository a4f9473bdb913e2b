"""Clocks that have run far: what is noted of them, and who may know."""

from dataclasses import dataclass
from datetime import datetime

from symbolon.node.domain.actors import Actor, Right
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.messages_escalation import EscalationLevel
from symbolon.protocol.references import HitId, MemberCode, RequestId


@dataclass(frozen=True, slots=True)
class NewEscalation:
    """A clock was seen to have reached a share of its time. The same is noted once, whatever restarts."""

    hit_id: HitId
    exchange_id: RequestId | None
    clock: ClockName
    started_at: datetime
    level: EscalationLevel
    watcher: Watcher
    due_at: datetime | None
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Escalation:
    """An escalation whose clock still runs, as it is kept."""

    hit_id: HitId
    exchange_id: RequestId | None
    clock: ClockName
    started_at: datetime
    level: EscalationLevel
    watcher: Watcher
    due_at: datetime | None
    noted_at: datetime
    is_protected: bool


@dataclass(frozen=True, slots=True)
class EscalationLine:
    """An escalation as its watcher sees it: states and clocks."""

    escalation: Escalation
    counterpart: MemberCode
    joint_state: JointState
    urgency: Urgency
    opens_page: bool
    """Whether this person may open the hit's page: oversight may not."""


def may_see(actor: Actor, escalation: Escalation) -> bool:
    """Whether an escalation is for this person: an overdue hold for oversight too, all others as their hits are."""
    if escalation.watcher is Watcher.OVERSIGHT and actor.permits(Right.VIEW_AUDIT):
        return True
    return actor.permits_on_hit(Right.VIEW_HITS, protected=escalation.is_protected)
