"""What waits for each member, and which messages were taken."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from symbolon.hub.ports import NotedMessage, WaitingDelivery
from symbolon.protocol.messages import Purpose
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import DeliveryId, MemberCode, MessageId
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "mail")
_MOST_BYTES: Final = 8 * 1024 * 1024
"""Of what is delivered at once; the first delivery goes whatever its length."""

DELIVERY_CHANNEL: Final = "symbolon_delivery"
"""PostgreSQL tells on this channel, at commit, that something waits; the payload is the member's code."""


class PostgresMail:
    """See `symbolon.hub.ports.MailStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def post(
        self, delivery_id: DeliveryId, member: MemberCode, purpose: Purpose, envelope: bytes, now: datetime
    ) -> None:
        """Put a signed envelope into the member's queue, and wake whoever waits for it at commit."""
        self._transaction.execute(
            _QUERIES["insert_delivery"],
            delivery_id=delivery_id,
            member=member,
            purpose=purpose.value,
            envelope=envelope,
            now=now,
        )
        self._transaction.notify(DELIVERY_CHANNEL, member)

    def waiting(self, member: MemberCode, limit: int) -> tuple[WaitingDelivery, ...]:
        """The member's oldest unacknowledged deliveries."""
        return tuple(
            WaitingDelivery(delivery_id=DeliveryId(row["delivery_id"]), envelope=row["envelope"])
            for row in self._transaction.fetch_all(
                _QUERIES["list_waiting"], member=member, limit=limit, bytes=_MOST_BYTES
            )
        )

    def acknowledge(self, member: MemberCode, delivery_ids: Collection[DeliveryId], now: datetime) -> int:
        """The member has these: their envelopes go. How many were still waiting."""
        return self._transaction.execute(
            _QUERIES["acknowledge"], member=member, delivery_ids=list(delivery_ids), now=now
        )

    def note_message(
        self, sender: MemberCode, message_id: MessageId, body_digest: str, now: datetime
    ) -> NotedMessage | None:
        """Note that a message was taken. None where it is new, else as what it was noted before."""
        noted = self._transaction.execute(
            _QUERIES["note_message"], sender=sender, message_id=message_id, body_digest=body_digest, now=now
        )
        if noted:
            return None
        # Another transaction committed it: at READ COMMITTED a new statement sees its row.
        row = self._transaction.fetch_one(_QUERIES["find_message"], sender=sender, message_id=message_id)
        if row is None:
            raise LookupError("a message that was noted is gone")
        return NotedMessage(row["body_digest"], None if row["problem"] is None else Problem(row["problem"]))

    def note_refusal(self, sender: MemberCode, message_id: MessageId, problem: Problem) -> None:
        """A message that was noted was refused, for good."""
        self._transaction.execute(_QUERIES["note_refusal"], sender=sender, message_id=message_id, problem=problem.value)

    def purge(self, member: MemberCode) -> int:
        """Nothing waits for the member any more; how many deliveries went."""
        return self._transaction.execute(_QUERIES["purge"], member=member)

    def supersede(self, purpose: Purpose) -> None:
        """What was posted for this purpose, and not acknowledged, is outdated: nobody gets it any more."""
        self._transaction.execute(_QUERIES["supersede"], purpose=purpose.value)

    def ring(self, member: MemberCode) -> None:
        """Wake whoever waits for the member's deliveries, at commit."""
        self._transaction.notify(DELIVERY_CHANNEL, member)
