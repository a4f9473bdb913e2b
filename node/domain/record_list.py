"""The list of records as an administrator sees it: how far each has come, why it stopped, and what to do."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from symbolon.node.domain.records import Publication
from symbolon.protocol.handling import RecordKind, SubjectCategory
from symbolon.protocol.references import RecordReference


class RecordOrder(StrEnum):
    """What the list is sorted by; where that is equal, by local id."""

    LOCAL_ID = "local-id"
    CASE = "case"
    PUBLICATION = "publication"
    REVIEW_DATE = "review-date"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which records to list; what is empty or None lets all pass.

    `refused`: only those that hold a reason why the hub, or this node, did not take them.
    """

    publications: frozenset[Publication] = frozenset()
    refused: bool = False
    category_not_set: bool = False
    case_id: str | None = field(default=None, repr=False)
    review_before: date | None = None
    order: RecordOrder = RecordOrder.LOCAL_ID


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """One line: no identifier of the subject is in it."""

    local_id: str = field(repr=False)
    case_id: str = field(repr=False)
    reference: RecordReference
    kind: RecordKind
    category: SubjectCategory | None
    publication: Publication
    version: int
    hub_version: int | None
    review_date: date
    changed_at: datetime
    reason: str | None
    """Why it was not taken."""

    @property
    def what_to_do(self) -> str:
        """The next step; empty where there is none."""
        if self.category is None and self.publication is Publication.UNPUBLISHED:
            return "set its subject category: `symbolon node revise` with --category"
        if self.publication is Publication.REFUSED:
            return (
                "put right what the reason says with `symbolon node revise`; then publish it, or withdraw it, by its id"
            )
        if self.publication is Publication.PUBLISHED and self.reason is not None:
            return "publish it again by its id, when what the reason says is put right"
        if self.reason is not None:
            return "put right what the reason says with `symbolon node revise`, then publish it"
        if self.publication is Publication.UNPUBLISHED:
            return "publish it: `symbolon node publish`"
        return ""
