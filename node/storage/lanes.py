"""In which order members' messages were accepted, and this node's own were issued, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from symbolon.node.domain.outbox import OwnLane, next_issue
from symbolon.protocol.envelope import CLOCK_SKEW
from symbolon.protocol.references import DeliveryId, MessageId
from symbolon.protocol.replay import Lane, NodeSight
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "lanes")


class PostgresLanes:
    """Lanes of messages within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def sight(self, lane: Lane, message_id: MessageId) -> NodeSight:
        """What this node has of a lane and of a message."""
        row = self._tx.fetch_one(QUERIES["find_sight"], sender=lane.sender, topic=lane.topic, message_id=message_id)
        if row is None:
            return NodeSight(None, None)
        delivered_as = row["delivery_id"]
        return NodeSight(None if delivered_as is None else DeliveryId(str(delivered_as)), row["newest_issued_at"])

    def note(self, lane: Lane, message_id: MessageId, delivery_id: DeliveryId, issued_at: datetime) -> None:
        """Note that a message was accepted."""
        self._tx.execute(QUERIES["note_lane"], sender=lane.sender, topic=lane.topic, issued_at=issued_at)
        self._tx.execute(QUERIES["note_message"], sender=lane.sender, message_id=message_id, delivery_id=delivery_id)

    def issue(self, lanes: Sequence[OwnLane], now: datetime) -> datetime:
        """Note a time of issue for a try in these lanes, later than that of every try before, and give it."""
        rows = self._tx.fetch_all(QUERIES["lock_own_lanes"], **_columns(lanes))
        newest = max((row["newest_issued_at"] for row in rows if row["newest_issued_at"] is not None), default=None)
        issued_at = next_issue(now, newest)
        self._tx.execute(QUERIES["note_own_lanes"], issued_at=issued_at, **_columns(lanes))
        return issued_at

    def take_back(self, lanes: Sequence[OwnLane], issued_at: datetime, now: datetime) -> None:
        """Forget a time of issue that lies in the hub's future: no message of that time was taken."""
        self._tx.execute(
            QUERIES["take_back_own_lanes"], issued_at=issued_at, latest=now + CLOCK_SKEW, **_columns(lanes)
        )


def _columns(lanes: Sequence[OwnLane]) -> dict[str, list[str]]:
    return {"audiences": [lane.audience for lane in lanes], "topics": [lane.topic for lane in lanes]}
