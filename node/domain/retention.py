"""How long records are kept: the weeding queue, renewals, withdrawals by a person, legal holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from symbolon.node.domain.records import Publication, Record
from symbolon.protocol.federation import ExpiryNotice, notice_level
from symbolon.protocol.handling import Namespace, RecordKind, SubjectCategory
from symbolon.protocol.references import RecordReference

LONGEST_REASON: Final = 2_000
LONGEST_RENEWAL: Final = timedelta(days=3 * 366)
"""A record is looked at again after three years at most, whoever wants to keep it."""
KEPT_BY_LAW_FOR: Final = timedelta(days=30)
"""So far ahead the review date of a record under a legal hold is moved, again and again."""
MOVED_BEFORE: Final = timedelta(days=2)
"""So long before its review date a record under a legal hold is moved on."""


class RenewalReason(StrEnum):
    """Why a record is kept beyond its review date."""

    INVESTIGATION_GOES_ON = "investigation-goes-on"
    COURT_PROCEEDINGS = "court-proceedings"
    PERSON_IN_DANGER = "person-in-danger"
    SUBJECT_AT_LARGE = "subject-at-large"
    LAW_REQUIRES_IT = "law-requires-it"


class WithdrawalGround(StrEnum):
    """Why a person takes a record back."""

    NO_LONGER_NEEDED = "no-longer-needed"
    WRONG_PERSON = "wrong-person"
    UNLAWFUL = "unlawful"
    SAFETY_OF_A_PERSON = "safety-of-a-person"
    DATA_SUBJECT = "data-subject"


class Due(StrEnum):
    """Which part of the weeding queue is listed."""

    WITHIN_60 = "within-60"
    WITHIN_30 = "within-30"
    WITHIN_7 = "within-7"
    OVERDUE = "overdue"
    ON_HOLD = "on-hold"
    ALL = "all"


class ReviewOrder(StrEnum):
    """By what the weeding queue is sorted; where that is equal, by review date and local id."""

    REVIEW_DATE = "review-date"
    LOCAL_ID = "local-id"
    CASE = "case"
    PUBLICATION = "publication"


DAYS_AHEAD: Final[Mapping[Due, int | None]] = {
    Due.WITHIN_60: 60,
    Due.WITHIN_30: 30,
    Due.WITHIN_7: 7,
    Due.OVERDUE: -1,
    Due.ON_HOLD: None,
    Due.ALL: None,
}


@dataclass(frozen=True, slots=True)
class ReviewQuery:
    """What somebody wants to see of the weeding queue; an empty case lets all pass."""

    due: Due = Due.WITHIN_60
    case_id: str = field(default="", repr=False)
    order: ReviewOrder = ReviewOrder.REVIEW_DATE

    def last_day(self, today: date) -> date | None:
        """The latest review date that is listed; None: any."""
        ahead = DAYS_AHEAD[self.due]
        return None if ahead is None else today + timedelta(days=ahead)


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One record of the weeding queue: no identifier of its subject is in it."""

    reference: RecordReference
    local_id: str = field(repr=False)
    case_id: str = field(repr=False)
    kind: RecordKind
    category: SubjectCategory | None
    publication: Publication
    review_date: date
    days_left: int
    notice: ExpiryNotice
    on_legal_hold: bool
    renewals: int


@dataclass(frozen=True, slots=True)
class Renewal:
    """One time that a record's review date was moved by a person."""

    due_before: date
    due_after: date
    reason: RenewalReason
    text: str = field(repr=False)
    login: str
    renewed_at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawalByPerson:
    """One time that a person took a record back."""

    ground: WithdrawalGround
    text: str = field(repr=False)
    login: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A legal hold; `lifted_at` None: in force."""

    set_by: str
    set_at: datetime
    reason: str = field(repr=False)
    lifted_by: str | None = None
    lifted_at: datetime | None = None
    lifting: str | None = field(default=None, repr=False)

    @property
    def in_force(self) -> bool:
        """Whether it stops expiry, weeding and erasure."""
        return self.lifted_at is None


@dataclass(frozen=True, slots=True)
class RecordReview:
    """One record of the weeding queue with its history, and what this person may do with it."""

    line: ReviewLine
    renewals: tuple[Renewal, ...]
    withdrawals: tuple[WithdrawalByPerson, ...]
    holds: tuple[LegalHold, ...]
    may_renew: bool
    may_withdraw: bool
    may_erase: bool
    may_hold: bool
    latest_renewal: date


def is_protected(record: Record) -> bool:
    """Whether a record is the protection officer's alone."""
    return record.content.namespace is Namespace.PROTECTED


def review_line(record: Record, today: date, *, on_legal_hold: bool, renewals: int) -> ReviewLine:
    """The line of a record."""
    return ReviewLine(
        reference=record.reference,
        local_id=record.content.local_id,
        case_id=record.content.case_id,
        kind=record.content.kind,
        category=record.content.category,
        publication=record.publication,
        review_date=record.review_date,
        days_left=(record.review_date - today).days,
        notice=notice_level(record.review_date, today),
        on_legal_hold=on_legal_hold,
        renewals=renewals,
    )


def in_order(lines: tuple[ReviewLine, ...], order: ReviewOrder) -> tuple[ReviewLine, ...]:
    """The weeding queue, sorted."""
    by_date = sorted(lines, key=lambda line: (line.review_date, line.local_id))
    return tuple(sorted(by_date, key=_KEYS[order]))


_KEYS: Final[Mapping[ReviewOrder, Callable[[ReviewLine], Any]]] = {
    ReviewOrder.REVIEW_DATE: lambda line: (line.review_date, line.local_id),
    ReviewOrder.LOCAL_ID: lambda line: line.local_id,
    ReviewOrder.CASE: lambda line: (line.case_id == "", line.case_id),
    ReviewOrder.PUBLICATION: lambda line: line.publication,
}


def latest_renewal(today: date) -> date:
    """The last day to which a review may be put off."""
    return today + LONGEST_RENEWAL
