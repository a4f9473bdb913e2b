"""Where drafts on their way to a second officer are kept, and contacts that were entered by hand."""

from collections.abc import Collection
from typing import Protocol

from symbolon.node.domain.contacts import PastContact
from symbolon.node.domain.drafts import Draft, DraftId
from symbolon.protocol.references import HitId, MessageId, RecordReference


class DraftStore(Protocol):
    """Drafts; what is written in them is sealed where it lies."""

    def add(self, draft: Draft) -> None:
        """Keep a new draft."""
        ...

    def save(self, draft: Draft, message_id: MessageId | None = None) -> None:
        """Keep a changed draft; ``message_id`` is the message that it became."""
        ...

    def find(self, draft_id: DraftId) -> Draft | None:
        """One draft."""
        ...

    def lock(self, draft_id: DraftId) -> Draft | None:
        """One draft that is about to change."""
        ...

    def lock_of_message(self, message_id: MessageId) -> Draft | None:
        """The draft that became a message, about to change."""
        ...

    def open(self, protected: Collection[bool]) -> tuple[Draft, ...]:
        """The drafts that are neither sent nor discarded, about protected hits, or about others; the oldest first."""
        ...

    def of_hit(self, hit_id: HitId) -> tuple[Draft, ...]:
        """Every draft about a hit, the oldest first."""
        ...

    def purge(self, hit_id: HitId) -> int:
        """Erase the drafts about a hit; how many that were."""
        ...


class ContactStore(Protocol):
    """Past contacts; their words are sealed where they lie."""

    def add(self, contact: PastContact) -> None:
        """Keep a contact."""
        ...

    def of_records(self, references: Collection[RecordReference]) -> tuple[PastContact, ...]:
        """The contacts about the subjects of these records."""
        ...

    def purge(self, reference: RecordReference) -> int:
        """Erase the contacts about a record's subject; how many that were."""
        ...
