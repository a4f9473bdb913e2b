"""A member signs each bundle of shares and seals it to its operator: the hub relays what it can neither open nor make.

HPKE (RFC 9180), base mode, always hybrid (ML-KEM-768 with X25519, HKDF-SHA256, ChaCha20-Poly1305): who recorded the
bundles of all three operators today and broke one half of the keys later would still read nothing. What a bundle
belongs to is HPKE's ``info``, so one that is moved to another record, version, epoch or operator does not open.

Base mode says nothing about who sealed, so inside stands the member's signature (Ed25519): over what the bundle belongs
to, the terms of its record, the digest of the shares, and when. A hub can so neither make up a record, nor compare one
with more states than its owner admits, nor pass off one vector as another.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.federation import key_that_signed
from symbolon.protocol.handling import ComparableWith, Namespace
from symbolon.protocol.hybrid_keys import HybridSealingKey, HybridSealingPublicKey
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages_membership import FederationDirectory, MemberStanding
from symbolon.protocol.messages_sessions import Place
from symbolon.protocol.problems import MalformedMessage, UnsealFailed, WrongSender
from symbolon.protocol.references import MemberCode, RecordReference, parse_key_id
from symbolon.protocol.wire_limits import Counter, FederationName, Name, Sha256Hex, entries

_HPKE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_LABEL: Final = b"symbolon/1 seal share\n"
_SIGNED_LABEL: Final = b"symbolon/1 sign share\n"
_KEY_ID_BYTES: Final = 8
_TIME_BYTES: Final = 8
_SIGNATURE_BYTES: Final = 64
_HEAD_BYTES: Final = _KEY_ID_BYTES + _TIME_BYTES + _SIGNATURE_BYTES
SEALED_LONGER: Final = 1088 + 32 + 16 + _HEAD_BYTES
"""Bytes by which a sealed bundle is longer: ML-KEM-768 ciphertext, X25519 share, tag; key id, time, signature."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ShareContext:
    """To what a sealed bundle of shares belongs; hub and operator know all of it from the submission's own fields."""

    federation: FederationName
    sender: MemberCode
    place: Place
    reference: RecordReference
    version: Counter
    schema_digest: Sha256Hex
    epoch: Counter


@dataclass(frozen=True, slots=True)
class ShareTerms:
    """How a record may be compared, and what its vectors are: one for each row, in their order.

    The operator knows them from the segments that the hub described: what the member signed must be the same. Nothing
    of the outline is here: of its numbers even a digest would tell operators which records have one in common.
    """

    namespace: Namespace
    comparable_with: ComparableWith
    vectors: Annotated[tuple[Name, ...], entries(0, 1_000)]


@dataclass(frozen=True, slots=True)
class SignedShares:
    """What was opened: the shares, when they were signed and by which key, and the digest of all that was signed."""

    bundle: bytes = field(repr=False)
    signed_at: datetime
    digest: bytes


@dataclass(frozen=True, slots=True)
class _Statement:
    """What a member signs."""

    context: ShareContext
    terms: ShareTerms
    shares: Sha256Hex
    signed_at: datetime

    def signed_bytes(self) -> bytes:
        return _SIGNED_LABEL + canonical_bytes(to_wire(self))


@dataclass(frozen=True, slots=True)
class ShareSigner:
    """A member's key, and when it signs (whole milliseconds)."""

    key: SigningKey = field(repr=False)
    signed_at: datetime


def seal_shares(
    bundle: bytes, operator: HybridSealingPublicKey, context: ShareContext, terms: ShareTerms, signer: ShareSigner
) -> bytes:
    """Sign a bundle and seal it for one operator; raises :class:`MalformedMessage` where its key cannot be used."""
    signature = signer.key.sign(signed_statement(context, terms, bundle, signer.signed_at))
    at = (signer.signed_at - _EPOCH) // timedelta(milliseconds=1)
    head = bytes.fromhex(signer.key.key_id) + at.to_bytes(_TIME_BYTES, "big") + signature
    try:
        return _HPKE.encrypt(head + bundle, operator.exchange_key(), info=_info(context))
    except ValueError:
        raise MalformedMessage("The operator's sealing key is not usable.") from None


def open_shares(
    sealed: bytes, key: HybridSealingKey, context: ShareContext, terms: ShareTerms, directory: FederationDirectory
) -> SignedShares:
    """Open what was sealed for this operator, and believe its signature by the directory.

    Raises:
        UnsealFailed: another key, context or ciphertext.
        MalformedMessage: something else than signed shares was sealed.
        WrongSender: the sender is no member, was expelled, or was suspended when it signed.
        BadSignature: another signed it, or something else was signed; the key is not (any more) the sender's.
        RetiredKeyUsed: the key was retired by then.

    """
    try:
        opened = _HPKE.decrypt(sealed, key.exchange_key(), info=_info(context))
    except (InvalidTag, ValueError):
        raise UnsealFailed("The bundle does not open with this key in this context.") from None
    if len(opened) < _HEAD_BYTES:
        raise MalformedMessage("The bundle is shorter than its signature.")
    key_id = parse_key_id(opened[:_KEY_ID_BYTES].hex())
    try:
        at = int.from_bytes(opened[_KEY_ID_BYTES : _KEY_ID_BYTES + _TIME_BYTES], "big")
        signed_at = _EPOCH + timedelta(milliseconds=at)
    except OverflowError:
        raise MalformedMessage("The bundle was signed at no time that there is.") from None
    bundle = opened[_HEAD_BYTES:]
    statement = signed_statement(context, terms, bundle, signed_at)
    member = directory.member_of(context.sender)
    if member is None or member.standing is MemberStanding.EXPELLED:
        raise WrongSender("The bundle comes from nobody who takes part in this federation.")
    if not member.is_active and signed_at >= member.standing_since:
        raise WrongSender("The bundle was signed by a member that was suspended then.")
    key_that_signed(member, key_id, signed_at).verify(opened[_KEY_ID_BYTES + _TIME_BYTES : _HEAD_BYTES], statement)
    return SignedShares(bundle, signed_at, sha256(statement).digest())


def signed_statement(context: ShareContext, terms: ShareTerms, bundle: bytes, signed_at: datetime) -> bytes:
    """What a member signs of a bundle: a label and the canonical bytes."""
    return _Statement(context, terms, sha256(bundle).hexdigest(), signed_at).signed_bytes()


def _info(context: ShareContext) -> bytes:
    return _LABEL + canonical_bytes(to_wire(context))
