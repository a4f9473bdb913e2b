"""What the clocks of hits are read from, all of it at once: a page shows every clock that runs."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from symbolon.hub.domain.clocks import ClockTerms, HitClock, HitHistory, TakenStep
from symbolon.hub.domain.escalation import Mark
from symbolon.hub.domain.hits import Hit
from symbolon.hub.errors import UnknownHit
from symbolon.hub.storage.desks import PostgresFocalPoints, PostgresPairProfiles
from symbolon.hub.storage.hit_rows import exchange_of, hit_of, side_of
from symbolon.protocol.clocks import Pause
from symbolon.protocol.lifecycle_states import Event
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.messages_pairs import PairProfile
from symbolon.protocol.references import HitId, MemberCode, RequestId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "clocks")


class PostgresClocks:
    """See `symbolon.hub.ports.ClockStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def terms(self) -> ClockTerms:
        """Each state's desks, and what each pair agreed on."""
        agreed: defaultdict[frozenset[MemberCode], list[PairProfile]] = defaultdict(list)
        for signed, _agreed_at in PostgresPairProfiles(self._transaction).all_agreed():
            agreed[frozenset(signed.profile.members)].append(signed.profile)
        directories = (signed.directory for signed in PostgresFocalPoints(self._transaction).all())
        return ClockTerms({directory.member: directory for directory in directories}, dict(agreed))

    def running(self) -> Sequence[tuple[Hit, HitHistory]]:
        """The hits for which a clock may run; none is locked."""
        return tuple(self._read(self._transaction.fetch_all(_QUERIES["list_running"])))

    def of(self, hit_id: HitId) -> tuple[Hit, HitHistory]:
        """One hit; the caller has locked it where it matters. Raises `UnknownHit`."""
        found = self.of_hits([hit_id])
        if not found:
            raise UnknownHit
        return found[0]

    def of_hits(self, hit_ids: Sequence[HitId]) -> Sequence[tuple[Hit, HitHistory]]:
        """Those of these hits that are known, by ascending id; none is locked."""
        return tuple(self._read(self._transaction.fetch_all(_QUERIES["find_hits"], hit_ids=list(hit_ids))))

    def told(self, hit_ids: Collection[HitId]) -> frozenset[Mark]:
        """Of which clocks of these hits somebody was told."""
        return frozenset(
            Mark(
                hit_id=HitId(row["hit_id"]),
                exchange_id=_exchange_id(row),
                clock=ClockName(row["clock"]),
                member=MemberCode(row["member"]),
                started_at=row["started_at"],
            )
            for row in self._transaction.fetch_all(_QUERIES["list_told"], hit_ids=list(hit_ids))
        )

    def note_told(self, clock: HitClock, now: datetime) -> bool:
        """Note that somebody is told of this clock; False where it was noted before."""
        noted = self._transaction.execute(
            _QUERIES["note_told"],
            hit_id=clock.hit_id,
            exchange_id=clock.exchange_id,
            clock=clock.name.value,
            member=clock.whose,
            started_at=clock.started_at,
            now=now,
        )
        return noted > 0

    def note_purge_receipt(self, hit_id: HitId, member: MemberCode, now: datetime) -> None:
        """A side says that it has purged something of the hit."""
        self._transaction.execute(_QUERIES["insert_purge_receipt"], hit_id=hit_id, member=member, now=now)

    def _read(self, rows: Sequence[Row]) -> Iterator[tuple[Hit, HitHistory]]:
        hit_ids = [row["hit_id"] for row in rows]
        sides = self._by_hit("list_sides", hit_ids)
        exchanges = self._by_hit("list_exchanges", hit_ids)
        steps = self._by_hit("list_steps", hit_ids)
        freezes = self._by_hit("list_freezes", hit_ids)
        purge_receipts = self._by_hit("list_purge_receipts", hit_ids)
        for row in rows:
            hit_id = row["hit_id"]
            hit = hit_of(
                row,
                [side_of(each) for each in sides[hit_id]],
                [exchange_of(each) for each in exchanges[hit_id]],
                _members(sides[hit_id], "freezes"),
            )
            history = HitHistory(
                steps=tuple(
                    TakenStep(_exchange_id(each), Event(each["event"]), each["taken_at"]) for each in steps[hit_id]
                ),
                freezes=tuple(Pause(each["began_at"], each["ended_at"]) for each in freezes[hit_id]),
                purged=tuple((MemberCode(each["member"]), each["received_at"]) for each in purge_receipts[hit_id]),
                voted=_members(sides[hit_id], "has_voted"),
                withdrew=_members(sides[hit_id], "has_withdrawn"),
            )
            yield hit, history

    def _by_hit(self, query: str, hit_ids: Sequence[Any]) -> defaultdict[str, list[Row]]:
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self._transaction.fetch_all(_QUERIES[query], hit_ids=hit_ids):
            found[row["hit_id"]].append(row)
        return found


def _members(sides: Sequence[Row], column: str) -> frozenset[MemberCode]:
    return frozenset(MemberCode(side["member"]) for side in sides if side[column])


def _exchange_id(row: Row) -> RequestId | None:
    return None if row["exchange_id"] is None else RequestId(row["exchange_id"])
