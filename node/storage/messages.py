"""Messages about hits in PostgreSQL, each kept in its wire form and sealed: officers write of persons in them."""

from collections.abc import Collection
from typing import Final

from symbolon.node.domain.direction import Direction
from symbolon.node.domain.messages import MESSAGE_TYPES, StoredMessage
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages import Purpose
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MessageId, RequestId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "messages")


class PostgresMessages:
    """Messages within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def add(self, message: StoredMessage) -> bool:
        """Store a message; False when it is known."""
        content = canonical_bytes(to_wire(message.message))
        row = self._tx.fetch_one(
            QUERIES["add_message"],
            message_id=message.message_id,
            hit_id=message.hit_id,
            exchange_id=message.exchange_id,
            direction=message.direction,
            purpose=message.purpose,
            sealed_content=self._vault.seal(content, message_place(message.message_id)),
            said_at=message.at,
            sent_by=message.sent_by,
            # In clear beside what is sealed: the worker looks for the day.
            delete_by=getattr(message.message, "delete_by", None),
        )
        return row is not None

    def find(self, message_id: MessageId) -> StoredMessage | None:
        """One message."""
        row = self._tx.fetch_one(QUERIES["find_message"], message_id=message_id)
        return None if row is None else self._stored(row)

    def of_hit(self, hit_id: HitId) -> tuple[StoredMessage, ...]:
        """Everything that was said about a hit, in its order."""
        return tuple(map(self._stored, self._tx.fetch_all(QUERIES["list_of_hit"], hit_id=hit_id)))

    def of_hits(self, hit_ids: Collection[HitId], purposes: Collection[Purpose]) -> tuple[StoredMessage, ...]:
        """What was said of some kinds about some hits, in its order."""
        if not hit_ids:
            return ()
        rows = self._tx.fetch_all(QUERIES["list_of_hits"], hit_ids=list(hit_ids), purposes=list(purposes))
        return tuple(map(self._stored, rows))

    def of_exchange(self, hit_id: HitId, exchange_id: RequestId) -> tuple[StoredMessage, ...]:
        """What belongs to one exchange, in its order."""
        rows = self._tx.fetch_all(QUERIES["list_of_exchange"], hit_id=hit_id, exchange_id=exchange_id)
        return tuple(map(self._stored, rows))

    def purge(self, hit_id: HitId, exchange_id: RequestId | None, direction: Direction | None = None) -> int:
        """Take away what was said about a hit, or in one exchange of it; how much it was."""
        return self._tx.execute(QUERIES["purge_of_hit"], hit_id=hit_id, exchange_id=exchange_id, direction=direction)

    def _stored(self, row: Row) -> StoredMessage:
        message_id = MessageId(str(row["message_id"]))
        content = self._vault.open(bytes(row["sealed_content"]), message_place(message_id))
        return StoredMessage(
            message_id=message_id,
            hit_id=HitId(str(row["hit_id"])),
            exchange_id=None if row["exchange_id"] is None else RequestId(str(row["exchange_id"])),
            direction=Direction(row["direction"]),
            message=from_wire(MESSAGE_TYPES[Purpose(row["purpose"])], parse_json(content)),
            at=row["said_at"],
            sent_by=row["sent_by"],
            not_delivered=None if row["problem"] is None else Problem(row["problem"]),
            on_its_way=row["on_its_way"],
        )


def message_place(message_id: MessageId) -> Place:
    """Where a message's content is sealed to."""
    return Place("exchange_message", "sealed_content", message_id)
