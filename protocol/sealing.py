"""End-to-end sealing between members: HPKE (RFC 9180), base mode, one message at a time, in one of two suites.

Classic: DHKEM(X25519, HKDF-SHA256). Hybrid: ML-KEM-768 with X25519, so that what is recorded today stays closed to a
quantum computer. Both with HKDF-SHA256 and ChaCha20-Poly1305. The hybrid is used wherever both members' cards have keys
for it, and then nothing else is taken, so that nobody between them can talk them down.

Base mode does not say who sealed: that is what the signed envelope around it is for. The context (who to whom, about
what, in which suite) is HPKE's ``info``, as section 8.1 advises for single messages, so a ciphertext moved to another
envelope does not open.

The ephemeral key of each message is drawn inside the cryptography library: the one randomness of this room.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.hybrid_keys import HybridSealingKey, OwnSealingKeys, RecipientKeys
from symbolon.protocol.keys import SealingKey
from symbolon.protocol.membership_problems import DowngradedSuite
from symbolon.protocol.messages_case import (
    AttachmentManifest,
    MeetingAnswer,
    MeetingProposal,
    OnwardUseDecision,
    OnwardUseRequest,
    PurgeReceipt,
    PurgeRequest,
)
from symbolon.protocol.messages_dialogue import (
    Clarification,
    ClarificationAnswer,
    ExtraFieldAnswer,
    ExtraFieldProposal,
    ExtraFieldValue,
    Feedback,
    FormalRoute,
    Note,
    Recall,
    RequestDecision,
    SpontaneousInformation,
)
from symbolon.protocol.messages_epochs import KeyCommitment, KeyConfirmation, KeyReveal
from symbolon.protocol.messages_exchange import LinkageKeyShare, Reply, Request, Sealed, Vote
from symbolon.protocol.messages_receivers import PairsFound
from symbolon.protocol.messages_steps import StateNotice
from symbolon.protocol.problems import MalformedMessage, UnsealFailed, WrongPurpose
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HitId, MemberCode, MessageId
from symbolon.protocol.wire_limits import FederationName

SUITE: Final = "HPKE-v1:DHKEM(X25519,HKDF-SHA256):HKDF-SHA256:ChaCha20Poly1305"
HYBRID_SUITE: Final = "HPKE-v1:MLKEM768-X25519:HKDF-SHA256:ChaCha20Poly1305"
PADDING_STEP: Final = 256
VOTE_STEP: Final = 17 * PADDING_STEP
"""Room for a vote with the longest reason in four-byte characters: all votes have one length, whatever they say."""

_HPKE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_HYBRID_HPKE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_LABEL: Final = b"symbolon/1 seal\n"
PAIRS_STEP: Final = 64 * PADDING_STEP
"""Room for as many pairs and answers as one message holds: all have one length, whether or not there are any."""

_STEPS: Final[Mapping[Purpose, int]] = MappingProxyType({Purpose.VOTE: VOTE_STEP, Purpose.PAIRS_FOUND: PAIRS_STEP})

HitSealable = (
    Vote
    | Request
    | Reply
    | RequestDecision
    | Clarification
    | ClarificationAnswer
    | Recall
    | SpontaneousInformation
    | FormalRoute
    | Feedback
    | Note
    | ExtraFieldProposal
    | ExtraFieldAnswer
    | ExtraFieldValue
    | AttachmentManifest
    | MeetingProposal
    | MeetingAnswer
    | OnwardUseRequest
    | OnwardUseDecision
    | PurgeRequest
    | PurgeReceipt
)
"""What is sealed about a hit."""

Sealable = HitSealable | LinkageKeyShare | KeyCommitment | KeyReveal | KeyConfirmation | PairsFound
S = TypeVar("S", bound=Sealable)


@dataclass(frozen=True, slots=True)
class SealContext:
    """To what a ciphertext is bound; the receiver takes it from the verified envelope around it."""

    federation: FederationName
    sender: MemberCode
    recipient: MemberCode
    purpose: Purpose
    hit_id: HitId | None
    message_id: MessageId


def seal(
    plain: Sealable,
    recipient: RecipientKeys,
    context: SealContext,
    *,
    sender_has_hybrid: bool,
    notice: StateNotice | None = None,
) -> Sealed:
    """Seal a message for the recipient of a card: hybrid where both cards have keys for it, else classic.

    The canonical JSON is padded with blanks (insignificant in JSON) to a multiple of 256 bytes, a vote to one length.
    ``notice`` is what the hub may see of a step (:mod:`symbolon.protocol.exchange_steps`).
    Raises :class:`WrongPurpose` where message and context disagree, :class:`MalformedMessage` where the message does
    not fit the wire format, is about another hit than its context, or the recipient's key is not usable.
    """
    if plain.PURPOSE is not context.purpose:
        raise WrongPurpose("A message is sealed for its own purpose only.")
    _refuse_other_hit(plain, context)
    hybrid = recipient.hybrid if sender_has_hybrid else None
    try:
        if hybrid is not None:
            suite, key_id = HYBRID_SUITE, hybrid.key_id
            ciphertext = _HYBRID_HPKE.encrypt(_padded(plain), hybrid.exchange_key(), info=_info(context, suite))
        else:
            suite, key_id = SUITE, recipient.classic.key_id
            ciphertext = _HPKE.encrypt(_padded(plain), recipient.classic.exchange_key(), info=_info(context, suite))
    except ValueError:
        # No ML-KEM key, or a point of low order, whose shared secret everybody knows (RFC 7748, section 6.1).
        raise MalformedMessage("The recipient's sealing key is not usable.") from None
    return Sealed(context.hit_id, key_id, suite, ciphertext, notice, _round_of(plain))


def unseal(kind: type[S], sealed: Sealed, keys: OwnSealingKeys, context: SealContext, *, sender_has_hybrid: bool) -> S:
    """Open what was sealed for this member in this context; ``sender_has_hybrid`` is what the sender's card says.

    Raises :class:`WrongPurpose` where the context is not for that kind of message, :class:`DowngradedSuite` where the
    classic suite was used although both members have keys for the hybrid one, :class:`UnsealFailed` where suite, key,
    context or ciphertext do not fit, and :class:`MalformedMessage` where the content does not follow the wire format or
    is about another hit than its context, or a vote of another round than stands beside it.
    """
    if kind.PURPOSE is not context.purpose:
        raise WrongPurpose("A sealed message is opened for its own purpose only.")
    if sealed.suite == SUITE and keys.hybrid is not None and sender_has_hybrid:
        raise DowngradedSuite("The message was sealed with the classic suite, though both members have hybrid keys.")
    key = _key_for(sealed.suite, keys)
    if key is None or (sealed.recipient_key_id, sealed.hit_id) != (key.key_id, context.hit_id):
        raise UnsealFailed("The message was sealed with another suite, for another key, or for another hit.")
    info = _info(context, sealed.suite)
    try:
        if isinstance(key, HybridSealingKey):
            padded = _HYBRID_HPKE.decrypt(sealed.ciphertext, key.exchange_key(), info=info)
        else:
            padded = _HPKE.decrypt(sealed.ciphertext, key.exchange_key(), info=info)
    except InvalidTag:
        raise UnsealFailed("The sealed message does not open with this key in this context.") from None
    plain = from_wire(kind, parse_json(padded))
    _refuse_other_hit(plain, context)
    if _round_of(plain) != sealed.vote_round:
        raise MalformedMessage("The sealed vote is of another round than the one that the hub took it for.")
    return plain


def _key_for(suite: str, keys: OwnSealingKeys) -> SealingKey | HybridSealingKey | None:
    if suite == SUITE:
        return keys.classic
    return keys.hybrid if suite == HYBRID_SUITE else None


def _round_of(plain: Sealable) -> int | None:
    return plain.round if isinstance(plain, Vote) else None


def _refuse_other_hit(plain: Sealable, context: SealContext) -> None:
    about = plain.hit_id if isinstance(plain, HitSealable) else None
    if about != context.hit_id:
        raise MalformedMessage("The sealed message is about another hit than the one it was sent for.")


def _padded(plain: Sealable) -> bytes:
    content = canonical_bytes(to_wire(plain))
    return content + b" " * (-len(content) % _STEPS.get(plain.PURPOSE, PADDING_STEP))


def _info(context: SealContext, suite: str) -> bytes:
    return _LABEL + canonical_bytes({**to_wire(context), "suite": suite})
