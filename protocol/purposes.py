"""What an envelope is for: a signature made for one purpose is worth nothing for another."""

from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """The purpose that an envelope is signed for; each kind of message has its own."""

    SUBMISSION = "submission"
    SUBMISSION_RECEIPT = "submission-receipt"
    WITHDRAWAL = "withdrawal"
    WITHDRAWAL_RECEIPT = "withdrawal-receipt"
    ALERT = "alert"
    HIT_NOTICE = "hit-notice"
    HOLD_DECISION = "hold-decision"
    VOTE = "vote"
    REQUEST = "request"
    REPLY = "reply"
    LINKAGE_KEY = "linkage-key"
    DELIVERY = "delivery"
    DELIVERY_ACKNOWLEDGEMENT = "delivery-acknowledgement"
    MEMBER_CARD = "member-card"
    FEDERATION_DIRECTORY = "federation-directory"
    ENROLMENT_REQUEST = "enrolment-request"
    WELCOME = "welcome"


SEALED_PURPOSES: Final = frozenset({Purpose.VOTE, Purpose.REQUEST, Purpose.REPLY, Purpose.LINKAGE_KEY})
"""Purposes whose body goes from member to member and is sealed, so that the hub relays what it cannot read."""

HIT_PURPOSES: Final = frozenset({Purpose.VOTE, Purpose.REQUEST, Purpose.REPLY})
"""Sealed purposes that belong to one hit: only its two parties may send them to each other."""
