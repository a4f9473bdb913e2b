"""Envelopes that were taken, so that none is taken twice or after a later one."""

from datetime import datetime

from symbolon.protocol.references import MemberCode
from symbolon.protocol.replay import Lane
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "replays")


class PostgresReplays:
    """See `symbolon.hub.ports.ReplayStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def note_nonce(self, sender: MemberCode, nonce: bytes, keep_until: datetime) -> bool:
        """Keep a nonce; False where it lies here already."""
        noted = self._transaction.execute(_QUERIES["note_nonce"], sender=sender, nonce=nonce, keep_until=keep_until)
        return noted > 0

    def move_lane(self, lane: Lane, issued_at: datetime) -> datetime:
        """Let the lane go on to this moment, never back; its newest moment."""
        newest: datetime = self._transaction.fetch_value(
            _QUERIES["move_lane"], sender=lane.sender, purpose=lane.topic, issued_at=issued_at
        )
        return newest

    def forget(self, now: datetime) -> int:
        """Forget the nonces of envelopes that count no longer; how many."""
        return self._transaction.execute(_QUERIES["forget_nonces"], now=now)
