"""End-to-end sealing between members: HPKE (RFC 9180), base mode, one message at a time.

Suite: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. Base mode does not say who sealed: that is what the
signed envelope around it is for. The context (who to whom, about what) is HPKE's ``info``, as section 8.1 advises for
single messages, so a ciphertext moved to another envelope does not open.

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
from symbolon.protocol.keys import SealingKey, SealingPublicKey
from symbolon.protocol.messages_exchange import LinkageKeyShare, Reply, Request, Sealed, Vote
from symbolon.protocol.problems import MalformedMessage, UnsealFailed, WrongPurpose
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HitId, MemberCode, MessageId
from symbolon.protocol.wire_limits import FederationName

SUITE: Final = "HPKE-v1:DHKEM(X25519,HKDF-SHA256):HKDF-SHA256:ChaCha20Poly1305"
PADDING_STEP: Final = 256
VOTE_STEP: Final = 17 * PADDING_STEP
"""Room for a vote with the longest reason in four-byte characters: all votes have one length, whatever they say."""

_HPKE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_LABEL: Final = b"symbolon/1 seal\n"
_STEPS: Final[Mapping[Purpose, int]] = MappingProxyType({Purpose.VOTE: VOTE_STEP})

Sealable = Vote | Request | Reply | LinkageKeyShare
S = TypeVar("S", Vote, Request, Reply, LinkageKeyShare)


@dataclass(frozen=True, slots=True)
class SealContext:
    """To what a ciphertext is bound; the receiver takes it from the verified envelope around it."""

    federation: FederationName
    sender: MemberCode
    recipient: MemberCode
    purpose: Purpose
    hit_id: HitId | None
    message_id: MessageId


def seal(plain: Sealable, recipient: SealingPublicKey, context: SealContext) -> Sealed:
    """Seal a message for one recipient key.

    The canonical JSON is padded with blanks (insignificant in JSON) to a multiple of 256 bytes, a vote to one length.
    Raises :class:`WrongPurpose` where message and context disagree, :class:`MalformedMessage` where the message does
    not fit the wire format, is about another hit than its context, or the recipient's key is no usable point.
    """
    if plain.PURPOSE is not context.purpose:
        raise WrongPurpose("A message is sealed for its own purpose only.")
    _refuse_other_hit(plain, context)
    try:
        ciphertext = _HPKE.encrypt(_padded(plain), recipient.exchange_key(), info=_info(context))
    except ValueError:
        # A point of low order gives the same shared secret to everyone (RFC 7748, section 6.1).
        raise MalformedMessage("The recipient's sealing key is not usable.") from None
    return Sealed(hit_id=context.hit_id, recipient_key_id=recipient.key_id, suite=SUITE, ciphertext=ciphertext)


def unseal(kind: type[S], sealed: Sealed, key: SealingKey, context: SealContext) -> S:
    """Open what was sealed for this key in this context.

    Raises :class:`WrongPurpose` where the context is not for that kind of message, :class:`UnsealFailed` where suite,
    key, context or ciphertext do not fit, and :class:`MalformedMessage` where the content does not follow the wire
    format or is about another hit than its context.
    """
    if kind.PURPOSE is not context.purpose:
        raise WrongPurpose("A sealed message is opened for its own purpose only.")
    if (sealed.suite, sealed.recipient_key_id, sealed.hit_id) != (SUITE, key.key_id, context.hit_id):
        raise UnsealFailed("The message was sealed with another suite, for another key, or for another hit.")
    try:
        padded = _HPKE.decrypt(sealed.ciphertext, key.exchange_key(), info=_info(context))
    except InvalidTag:
        raise UnsealFailed("The sealed message does not open with this key in this context.") from None
    plain = from_wire(kind, parse_json(padded))
    _refuse_other_hit(plain, context)
    return plain


def _refuse_other_hit(plain: Sealable, context: SealContext) -> None:
    about = None if isinstance(plain, LinkageKeyShare) else plain.hit_id
    if about != context.hit_id:
        raise MalformedMessage("The sealed message is about another hit than the one it was sent for.")


def _padded(plain: Sealable) -> bytes:
    content = canonical_bytes(to_wire(plain))
    return content + b" " * (-len(content) % _STEPS.get(plain.PURPOSE, PADDING_STEP))


def _info(context: SealContext) -> bytes:
    return _LABEL + canonical_bytes(to_wire(context))
