"""In which order members' messages were accepted, in PostgreSQL."""

from datetime import datetime
from typing import Final

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
