"""Where purges are kept, and what a purge finds outside the stores of messages, drafts and files."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Protocol

from symbolon.node.domain.purges import Purge, PurgeDirection, PurgeScope
from symbolon.protocol.exchange_terms import PurgedPlace
from symbolon.protocol.references import HitId, MemberCode, MessageId, PurgeId, RequestId


class PurgeStore(Protocol):
    """Purges that this node asked for, or owes."""

    def add(self, purge: Purge) -> bool:
        """Note a purge; False when the same one (hit, exchange, direction, reason, holder) is known."""
        ...

    def adopt(self, purge: Purge) -> Purge:
        """Note a purge that another member asked for, under its id; one that began here by itself takes that id."""
        ...

    def asked(self, purge_id: PurgeId, holder: MemberCode) -> Purge | None:
        """A purge that this node asked a member for, locked."""
        ...

    def listed(self, protected: Collection[bool]) -> tuple[Purge, ...]:
        """The purges about protected hits, or about others; the newest first."""
        ...

    def open_owed(self, limit: int) -> tuple[Purge, ...]:
        """Purges that this node owes and has not done, the oldest first, locked."""
        ...

    def note_kept_by_law(self, purge: Purge, now: datetime) -> None:
        """A legal hold keeps the holder from purging."""
        ...

    def note_purged(self, purge: Purge, purged: Mapping[PurgedPlace, int], now: datetime) -> None:
        """The holder purged."""
        ...

    def note_message(self, purge: Purge, message_id: MessageId) -> None:
        """Which message carries the request, or the newest receipt."""
        ...

    def to_ask_after_withdrawal(self, limit: int) -> tuple[HitId, ...]:
        """Hits of records that this node took back, whose other side was told of them and not asked to purge."""
        ...

    def to_purge_after_withdrawal(self, limit: int) -> tuple[HitId, ...]:
        """Hits on which the other side's record was withdrawn, and of which nothing was purged here."""
        ...

    def recalled(self, own: MemberCode, limit: int) -> tuple[tuple[PurgeDirection, PurgeScope], ...]:
        """Recalled exchanges that nothing was purged of: asked where this node recalled, owed where the other did."""
        ...

    def past_deletion(self, today: date, limit: int) -> tuple[tuple[PurgeDirection, PurgeScope], ...]:
        """Exchanges whose day of deletion has passed: asked where this node gave it, owed where it received it."""
        ...

    def forget_deliveries(self, hit_id: HitId) -> int:
        """Throw away what the other side sealed about a hit and was kept unread; how many deliveries."""
        ...

    def forget_unsent(self, hit_id: HitId, exchange_id: RequestId | None, now: datetime) -> int:
        """Take back what is not sent yet about a hit, or in one exchange of it; how many messages."""
        ...

    def forget_words(self, hit_id: HitId) -> int:
        """Take officers' words about a hit away (votes, recommendation, reasons); the verdicts stay. How many."""
        ...
