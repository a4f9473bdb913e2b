"""A hit as this node keeps it: its own side of the joint state, advanced by `symbolon.protocol.lifecycle` alone."""

from dataclasses import dataclass, replace
from datetime import datetime

from symbolon.node.domain.hits import AgreementLine, VoteView
from symbolon.protocol.handling import Band, HoldRuling, OffenceGroup, RecordKind, Urgency
from symbolon.protocol.lifecycle import (
    SIDE_AT_SECOND_ROUND,
    Event,
    HitAction,
    JointState,
    SideState,
    advance,
    advance_side,
    after_release,
    joint_outcome,
    possible_events,
)
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MemberCode, MessageId, RecordReference


@dataclass(frozen=True, slots=True)
class Hit:
    """A hit on one of this node's records. Times are UTC; `state_version` counts the changes of the stored row."""

    hit_id: HitId
    own_reference: RecordReference
    counterpart: MemberCode
    counterpart_reference: RecordReference
    joint_state: JointState
    side_state: SideState
    round: int
    band: Band
    agreement: tuple[AgreementLine, ...]
    counterpart_offence_group: OffenceGroup
    counterpart_record_kind: RecordKind
    urgency: Urgency
    protected: bool
    """The own record is, or was at any time of the hit, a victim's or minor's: never taken back."""
    non_punishment: bool
    exercise: bool
    schema_id: str
    key_epoch: int
    detected_at: datetime
    alerted_at: datetime
    state_since: datetime
    state_version: int
    held_from: JointState | None = None
    """Where a HELD hit goes back to; None for every other."""
    hold_confirmed: bool = True
    """Whether the hub knows of the hold: it began there, or it has said that it heard of ours."""
    hold_notice_at: datetime | None = None
    """The hub's time of its newest word on a hold or release."""
    hold_decision: HoldRuling | None = None
    """What this side decided on the hold, until the hub's notice comes: nobody decides a second time meanwhile."""
    hold_message_id: MessageId | None = None
    hold_not_delivered: Problem | None = None
    """Why the hub refused this side's last decision on a hold."""


def can(hit: Hit, event: Event) -> bool:
    """Whether the joint state knows the event."""
    return event in possible_events(hit.joint_state)


def moved(hit: Hit, event: Event, now: datetime) -> Hit:
    """The hit after an event.

    Raises:
        IllegalTransition: the joint state does not know the event.

    """
    after = advance(hit.joint_state, event)
    held_from = hit.joint_state if after is JointState.HELD else None
    return replace(hit, joint_state=after, held_from=held_from, hold_decision=None, state_since=now)


def acted(hit: Hit, action: HitAction) -> Hit:
    """The hit after this side acknowledged or voted.

    Raises:
        IllegalTransition: the votes are not open, or this side has voted.

    """
    return replace(hit, side_state=advance_side(hit.joint_state, hit.side_state, action))


def opened(hit: Hit, own: VoteView, counterpart: VoteView, now: datetime) -> Hit:
    """The hit after both votes of its round lie open."""
    after = moved(hit, joint_outcome(hit.round, own.verdict, counterpart.verdict), now)
    if after.joint_state is JointState.NEEDS_MORE:
        return replace(after, round=hit.round + 1, side_state=SIDE_AT_SECOND_ROUND)
    return after


def held(hit: Hit, now: datetime, *, by_own_record: bool, confirmed: bool = False) -> Hit:
    """The hit after a hold began; `by_own_record` makes it the protection officer's alone from now on.

    `confirmed`: the hub says so. Until it does, no release lifts the hold: it would be of an earlier one.
    """
    after = hit if hit.joint_state is JointState.HELD else moved(hit, Event.HELD, now)
    return replace(after, hold_confirmed=confirmed, protected=hit.protected or by_own_record, non_punishment=True)


def released(hit: Hit, now: datetime) -> Hit:
    """The hit after the hub released it: where it was held from, its votes and questions as they were.

    Raises:
        IllegalTransition: the hit is not held.

    """
    after = moved(hit, Event.RELEASED, now)
    state = after_release(hit.held_from or JointState.DETECTED)
    return replace(after, joint_state=state, alerted_at=now if state is JointState.ALERTED else hit.alerted_at)
