"""Deliveries in PostgreSQL."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from symbolon.node.domain.kept_delivery import KeptDelivery, KeptState, WaitingDelivery
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import DeliveryId, HitId
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "inbox")


class PostgresInbox:
    """Deliveries within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def note_done(self, delivery_id: DeliveryId, hit_id: HitId | None, now: datetime) -> bool:
        """Mark a delivery as taken; False when it came before."""
        return self._add(delivery_id, "done", hit_id, None, None, now)

    def note_waiting(self, delivery_id: DeliveryId, hit_id: HitId | None, envelope: bytes, now: datetime) -> None:
        """Keep a delivery that came before what it needs."""
        self._add(delivery_id, "waiting", hit_id, None, envelope, now)

    def note_refused(self, delivery_id: DeliveryId, problem: Problem, envelope: bytes, now: datetime) -> None:
        """Keep a delivery that was refused, with its problem."""
        self._add(delivery_id, "refused", None, problem, envelope, now)

    def lock_waiting(self, hit_id: HitId | None, after: int, limit: int) -> tuple[WaitingDelivery, ...]:
        """Kept deliveries of a hit, or of all, that lie after a place, oldest first."""
        rows = self._tx.fetch_all(QUERIES["list_waiting"], hit_id=hit_id, after=after, limit=limit)
        return tuple(
            WaitingDelivery(DeliveryId(str(row["delivery_id"])), row["place"], bytes(row["envelope"])) for row in rows
        )

    def settle(self, delivery_id: DeliveryId, problem: Problem | None) -> None:
        """Note what became of a kept delivery."""
        state = "done" if problem is None else "refused"
        self._tx.execute(QUERIES["settle_delivery"], delivery_id=delivery_id, state=state, problem=problem)

    def kept(self) -> tuple[KeptDelivery, ...]:
        """The deliveries that wait, and those that were refused, oldest first."""
        return tuple(
            KeptDelivery(
                DeliveryId(str(row["delivery_id"])),
                KeptState(row["state"]),
                _purpose_of(bytes(row["envelope"])),
                None if row["problem"] is None else Problem(row["problem"]),
                row["received_at"],
            )
            for row in self._tx.fetch_all(QUERIES["list_kept"])
        )

    def note_slow_clock(self, now: datetime) -> None:
        """Note that a delivery came from the future of this node's clock."""
        self._tx.execute(QUERIES["note_slow_clock"], seen_at=now)

    def slow_clock_at(self) -> datetime | None:
        """When a delivery last came from the future of this node's clock."""
        seen_at: datetime | None = self._tx.fetch_value(QUERIES["find_slow_clock"])
        return seen_at

    def take_up_again(self, problem: Problem | None) -> int:
        """Let what was refused (for one problem, or for any) be tried again; how many deliveries that is."""
        return self._tx.execute(QUERIES["take_up_again"], problem=problem)

    def count(self) -> Mapping[str, int]:
        """Deliveries that wait, and that were refused."""
        row = self._tx.fetch_one(QUERIES["count_deliveries"])
        return {} if row is None else dict(row)

    def _add(
        self,
        delivery_id: DeliveryId,
        state: str,
        hit_id: HitId | None,
        problem: Problem | None,
        envelope: bytes | None,
        now: datetime,
    ) -> bool:
        row = self._tx.fetch_one(
            QUERIES["add_delivery"],
            delivery_id=delivery_id,
            state=state,
            hit_id=hit_id,
            problem=problem,
            envelope=envelope,
            received_at=now,
        )
        return row is not None


def _purpose_of(envelope: bytes) -> str:
    # Kept as it came, which is JSON in any case: a delivery that is none was never one.
    content = parse_json(envelope)
    return str(content.get("purpose", "")) if isinstance(content, dict) else ""
