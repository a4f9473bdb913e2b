"""What an envelope is for: a signature made for one purpose is worth nothing for another."""

from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """The purpose that an envelope is signed for; each kind of message has its own."""

    SUBMISSION = "submission"
    SUBMISSION_RECEIPT = "submission-receipt"
    WITHDRAWAL = "withdrawal"
    WITHDRAWAL_RECEIPT = "withdrawal-receipt"
    HANDLE_NOTICE = "handle-notice"
    SEALED_OPENINGS = "sealed-openings"
    PAIRS_FOUND = "pairs-found"
    PAIR_DECLARATION = "pair-declaration"
    PAIR_END = "pair-end"
    OPENING_PROBLEM = "opening-problem"
    TOKEN_REQUEST = "token-request"  # noqa: S105 - the name of a purpose
    TOKEN_ANSWERS = "token-answers"  # noqa: S105 - the name of a purpose
    ALERT = "alert"
    HOLD_DECISION = "hold-decision"
    VOTE = "vote"
    REQUEST = "request"
    REPLY = "reply"
    REQUEST_DECISION = "request-decision"
    CLARIFICATION = "clarification"
    CLARIFICATION_ANSWER = "clarification-answer"
    RECALL = "recall"
    SPONTANEOUS_INFORMATION = "spontaneous-information"
    FORMAL_ROUTE = "formal-route"
    FEEDBACK = "feedback"
    EXTRA_FIELD_PROPOSAL = "extra-field-proposal"
    EXTRA_FIELD_ANSWER = "extra-field-answer"
    EXTRA_FIELD_VALUE = "extra-field-value"
    NOTE = "note"
    ATTACHMENT_MANIFEST = "attachment-manifest"
    MEETING_PROPOSAL = "meeting-proposal"
    MEETING_ANSWER = "meeting-answer"
    ONWARD_USE_REQUEST = "onward-use-request"
    ONWARD_USE_DECISION = "onward-use-decision"
    PURGE_REQUEST = "purge-request"
    PURGE_RECEIPT = "purge-receipt"
    STATE_NOTICE = "state-notice"
    STEP_TAKEN = "step-taken"
    SIDE_NOTICE = "side-notice"
    HIT_STANDING = "hit-standing"
    SAFETY_HOLD_ORDER = "safety-hold-order"
    SAFETY_HOLD_NOTICE = "safety-hold-notice"
    ATTACHMENT_OFFER = "attachment-offer"
    ATTACHMENT_PROGRESS = "attachment-progress"
    ATTACHMENT_RECEIVED = "attachment-received"
    ESCALATION_NOTICE = "escalation-notice"
    FOCAL_POINT_PUBLICATION = "focal-point-publication"
    FOCAL_POINT_BOOK = "focal-point-book"
    PROOF_OF_LIFE_PING = "proof-of-life-ping"
    PROOF_OF_LIFE_ANSWER = "proof-of-life-answer"
    PAIR_PROFILE = "pair-profile"
    PAIR_PROFILE_BOOK = "pair-profile-book"
    LINKAGE_KEY = "linkage-key"
    KEY_COMMITMENT = "key-commitment"
    KEY_REVEAL = "key-reveal"
    KEY_CONFIRMATION = "key-confirmation"
    EPOCH_PROGRESS = "epoch-progress"
    EPOCH_ERASURE_RECEIPT = "epoch-erasure-receipt"
    OPERATOR_ERASURE_RECEIPT = "operator-erasure-receipt"
    NOT_COMPARED = "not-compared"
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


HIT_PURPOSES: Final = frozenset(
    {
        Purpose.VOTE,
        Purpose.REQUEST,
        Purpose.REPLY,
        Purpose.REQUEST_DECISION,
        Purpose.CLARIFICATION,
        Purpose.CLARIFICATION_ANSWER,
        Purpose.RECALL,
        Purpose.SPONTANEOUS_INFORMATION,
        Purpose.FORMAL_ROUTE,
        Purpose.FEEDBACK,
        Purpose.EXTRA_FIELD_PROPOSAL,
        Purpose.EXTRA_FIELD_ANSWER,
        Purpose.EXTRA_FIELD_VALUE,
        Purpose.NOTE,
        Purpose.ATTACHMENT_MANIFEST,
        Purpose.MEETING_PROPOSAL,
        Purpose.MEETING_ANSWER,
        Purpose.ONWARD_USE_REQUEST,
        Purpose.ONWARD_USE_DECISION,
        Purpose.PURGE_REQUEST,
        Purpose.PURGE_RECEIPT,
    }
)
"""Sealed purposes that belong to one hit: only its two parties may send them to each other."""

KEY_PURPOSES: Final = frozenset(
    {Purpose.LINKAGE_KEY, Purpose.KEY_COMMITMENT, Purpose.KEY_REVEAL, Purpose.KEY_CONFIRMATION}
)
"""Sealed purposes about the linkage key, which belong to no hit: any active member may send them to any other."""

PAIR_PURPOSES: Final = frozenset({Purpose.PAIRS_FOUND})
"""Sealed purposes about pairs that no hit is known of yet: any active member may send them to any other."""

SEALED_PURPOSES: Final = HIT_PURPOSES | KEY_PURPOSES | PAIR_PURPOSES
"""Purposes whose body goes from member to member and is sealed, so that the hub relays what it cannot read."""

BEFORE_THE_VOTES: Final = frozenset(
    {Purpose.EXTRA_FIELD_PROPOSAL, Purpose.EXTRA_FIELD_ANSWER, Purpose.EXTRA_FIELD_VALUE}
)
"""Hit purposes that go between the two rounds of votes (NEEDS_MORE) and at no other time."""

AFTER_THE_END: Final = frozenset({Purpose.PURGE_REQUEST, Purpose.PURGE_RECEIPT})
"""Hit purposes that the hub passes on whatever has become of the hit: what was withdrawn is purged elsewhere too."""

STEP_PURPOSES: Final = frozenset(
    {
        Purpose.REQUEST,
        Purpose.REPLY,
        Purpose.REQUEST_DECISION,
        Purpose.CLARIFICATION,
        Purpose.CLARIFICATION_ANSWER,
        Purpose.RECALL,
        Purpose.SPONTANEOUS_INFORMATION,
        Purpose.FORMAL_ROUTE,
        Purpose.FEEDBACK,
    }
)
"""Hit purposes that are steps of an exchange: a state notice stands beside the sealed message."""
