"""What the pages about keeping, purging, data subjects and files call things."""

from collections.abc import Mapping
from typing import Final

from symbolon.node.domain.attachments import AttachmentState
from symbolon.node.domain.data_subjects import DataSubjectKind, FoundBy
from symbolon.node.domain.hits import Direction
from symbolon.node.domain.purges import PurgeDirection, PurgeState
from symbolon.node.domain.records import Publication
from symbolon.node.domain.retention import Due, RenewalReason, ReviewOrder, WithdrawalGround
from symbolon.protocol.exchange_terms import PurgedPlace, PurgeReason
from symbolon.protocol.federation import ExpiryNotice

DUE: Final[Mapping[Due, str]] = {
    Due.WITHIN_60: "Within 60 days",
    Due.WITHIN_30: "Within 30 days",
    Due.WITHIN_7: "Within 7 days",
    Due.OVERDUE: "Overdue",
    Due.ON_HOLD: "Under a legal hold",
    Due.ALL: "All records",
}
ORDERS: Final[Mapping[ReviewOrder, str]] = {
    ReviewOrder.REVIEW_DATE: "Review date",
    ReviewOrder.LOCAL_ID: "Record",
    ReviewOrder.CASE: "Case",
    ReviewOrder.PUBLICATION: "State",
}
NOTICES_OF_REVIEW: Final[Mapping[ExpiryNotice, str]] = {
    ExpiryNotice.NONE: "",
    ExpiryNotice.WITHIN_60: "soon",
    ExpiryNotice.WITHIN_30: "soon",
    ExpiryNotice.WITHIN_7: "overdue",
    ExpiryNotice.EXPIRED: "overdue",
}
"""How pressing a review is, as the page's style names it."""
PUBLICATIONS: Final[Mapping[Publication, str]] = {
    Publication.UNPUBLISHED: "Kept here",
    Publication.QUEUED: "On its way",
    Publication.PUBLISHED: "At the hub",
    Publication.REFUSED: "Refused",
    Publication.WITHDRAWING: "Being withdrawn",
    Publication.WITHDRAWN: "Withdrawn",
}
RENEWAL_REASONS: Final[Mapping[RenewalReason, str]] = {
    RenewalReason.INVESTIGATION_GOES_ON: "The investigation goes on",
    RenewalReason.COURT_PROCEEDINGS: "Court proceedings",
    RenewalReason.PERSON_IN_DANGER: "A person is in danger",
    RenewalReason.SUBJECT_AT_LARGE: "The subject is at large",
    RenewalReason.LAW_REQUIRES_IT: "The law requires it",
}
WITHDRAWAL_GROUNDS: Final[Mapping[WithdrawalGround, str]] = {
    WithdrawalGround.NO_LONGER_NEEDED: "No longer needed",
    WithdrawalGround.WRONG_PERSON: "It is about the wrong person",
    WithdrawalGround.UNLAWFUL: "There is no legal basis for it",
    WithdrawalGround.SAFETY_OF_A_PERSON: "It endangers a person",
    WithdrawalGround.DATA_SUBJECT: "The data subject asks for it",
}
PURGE_REASONS: Final[Mapping[PurgeReason, str]] = {
    PurgeReason.WITHDRAWN: "Record withdrawn",
    PurgeReason.RECALLED: "Request recalled",
    PurgeReason.DELETE_BY: "Day of deletion passed",
    PurgeReason.DATA_SUBJECT: "Erased for a data subject",
}
PURGE_STATES: Final[Mapping[PurgeState, str]] = {
    PurgeState.WAITING: "Waiting for the receipt",
    PurgeState.OVERDUE: "Overdue",
    PurgeState.KEPT_BY_LAW: "Kept under a legal hold",
    PurgeState.NOT_DELIVERED: "Not delivered",
    PurgeState.NOT_REACHABLE: "Not reachable: takes part no more",
    PurgeState.PURGED: "Purged",
}
PURGE_DIRECTIONS: Final[Mapping[PurgeDirection, str]] = {
    PurgeDirection.ASKED: "Asked of",
    PurgeDirection.OWED: "Owed by us",
}
PLACES: Final[Mapping[PurgedPlace, str]] = {
    PurgedPlace.EXCHANGE: "messages",
    PurgedPlace.NOTES: "notes",
    PurgedPlace.ATTACHMENTS: "files",
    PurgedPlace.DRAFTS: "drafts",
    PurgedPlace.SEARCH: "search entries",
    PurgedPlace.CACHES: "cached entries",
    PurgedPlace.EXPORTS: "exports",
}
FOUND_BY: Final[Mapping[FoundBy, str]] = {
    FoundBy.LOCAL_ID: "By its id",
    FoundBy.DOCUMENT: "By a document",
    FoundBy.NAME_AND_DATE: "By name and date of birth",
}
ACTS: Final[Mapping[DataSubjectKind, str]] = {
    DataSubjectKind.EXPORTED: "Given",
    DataSubjectKind.CORRECTED: "Corrected",
    DataSubjectKind.ERASED: "Erased",
}
DIRECTIONS: Final[Mapping[Direction, str]] = {Direction.SENT: "Ours", Direction.RECEIVED: "Theirs"}
FILE_STATES: Final[Mapping[AttachmentState, str]] = {
    AttachmentState.ARRIVING: "On its way",
    AttachmentState.COMPLETE: "Whole",
    AttachmentState.BROKEN: "Broken: ask for it again",
}
NOTICES: Final[Mapping[str, str]] = {
    "renewed": "The record is kept until its new review date.",
    "record-withdrawn": "The record is being withdrawn, and every holder is asked to purge what it received.",
    "held-by-law": "A legal hold lies on the record now: it neither expires nor can it be withdrawn or erased.",
    "hold-lifted": "The legal hold is lifted.",
    "corrected": "The record is corrected.",
    "erased": "The record is erased here. The hub and every holder were told.",
    "attached": "The file is attached. It leaves with a draft that names it, once a second officer approves that.",
    "file-removed": "The file is taken away.",
    "file-named": "The draft names the file now: submit it for approval.",
}
