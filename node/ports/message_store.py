"""Where what both sides of a hit said to each other is kept."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from symbolon.node.domain.direction import Direction
from symbolon.node.domain.hits import ActReason
from symbolon.node.domain.messages import StoredMessage
from symbolon.protocol.messages import Purpose
from symbolon.protocol.references import HitId, MessageId, RequestId


class ActReasonStore(Protocol):
    """Why officers held a hit for safety, or reopened it."""

    def add(self, reason_id: UUID, hit_id: HitId, reason: ActReason) -> None:
        """Keep why somebody did something about a hit."""
        ...

    def of_hit(self, hit_id: HitId) -> tuple[ActReason, ...]:
        """The reasons about a hit, in their order."""
        ...


class MessageStore(Protocol):
    """Messages about hits, but for the votes."""

    def add(self, message: StoredMessage) -> bool:
        """Store a message; False when it is known."""
        ...

    def find(self, message_id: MessageId) -> StoredMessage | None:
        """One message."""
        ...

    def of_hit(self, hit_id: HitId) -> tuple[StoredMessage, ...]:
        """Everything that was said about a hit, in its order."""
        ...

    def of_hits(self, hit_ids: Collection[HitId], purposes: Collection[Purpose]) -> tuple[StoredMessage, ...]:
        """What was said of some kinds about some hits, in its order."""
        ...

    def of_exchange(self, hit_id: HitId, exchange_id: RequestId) -> tuple[StoredMessage, ...]:
        """What belongs to one exchange, in its order."""
        ...

    def purge(self, hit_id: HitId, exchange_id: RequestId | None, direction: Direction | None = None) -> int:
        """Take away what was said about a hit, or in one exchange of it, by either side or by one; how much it was."""
        ...
