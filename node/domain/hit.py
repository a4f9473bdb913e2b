"""A hit as this node keeps it: the order of steps that the hub confirmed, and what of its own is on its way."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from symbolon.node.domain.hits import AgreementLine
from symbolon.protocol.handling import Band, HoldRuling, OffenceGroup, RecordKind, Urgency, Verdict
from symbolon.protocol.hit_ledger import HitLedger, TrackStep, follow, foreseen
from symbolon.protocol.lifecycle import (
    SIDE_AT_SECOND_ROUND,
    VOTING,
    Event,
    HitAction,
    JointState,
    SideState,
    advance_side,
    possible_events,
)
from symbolon.protocol.messages import Alert
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MemberCode, MessageId, RecordReference


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the assigned officer recommends to vote, and why."""

    verdict: Verdict = field(repr=False)
    text: str = field(repr=False)
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Hit:
    """A hit on one of this node's records. Times are UTC; `state_version` counts the changes of the stored row."""

    hit_id: HitId
    own_reference: RecordReference
    counterpart: MemberCode
    counterpart_reference: RecordReference
    ledger: HitLedger
    """The order that the hub confirmed, as far as it has come here; both sides follow the same."""
    side_state: SideState
    band: Band
    agreement: tuple[AgreementLine, ...]
    counterpart_offence_group: OffenceGroup
    counterpart_record_kind: RecordKind
    urgency: Urgency
    protected: bool
    """The own record is, or was at any time of the hit, a victim's or minor's: never taken back."""
    non_punishment: bool
    """Either side said so: the mark goes with all that follows, and is never taken back."""
    exercise: bool
    schema_id: str
    key_epoch: int
    detected_at: datetime
    alerted_at: datetime
    state_version: int
    pending: tuple[TrackStep, ...] = ()
    """Own steps that the hub has not answered, or that come before another one which is still on its way here."""
    minor: bool = False
    """Either side said that it is about a minor; never taken back."""
    awaits_hold: bool = False
    """The own record became a victim's or minor's, and the hub has not said yet that it holds the hit."""
    hold_decision: HoldRuling | None = None
    """What this side decided on the hold, until the hub's word comes: nobody decides a second time meanwhile."""
    hold_message_id: MessageId | None = None
    hold_not_delivered: Problem | None = None
    """Why the hub refused this side's last decision on a hold."""
    is_frozen: bool = False
    """The hub says that somebody's safety hold lies on the hit."""
    holds_for_safety: bool = False
    """This side's own safety hold is ordered, whether or not the hub has it yet."""
    unread_round: int | None = None
    """The round of votes in which nobody here could open the other side's."""
    assigned_to: str | None = None
    recommendation: Recommendation | None = None
    acknowledged_at: datetime | None = None
    counterpart_acknowledged_at: datetime | None = None

    @property
    def own(self) -> MemberCode:
        """The member code of the node itself."""
        return self.ledger.other(self.counterpart)

    @property
    def shown(self) -> HitLedger:
        """What its officers see: the confirmed ledger with every own step that is still possible, and any freeze."""
        is_frozen = self.is_frozen or self.holds_for_safety or self.is_unread
        frozen = frozenset({self.own}) if is_frozen else frozenset()
        return replace(foreseen(self.ledger, self.pending), frozen_by=frozen)

    @property
    def joint_state(self) -> JointState:
        """What the hit has come to. HELD from the moment on in which the own record became a victim's or minor's."""
        return JointState.HELD if self.awaits_hold else self.shown.joint_state

    @property
    def round(self) -> int:
        """The round of votes that is open or was the last, counted on when a hit is reopened."""
        return self.shown.round

    @property
    def state_since(self) -> datetime:
        """Since when the hit's own track is where it is."""
        return self.shown.since

    @property
    def is_unread(self) -> bool:
        """Whether the other side says that both voted the same, by a vote of its own that nobody here can open."""
        return self.ledger.state is JointState.CONFIRMED and self.unread_round == self.ledger.round

    @property
    def is_on_hold(self) -> bool:
        """Whether nothing may be disclosed or voted now: held, or on a safety hold, or confirmed by no vote."""
        return self.joint_state is JointState.HELD or self.is_frozen or self.holds_for_safety or self.is_unread

    @property
    def is_withdrawn(self) -> bool:
        """Whether a record that it is about was withdrawn: what came of the other side is not kept."""
        return JointState.WITHDRAWN in (self.ledger.state, self.ledger.closed_from)

    @property
    def awaits_own_step(self) -> bool:
        """Whether a step of the hit's own track is on its way: the side track stands still until it is answered."""
        return self.shown.version != self.ledger.version


def ledger_of(alert: Alert, own: MemberCode) -> HitLedger:
    """The ledger with which the receiver of an alert begins."""
    parties = sorted((own, alert.counterpart))
    return HitLedger(
        hit_id=alert.hit_id,
        parties=(parties[0], parties[1]),
        state=alert.state,
        version=alert.state_version,
        since=alert.alerted_at,
        held_from=JointState.DETECTED if alert.state is JointState.HELD else None,
    )


def can(hit: Hit, event: Event) -> bool:
    """Whether the hit's own track knows the event now."""
    return event in possible_events(hit.shown.state)


def acted(hit: Hit, action: HitAction) -> Hit:
    """The hit after this side acknowledged, assigned, recommended or voted.

    Raises:
        IllegalTransition: the votes are not open, or this side has voted.

    """
    return replace(hit, side_state=advance_side(hit.shown.state, hit.side_state, action))


_NO_MORE_TO_HOLD: Final = frozenset({Event.CLOSED, Event.WITHDRAWN})


def followed(hit: Hit, step: TrackStep, *, own_record_protected: bool, hub_knows: bool = True) -> Hit:
    """The hit after a step of the confirmed order.

    `own_record_protected` says what the own record is now: a hold of it makes the hit the protection officer's alone.
    `hub_knows` whether the hub has answered its reclassification: until then a hold, or release, is an older one.

    Raises:
        StaleState: an earlier step of its track has not come yet.
        ProtocolError: the hub should not have taken it.

    """
    before, after = hit.ledger, replace(hit, ledger=follow(hit.ledger, step))
    if step.exchange_id is not None:
        return after
    if step.event in _NO_MORE_TO_HOLD | {Event.HELD, Event.RELEASED}:
        after = replace(after, hold_decision=None)
    if step.event in _NO_MORE_TO_HOLD or (step.event is Event.HELD and hub_knows):
        after = replace(after, awaits_hold=False)
    if step.event is Event.HELD:
        after = replace(after, protected=hit.protected or own_record_protected, non_punishment=True)
    if step.event is Event.RELEASED and before.held_from in (None, JointState.DETECTED):
        after = replace(after, alerted_at=step.at)
    if after.ledger.round != before.round and after.ledger.state in VOTING:
        after = replace(after, side_state=SIDE_AT_SECOND_ROUND, recommendation=None)
    return after


def protected_here(hit: Hit) -> Hit:
    """The hit at the moment in which the own record became a victim's or minor's: held, and the officer's alone."""
    # Held already, it may be by an older word that is about to be taken back.
    holds = can(hit, Event.HELD) or hit.shown.state is JointState.HELD
    return replace(hit, protected=True, non_punishment=True, awaits_hold=holds, assigned_to=None, recommendation=None)
