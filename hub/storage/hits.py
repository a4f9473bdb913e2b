"""Hits, their sides, and the sealed votes and messages that lie here."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from symbolon.hub.domain.hits import Explanation, Hit, HitSide
from symbolon.hub.domain.votes import VoteDeposit
from symbolon.hub.errors import UnknownHit
from symbolon.protocol.handling import Agreement, Band, IdentifierKind, OffenceGroup, RecordKind, Urgency
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId, MemberCode, RecordReference
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "hits")


class PostgresHits:
    """See `symbolon.hub.ports.HitStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add_new(self, hits: Sequence[Hit]) -> frozenset[HitId]:
        """Insert the hits of pairs that have none; the ids of those that were inserted."""
        # One order for all, so that two transactions which found the same pairs do not wait for each other in a ring.
        ordered = sorted(hits, key=lambda hit: (hit.sides[0].reference, hit.sides[1].reference))
        rows = self._transaction.fetch_all(
            _QUERIES["insert_hits"],
            hit_ids=[hit.hit_id for hit in ordered],
            low_references=[hit.sides[0].reference for hit in ordered],
            high_references=[hit.sides[1].reference for hit in ordered],
            states=[hit.state.value for hit in ordered],
            bands=[hit.explanation.band.value for hit in ordered],
            agreements=[json.dumps(dict(hit.explanation.agreement)) for hit in ordered],
            urgencies=[hit.urgency.value for hit in ordered],
            schema_ids=[hit.schema_id for hit in ordered],
            key_epochs=[hit.key_epoch for hit in ordered],
            detected_ats=[hit.detected_at for hit in ordered],
        )
        added = frozenset(HitId(row["hit_id"]) for row in rows)
        self._transaction.execute_many(
            _QUERIES["insert_sides"],
            [_side_columns(hit, side) for hit in ordered if hit.hit_id in added for side in hit.sides],
        )
        return added

    def lock(self, hit_id: HitId) -> Hit:
        """The hit, locked to the end of the transaction; raises `UnknownHit`."""
        row = self._transaction.fetch_one(_QUERIES["lock_hit"], hit_id=hit_id)
        if row is None:
            raise UnknownHit
        return self._hits([row])[0]

    def lock_live_of(self, references: Collection[RecordReference]) -> Sequence[Hit]:
        """The live hits on any of these records, locked."""
        return self._hits(self._transaction.fetch_all(_QUERIES["lock_live_hits_of"], references=list(references)))

    def save(self, hit: Hit) -> None:
        """Write down the hit's state and what its sides were told and decided."""
        self._transaction.execute(
            _QUERIES["update_hit"], hit_id=hit.hit_id, state=hit.state.value, rounds_opened=hit.rounds_opened
        )
        if hit.state is JointState.WITHDRAWN:
            self._transaction.execute(_QUERIES["forget_delivered_of"], hit_id=hit.hit_id)
        self._transaction.execute_many(_QUERIES["update_side"], [_side_columns(hit, side) for side in hit.sides])

    def deposits(self, hit_id: HitId) -> tuple[VoteDeposit, ...]:
        """The sealed votes that lie here."""
        return tuple(
            VoteDeposit(member=MemberCode(row["member"]), round=row["round"], envelope=row["envelope"])
            for row in self._transaction.fetch_all(_QUERIES["list_deposits"], hit_id=hit_id)
        )

    def deposit(self, hit_id: HitId, deposit: VoteDeposit, now: datetime) -> None:
        """Keep a sealed vote."""
        self._transaction.execute(
            _QUERIES["insert_deposit"],
            hit_id=hit_id,
            round=deposit.round,
            member=deposit.member,
            envelope=deposit.envelope,
            now=now,
        )

    def clear_deposits(self, hit_id: HitId) -> None:
        """The sealed votes of this hit do not lie here any more."""
        self._transaction.execute(_QUERIES["clear_deposits"], hit_id=hit_id)

    def keep_message(self, hit_id: HitId, envelope: bytes, now: datetime) -> None:
        """Keep a member's sealed message until the hit is released."""
        self._transaction.execute(_QUERIES["insert_held_message"], hit_id=hit_id, envelope=envelope, now=now)

    def take_messages(self, hit_id: HitId) -> tuple[bytes, ...]:
        """The messages that waited for the hit's release, in the order in which they came; they lie here no longer."""
        rows = self._transaction.fetch_all(_QUERIES["take_held_messages"], hit_id=hit_id)
        return tuple(row["envelope"] for row in rows)

    def _hits(self, rows: Sequence[Row]) -> list[Hit]:
        if not rows:
            return []
        sides: dict[str, list[HitSide]] = defaultdict(list)
        for row in self._transaction.fetch_all(_QUERIES["list_sides"], hit_ids=[row["hit_id"] for row in rows]):
            sides[row["hit_id"]].append(_side(row))
        return [_hit(row, sides[row["hit_id"]]) for row in rows]


def _hit(row: Row, sides: Sequence[HitSide]) -> Hit:
    low, high = sides
    return Hit(
        hit_id=HitId(row["hit_id"]),
        state=JointState(row["state"]),
        explanation=Explanation(
            band=Band(row["band"]),
            agreement={IdentifierKind(kind): Agreement(value) for kind, value in row["agreement"].items()},
        ),
        urgency=Urgency(row["urgency"]),
        schema_id=row["schema_id"],
        key_epoch=row["key_epoch"],
        detected_at=row["detected_at"],
        sides=(low, high),
        rounds_opened=row["rounds_opened"],
    )


def _side(row: Row) -> HitSide:
    return HitSide(
        member=MemberCode(row["member"]),
        reference=RecordReference(row["reference"]),
        record_kind=RecordKind(row["record_kind"]),
        offence_group=OffenceGroup(row["offence_group"]),
        is_protected=row["is_protected"],
        alerted_at=row["alerted_at"],
        released_at=row["released_at"],
    )


def _side_columns(hit: Hit, side: HitSide) -> dict[str, object]:
    return {
        "hit_id": hit.hit_id,
        "member": side.member,
        "reference": side.reference,
        "record_kind": side.record_kind.value,
        "offence_group": side.offence_group.value,
        "is_protected": side.is_protected,
        "alerted_at": side.alerted_at,
        "released_at": side.released_at,
    }
