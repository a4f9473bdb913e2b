"""Which signed requests of members an operator answered: part of its one transaction."""

from datetime import datetime
from typing import Final

from symbolon.protocol.references import MemberCode
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES: Final = load_queries("symbolon.hub.operators.storage", "requests")


class TakenRequests:
    """Nonces of requests, each kept until its envelope can no longer be accepted."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def take(self, member: MemberCode, nonce: bytes, keep_until: datetime) -> bool:
        """Note that a request is answered; False where it was before. Of two at once, one waits for the other."""
        row = self._transaction.fetch_one(_QUERIES["take_request"], member=member, nonce=nonce, keep_until=keep_until)
        return row is not None

    def forget(self, now: datetime) -> None:
        """Forget what is stale."""
        self._transaction.execute(_QUERIES["forget_requests"], now=now)
