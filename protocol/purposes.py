"""What an envelope is for: a signature made for one purpose is worth nothing for another."""

from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """The purpose that an envelope is signed for; each kind of message has its own."""

    SUBMISSION = "submission"
    SUBMISSION_RECEIPT = "submission-receipt"
    WITHDRAWAL = "withdrawal"
    WITHDRAWAL_RECEIPT = "withdrawal-receipt"
    TOKEN_REQUEST = "token-request"  # noqa: S105 - the name of a purpose
    TOKEN_ANSWERS = "token-answers"  # noqa: S105 - the name of a purpose
    ALERT = "alert"
    HIT_NOTICE = "hit-notice"
    HOLD_DECISION = "hold-decision"
    VOTE = "vote"
    REQUEST = "request"
    REPLY = "reply"
    LINKAGE_KEY = "linkage-key"
    KEY_COMMITMENT = "key-commitment"
    KEY_REVEAL = "key-reveal"
    KEY_CONFIRMATION = "key-confirmation"
    EPOCH_PROGRESS = "epoch-progress"
    EPOCH_ERASURE_RECEIPT = "epoch-erasure-receipt"
    OPERATOR_ERASURE_RECEIPT = "operator-erasure-receipt"
    DELIVERY = "delivery"
    DELIVERY_ACKNOWLEDGEMENT = "delivery-acknowledgement"
    MEMBER_CARD = "member-card"
    FEDERATION_DIRECTORY = "federation-directory"
    DIRECTORY_PROPOSAL = "directory-proposal"
    DIRECTORY_APPROVAL = "directory-approval"
    ENROLMENT_REQUEST = "enrolment-request"
    WELCOME = "welcome"
    ROTATION_REQUEST = "rotation-request"
    ROTATION_ANSWER = "rotation-answer"
    RECORD_LISTING = "record-listing"
    HIT_LISTING = "hit-listing"
    REDELIVERY_REQUEST = "redelivery-request"
    REDELIVERY_RECEIPT = "redelivery-receipt"
    KNOWN_RECORDS = "known-records"
    RECORD_DIFFERENCES = "record-differences"
    KNOWN_HITS = "known-hits"
    RECONCILIATION_DONE = "reconciliation-done"


SEALED_PURPOSES: Final = frozenset(
    {
        Purpose.VOTE,
        Purpose.REQUEST,
        Purpose.REPLY,
        Purpose.LINKAGE_KEY,
        Purpose.KEY_COMMITMENT,
        Purpose.KEY_REVEAL,
        Purpose.KEY_CONFIRMATION,
    }
)
"""Purposes whose body goes from member to member and is sealed, so that the hub relays what it cannot read."""

HIT_PURPOSES: Final = frozenset({Purpose.VOTE, Purpose.REQUEST, Purpose.REPLY})
"""Sealed purposes that belong to one hit: only its two parties may send them to each other."""

KEY_PURPOSES: Final = SEALED_PURPOSES - HIT_PURPOSES
"""Sealed purposes about the linkage key, which belong to no hit: any active member may send them to any other."""
