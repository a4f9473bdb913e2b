"""The audit log as a chain of hashes: each entry's hash covers the entry and the hash before it.

A leaf is hashed with the prefix 0x00 and a link with 0x01, as RFC 6962 (section 2.1) does for Merkle trees, so a leaf
can never pass for a link, and a Merkle log can take over the leaves with their hashes as they are. A chain alone does
not notice that its end was cut off: compare its head (:class:`ChainHead`) with one noted elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.problems import BrokenChain, MalformedMessage
from symbolon.protocol.references import LeafId

GENESIS: Final = sha256(b"symbolon/1 audit log\n").digest()
"""The hash before the first entry."""


class AuditAct(StrEnum):
    """Everything that leaves a leaf, at a node, at the hub, or at both."""

    # Administration, at either.
    PARTY_INITIALISED = "party-initialised"
    USER_ADDED = "user-added"
    SIGNED_IN = "signed-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGNED_OUT = "signed-out"
    ACCESS_REFUSED = "access-refused"
    AUDIT_QUERIED = "audit-queried"
    # Membership and keys.
    MEMBER_ENROLLED = "member-enrolled"
    FEDERATION_JOINED = "federation-joined"
    DIRECTORY_PROPOSED = "directory-proposed"
    DIRECTORY_SIGNED = "directory-signed"
    DIRECTORY_IN_EFFECT = "directory-in-effect"
    DIRECTORY_REFUSED = "directory-refused"
    MEMBER_SUSPENDED = "member-suspended"
    MEMBER_REINSTATED = "member-reinstated"
    MEMBER_EXPELLED = "member-expelled"
    KEYS_ROTATED = "keys-rotated"
    NODE_KEY_ROTATED = "node-key-rotated"
    # The linkage key and its epochs.
    CEREMONY_JOINED = "ceremony-joined"
    CEREMONY_PROCEEDED = "ceremony-proceeded"
    CEREMONY_RESTARTED = "ceremony-restarted"
    KEY_COMMITTED = "key-committed"
    KEY_REVEALED = "key-revealed"
    KEY_AGREED = "key-agreed"
    KEY_REFUSED = "key-refused"
    LINKAGE_KEY_SHARED = "linkage-key-shared"
    LINKAGE_KEY_RECEIVED = "linkage-key-received"
    EPOCH_OPENED = "epoch-opened"
    EPOCH_CLOSED = "epoch-closed"
    EPOCH_ERASED = "epoch-erased"
    RECORDS_REENCODED = "records-reencoded"
    # Blind comparison, at its operators and at the hub.
    OPERATOR_JOINED = "operator-joined"
    SHARES_TAKEN = "shares-taken"
    SHARES_REFRESHED = "shares-refreshed"
    SHARES_RESTORED = "shares-restored"
    RECORDS_PROVED = "records-proved"
    PAIRS_COMPARED = "pairs-compared"
    COMPARISON_REFUSED = "comparison-refused"
    TOKENS_EVALUATED = "tokens-evaluated"
    OPERATOR_KEY_MADE = "operator-key-made"
    OPERATOR_RESUMED = "operator-resumed"
    OPERATOR_ERASED = "operator-erased"
    RECORDS_NOT_COMPARED = "records-not-compared"
    OPERATORS_DISAGREE = "operators-disagree"
    OPENINGS_READ = "openings-read"
    PAIRS_TOLD = "pairs-told"
    # People and their rights.
    USER_CHANGED = "user-changed"
    USER_DISABLED = "user-disabled"
    SECOND_FACTOR_ENROLLED = "second-factor-enrolled"
    SECOND_FACTOR_RESET = "second-factor-reset"
    RECOVERY_CODE_USED = "recovery-code-used"
    TOKEN_ISSUED = "token-issued"  # noqa: S105 - the name of an act
    SESSIONS_ENDED = "sessions-ended"
    PROTECTED_VIEWED = "protected-viewed"
    JUSTIFICATION_GIVEN = "justification-given"
    # Programs of a node's own state.
    CLIENT_ADDED = "client-added"
    CLIENT_REVOKED = "client-revoked"
    CLIENT_GRANTED = "client-granted"
    WEBHOOK_ADDED = "webhook-added"
    WEBHOOK_REMOVED = "webhook-removed"
    WEBHOOK_TRIED = "webhook-tried"
    WEBHOOK_GIVEN_UP = "webhook-given-up"
    CASE_EXPORTED = "case-exported"
    CASE_IMPORTED = "case-imported"
    # Backup.
    BACKUP_MADE = "backup-made"
    BACKUP_RESTORED = "backup-restored"
    RECONCILED = "reconciled"
    # Records, at a node; what expires at the hub is withdrawn there.
    RECORDS_IMPORTED = "records-imported"
    IMPORT_REFUSED = "import-refused"
    RECORDS_PUBLISHED = "records-published"
    RECORD_REVISED = "record-revised"
    RECORD_RECLASSIFIED = "record-reclassified"
    RECORDS_WITHDRAWN = "records-withdrawn"
    BATCH_SENT = "batch-sent"
    RECEIPT_RECEIVED = "receipt-received"
    # Records and hits, at the hub.
    SUBMISSION_ACCEPTED = "submission-accepted"
    SUBMISSION_REFUSED = "submission-refused"
    WITHDRAWAL_ACCEPTED = "withdrawal-accepted"
    COMPARISON_RUN = "comparison-run"
    ALERT_RAISED = "alert-raised"
    HIT_HELD = "hit-held"
    HIT_RELEASED = "hit-released"
    HIT_CLOSED = "hit-closed"
    HIT_WITHDRAWN = "hit-withdrawn"
    VOTE_DEPOSITED = "vote-deposited"
    VOTES_HANDED_OVER = "votes-handed-over"
    MESSAGE_RELAYED = "message-relayed"
    STEP_TAKEN = "step-taken"
    STEP_REFUSED = "step-refused"
    SIDE_ACKNOWLEDGED = "side-acknowledged"
    SAFETY_HOLD_ORDERED = "safety-hold-ordered"
    PAIR_SUPPRESSED = "pair-suppressed"
    PAIR_RECONSIDERED = "pair-reconsidered"
    FEEDBACK_REMINDED = "feedback-reminded"
    DELIVERIES_ACKNOWLEDGED = "deliveries-acknowledged"
    # Desks, clocks, agreements and files, at the hub.
    FOCAL_POINTS_TAKEN = "focal-points-taken"
    DESK_ASKED = "desk-asked"
    DESK_ANSWERED = "desk-answered"
    DESK_STALE = "desk-stale"
    PAIR_PROFILE_PROPOSED = "pair-profile-proposed"
    PAIR_PROFILE_AGREED = "pair-profile-agreed"
    ATTACHMENT_OFFERED = "attachment-offered"
    ATTACHMENT_COMPLETE = "attachment-complete"
    ATTACHMENT_DROPPED = "attachment-dropped"
    CLOCK_OVER = "clock-over"
    PURGE_OVERDUE = "purge-overdue"
    FACILITATOR_TOLD = "facilitator-told"
    CLOCKS_EXPORTED = "clocks-exported"
    # Hits and exchange, at a node.
    ALERT_RECEIVED = "alert-received"
    NOTICE_RECEIVED = "notice-received"
    INBOX_VIEWED = "inbox-viewed"
    HIT_VIEWED = "hit-viewed"
    HIT_ACKNOWLEDGED = "hit-acknowledged"
    VOTE_CAST = "vote-cast"
    VOTE_RECEIVED = "vote-received"
    VOTES_OPENED = "votes-opened"
    HIT_ASSIGNED = "hit-assigned"
    VERDICT_RECOMMENDED = "verdict-recommended"
    COUNTERPART_ACKNOWLEDGED = "counterpart-acknowledged"
    STEP_FOLLOWED = "step-followed"
    MESSAGE_SENT = "message-sent"
    MESSAGE_RECEIVED = "message-received"
    SAFETY_HOLD_NOTED = "safety-hold-noted"
    HOLD_DECIDED = "hold-decided"
    REQUEST_OPENED = "request-opened"
    REQUEST_RECEIVED = "request-received"
    REPLY_SENT = "reply-sent"
    REPLY_RECEIVED = "reply-received"
    MESSAGE_REFUSED = "message-refused"
    # Desks, clocks, agreements and notices, at a node (some acts above are the hub's too).
    FOCAL_POINTS_CHANGED = "focal-points-changed"
    FOCAL_POINTS_SIGNED = "focal-points-signed"
    FOCAL_POINTS_REFUSED = "focal-points-refused"
    CLOCK_ESCALATED = "clock-escalated"
    INTEREST_CHANGED = "interest-changed"
    NOTICES_CHANGED = "notices-changed"
    MAIL_WRITTEN = "mail-written"
    MAIL_REFUSED = "mail-refused"
    # Drafts, releases and what else officers do about a confirmed hit, at a node.
    DRAFT_SAVED = "draft-saved"
    DRAFT_SUBMITTED = "draft-submitted"
    DRAFT_VIEWED = "draft-viewed"
    DRAFTS_LISTED = "drafts-listed"
    DRAFT_RETURNED = "draft-returned"
    DRAFT_DISCARDED = "draft-discarded"
    RELEASE_APPROVED = "release-approved"
    RECALL_PURGED = "recall-purged"
    CALENDAR_EXPORTED = "calendar-exported"
    PACK_PRINTED = "pack-printed"
    PASSED_ON = "passed-on"
    CONTACT_NOTED = "contact-noted"
    ASKED_BEFORE_VIEWED = "asked-before-viewed"
    # Retention, data subjects and files, at a node.
    REVIEWS_VIEWED = "reviews-viewed"
    RECORD_RENEWED = "record-renewed"
    LEGAL_HOLD_SET = "legal-hold-set"
    LEGAL_HOLD_LIFTED = "legal-hold-lifted"
    PURGE_ASKED = "purge-asked"
    PURGED = "purged"
    PURGE_CONFIRMED = "purge-confirmed"
    DATA_SUBJECT_SEARCHED = "data-subject-searched"
    DATA_SUBJECT_EXPORTED = "data-subject-exported"
    DATA_SUBJECT_CORRECTED = "data-subject-corrected"
    DATA_SUBJECT_ERASED = "data-subject-erased"
    FILE_ATTACHED = "file-attached"
    FILE_REMOVED = "file-removed"
    FILE_RELEASED = "file-released"
    FILE_RECEIVED = "file-received"
    FILE_OPENED = "file-opened"


Detail = Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One act: when, which, by whom, on what.

    ``actor`` is a login or member code, ``subject`` an opaque id (of a hit, a batch, a record), ``detail`` holds counts
    and codes. Nothing in it identifies a person of a case. ``recorded_at`` counts to the microsecond, as in PostgreSQL.
    """

    leaf_id: LeafId
    recorded_at: datetime
    act: AuditAct
    actor: str
    subject: str | None
    detail: Detail


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """A leaf in its place of the log (counted from 1, without gaps), with the hash of the chain up to it."""

    place: int
    leaf: Leaf
    chain_hash: bytes


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How many entries a log has, and the hash that covers them all."""

    size: int
    chain_hash: bytes


def leaf_bytes(leaf: Leaf) -> bytes:
    """Give the canonical bytes (RFC 8785) of a leaf; raises :class:`MalformedMessage` where it has none."""
    if leaf.recorded_at.tzinfo is None:
        raise MalformedMessage("An audit leaf's time knows its time zone.")
    recorded_at = leaf.recorded_at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
    return canonical_bytes(
        {
            "leaf_id": leaf.leaf_id,
            "recorded_at": recorded_at,
            "act": leaf.act.value,
            "actor": leaf.actor,
            "subject": leaf.subject,
            "detail": dict(leaf.detail),
        }
    )


def leaf_hash(leaf: Leaf) -> bytes:
    """Give SHA-256(0x00 || leaf), the leaf hash of RFC 6962."""
    return sha256(b"\x00" + leaf_bytes(leaf)).digest()


def chain(previous: bytes, hash_of_leaf: bytes) -> bytes:
    """Give the chain's next hash, SHA-256(0x01 || previous || leaf hash); the first ``previous`` is :data:`GENESIS`.

    >>> chain(GENESIS, bytes(32)).hex()[:16]
    'f778173e92992924'
    """
    return sha256(b"\x01" + previous + hash_of_leaf).digest()


def verify_chain(entries: Iterable[ChainEntry]) -> ChainHead:
    """Check a log from its first entry on and give its head; raises :class:`BrokenChain` with the first wrong place.

    Finds an entry that was changed, removed from the middle, inserted or moved.
    """
    head = ChainHead(0, GENESIS)
    for entry in entries:
        place = head.size + 1
        following = chain(head.chain_hash, leaf_hash(entry.leaf))
        if entry.place != place or entry.chain_hash != following:
            raise BrokenChain(at=place)
        head = ChainHead(place, following)
    return head
