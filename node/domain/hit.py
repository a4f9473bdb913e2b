"""A hit as this node keeps it: its own side of the joint state, advanced by `symbolon.protocol.lifecycle` alone."""

from dataclasses import dataclass, replace
from datetime import datetime

from symbolon.node.domain.hits import AgreementLine, VoteView
from symbolon.protocol.handling import Band, OffenceGroup, RecordKind, Urgency
from symbolon.protocol.lifecycle import (
    FIRST_ROUND,
    SIDE_AT_SECOND_ROUND,
    Event,
    HitAction,
    JointState,
    SideState,
    advance,
    advance_side,
    joint_outcome,
    possible_events,
)
from symbolon.protocol.references import HitId, MemberCode, RecordReference


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


def can(hit: Hit, event: Event) -> bool:
    """Whether the joint state knows the event."""
    return event in possible_events(hit.joint_state)


def moved(hit: Hit, event: Event, now: datetime) -> Hit:
    """The hit after an event.

    Raises:
        IllegalTransition: the joint state does not know the event.

    """
    return replace(hit, joint_state=advance(hit.joint_state, event), state_since=now)


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


def held(hit: Hit, now: datetime, *, by_own_record: bool) -> Hit:
    """The hit after a hold began; `by_own_record` makes it the protection officer's alone from now on."""
    after = hit if hit.joint_state is JointState.HELD else moved(hit, Event.HELD, now)
    return replace(after, protected=hit.protected or by_own_record, non_punishment=True)


def released(hit: Hit, votes_opened_in: int, *, has_voted: bool, now: datetime) -> Hit:
    """The hit after the hub released it.

    `votes_opened_in` is the last round whose votes were opened (0: none): a hit that was held after its votes were
    opened is voted on once more. `has_voted`: this side's vote of the open round is committed.
    """
    round_number = max(hit.round, votes_opened_in + 1, FIRST_ROUND)
    side_state = hit.side_state
    if round_number != hit.round or (side_state is SideState.VOTED and not has_voted):
        side_state = SIDE_AT_SECOND_ROUND
    return replace(moved(hit, Event.RELEASED, now), round=round_number, side_state=side_state)
