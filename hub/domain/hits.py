"""A hit as the hub sees it: two opaque references, how they agree, and which of the two sides was told.

The hub knows four of the joint states (HELD, ALERTED, WITHDRAWN, CLOSED) and how many rounds of votes it handed
over; what the votes say, and all that follows from them, only the two parties know. Every change here is a pure
function from hit to hit; each step is one of the table in `symbolon.protocol.lifecycle`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from symbolon.hub.domain.records import RecordEntry
from symbolon.hub.errors import NotNow, NotTheProtector, UnknownHit
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
from symbolon.protocol.lifecycle import Event, JointState, advance
from symbolon.protocol.messages import Alert, KindAgreement, LinkageEpoch
from symbolon.protocol.references import HitId, MemberCode, RecordReference

LIVE_STATES: Final = frozenset({JointState.HELD, JointState.ALERTED})


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two encodings are alike, without a score: the band, and which kinds of identifier agree."""

    band: Band
    agreement: Mapping[IdentifierKind, Agreement]


@dataclass(frozen=True, slots=True)
class HitSide:
    """One party's half of a hit. A protected side must release a held hit; until then the other is told nothing."""

    member: MemberCode
    reference: RecordReference
    record_kind: RecordKind
    offence_group: OffenceGroup
    is_protected: bool
    alerted_at: datetime | None = None
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Two records of two states that may be of the same person or thing. `sides` are in the order of references."""

    hit_id: HitId
    state: JointState
    explanation: Explanation
    urgency: Urgency
    schema_id: str
    key_epoch: int
    detected_at: datetime
    sides: tuple[HitSide, HitSide]
    rounds_opened: int = 0

    @property
    def is_live(self) -> bool:
        """Whether anything may still happen to it here."""
        return self.state in LIVE_STATES

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


def detect_hit(
    hit_id: HitId,
    pair: tuple[RecordEntry, RecordEntry],
    epoch: LinkageEpoch,
    explanation: Explanation,
    now: datetime,
) -> Hit:
    """The hit of two live records, found under this epoch: told to both sides at once, or held where either record is
    protected.
    """
    low, high = sorted(pair, key=lambda record: record.reference)
    sides = (_side(low), _side(high))
    held = low.is_protected or high.is_protected
    hit = Hit(
        hit_id=hit_id,
        state=advance(JointState.DETECTED, Event.HELD if held else Event.ALERTED),
        explanation=explanation,
        urgency=min(low.handling.urgency, high.handling.urgency),
        schema_id=epoch.schema_id,
        key_epoch=epoch.epoch,
        detected_at=now,
        sides=sides,
    )
    return _alert(hit, now, protected_only=held)


def hold_for(hit: Hit, reference: RecordReference, now: datetime) -> Hit:
    """The hit after its owner made this record a protected one: nothing moves until the owner releases it.

    An owner who was not told, because the hit was held for the other side, is told now, as every protected owner is.
    """
    state = JointState.HELD if hit.state is JointState.HELD else advance(hit.state, Event.HELD)
    low, high = (
        replace(side, is_protected=True, released_at=None) if side.reference == reference else side
        for side in hit.sides
    )
    return _alert(replace(hit, state=state, sides=(low, high)), now, protected_only=True)


def withdraw_hit(hit: Hit) -> Hit:
    """The hit after one of its records was withdrawn."""
    return replace(hit, state=advance(hit.state, Event.WITHDRAWN))


def rule_on_hold(hit: Hit, member: MemberCode, ruling: HoldRuling, now: datetime) -> Hit:
    """The hit after the owner of a protected record decided. It is released when every protected owner released it.

    The hub holds a hit from its detection or from ALERTED, whatever the parties made of it since, and a release leads
    to ALERTED from both: with the rounds of votes as they were, so that nothing is voted on again (`after_release`).
    Deciding the same again changes nothing. Raises `UnknownHit`, `NotTheProtector` or `NotNow`.
    """
    side = hit.side_of(member)
    if not side.is_protected:
        raise NotTheProtector
    if ruling is HoldRuling.RELEASE and side.released_at is not None and hit.is_live:
        return hit
    if ruling is HoldRuling.CLOSE and hit.state is JointState.CLOSED:
        return hit
    if hit.state is not JointState.HELD:
        raise NotNow("The hit is not held any more: there is nothing to decide.")
    if ruling is HoldRuling.CLOSE:
        return replace(hit, state=advance(hit.state, Event.CLOSED))
    low, high = (replace(each, released_at=now) if each is side else each for each in hit.sides)
    decided = replace(hit, sides=(low, high))
    if any(each.is_protected and each.released_at is None for each in decided.sides):
        return decided
    return _alert(replace(decided, state=advance(hit.state, Event.RELEASED)), now, protected_only=False)


def alert_of(hit: Hit, member: MemberCode, *, exercise: bool) -> Alert:
    """What the member is told of the hit. The namespace is its own record's: the other's category is not the hub's
    to tell.
    """
    own = hit.side_of(member)
    other = hit.counterpart_of(member)
    return Alert(
        hit_id=hit.hit_id,
        own_reference=own.reference,
        counterpart=other.member,
        counterpart_reference=other.reference,
        state=hit.state,
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
        detected_at=hit.detected_at,
        alerted_at=own.alerted_at or hit.detected_at,
        exercise=exercise,
    )


def _side(record: RecordEntry) -> HitSide:
    return HitSide(
        member=record.member,
        reference=record.reference,
        record_kind=record.handling.record_kind,
        offence_group=record.handling.offence_group,
        is_protected=record.is_protected,
    )


def _alert(hit: Hit, now: datetime, *, protected_only: bool) -> Hit:
    low, high = (
        replace(side, alerted_at=now) if side.alerted_at is None and (side.is_protected or not protected_only) else side
        for side in hit.sides
    )
    return replace(hit, sides=(low, high))
