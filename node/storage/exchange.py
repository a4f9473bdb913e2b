"""Requests and replies in PostgreSQL, each kept in its wire form."""

from typing import Final

from psycopg.types.json import Jsonb

from symbolon.node.domain.exchange import StoredRequest
from symbolon.node.domain.hits import Direction
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages import Reply, Request
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MessageId, RequestId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "exchange")


class PostgresExchange:
    """Requests and replies within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add_request(self, request: Request, direction: Direction, message_id: MessageId | None) -> bool:
        """Store a request, with the message that carries ours; False when it is known."""
        row = self._tx.fetch_one(
            QUERIES["add_request"],
            request_id=request.request_id,
            hit_id=request.hit_id,
            direction=direction,
            content=Jsonb(to_wire(request)),
            requested_at=request.requested_at,
            message_id=message_id,
        )
        return row is not None

    def find_request(self, request_id: RequestId) -> StoredRequest | None:
        """One request with its reply."""
        row = self._tx.fetch_one(QUERIES["find_request"], request_id=request_id)
        return None if row is None else _stored(row)

    def requests_of(self, hit_id: HitId) -> tuple[StoredRequest, ...]:
        """The requests about a hit, in their order."""
        return tuple(_stored(row) for row in self._tx.fetch_all(QUERIES["list_requests"], hit_id=hit_id))

    def unanswered(self) -> tuple[StoredRequest, ...]:
        """The received requests that have no reply, of all hits."""
        return tuple(_stored(row) for row in self._tx.fetch_all(QUERIES["list_unanswered"]))

    def add_reply(self, reply: Reply, message_id: MessageId | None) -> bool:
        """Store a reply, with the message that carries ours; False when there is one that was not refused."""
        row = self._tx.fetch_one(
            QUERIES["add_reply"],
            request_id=reply.request_id,
            content=Jsonb(to_wire(reply)),
            replied_at=reply.replied_at,
            message_id=message_id,
        )
        return row is not None


def _stored(row: Row) -> StoredRequest:
    reply_refused = row["reply_problem"] is not None
    return StoredRequest(
        Direction(row["direction"]),
        from_wire(Request, row["content"]),
        None if row["reply"] is None or reply_refused else from_wire(Reply, row["reply"]),
        None if row["problem"] is None else Problem(row["problem"]),
        Problem(row["reply_problem"]) if reply_refused else None,
    )
