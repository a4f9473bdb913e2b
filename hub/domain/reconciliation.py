"""What the hub makes of what its members tell it after it was restored from a backup. All of it pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from symbolon.hub.domain.hits import Explanation, Hit, HitSide
from symbolon.hub.domain.records import RecordEntry
from symbolon.protocol.handling import Namespace
from symbolon.protocol.lifecycle import HitEvent, JointState
from symbolon.protocol.messages import KnownHit, ReconciliationRecord
from symbolon.protocol.references import IncarnationId, MemberCode, RecordReference


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


# The furthest first: a hit never goes back.
_FURTHEST: Final = (JointState.WITHDRAWN, JointState.CLOSED, JointState.HELD)


def state_at_hub(told: Sequence[JointState]) -> JointState:
    """The state of a hit at the hub, by what its parties say: one of the four that the hub knows."""
    return next((state for state in _FURTHEST if state in told), JointState.ALERTED)


def rounds_at_hub(known: Sequence[KnownHit]) -> int:
    """How many rounds of votes reached both sides. A round that reached one alone is handed over once more."""
    return min(each.round for each in known)


def renewed_hit(known: Mapping[MemberCode, KnownHit], records: Mapping[RecordReference, RecordEntry]) -> Hit | None:
    """The hit that the hub forgot, from what one or both of its parties were told of it.

    None where it cannot be known again: a record is not here, or the parties contradict each other. A withdrawn hit
    is not renewed either: it stands in the way of nothing.
    """
    alert = next(iter(known.values())).alert
    member = next(iter(known))
    owners = {alert.own_reference: member, alert.counterpart_reference: alert.counterpart}
    state = state_at_hub([each.state for each in known.values()])
    fits = all(
        reference in records and records[reference].member == owner for reference, owner in owners.items()
    ) and all(
        {each.alert.own_reference, each.alert.counterpart_reference} == owners.keys()
        and owners[each.alert.own_reference] == teller
        for teller, each in known.items()
    )
    if not fits or state is JointState.WITHDRAWN or len(owners) != len(set(owners.values())):
        return None
    low, high = (
        _side(records[reference], known.get(owners[reference]), state, alert.alerted_at) for reference in sorted(owners)
    )
    return Hit(
        hit_id=alert.hit_id,
        state=state,
        explanation=Explanation(alert.band, {line.kind: line.agreement for line in alert.agreement}),
        urgency=alert.urgency,
        schema_id=alert.schema_id,
        key_epoch=alert.key_epoch,
        detected_at=alert.detected_at,
        sides=(low, high),
        rounds_opened=rounds_at_hub(tuple(known.values())),
    )


def carried_on(hit: Hit, known: Mapping[MemberCode, KnownHit]) -> Hit:
    """A hit that the hub remembers, as far as its parties say that it has gone since."""
    told = [each.state for each in known.values()]
    state = hit.state if not hit.is_live else state_at_hub(told)
    sides = tuple(
        replace(side, alerted_at=side.alerted_at or known[side.member].alert.alerted_at)
        if side.member in known
        else side
        for side in hit.sides
    )
    low, high = sides
    return replace(
        hit, state=state, sides=(low, high), rounds_opened=max(hit.rounds_opened, rounds_at_hub(tuple(known.values())))
    )


def untold(hit: Hit, known: Mapping[MemberCode, KnownHit]) -> tuple[MemberCode, ...]:
    """Whose alert of a renewed hit was lost with the hub: it is to be told (again)."""
    return tuple(side.member for side in hit.sides if side.alerted_at is not None and side.member not in known)


_NOTICES: Final = {
    JointState.WITHDRAWN: HitEvent.WITHDRAWN,
    JointState.CLOSED: HitEvent.CLOSED,
    JointState.HELD: HitEvent.HELD,
}


def overdue_notices(known: Mapping[MemberCode, KnownHit]) -> Mapping[MemberCode, HitEvent]:
    """Who is to be told what the other side knows already, because the notice was lost with the hub."""
    state = state_at_hub([each.state for each in known.values()])
    event = _NOTICES.get(state)
    if event is None:
        return {}
    over = (JointState.WITHDRAWN, JointState.CLOSED)
    return {member: event for member, each in known.items() if each.state is not state and each.state not in over}


def _side(record: RecordEntry, known: KnownHit | None, state: JointState, alerted_at: datetime) -> HitSide:
    protected = record.is_protected or (known is not None and known.alert.namespace is Namespace.PROTECTED)
    told_at = alerted_at if protected or state is not JointState.HELD else None
    if known is not None:
        told_at = known.alert.alerted_at
    return HitSide(
        member=record.member,
        reference=record.reference,
        record_kind=record.handling.record_kind,
        offence_group=record.handling.offence_group,
        is_protected=protected,
        alerted_at=told_at,
        released_at=told_at if protected and state is JointState.ALERTED else None,
    )
