"""A hit's rows as the domain's value, and back."""

from collections.abc import Sequence

from symbolon.hub.domain.hits import Explanation, Hit, HitSide
from symbolon.protocol.handling import Agreement, Band, IdentifierKind, OffenceGroup, RecordKind, Urgency
from symbolon.protocol.hit_ledger import Exchange, HitLedger
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId, MemberCode, RecordReference, RequestId
from symbolon.runtime.database import Row


def hit_of(row: Row, sides: Sequence[HitSide], exchanges: Sequence[Exchange], frozen_by: frozenset[MemberCode]) -> Hit:
    """The hit of a row of `hit`, of its two sides in the order of references, and of its exchanges."""
    low, high = sides
    ledger = HitLedger(
        hit_id=HitId(row["hit_id"]),
        parties=(low.member, high.member),
        state=JointState(row["state"]),
        version=row["version"],
        since=row["since"],
        round=row["round"],
        first_round=row["first_round"],
        held_from=_state(row["held_from"]),
        closed_from=_state(row["closed_from"]),
        exchanges=tuple(exchanges),
        frozen_by=frozen_by,
    )
    return Hit(
        ledger=ledger,
        explanation=Explanation(
            band=Band(row["band"]),
            agreement={IdentifierKind(kind): Agreement(value) for kind, value in row["agreement"].items()},
        ),
        urgency=Urgency(row["urgency"]),
        schema_id=row["schema_id"],
        key_epoch=row["key_epoch"],
        detected_at=row["detected_at"],
        sides=(low, high),
        opened_round=row["opened_round"],
        reconsidered=row["reconsidered"],
    )


def hit_columns(hit: Hit) -> dict[str, object]:
    """What may change in a row of `hit`."""
    ledger = hit.ledger
    return {
        "hit_id": hit.hit_id,
        "state": ledger.state.value,
        "version": ledger.version,
        "since": ledger.since,
        "round": ledger.round,
        "first_round": ledger.first_round,
        "held_from": ledger.held_from,
        "closed_from": ledger.closed_from,
        "joint_state": ledger.joint_state.value,
        "opened_round": hit.opened_round,
        "reconsidered": hit.reconsidered,
    }


def exchange_of(row: Row) -> Exchange:
    """The exchange of a row."""
    return Exchange(
        exchange_id=RequestId(row["exchange_id"]),
        receiver=MemberCode(row["receiver"]),
        urgency=Urgency(row["urgency"]),
        state=JointState(row["state"]),
        version=row["version"],
        since=row["since"],
        clarifications=row["clarifications"],
    )


def exchange_columns(hit: Hit, number: int, exchange: Exchange) -> dict[str, object]:
    """The row of an exchange, whose number is its place among those of the hit."""
    return {
        "hit_id": hit.hit_id,
        "exchange_id": exchange.exchange_id,
        "number": number,
        "receiver": exchange.receiver,
        "urgency": exchange.urgency.value,
        "state": exchange.state.value,
        "version": exchange.version,
        "since": exchange.since,
        "clarifications": exchange.clarifications,
    }


def side_of(row: Row) -> HitSide:
    """The side of a row."""
    return HitSide(
        member=MemberCode(row["member"]),
        reference=RecordReference(row["reference"]),
        record_kind=RecordKind(row["record_kind"]),
        offence_group=OffenceGroup(row["offence_group"]),
        is_protected=row["is_protected"],
        version=row["version"],
        alerted_at=row["alerted_at"],
        released_at=row["released_at"],
        acknowledged_at=row["acknowledged_at"],
        purged_at=row["purged_at"],
    )


def side_columns(hit: Hit, side: HitSide) -> dict[str, object]:
    """The row of a side."""
    return {
        "hit_id": hit.hit_id,
        "member": side.member,
        "reference": side.reference,
        "record_kind": side.record_kind.value,
        "offence_group": side.offence_group.value,
        "is_protected": side.is_protected,
        "version": side.version,
        "alerted_at": side.alerted_at,
        "released_at": side.released_at,
        "acknowledged_at": side.acknowledged_at,
        "purged_at": side.purged_at,
    }


def _state(value: str | None) -> JointState | None:
    return None if value is None else JointState(value)
