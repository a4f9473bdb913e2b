"""A hit as the hub sees it: its ledger, two opaque references, how they agree, and which of the two sides was told.

The hub keeps the order of steps (`symbolon.protocol.hit_ledger`); what the votes say, and every word of an exchange,
only the two parties know. Every change here is a pure function from hit to hit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from symbolon.hub.domain.records import RecordEntry
from symbolon.hub.errors import NotNow, NotTheProtector, UnknownHit
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.handling import (
    Agreement,
    Band,
    HoldRuling,
    IdentifierKind,
    Namespace,
    OffenceGroup,
    RecordKind,
    Urgency,
)
from symbolon.protocol.hit_ledger import HitLedger, TrackStep, take
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.lifecycle_problems import OnHold
from symbolon.protocol.messages import Alert, KindAgreement, LinkageEpoch
from symbolon.protocol.references import HUB, HitId, MemberCode, RecordReference

OVER: Final = frozenset({JointState.CLOSED, JointState.WITHDRAWN})
"""The states of a hit from which nothing goes on but purging and, of a closed one, reopening."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two encodings are alike, without a score: the band, and which kinds of identifier agree."""

    band: Band
    agreement: Mapping[IdentifierKind, Agreement]


@dataclass(frozen=True, slots=True)
class HitSide:
    """One party's half of a hit. A protected side must release a held hit; until then the other is told nothing.

    `version` is that of the record which the hit is about.
    """

    member: MemberCode
    reference: RecordReference
    record_kind: RecordKind
    offence_group: OffenceGroup
    is_protected: bool
    version: int
    alerted_at: datetime | None = None
    released_at: datetime | None = None
    acknowledged_at: datetime | None = None
    purged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Two records of two states that may be of the same person or thing. `sides` are in the order of references.

    `opened_round` is the newest round whose votes were handed over, 0 before the first. `reconsidered`: judged
    DIFFERENT, but its pair may be shown again.
    """

    ledger: HitLedger
    explanation: Explanation
    urgency: Urgency
    schema_id: str
    key_epoch: int
    detected_at: datetime
    sides: tuple[HitSide, HitSide]
    opened_round: int = 0
    reconsidered: bool = False

    @property
    def hit_id(self) -> HitId:
        """Its id, the same for all."""
        return self.ledger.hit_id

    @property
    def state(self) -> JointState:
        """Of its own track."""
        return self.ledger.state

    @property
    def is_open(self) -> bool:
        """Whether anything may still happen to it here, other than a reopening."""
        return self.state not in OVER

    @property
    def was_withdrawn(self) -> bool:
        """Whether it ended because one of its records went."""
        return JointState.WITHDRAWN in (self.ledger.state, self.ledger.closed_from)

    @property
    def told(self) -> tuple[MemberCode, ...]:
        """Who knows of it."""
        return tuple(side.member for side in self.sides if side.alerted_at is not None)

    def side_of(self, member: MemberCode) -> HitSide:
        """The member's own side, once it was told of the hit; raises `UnknownHit` for everyone else."""
        for side in self.sides:
            if side.member == member and side.alerted_at is not None:
                return side
        raise UnknownHit

    def counterpart_of(self, member: MemberCode) -> HitSide:
        """The side that is not the member's."""
        low, high = self.sides
        return high if low.member == member else low


def with_side(hit: Hit, changed: HitSide) -> Hit:
    """The hit with this side in the place of the same member's."""
    low, high = (changed if side.member == changed.member else side for side in hit.sides)
    return replace(hit, sides=(low, high))


def own_step(hit: Hit, event: Event, now: datetime) -> TrackStep:
    """A step of the hit's own track in the hub's name."""
    return TrackStep(None, event, HUB, hit.ledger.version, whole_milliseconds(now))


def detect_hit(
    hit_id: HitId,
    pair: tuple[RecordEntry, RecordEntry],
    epoch: LinkageEpoch,
    explanation: Explanation,
    now: datetime,
) -> tuple[Hit, TrackStep]:
    """The hit of two live records, found under this epoch, and its first step: told to both sides at once, or held
    where either record is protected.
    """
    low, high = sorted(pair, key=lambda record: record.reference)
    found_at = whole_milliseconds(now)
    hit = Hit(
        ledger=HitLedger(hit_id, (low.member, high.member), JointState.DETECTED, 0, found_at),
        explanation=explanation,
        urgency=min(low.handling.urgency, high.handling.urgency),
        schema_id=epoch.schema_id,
        key_epoch=epoch.epoch,
        detected_at=found_at,
        sides=(_side(low), _side(high)),
    )
    held = low.is_protected or high.is_protected
    step = own_step(hit, Event.HELD if held else Event.ALERTED, now)
    return tell_sides(replace(hit, ledger=take(hit.ledger, step)), found_at), step


def numbered_from(first: int, hit: Hit, step: TrackStep) -> tuple[Hit, TrackStep]:
    """A new hit and its first step, counted from another number than 0.

    A hit is held and released before its other side is told of it: counted from 0, its alert would say so.
    """
    ledger = replace(hit.ledger, version=hit.ledger.version + first)
    return replace(hit, ledger=ledger), replace(step, follows=step.follows + first)


def tell_sides(hit: Hit, now: datetime) -> Hit:
    """The hit once everybody is told who may know of it: both sides, or while it is held the protected ones."""
    held = hit.state is JointState.HELD
    low, high = (
        replace(side, alerted_at=whole_milliseconds(now))
        if side.alerted_at is None and (side.is_protected or not held)
        else side
        for side in hit.sides
    )
    return replace(hit, sides=(low, high))


def protect(hit: Hit, reference: RecordReference) -> Hit:
    """The hit after its owner made this record a protected one, before it is held: the owner must release it.

    Where it is not held yet, every protected owner must, whatever was released before.
    """
    held = hit.state is JointState.HELD
    low, high = (
        replace(side, is_protected=True, released_at=None)
        if side.reference == reference
        else (side if held else replace(side, released_at=None))
        for side in hit.sides
    )
    return replace(hit, sides=(low, high))


def awaits_release(hit: Hit) -> bool:
    """Whether a protected owner has not released it."""
    return any(side.is_protected and side.released_at is None for side in hit.sides)


def ruled_by(hit: Hit, member: MemberCode, ruling: HoldRuling, now: datetime) -> tuple[Hit, Event | None]:
    """The hit after the owner of a protected record decided, and the event that follows from it at once.

    It is released when every protected owner released it; one of them closes it for all. Deciding the same again
    changes nothing. Raises `UnknownHit`, `NotTheProtector` or `NotNow`; `OnHold` for a release under a safety hold.
    """
    side = hit.side_of(member)
    if not side.is_protected:
        raise NotTheProtector
    if ruling is HoldRuling.RELEASE and side.released_at is not None and hit.is_open:
        return hit, None
    if ruling is HoldRuling.CLOSE and hit.ledger.closed_from is JointState.HELD:
        return hit, None
    if hit.state is not JointState.HELD:
        raise NotNow("The hit is not held any more: there is nothing to decide.")
    if ruling is HoldRuling.CLOSE:
        return hit, Event.CLOSED
    if hit.ledger.frozen_by:
        raise OnHold("A safety hold lies on the hit: lift it first.")
    decided = with_side(hit, replace(side, released_at=whole_milliseconds(now)))
    return decided, None if awaits_release(decided) else Event.RELEASED


def alert_of(hit: Hit, member: MemberCode, *, exercise: bool) -> Alert:
    """What the member is told of the hit. The namespace is its own record's: the other's category is not the hub's
    to tell. Nor is when it was found: for the side that is told only after a hold, that is now.
    """
    own = hit.side_of(member)
    other = hit.counterpart_of(member)
    told_at = own.alerted_at or hit.detected_at
    return Alert(
        hit_id=hit.hit_id,
        own_reference=own.reference,
        counterpart=other.member,
        counterpart_reference=other.reference,
        state=JointState.HELD if hit.state is JointState.HELD else JointState.ALERTED,
        band=hit.explanation.band,
        agreement=tuple(
            KindAgreement(kind=kind, agreement=agreement) for kind, agreement in hit.explanation.agreement.items()
        ),
        counterpart_offence_group=other.offence_group,
        counterpart_record_kind=other.record_kind,
        urgency=hit.urgency,
        namespace=Namespace.PROTECTED if own.is_protected else Namespace.GENERAL,
        schema_id=hit.schema_id,
        key_epoch=hit.key_epoch,
        detected_at=told_at,
        alerted_at=told_at,
        exercise=exercise,
        state_version=hit.ledger.version,
    )


def _side(record: RecordEntry) -> HitSide:
    return HitSide(
        member=record.member,
        reference=record.reference,
        record_kind=record.handling.record_kind,
        offence_group=record.handling.offence_group,
        is_protected=record.is_protected,
        version=record.version,
    )
