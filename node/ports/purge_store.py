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
        """A purge that this node asked a member for; whoever calls has locked its hit."""
        ...

    def listed(self, protected: Collection[bool]) -> tuple[Purge, ...]:
        """The purges about protected hits, or about others; the newest first."""
        ...

    def ready(self, today: date) -> tuple[tuple[PurgeId, HitId], ...]:
        """Purges that this node owes, has not done and can do now, the oldest first.

        The other side's word alone makes none ready: the ledger says that the record was withdrawn, or that no hit is
        open any more; that the other side recalled the exchange; or a message of it says that its day has passed.
        """
        ...

    def find_ready(self, purge_id: PurgeId, today: date) -> Purge | None:
        """One of them, if it is ready still; whoever calls has locked its hit, as for every change of a purge."""
        ...

    def not_reached(self, reachable: Collection[MemberCode], limit: int) -> tuple[tuple[PurgeId, HitId], ...]:
        """Purges that these members were to be asked for, and could not be; the oldest first."""
        ...

    def exchanges_asked(self, hit_id: HitId) -> frozenset[RequestId]:
        """The exchanges of a hit that the other side was asked to purge."""
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

    def forget_unsent(self, hit_id: HitId, now: datetime) -> int:
        """Take back what is not sent yet about a hit; how many messages."""
        ...

    def forget_answers(self) -> int:
        """Throw away the answers that are kept for programs which ask again; how many those were."""
        ...

    def forget_parts(self, hit_id: HitId) -> int:
        """Throw away files about a hit that came in part only; how many those were."""
        ...

    def forget_words(self, hit_id: HitId, *, own: bool) -> int:
        """Take officers' words about a hit away: of the other side's votes, and `own` ones; verdicts stay. How many."""
        ...
