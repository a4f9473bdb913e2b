"""A member seals each share of an encoding to its operator, so that the hub relays what it cannot open.

HPKE (RFC 9180), base mode, always hybrid (ML-KEM-768 with X25519, HKDF-SHA256, ChaCha20-Poly1305): who recorded the
bundles of all three operators today and broke one half of the keys later would still read nothing. What a bundle
belongs to is HPKE's ``info``, so one that is moved to another record, version, epoch or operator does not open.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.hybrid_keys import HybridSealingKey, HybridSealingPublicKey
from symbolon.protocol.messages_operators import Place
from symbolon.protocol.problems import MalformedMessage, UnsealFailed
from symbolon.protocol.references import MemberCode, RecordReference
from symbolon.protocol.wire_limits import Counter, FederationName, Sha256Hex

_HPKE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_LABEL: Final = b"symbolon/1 seal share\n"
SEALED_LONGER: Final = 1088 + 32 + 16
"""Bytes by which a sealed bundle is longer: the ML-KEM-768 ciphertext, the X25519 share, the tag."""


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


def seal_shares(bundle: bytes, operator: HybridSealingPublicKey, context: ShareContext) -> bytes:
    """Seal a bundle for one operator; raises :class:`MalformedMessage` where its key cannot be used."""
    try:
        return _HPKE.encrypt(bundle, operator.exchange_key(), info=_info(context))
    except ValueError:
        raise MalformedMessage("The operator's sealing key is not usable.") from None


def open_shares(sealed: bytes, key: HybridSealingKey, context: ShareContext) -> bytes:
    """Open what was sealed for this operator; raises :class:`UnsealFailed` for another key, context or ciphertext."""
    try:
        return _HPKE.decrypt(sealed, key.exchange_key(), info=_info(context))
    except (InvalidTag, ValueError):
        raise UnsealFailed("The bundle does not open with this key in this context.") from None


def _info(context: ShareContext) -> bytes:
    return _LABEL + canonical_bytes(to_wire(context))
