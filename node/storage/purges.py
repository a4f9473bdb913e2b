"""Purges in PostgreSQL, and the places where a purge looks that no other store answers for."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final

from psycopg.types.json import Jsonb

from symbolon.node.domain.purges import Purge, PurgeDirection, PurgeScope
from symbolon.node.storage.hits import reason_place
from symbolon.protocol.exchange_terms import PurgedPlace, PurgeReason
from symbolon.protocol.problems import Problem
from symbolon.protocol.purposes import AFTER_THE_END, HIT_PURPOSES
from symbolon.protocol.references import HitId, MemberCode, MessageId, PurgeId, RequestId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Vault

QUERIES: Final = load_queries("symbolon.node.storage", "purges")
_BETWEEN_THE_SIDES: Final = sorted(purpose.value for purpose in HIT_PURPOSES - AFTER_THE_END)


class PostgresPurges:
    """Purges within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def add(self, purge: Purge) -> bool:
        """Note a purge; False when the same one is known."""
        row = self._tx.fetch_one(
            QUERIES["add_purge"], **_parameters(purge), by_itself=purge.by_itself, message_id=purge.message_id
        )
        return row is not None

    def adopt(self, purge: Purge) -> Purge:
        """Note a purge that another member asked for, under its id."""
        row = self._tx.fetch_one(QUERIES["adopt_purge"], **_parameters(purge))
        return purge if row is None else _purge(row)

    def asked(self, purge_id: PurgeId, holder: MemberCode) -> Purge | None:
        """A purge that this node asked a member for."""
        row = self._tx.fetch_one(QUERIES["find_asked"], purge_id=purge_id, holder=holder)
        return None if row is None else _purge(row)

    def listed(self, protected: Collection[bool]) -> tuple[Purge, ...]:
        """The purges about protected hits, or about others; the newest first."""
        return tuple(_purge(row) for row in self._tx.fetch_all(QUERIES["list_purges"], protected=list(protected)))

    def ready(self, today: date) -> tuple[tuple[PurgeId, HitId], ...]:
        """Purges that this node owes, has not done and can do now, the oldest first."""
        rows = self._tx.fetch_all(QUERIES["list_ready"], purge_id=None, today=today)
        return tuple((PurgeId(str(row["purge_id"])), HitId(str(row["hit_id"]))) for row in rows)

    def find_ready(self, purge_id: PurgeId, today: date) -> Purge | None:
        """One of them, if it is ready still."""
        row = self._tx.fetch_one(QUERIES["list_ready"], purge_id=purge_id, today=today)
        return None if row is None else _purge(row)

    def not_reached(self, reachable: Collection[MemberCode], limit: int) -> tuple[tuple[PurgeId, HitId], ...]:
        """Purges that these members were to be asked for, and could not be."""
        rows = self._tx.fetch_all(QUERIES["list_not_reached"], reachable=list(reachable), limit=limit)
        return tuple((PurgeId(str(row["purge_id"])), HitId(str(row["hit_id"]))) for row in rows)

    def exchanges_asked(self, hit_id: HitId) -> frozenset[RequestId]:
        """The exchanges of a hit that the other side was asked to purge."""
        rows = self._tx.fetch_all(QUERIES["list_exchanges_asked"], hit_id=hit_id)
        return frozenset(RequestId(str(row["exchange_id"])) for row in rows)

    def note_kept_by_law(self, purge: Purge, now: datetime) -> None:
        """A legal hold keeps the holder from purging."""
        self._tx.execute(QUERIES["note_kept_by_law"], purge_id=purge.purge_id, direction=purge.direction.value, now=now)

    def note_purged(self, purge: Purge, purged: Mapping[PurgedPlace, int], now: datetime) -> None:
        """The holder purged."""
        self._tx.execute(
            QUERIES["note_purged"],
            purge_id=purge.purge_id,
            direction=purge.direction.value,
            now=now,
            purged=Jsonb({place.value: purged.get(place, 0) for place in PurgedPlace}),
        )

    def note_message(self, purge: Purge, message_id: MessageId) -> None:
        """Which message carries the request, or the newest receipt."""
        self._tx.execute(
            QUERIES["note_message"], purge_id=purge.purge_id, direction=purge.direction.value, message_id=message_id
        )

    def to_ask_after_withdrawal(self, limit: int) -> tuple[HitId, ...]:
        """Hits of records that this node took back, whose other side was not asked to purge."""
        return self._hits("list_to_ask_after_withdrawal", limit)

    def to_purge_after_withdrawal(self, limit: int) -> tuple[HitId, ...]:
        """Hits on which the other side's record was withdrawn, and of which nothing was purged here."""
        return self._hits("list_to_purge_after_withdrawal", limit)

    def recalled(self, own: MemberCode, limit: int) -> tuple[tuple[PurgeDirection, PurgeScope], ...]:
        """Recalled exchanges of which nothing was purged."""
        rows = self._tx.fetch_all(QUERIES["list_recalled"], own=own, limit=limit)
        return tuple(_directed(row, PurgeReason.RECALLED) for row in rows)

    def past_deletion(self, today: date, limit: int) -> tuple[tuple[PurgeDirection, PurgeScope], ...]:
        """Exchanges whose day of deletion has passed."""
        rows = self._tx.fetch_all(QUERIES["list_past_deletion"], today=today, limit=limit)
        return tuple(_directed(row, PurgeReason.DELETE_BY) for row in rows)

    def forget_deliveries(self, hit_id: HitId) -> int:
        """Throw away what the other side sealed about a hit and was kept unread."""
        return self._tx.execute(QUERIES["forget_deliveries"], hit_id=hit_id, purposes=_BETWEEN_THE_SIDES)

    def forget_unsent(self, hit_id: HitId, now: datetime) -> int:
        """Take back what is not sent yet about a hit."""
        return self._tx.execute(QUERIES["forget_unsent"], hit_id=hit_id, purposes=_BETWEEN_THE_SIDES, now=now)

    def forget_answers(self) -> int:
        """Throw away the answers that are kept for programs which ask again; that they asked is kept."""
        return self._tx.execute(QUERIES["forget_answers"])

    def forget_parts(self, hit_id: HitId) -> int:
        """Throw away files about a hit that came in part only."""
        return self._tx.execute(QUERIES["forget_parts"], hit_id=hit_id)

    def forget_words(self, hit_id: HitId, *, own: bool) -> int:
        """Take officers' words about a hit away; the verdicts of its votes stay."""
        sides = ["own", "counterpart"] if own else ["counterpart"]
        votes = self._tx.fetch_all(QUERIES["list_votes_with_words"], hit_id=hit_id, sides=sides)
        for row in votes:
            self._tx.execute(
                QUERIES["forget_words_of_vote"],
                hit_id=hit_id,
                round=row["round"],
                side=row["side"],
                sealed_reason=self._vault.seal(b"", reason_place(hit_id, row["round"], row["side"])),
            )
        others = ("forget_recommendation", "forget_reasons", "forget_looks", "forget_judged") if own else ()
        return len(votes) + sum(self._tx.execute(QUERIES[name], hit_id=hit_id) for name in others)

    def _hits(self, name: str, limit: int) -> tuple[HitId, ...]:
        return tuple(HitId(str(row["hit_id"])) for row in self._tx.fetch_all(QUERIES[name], limit=limit))


def _parameters(purge: Purge) -> dict[str, object]:
    return {
        "purge_id": purge.purge_id,
        "hit_id": purge.scope.hit_id,
        "exchange_id": purge.scope.exchange_id,
        "direction": purge.direction.value,
        "holder": purge.holder,
        "reason": purge.scope.reason.value,
        "asked_at": purge.asked_at,
        "due_at": purge.due_at,
    }


def _scope(row: Row, reason: PurgeReason) -> PurgeScope:
    exchange_id = row["exchange_id"]
    return PurgeScope(HitId(str(row["hit_id"])), None if exchange_id is None else RequestId(str(exchange_id)), reason)


def _directed(row: Row, reason: PurgeReason) -> tuple[PurgeDirection, PurgeScope]:
    return PurgeDirection(row["direction"]), _scope(row, reason)


def _purge(row: Row) -> Purge:
    purged = row["purged"]
    message_id = row["message_id"]
    return Purge(
        purge_id=PurgeId(str(row["purge_id"])),
        scope=_scope(row, PurgeReason(row["reason"])),
        direction=PurgeDirection(row["direction"]),
        holder=MemberCode(row["holder"]),
        asked_at=row["asked_at"],
        due_at=row["due_at"],
        kept_by_law_at=row["kept_by_law_at"],
        purged_at=row["purged_at"],
        purged=None if purged is None else {PurgedPlace(place): count for place, count in purged.items()},
        message_id=None if message_id is None else MessageId(str(message_id)),
        not_delivered=None if row.get("problem") is None else Problem(row["problem"]),
        by_itself=row["by_itself"],
    )
