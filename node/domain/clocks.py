"""How long each side has, by urgency (design: *From hit to closed exchange*; the federation's defaults)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from symbolon.node.domain.hit import Hit
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle import JointState

HOLD: Mapping[Urgency, timedelta] = {
    Urgency.U1: timedelta(hours=4),
    Urgency.U2: timedelta(days=1),
    Urgency.U3: timedelta(days=3),
}
TRIAGE: Mapping[Urgency, timedelta] = {
    Urgency.U1: timedelta(hours=5),
    Urgency.U2: timedelta(days=2),
    Urgency.U3: timedelta(days=4),
}
SECOND_ROUND = timedelta(days=3)
RESPONSE: Mapping[Urgency, timedelta] = {
    Urgency.U1: timedelta(hours=8),
    Urgency.U2: timedelta(days=3),
    Urgency.U3: timedelta(days=7),
}


def due_at(hit: Hit, unanswered: tuple[tuple[Urgency, datetime], ...]) -> datetime | None:
    """When this side's present clock runs out; None while no clock runs for it.

    `unanswered` are urgency and time of the requests received about the hit that have no reply yet.
    """
    if hit.joint_state is JointState.HELD:
        return hit.state_since + HOLD[hit.urgency] if hit.protected else None
    if hit.joint_state is JointState.ALERTED:
        return hit.alerted_at + TRIAGE[hit.urgency]
    if hit.joint_state is JointState.NEEDS_MORE:
        return hit.state_since + SECOND_ROUND
    return min((requested_at + RESPONSE[urgency] for urgency, requested_at in unanswered), default=None)
