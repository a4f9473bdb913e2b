"""A record of this node: what it is, how far it has come with the hub, and what a revision of it means."""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.node.domain.compare_list import narrows
from symbolon.node.domain.sealed_categories import is_sealed
from symbolon.protocol.handling import (
    ComparableWith,
    Namespace,
    OffenceGroup,
    RecordKind,
    SubjectCategory,
    Urgency,
    namespace_of,
)
from symbolon.protocol.references import RecordReference


class Publication(StrEnum):
    """How far a record has come with the hub."""

    UNPUBLISHED = "unpublished"
    QUEUED = "queued"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class RecordContent:
    """What a file or an officer says of a record; equal contents are the same version.

    `review_date` None: counted from the day of the import, and therefore no part of what makes a version.
    """

    local_id: str = field(repr=False)
    case_id: str = field(repr=False)
    kind: RecordKind
    category: SubjectCategory | None
    offence_group: OffenceGroup
    urgency: Urgency
    review_date: date | None
    comparable_with: ComparableWith
    identifiers: RecordIdentifiers = field(repr=False)

    @property
    def namespace(self) -> Namespace | None:
        """General or protected; None while the subject category is not set."""
        return None if self.category is None else namespace_of(self.category)

    def digest(self) -> bytes:
        """SHA-256 over the content: tells whether a row that comes again is the same (32 bytes)."""
        return sha256(json.dumps(self._plain(), ensure_ascii=False, separators=(",", ":")).encode()).digest()

    def _plain(self) -> list[Any]:
        return [
            self.local_id,
            self.case_id,
            self.kind,
            self.category,
            self.offence_group,
            self.urgency,
            None if self.review_date is None else self.review_date.isoformat(),
            self.comparable_with.mode,
            list(self.comparable_with.members),
            self.identifiers.to_json(),
        ]


@dataclass(frozen=True, slots=True)
class Record:
    """A stored record. `reference` is its opaque name towards the hub, for good."""

    reference: RecordReference
    version: int
    publication: Publication
    content: RecordContent
    review_date: date
    content_digest: bytes
    hub_version: int | None
    """The newest version that the hub accepted; None when it holds none, or was told to take it out by a revision.

    Kept while an owner's withdrawal is on its way: until the hub's receipt it is there.
    """
    refusal: str | None
    """What to do about a refused record; never an identifier."""


class RevisionEffect(StrEnum):
    """What a revision means for the hub."""

    NOTHING = "nothing"
    PUBLISH_AGAIN = "publish-again"
    WITHDRAW = "withdraw"
    RECLASSIFY = "reclassify"


def revision_effect(record: Record, content: RecordContent, *, ever_sent: bool) -> RevisionEffect:
    """Say what must happen at the hub when `content` takes the place of the record's content (invariant 12).

    A record that becomes a victim's or minor's is withdrawn at once and its pending hits are held; one whose category
    is taken away is withdrawn; any other record that is at the hub, or on its way, is published again under its
    next version.

    A reclassified record's encodings are gone from the hub, but its hits are held there. When its list of states
    becomes narrower before it is published again, nothing tells the hub of the new list. So the record is withdrawn
    once more, which ends those hits, all of them: which of them lie beyond the new list this side cannot know, since of
    a hit that the other side holds it was never told (invariant 11).
    """
    if record.publication in (Publication.WITHDRAWING, Publication.WITHDRAWN):
        # The withdrawal ends whatever the hub has of it.
        return RevisionEffect.NOTHING
    becomes_protected = record.content.namespace is not Namespace.PROTECTED and content.namespace is Namespace.PROTECTED
    if record.publication in (Publication.QUEUED, Publication.PUBLISHED):
        if content.category is None:
            return RevisionEffect.WITHDRAW
        return RevisionEffect.RECLASSIFY if becomes_protected else RevisionEffect.PUBLISH_AGAIN
    if record.hub_version is not None:
        # The hub did not take its withdrawal: the revision is no word to publish it again.
        return RevisionEffect.RECLASSIFY if becomes_protected else RevisionEffect.WITHDRAW
    if ever_sent and narrows(record.content.comparable_with, content.comparable_with):
        return RevisionEffect.WITHDRAW
    return RevisionEffect.NOTHING


def needs_protection_officer(record: Record, content: RecordContent) -> bool:
    """Whether a revision is the protection officer's alone: of a victim's or minor's record each one is, for whom it is
    compared with, and when it ends, is part of their protection; of any other that is sealed, what opens the seal.

    Also where a category is only taken away: whoever set another one afterwards would have opened it in two steps.
    """
    if record.content.namespace is Namespace.PROTECTED:
        return True
    return is_sealed(record.content.category) and not is_sealed(content.category)


def revised(record: Record, content: RecordContent, *, today: date, review_days: int) -> Record:
    """The record with its new content and next version; publication is decided by the caller."""
    return replace(
        record,
        version=record.version + 1,
        content=content,
        review_date=content.review_date or review_date_from(today, review_days),
        content_digest=content.digest(),
        refusal=None,
    )


def review_date_from(today: date, days: int) -> date:
    """The review date of a record that was given none of its own."""
    return date.fromordinal(today.toordinal() + days)
