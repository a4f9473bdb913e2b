"""What the hub makes of what its members tell it after it was restored from a backup. All of it pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from symbolon.hub.domain.hit_steps import CLOCK_DIFFERENCE
from symbolon.hub.domain.hits import Explanation, Hit, HitSide
from symbolon.hub.domain.records import RecordEntry
from symbolon.protocol.handling import Namespace
from symbolon.protocol.hit_ledger import HitLedger
from symbolon.protocol.known_ledgers import furthest, is_behind, is_possible, ledger_from, with_own_track
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import KnownHit, ReconciliationRecord
from symbolon.protocol.references import HitId, IncarnationId, MemberCode, RecordReference

_NO_HIT_BEFORE: Final = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OpenReconciliation:
    """A restore that the members have not all answered to: nothing is compared meanwhile."""

    incarnation: IncarnationId
    backup_made_at: datetime
    restored_at: datetime
    waiting_for: tuple[MemberCode, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """What a member is to send again: records that the hub lacks, and withdrawals that it does not know of."""

    lacking: tuple[RecordReference, ...]
    still_held: tuple[RecordReference, ...]


def differences(
    told: Sequence[ReconciliationRecord], held: Mapping[RecordReference, RecordEntry], epochs: frozenset[int]
) -> Differences:
    """Compare what a member knows of its records with what the hub holds of them; `epochs` are the open ones.

    A record that the hub holds in a newer version, or withdrew in this one itself, is left: the member hears of it by
    a delivery that waits.
    """
    lacking = [record.reference for record in told if _lacks(record, held.get(record.reference), epochs)]
    still_held = [
        record.reference
        for record in told
        if record.withdrawn and record.reference in held and not held[record.reference].is_withdrawn
    ]
    return Differences(tuple(lacking), tuple(still_held))


def _lacks(told: ReconciliationRecord, entry: RecordEntry | None, epochs: frozenset[int]) -> bool:
    if told.withdrawn:
        return False
    if entry is None or entry.version < told.version:
        return True
    if entry.is_withdrawn or entry.version > told.version:
        return False
    return not entry.handles.keys() >= (epochs & set(told.epochs))


def believable(known: Mapping[MemberCode, KnownHit], now: datetime) -> Mapping[MemberCode, KnownHit]:
    """What is left of what parties tell of a hit without what cannot be: such a word is as if it had not been said."""
    return {member: each for member, each in known.items() if _is_believable(each, member, now)}


def _is_believable(known: KnownHit, member: MemberCode, now: datetime) -> bool:
    moments = (
        known.alert.detected_at,
        known.alert.alerted_at,
        known.ledger.since,
        *(exchange.since for exchange in known.ledger.exchanges),
    )
    in_time = all(_NO_HIT_BEFORE <= moment <= now + CLOCK_DIFFERENCE for moment in moments)
    return (
        in_time
        and known.opened_round <= known.ledger.round
        and is_possible(known.ledger, (member, known.alert.counterpart))
    )


def renewed_hit(known: Mapping[MemberCode, KnownHit], records: Mapping[RecordReference, RecordEntry]) -> Hit | None:
    """The hit that the hub forgot, from what one or both of its parties were told of it.

    None where it cannot be known again: a record is not here, or the parties contradict each other. A withdrawn hit
    is not renewed either: it stands in the way of nothing.
    """
    member = next(iter(known))
    alert = known[member].alert
    owners = {alert.own_reference: member, alert.counterpart_reference: alert.counterpart}
    fits = all(
        reference in records and records[reference].member == owner for reference, owner in owners.items()
    ) and all(
        {each.alert.own_reference, each.alert.counterpart_reference} == owners.keys()
        and owners[each.alert.own_reference] == teller
        for teller, each in known.items()
    )
    if not fits or len(owners) != len(set(owners.values())):
        return None
    low, high = (records[reference] for reference in sorted(owners))
    parties = (low.member, high.member)
    ledger = _told_ledger(alert.hit_id, parties, known, {each.member for each in (low, high) if each.is_protected})
    if JointState.WITHDRAWN in (ledger.state, ledger.closed_from):
        return None
    sides = tuple(_side(record, known.get(record.member), ledger, alert.alerted_at) for record in (low, high))
    return Hit(
        ledger=ledger,
        explanation=Explanation(alert.band, {line.kind: line.agreement for line in alert.agreement}),
        urgency=alert.urgency,
        schema_id=alert.schema_id,
        key_epoch=alert.key_epoch,
        detected_at=min(each.alert.detected_at for each in known.values()),
        sides=(sides[0], sides[1]),
        opened_round=_opened_round(known),
    )


def is_as_alerted(ledger: HitLedger) -> bool:
    """Whether an alert says all of a ledger: the votes are in their first round, or the hit was held when found."""
    begins = ledger.state is JointState.ALERTED or ledger.held_from is JointState.DETECTED
    return begins and ledger.round == 1 and not ledger.exchanges


def is_word_of_party(hit: Hit, member: MemberCode, known: KnownHit) -> bool:
    """Whether a member that tells of a hit is one of its two parties, and names the other one."""
    return {member, known.alert.counterpart} == set(hit.ledger.parties)


def carried_on(hit: Hit, known: Mapping[MemberCode, KnownHit]) -> Hit:
    """A hit that the hub remembers, as far as its parties say that it has gone since."""
    parties = {member: each for member, each in known.items() if is_word_of_party(hit, member, each)}
    protected = {side.member for side in hit.sides if side.is_protected}
    told = _told_ledger(hit.hit_id, hit.ledger.parties, parties, protected)
    ledger = furthest((hit.ledger, told))
    if hit.state is JointState.HELD and any(
        side.is_protected and side.released_at is None and side.member not in parties for side in hit.sides
    ):
        # Nobody but this owner can say that the hold was released, and it has not spoken.
        ledger = with_own_track(ledger, hit.ledger)
    ledger = replace(ledger, frozen_by=told.frozen_by | _unheard(hit, parties))
    low, high = (_carried_side(side, parties.get(side.member), ledger) for side in hit.sides)
    return replace(hit, ledger=ledger, sides=(low, high), opened_round=max(hit.opened_round, _opened_round(parties)))


def untold(hit: Hit, known: Mapping[MemberCode, KnownHit], spoke: Collection[MemberCode]) -> tuple[MemberCode, ...]:
    """Who was told of the hit and does not know it: its alert was lost with the hub. `spoke`: who said all it knows."""
    return tuple(member for member in hit.told if member not in known and member in spoke)


def behind(hit: Hit, known: Mapping[MemberCode, KnownHit]) -> tuple[MemberCode, ...]:
    """Who lacks steps of the hit that the hub, or the other side, has: they were lost with the hub."""
    ledger = replace(hit.ledger, frozen_by=frozenset())
    return tuple(
        member
        for member, each in known.items()
        if member in hit.told and is_behind(ledger_from(each.ledger, hit.hit_id, hit.ledger.parties), ledger)
    )


def _told_ledger(
    hit_id: HitId,
    parties: tuple[MemberCode, MemberCode],
    known: Mapping[MemberCode, KnownHit],
    protected: Collection[MemberCode],
) -> HitLedger:
    """What the parties know together. Where a protected owner says that it has not released the hit, it is held still,
    whatever the other one says: no step of the hit's own track can have followed.
    """
    ledgers = {member: ledger_from(each.ledger, hit_id, parties) for member, each in sorted(known.items())}
    ledger = furthest(ledgers.values())
    holding = [
        ledgers[member]
        for member, each in sorted(known.items())
        if (member in protected or each.alert.namespace is Namespace.PROTECTED)
        and each.ledger.state is JointState.HELD
        and not each.released
    ]
    if holding:
        ledger = with_own_track(ledger, furthest(holding))
    return replace(ledger, frozen_by=frozenset(member for member, each in known.items() if each.safety_hold))


def _unheard(hit: Hit, known: Mapping[MemberCode, KnownHit]) -> frozenset[MemberCode]:
    """Whose safety hold lies on the hit, who has not spoken: it stays."""
    return hit.ledger.frozen_by - known.keys()


def _opened_round(known: Mapping[MemberCode, KnownHit]) -> int:
    """A round of votes that reached one side alone is handed over once more."""
    return min(each.opened_round for each in known.values())


def _carried_side(side: HitSide, known: KnownHit | None, ledger: HitLedger) -> HitSide:
    if known is None:
        return side
    protected = side.is_protected or known.alert.namespace is Namespace.PROTECTED
    told_at = side.alerted_at or known.alert.alerted_at
    held = ledger.state is JointState.HELD
    released_at = (side.released_at or told_at) if protected and (known.released or not held) else None
    return replace(side, is_protected=protected, alerted_at=told_at, released_at=released_at)


def _side(record: RecordEntry, known: KnownHit | None, ledger: HitLedger, alerted_at: datetime) -> HitSide:
    side = HitSide(
        member=record.member,
        reference=record.reference,
        record_kind=record.handling.record_kind,
        offence_group=record.handling.offence_group,
        is_protected=record.is_protected,
        version=record.version,
    )
    if known is not None:
        return _carried_side(side, known, ledger)
    # Who has not spoken was told, unless the hit is held and that side is not protected.
    held = ledger.state is JointState.HELD
    told_at = None if held and not record.is_protected else alerted_at
    return replace(side, alerted_at=told_at, released_at=told_at if record.is_protected and not held else None)
