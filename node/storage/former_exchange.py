"""Moves requests and replies that an older release kept in tables of their own to where every message is kept now.

They are sealed, so that SQL alone cannot: the program does it before a process of the node does anything else.
"""

from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from psycopg.types.json import Jsonb

from symbolon.node.domain.direction import Direction
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.storage.messages import PostgresMessages
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import KnownExchange, Reply, Request
from symbolon.protocol.references import HitId, MemberCode, MessageId, RequestId
from symbolon.runtime.database import Database, Row, Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "former_exchange")
CHUNK: Final = 200


def move_former_exchanges(database: Database, vault: Vault, own: MemberCode) -> int:
    """Move what is still there, in transactions of some hundred rows; how many requests were moved.

    It may be killed at any point: the next start goes on.
    """
    with database.transaction() as tx:
        tx.execute(QUERIES["name_own_code"], own=own)
    done = 0
    while True:
        with database.transaction() as tx:
            rows = tx.fetch_all(QUERIES["lock_former_requests"], limit=CHUNK)
            for row in rows:
                _move(tx, vault, row)
        done += len(rows)
        if len(rows) < CHUNK:
            return done


def _move(tx: Transaction, vault: Vault, row: Row) -> None:
    request_id, hit_id = RequestId(str(row["request_id"])), HitId(str(row["hit_id"]))
    direction = Direction(row["direction"])
    request = from_wire(
        Request, parse_json(_content(vault, row["content"], row["sealed_content"], "exchange_request", request_id))
    )
    messages = PostgresMessages(tx, vault)
    asked = _message_id(row["message_id"], request_id, "request")
    messages.add(StoredMessage(asked, hit_id, request_id, direction, request, row["requested_at"], None))
    if row["is_answered"]:
        reply = from_wire(
            Reply, parse_json(_content(vault, row["reply_content"], row["sealed_reply"], "exchange_reply", request_id))
        )
        answered = _message_id(row["reply_message_id"], request_id, "reply")
        back = Direction.RECEIVED if direction is Direction.SENT else Direction.SENT
        messages.add(StoredMessage(answered, hit_id, request_id, back, reply, row["replied_at"], None))
    if row["problem"] is None:
        exchange = Jsonb([to_wire(_exchange(tx, row, request))])
        tx.execute(QUERIES["add_exchange_to_ledger"], hit_id=hit_id, exchange=exchange)
    tx.execute(QUERIES["remove_former_reply"], request_id=request_id)
    tx.execute(QUERIES["remove_former_request"], request_id=request_id)


def _exchange(tx: Transaction, row: Row, request: Request) -> KnownExchange:
    parties = tx.fetch_one(QUERIES["find_parties"], hit_id=row["hit_id"])
    assert parties is not None, "a request refers to its hit"  # noqa: S101 - the foreign key says so
    answered = bool(row["is_answered"]) and row["reply_problem"] is None
    return KnownExchange(
        exchange_id=request.request_id,
        receiver=MemberCode(parties["own_code"] if row["direction"] == Direction.SENT else parties["counterpart"]),
        urgency=request.urgency,
        state=JointState.RESPONDED if answered else JointState.REQUESTED,
        version=2 if answered else 1,
        since=row["replied_at"] if answered else row["requested_at"],
        clarifications=0,
    )


def _content(vault: Vault, clear: object, sealed: object, table: str, request_id: RequestId) -> bytes:
    if isinstance(sealed, bytes | memoryview):
        return vault.open(bytes(sealed), Place(table, "sealed_content", request_id))
    return canonical_bytes(clear)  # type: ignore[arg-type]  # jsonb, as the older release wrote it


def _message_id(carrier: UUID | None, request_id: RequestId, what: str) -> MessageId:
    # What was received then was not kept with its message's id: one that is the same whenever it is made.
    return MessageId(str(carrier or uuid5(NAMESPACE_OID, f"symbolon {what} {request_id}")))
