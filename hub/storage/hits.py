"""Hits with their ledgers and sides, the steps that were taken, and the sealed votes that lie here."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from symbolon.hub.domain.closing import Moments
from symbolon.hub.domain.hits import Hit
from symbolon.hub.domain.pairings import Pairing, PastHit
from symbolon.hub.domain.votes import VoteDeposit
from symbolon.hub.errors import UnknownHit
from symbolon.hub.storage.hit_rows import exchange_columns, exchange_of, hit_columns, hit_of, side_columns, side_of
from symbolon.protocol.clocks import Pause
from symbolon.protocol.hit_ledger import Exchange, TrackStep
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId, MemberCode, RecordReference, RequestId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "hits")


class PostgresHits:
    """See `symbolon.hub.ports.HitStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add_new(self, hits: Sequence[Hit]) -> frozenset[HitId]:
        """Insert the hits of pairs that have no open one; the ids of those that were inserted."""
        # One order for all, so that two transactions which found the same pairs do not wait for each other in a ring.
        ordered = sorted(hits, key=lambda hit: (hit.sides[0].reference, hit.sides[1].reference))
        rows = self._transaction.fetch_all(
            _QUERIES["insert_hits"],
            hit_ids=[hit.hit_id for hit in ordered],
            low_references=[hit.sides[0].reference for hit in ordered],
            high_references=[hit.sides[1].reference for hit in ordered],
            states=[hit.state.value for hit in ordered],
            versions=[hit.ledger.version for hit in ordered],
            sinces=[hit.ledger.since for hit in ordered],
            held_froms=[hit.ledger.held_from for hit in ordered],
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
            [side_columns(hit, side) for hit in ordered if hit.hit_id in added for side in hit.sides],
        )
        return added

    def pairing_of(self, hit_id: HitId) -> Pairing:
        """The two records of a hit, which is not locked; raises `UnknownHit`."""
        row = self._transaction.fetch_one(_QUERIES["find_pairing"], hit_id=hit_id)
        if row is None:
            raise UnknownHit
        return RecordReference(row["low_reference"]), RecordReference(row["high_reference"])

    def lock(self, hit_id: HitId) -> Hit:
        """The hit, locked to the end of the transaction; raises `UnknownHit`."""
        row = self._transaction.fetch_one(_QUERIES["lock_hit"], hit_id=hit_id)
        if row is None:
            raise UnknownHit
        return self._hits([row])[0]

    def read(self, hit_ids: Sequence[HitId]) -> Sequence[Hit]:
        """These hits as they are now, not locked."""
        return self._hits(self._transaction.fetch_all(_QUERIES["read_hits"], hit_ids=list(hit_ids)))

    def lock_of(self, references: Collection[RecordReference]) -> Sequence[Hit]:
        """The hits on any of these records, but for those that were withdrawn, locked."""
        return self._hits(self._transaction.fetch_all(_QUERIES["lock_hits_of"], references=list(references)))

    def save(self, hit: Hit) -> None:
        """Write down the hit's ledger and what its sides were told and decided; not who freezes it."""
        self._transaction.execute(_QUERIES["update_hit"], **hit_columns(hit))
        self._transaction.execute_many(
            _QUERIES["put_exchange"],
            [exchange_columns(hit, number, each) for number, each in enumerate(hit.ledger.exchanges)],
        )
        if hit.was_withdrawn:
            self._transaction.execute(_QUERIES["forget_delivered_of"], hit_id=hit.hit_id)
        self._transaction.execute_many(_QUERIES["update_side"], [side_columns(hit, side) for side in hit.sides])

    def note_step(self, hit_id: HitId, step: TrackStep, now: datetime) -> None:
        """Write down a step that was taken."""
        self._transaction.execute(
            _QUERIES["insert_step"],
            hit_id=hit_id,
            exchange_id=step.exchange_id,
            event=step.event.value,
            by_party=step.by,
            follows=step.follows,
            urgency=step.urgency,
            at=step.at,
            now=now,
        )

    def past(self, pairings: Collection[Pairing]) -> Mapping[Pairing, PastHit]:
        """The newest hit on each of these pairs that has one."""
        rows = self._transaction.fetch_all(
            _QUERIES["list_past"],
            low_references=[low for low, _high in pairings],
            high_references=[high for _low, high in pairings],
        )
        return {
            (RecordReference(row["low_reference"]), RecordReference(row["high_reference"])): _past(row) for row in rows
        }

    def freeze(self, hit_id: HitId, member: MemberCode, now: datetime, *, holds: bool) -> None:
        """A side begins its safety hold, or lifts it."""
        query = "begin_safety_hold" if holds else "end_safety_hold"
        self._transaction.execute(_QUERIES[query], hit_id=hit_id, member=member, now=now)

    def pauses(self, hit_id: HitId, since: datetime) -> tuple[Pause, ...]:
        """When the hit was held, or frozen by whichever side, since then; the pauses may overlap."""
        rows = self._transaction.fetch_all(_QUERIES["list_pauses"], hit_id=hit_id, since=since)
        return tuple(Pause(max(since, row["began_at"]), row["ended_at"]) for row in rows)

    def voting(self, after: HitId | None, limit: int) -> Sequence[HitId]:
        """Hits whose votes are asked for, by ascending id."""
        rows = self._transaction.fetch_all(_QUERIES["list_voting"], after=after, limit=limit)
        return [HitId(row["hit_id"]) for row in rows]

    def waiting_for_hub(self, moments: Moments, after: HitId | None, limit: int) -> Sequence[HitId]:
        """Hits that may have something for the hub to do by itself, by ascending id."""
        rows = self._transaction.fetch_all(
            _QUERIES["list_waiting_for_hub"],
            after=after,
            limit=limit,
            purging=moments.purging,
            unused=moments.unused,
            formal_route=moments.formal_route,
            first_reminder=moments.first_reminder,
            second_reminder=moments.second_reminder,
            without_feedback=moments.without_feedback,
        )
        return [HitId(row["hit_id"]) for row in rows]

    def reminders(self, hit_id: HitId) -> Mapping[RequestId, int]:
        """How often the receiver of each exchange was reminded."""
        rows = self._transaction.fetch_all(_QUERIES["list_reminders"], hit_id=hit_id)
        return {RequestId(row["exchange_id"]): row["reminders"] for row in rows}

    def note_reminders(self, hit_id: HitId, exchange_id: RequestId, reminders: int) -> None:
        """The receiver of an exchange was reminded so often."""
        self._transaction.execute(
            _QUERIES["note_reminders"], hit_id=hit_id, exchange_id=exchange_id, reminders=reminders
        )

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

    def _hits(self, rows: Sequence[Row]) -> list[Hit]:
        if not rows:
            return []
        ids = [row["hit_id"] for row in rows]
        sides: dict[str, list[Row]] = defaultdict(list)
        for row in self._transaction.fetch_all(_QUERIES["list_sides"], hit_ids=ids):
            sides[row["hit_id"]].append(row)
        exchanges: dict[str, list[Exchange]] = defaultdict(list)
        for row in self._transaction.fetch_all(_QUERIES["list_exchanges"], hit_ids=ids):
            exchanges[row["hit_id"]].append(exchange_of(row))
        return [
            hit_of(
                row,
                [side_of(side) for side in sides[row["hit_id"]]],
                exchanges[row["hit_id"]],
                frozenset(MemberCode(side["member"]) for side in sides[row["hit_id"]] if side["freezes"]),
            )
            for row in rows
        ]


def _past(row: Row) -> PastHit:
    closed_from = row["closed_from"]
    return PastHit(
        hit_id=HitId(row["hit_id"]),
        state=JointState(row["state"]),
        closed_from=None if closed_from is None else JointState(closed_from),
        reconsidered=row["reconsidered"],
        versions={
            RecordReference(row["low_reference"]): row["low_version"],
            RecordReference(row["high_reference"]): row["high_version"],
        },
    )
