"""Requests and replies in PostgreSQL, each kept in its wire form and sealed: officers write of persons in them."""

from typing import Final

from symbolon.node.domain.exchange import StoredRequest
from symbolon.node.domain.hits import Direction
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages import Reply, Request
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId, MessageId, RequestId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "exchange")


class PostgresExchange:
    """Requests and replies within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def add_request(self, request: Request, direction: Direction, message_id: MessageId | None) -> bool:
        """Store a request, with the message that carries ours; False when it is known."""
        row = self._tx.fetch_one(
            QUERIES["add_request"],
            request_id=request.request_id,
            hit_id=request.hit_id,
            direction=direction,
            sealed_content=self._sealed(request, request_place(request.request_id)),
            requested_at=request.requested_at,
            message_id=message_id,
        )
        return row is not None

    def find_request(self, request_id: RequestId) -> StoredRequest | None:
        """One request with its reply."""
        row = self._tx.fetch_one(QUERIES["find_request"], request_id=request_id)
        return None if row is None else self._stored(row)

    def requests_of(self, hit_id: HitId) -> tuple[StoredRequest, ...]:
        """The requests about a hit, in their order."""
        return tuple(self._stored(row) for row in self._tx.fetch_all(QUERIES["list_requests"], hit_id=hit_id))

    def unanswered(self) -> tuple[StoredRequest, ...]:
        """The received requests that have no reply, of all hits."""
        return tuple(self._stored(row) for row in self._tx.fetch_all(QUERIES["list_unanswered"]))

    def add_reply(self, reply: Reply, message_id: MessageId | None) -> bool:
        """Store a reply, with the message that carries ours; False when there is one that was not refused."""
        row = self._tx.fetch_one(
            QUERIES["add_reply"],
            request_id=reply.request_id,
            sealed_content=self._sealed(reply, reply_place(reply.request_id)),
            replied_at=reply.replied_at,
            message_id=message_id,
        )
        return row is not None

    def _sealed(self, message: Request | Reply, place: Place) -> bytes:
        return self._vault.seal(canonical_bytes(to_wire(message)), place)

    def _stored(self, row: Row) -> StoredRequest:
        request_id = RequestId(str(row["request_id"]))
        request = self._vault.open(bytes(row["sealed_request"]), request_place(request_id))
        reply_refused = row["reply_problem"] is not None
        reply = None
        if row["sealed_reply"] is not None and not reply_refused:
            reply = self._vault.open(bytes(row["sealed_reply"]), reply_place(request_id))
        return StoredRequest(
            Direction(row["direction"]),
            from_wire(Request, parse_json(request)),
            None if reply is None else from_wire(Reply, parse_json(reply)),
            None if row["problem"] is None else Problem(row["problem"]),
            Problem(row["reply_problem"]) if reply_refused else None,
        )


def request_place(request_id: RequestId) -> Place:
    """Where a request's content is sealed to."""
    return Place("exchange_request", "sealed_content", request_id)


def reply_place(request_id: RequestId) -> Place:
    """Where a reply's content is sealed to."""
    return Place("exchange_reply", "sealed_content", request_id)
