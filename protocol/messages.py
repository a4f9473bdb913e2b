"""Every message of the wire format, by one import; where each is defined says between whom it goes."""

from symbolon.protocol.messages_exchange import (
    LinkageKeyShare,
    Reply,
    Request,
    Sealed,
    Vote,
)
from symbolon.protocol.messages_hits import (
    Alert,
    Delivery,
    DeliveryAcknowledgement,
    HitNotice,
    HoldDecision,
    KindAgreement,
)
from symbolon.protocol.messages_membership import (
    EnrolmentRequest,
    FederationDirectory,
    MemberCard,
    Welcome,
    card_fingerprint,
    enrolment_fingerprint,
)
from symbolon.protocol.messages_submission import (
    MAX_BATCH_ITEMS,
    ItemOutcome,
    Submission,
    SubmissionItem,
    SubmissionReceipt,
    Withdrawal,
    WithdrawalItem,
    WithdrawalOutcome,
    WithdrawalReceipt,
    expiry_digest,
)
from symbolon.protocol.purposes import HIT_PURPOSES, SEALED_PURPOSES, Purpose

__all__ = [
    "HIT_PURPOSES",
    "MAX_BATCH_ITEMS",
    "SEALED_PURPOSES",
    "Alert",
    "Delivery",
    "DeliveryAcknowledgement",
    "EnrolmentRequest",
    "FederationDirectory",
    "HitNotice",
    "HoldDecision",
    "ItemOutcome",
    "KindAgreement",
    "LinkageKeyShare",
    "MemberCard",
    "Purpose",
    "Reply",
    "Request",
    "Sealed",
    "Submission",
    "SubmissionItem",
    "SubmissionReceipt",
    "Vote",
    "Welcome",
    "Withdrawal",
    "WithdrawalItem",
    "WithdrawalOutcome",
    "WithdrawalReceipt",
    "card_fingerprint",
    "enrolment_fingerprint",
    "expiry_digest",
]
