"""What can go wrong between the parties: one closed list of codes, and the room's one tree of errors.

A code travels in receipts and in RFC 9457 problem documents (``type`` is :attr:`Problem.uri`, ``title`` is
:attr:`Problem.title`). Which HTTP status carries it is the web's business and is not said here.

The sentence of an error is safe to log and to show: it never repeats a received value.
"""

from enum import StrEnum
from typing import ClassVar


class Problem(StrEnum):
    """Every reason for which a party may refuse what another party or a person asked of it."""

    MALFORMED_MESSAGE = "malformed-message"
    BAD_SIGNATURE = "bad-signature"
    WRONG_SENDER = "wrong-sender"
    WRONG_AUDIENCE = "wrong-audience"
    WRONG_PURPOSE = "wrong-purpose"
    WRONG_FEDERATION = "wrong-federation"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    VALIDITY_TOO_LONG = "validity-too-long"
    REPLAYED = "replayed"
    OUT_OF_ORDER = "out-of-order"
    RETIRED_KEY = "retired-key"
    UNSEAL_FAILED = "unseal-failed"
    DOWNGRADED_SUITE = "downgraded-suite"
    MESSAGE_REUSED = "message-reused"
    UNKNOWN_MEMBER = "unknown-member"
    NOT_YET_A_MEMBER = "not-yet-a-member"
    MEMBER_SUSPENDED = "member-suspended"
    MEMBER_EXPELLED = "member-expelled"
    OLDER_DIRECTORY = "older-directory"
    BROKEN_SUCCESSION = "broken-succession"
    NOT_CO_SIGNED = "not-co-signed"
    PROPOSAL_CHANGED = "proposal-changed"
    UNKNOWN_CEREMONY = "unknown-ceremony"
    NOT_A_PARTICIPANT = "not-a-participant"
    CEREMONY_DISPUTED = "ceremony-disputed"
    CEREMONY_STEP_REFUSED = "ceremony-step-refused"
    KEY_NOT_CONFIRMED = "key-not-confirmed"
    EPOCH_NOT_READY = "epoch-not-ready"
    NOT_A_PARTY = "not-a-party"
    UNKNOWN_HIT = "unknown-hit"
    UNKNOWN_RECORD = "unknown-record"
    UNKNOWN_REQUEST = "unknown-request"
    STALE_VERSION = "stale-version"
    CATEGORY_NOT_SET = "category-not-set"
    UNKNOWN_SCHEMA = "unknown-schema"
    WRONG_KEY_EPOCH = "wrong-key-epoch"
    ENCODING_REFUSED = "encoding-refused"
    DUPLICATE_IN_BATCH = "duplicate-in-batch"
    BATCH_TOO_LARGE = "batch-too-large"
    BATCH_REUSED = "batch-reused"
    ILLEGAL_TRANSITION = "illegal-transition"
    NOT_THEIR_STEP = "not-their-step"
    FOUR_EYES_MISSING = "four-eyes-missing"
    STALE_STATE = "stale-state"
    ON_HOLD = "on-hold"
    UNKNOWN_ATTACHMENT = "unknown-attachment"
    UNKNOWN_PING = "unknown-ping"
    QUOTA_EXCEEDED = "quota-exceeded"
    NOT_DISCLOSED = "not-disclosed"
    ALREADY_VOTED = "already-voted"
    BROKEN_AUDIT_LOG = "broken-audit-log"
    PAYLOAD_TOO_LARGE = "payload-too-large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    UNAUTHENTICATED = "unauthenticated"
    SECOND_FACTOR_NEEDED = "second-factor-needed"
    JUSTIFICATION_NEEDED = "justification-needed"
    FORBIDDEN = "forbidden"
    CSRF = "csrf"
    INVALID_INPUT = "invalid-input"
    PRECONDITION_FAILED = "precondition-failed"
    KEY_REUSED = "key-reused"
    NOT_FOUND = "not-found"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    TOO_MANY_REQUESTS = "too-many-requests"
    BAD_PROOF = "bad-proof"
    TOKEN_BUDGET_SPENT = "token-budget-spent"  # noqa: S105 - a code, no secret
    SERVICE_UNAVAILABLE = "service-unavailable"
    INTERNAL = "internal"

    @property
    def title(self) -> str:  # type: ignore[override]  # RFC 9457's word; nobody title-cases a problem code
        """A short sentence for people; the same for every occurrence of this problem (RFC 9457, section 3.1.3)."""
        return _TITLES[self]

    @property
    def uri(self) -> str:
        """The problem type (RFC 9457, section 3.1.1).

        >>> Problem.STALE_VERSION.uri
        'urn:symbolon:problem:stale-version'
        """
        return f"urn:symbolon:problem:{self.value}"


_TITLES = {
    Problem.MALFORMED_MESSAGE: "The message does not follow the wire format.",
    Problem.BAD_SIGNATURE: "The signature does not fit the message and its sender.",
    Problem.WRONG_SENDER: "The message names another sender than the one who sent it.",
    Problem.WRONG_AUDIENCE: "The message is meant for another party.",
    Problem.WRONG_PURPOSE: "The message was signed for another purpose.",
    Problem.WRONG_FEDERATION: "The message belongs to another federation, or mixes exercise and live data.",
    Problem.EXPIRED: "The message is used after its expiry.",
    Problem.NOT_YET_VALID: "The message was issued in the future; check both clocks.",
    Problem.VALIDITY_TOO_LONG: "The message is valid for longer than such messages may be.",
    Problem.REPLAYED: "This very message was received before.",
    Problem.OUT_OF_ORDER: "A message that was issued later was received before this one.",
    Problem.RETIRED_KEY: "The message was signed with a key after that key was retired.",
    Problem.UNSEAL_FAILED: "The sealed message cannot be opened with this key in this context.",
    Problem.DOWNGRADED_SUITE: "The message was sealed with a weaker suite than both members have keys for.",
    Problem.MESSAGE_REUSED: "This message id was used before with another content.",
    Problem.UNKNOWN_MEMBER: "No such member is enrolled in this federation.",
    Problem.NOT_YET_A_MEMBER: "This member is enrolled, and waits for the other members to sign the directory.",
    Problem.MEMBER_SUSPENDED: "This member is suspended.",
    Problem.MEMBER_EXPELLED: "This member was expelled from the federation.",
    Problem.OLDER_DIRECTORY: "The directory is older than the one that is known.",
    Problem.BROKEN_SUCCESSION: "The directory or agreement does not follow from the one that is known.",
    Problem.NOT_CO_SIGNED: "Too few members, or others than may, signed the directory or agreement.",
    Problem.PROPOSAL_CHANGED: "The proposed directory is another than the one that was signed; look at it again.",
    Problem.UNKNOWN_CEREMONY: "The message belongs to another linkage-key ceremony.",
    Problem.NOT_A_PARTICIPANT: "This member does not take part in the linkage-key ceremony.",
    Problem.CEREMONY_DISPUTED: "The members of the linkage-key ceremony do not agree on what was said in it.",
    Problem.CEREMONY_STEP_REFUSED: "The linkage-key ceremony does not allow this step now.",
    Problem.KEY_NOT_CONFIRMED: "The linkage key is not the one that a quorum of members confirmed.",
    Problem.EPOCH_NOT_READY: "Not every member is ready for this step of the key epoch.",
    Problem.NOT_A_PARTY: "Only the two parties of a hit may exchange messages about it.",
    Problem.UNKNOWN_HIT: "There is no such hit.",
    Problem.UNKNOWN_RECORD: "There is no such record.",
    Problem.UNKNOWN_REQUEST: "There is no such request.",
    Problem.STALE_VERSION: "A newer version of the record is already there.",
    Problem.CATEGORY_NOT_SET: "The record's subject category is not set, so it may not be published.",
    Problem.UNKNOWN_SCHEMA: "The linkage schema is not the one that the federation agreed on.",
    Problem.WRONG_KEY_EPOCH: "The linkage key's epoch is not one that the federation directory lists.",
    Problem.ENCODING_REFUSED: "The encoding does not fit the linkage schema.",
    Problem.DUPLICATE_IN_BATCH: "The batch names the same record more than once.",
    Problem.BATCH_TOO_LARGE: "The batch holds more items than the hub takes at once.",
    Problem.BATCH_REUSED: "This batch id was used before with another content.",
    Problem.ILLEGAL_TRANSITION: "The hit's state does not allow this step.",
    Problem.NOT_THEIR_STEP: "This step is for another party or office to make.",
    Problem.FOUR_EYES_MISSING: "A second officer must approve this before it leaves.",
    Problem.STALE_STATE: "The hit moved on meanwhile; look at it again.",
    Problem.ON_HOLD: "The hit is on hold; the step waits until the hold is lifted.",
    Problem.UNKNOWN_ATTACHMENT: "The hub has no such file of this hit, or has it no longer.",
    Problem.UNKNOWN_PING: "That was not the last question whether this desk is there.",
    Problem.QUOTA_EXCEEDED: "Too many files of these two members wait at the hub.",
    Problem.NOT_DISCLOSED: "The handling of this information does not allow that.",
    Problem.ALREADY_VOTED: "A vote was already cast in this round.",
    Problem.BROKEN_AUDIT_LOG: "An entry of the audit log was changed, removed or reordered.",
    Problem.PAYLOAD_TOO_LARGE: "The request is larger than this party accepts.",
    Problem.UNSUPPORTED_MEDIA_TYPE: "The request's content type is not accepted here.",
    Problem.UNAUTHENTICATED: "Sign in first.",
    Problem.SECOND_FACTOR_NEEDED: "Give the code of the second factor too.",
    Problem.JUSTIFICATION_NEEDED: "Say why you need to see this protected record.",
    Problem.FORBIDDEN: "You may not do this.",
    Problem.CSRF: "The form is too old or came from another site; load the page again.",
    Problem.INVALID_INPUT: "Something in the input needs correcting.",
    Problem.PRECONDITION_FAILED: "What the request was made about has changed since; look at it again.",
    Problem.KEY_REUSED: "This idempotency key was used before with another request.",
    Problem.NOT_FOUND: "There is nothing at this address.",
    Problem.METHOD_NOT_ALLOWED: "This address does not take that kind of request.",
    Problem.TOO_MANY_REQUESTS: "Too many requests; wait a moment.",
    Problem.BAD_PROOF: "An operator's answer does not prove that it was made with that operator's key.",
    Problem.TOKEN_BUDGET_SPENT: "This member had as many tokens evaluated today as it may.",
    Problem.SERVICE_UNAVAILABLE: "The service is not ready; try again shortly.",
    Problem.INTERNAL: "Something went wrong inside; it was logged.",
}


class ProtocolError(Exception):
    """A message, key or step that the protocol does not allow; its text is one sentence that names no identifier."""

    problem: ClassVar[Problem] = Problem.MALFORMED_MESSAGE


class MalformedMessage(ProtocolError):
    """Bytes or values that are not what the wire format says."""

    problem = Problem.MALFORMED_MESSAGE


class BadSignature(ProtocolError):
    """A signature that the named sender's key did not make over these bytes."""

    problem = Problem.BAD_SIGNATURE


class WrongSender(ProtocolError):
    """An envelope from another party than the one that was expected."""

    problem = Problem.WRONG_SENDER


class WrongAudience(ProtocolError):
    """An envelope that was addressed to another party."""

    problem = Problem.WRONG_AUDIENCE


class WrongPurpose(ProtocolError):
    """An envelope or a body that was made for another purpose."""

    problem = Problem.WRONG_PURPOSE


class WrongFederation(ProtocolError):
    """An envelope of another federation, or of the exercise where live data is handled (and the reverse)."""

    problem = Problem.WRONG_FEDERATION


class Expired(ProtocolError):
    """An envelope used after its expiry."""

    problem = Problem.EXPIRED


class NotYetValid(ProtocolError):
    """An envelope issued further in the future than clocks may differ."""

    problem = Problem.NOT_YET_VALID


class ValidityTooLong(ProtocolError):
    """An envelope to the hub that would count for longer than the hub remembers its nonce."""

    problem = Problem.VALIDITY_TOO_LONG


class UnsealFailed(ProtocolError):
    """A ciphertext that this key does not open in this context."""

    problem = Problem.UNSEAL_FAILED


class IllegalTransition(ProtocolError):
    """A step that the life cycle does not allow in the present state."""

    problem = Problem.ILLEGAL_TRANSITION


class BrokenChain(ProtocolError):
    """An audit log whose entries do not lead to the recorded hashes; ``at`` is the first place that does not fit."""

    problem = Problem.BROKEN_AUDIT_LOG

    def __init__(self, at: int) -> None:
        super().__init__(f"The audit log does not fit its hash chain at place {at}.")
        self.at = at
