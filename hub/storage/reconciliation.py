"""Restores of this hub, and what it holds of one member."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from symbolon.hub.domain.reconciliation import OpenReconciliation
from symbolon.hub.storage.hits import PostgresHits
from symbolon.hub.storage.mail import DELIVERY_CHANNEL
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.hit_ledger import HitLedger
from symbolon.protocol.known_ledgers import known_ledger
from symbolon.protocol.messages import (
    KnownHit,
    ReconciliationDone,
    ReconciliationHit,
    ReconciliationRecord,
    VoteCustody,
)
from symbolon.protocol.references import HitId, IncarnationId, MemberCode, RecordReference
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "reconciliation")
_BLIND = load_queries("symbolon.hub.storage", "blind_life")


class PostgresReconciliation:
    """See `symbolon.hub.ports.ReconciliationStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def begin(self, incarnation: IncarnationId, backup_made_at: datetime, now: datetime) -> None:
        """Note that this hub was restored: it lives under another incarnation, and waits for its active members."""
        self._transaction.execute(_QUERIES["end_earlier"], now=now)
        self._transaction.execute(_QUERIES["forget_known_hits"])
        self._transaction.execute(_QUERIES["begin"], incarnation=incarnation, backup_made_at=backup_made_at, now=now)
        self._transaction.execute(_QUERIES["live_anew"], incarnation=incarnation)
        for forget in ("forget_pending", "forget_names", "forget_additions", "forget_records", "begin_operators_anew"):
            self._transaction.execute(_BLIND[forget])

    def open(self) -> OpenReconciliation | None:
        """The restore that is not finished, if there is one."""
        row = self._transaction.fetch_one(_QUERIES["find_open"])
        if row is None:
            return None
        return OpenReconciliation(
            IncarnationId(row["incarnation"]),
            row["backup_made_at"],
            row["restored_at"],
            tuple(map(MemberCode, row["waiting_for"])),
        )

    def keep_known_hits(self, member: MemberCode, hits: Sequence[KnownHit]) -> None:
        """Keep what a member knows of its hits; the newest word counts."""
        self._transaction.execute(
            _QUERIES["keep_known_hits"],
            member=member,
            hit_ids=[known.alert.hit_id for known in hits],
            knowns=[canonical_bytes(to_wire(known)) for known in hits],
        )

    def known_hits(self) -> Mapping[HitId, Mapping[MemberCode, KnownHit]]:
        """What the members said of their hits."""
        found: dict[HitId, dict[MemberCode, KnownHit]] = defaultdict(dict)
        for row in self._transaction.fetch_all(_QUERIES["list_known_hits"]):
            known = from_wire(KnownHit, parse_json(bytes(row["known"])))
            found[HitId(row["hit_id"])][MemberCode(row["member"])] = known
        return found

    def note_done(self, member: MemberCode, done: ReconciliationDone, now: datetime) -> None:
        """The member has told all."""
        self._transaction.execute(
            _QUERIES["note_done"],
            incarnation=done.incarnation,
            member=member,
            records=done.records,
            hits=done.hits,
            now=now,
        )

    def finish(self, without: Sequence[MemberCode], now: datetime) -> None:
        """Compare again; `without` waiting for these members."""
        self._transaction.execute(_QUERIES["finish"], without=list(without), now=now)
        self._transaction.execute(_QUERIES["forget_known_hits"])

    def records_of(
        self, member: MemberCode, after: RecordReference | None, limit: int
    ) -> tuple[ReconciliationRecord, ...]:
        """A member's records, by ascending reference."""
        return tuple(
            ReconciliationRecord(
                RecordReference(row["reference"]), row["version"], tuple(row["epochs"]), row["withdrawn"]
            )
            for row in self._transaction.fetch_all(_QUERIES["list_records_of"], member=member, after=after, limit=limit)
        )

    def hits_of(self, member: MemberCode, after: HitId | None, limit: int) -> tuple[ReconciliationHit, ...]:
        """The hits that a member was told of, by ascending id."""
        rows = self._transaction.fetch_all(_QUERIES["list_hits_of"], member=member, after=after, limit=limit)
        hits = {hit.hit_id: hit for hit in PostgresHits(self._transaction).read([HitId(row["hit_id"]) for row in rows])}
        return tuple(_hit(row, hits[row["hit_id"]].ledger, hits[row["hit_id"]].opened_round) for row in rows)

    def redeliver(self, member: MemberCode, since: datetime) -> int:
        """Let everything wait again that the member acknowledged since; how many deliveries."""
        queued = self._transaction.execute(_QUERIES["redeliver"], member=member, since=since)
        if queued:
            self._transaction.notify(DELIVERY_CHANNEL, member)
        return queued

    def forget_delivered(self, before: datetime) -> int:
        """Let go of the envelopes that were acknowledged before; how many."""
        return self._transaction.execute(_QUERIES["forget_delivered"], before=before)


def _hit(row: Row, ledger: HitLedger, opened_round: int) -> ReconciliationHit:
    lies_here = row["lying"] == ledger.round
    custody = VoteCustody.HANDED_OVER if opened_round >= ledger.round else VoteCustody.NONE
    own = MemberCode(row["member"])
    return ReconciliationHit(
        hit_id=ledger.hit_id,
        own_reference=RecordReference(row["own_reference"]),
        counterpart=ledger.other(own),
        counterpart_reference=RecordReference(row["counterpart_reference"]),
        ledger=known_ledger(ledger),
        own_vote=VoteCustody.LIES_AT_HUB if lies_here else custody,
        frozen=bool(ledger.frozen_by),
        own_safety_hold=own in ledger.frozen_by,
    )
