"""Keys, one use each: signing (Ed25519, RFC 8032), sealing (X25519, RFC 7748) and linkage (HKDF-SHA256, RFC 5869).

Nothing here draws randomness: a new key is made of 32 random bytes that the caller drew. Secrets stay out of ``repr``.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from symbolon.protocol.problems import BadSignature, MalformedMessage
from symbolon.protocol.references import KeyId, key_id_of

KEY_BYTES: Final = 32
CHECK_VALUE_BYTES: Final = 16


class KeyPurpose(StrEnum):
    """What a key is for; each has one use."""

    SIGNING = "signing"
    SEALING = "sealing"
    HYBRID_SEALING = "hybrid-sealing"
    LINKAGE = "linkage"


def _exactly_32(raw: bytes, what: str) -> bytes:
    if len(raw) != KEY_BYTES:
        raise MalformedMessage(f"A {what} is {KEY_BYTES} bytes long.")
    return bytes(raw)


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """The public half of a signing key: 32 raw bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        _exactly_32(self.raw, "verifying key")

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Take raw bytes; raises :class:`MalformedMessage` where they are not 32."""
        return cls(bytes(raw))

    def to_bytes(self) -> bytes:
        """Give the 32 raw bytes."""
        return self.raw

    @property
    def key_id(self) -> KeyId:
        """The key's name on the wire."""
        return key_id_of(self.raw)

    def verify(self, signature: bytes, data: bytes) -> None:
        """Check a signature; raises :class:`BadSignature`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
        except InvalidSignature:
            raise BadSignature("The signature was not made by this key over these bytes.") from None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A party's key for signing envelopes: the 32-byte seed of Ed25519 (RFC 8032, section 5.1.5)."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _exactly_32(self.seed, "signing key")

    @classmethod
    def generate(cls, drawn: bytes) -> Self:
        """Make a new key of 32 bytes freshly drawn from a cryptographic generator."""
        return cls(bytes(drawn))

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Take a stored key; raises :class:`MalformedMessage` where it is not 32 bytes."""
        return cls(bytes(raw))

    def to_bytes(self) -> bytes:
        """Give the secret 32 bytes, for storing."""
        return self.seed

    @property
    def public(self) -> VerifyingKey:
        """The public half."""
        return VerifyingKey(Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    @property
    def key_id(self) -> KeyId:
        """The name of the public half on the wire."""
        return self.public.key_id

    def sign(self, data: bytes) -> bytes:
        """Give the 64-byte signature; the same key and data give the same signature (Ed25519 is deterministic)."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(data)


@dataclass(frozen=True, slots=True)
class SealingPublicKey:
    """The public half of a sealing key: 32 raw bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        _exactly_32(self.raw, "sealing public key")

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Take raw bytes; raises :class:`MalformedMessage` where they are not 32."""
        return cls(bytes(raw))

    def to_bytes(self) -> bytes:
        """Give the 32 raw bytes."""
        return self.raw

    @property
    def key_id(self) -> KeyId:
        """The key's name on the wire."""
        return key_id_of(self.raw)

    def exchange_key(self) -> X25519PublicKey:
        """Give the key as the HPKE implementation takes it."""
        return X25519PublicKey.from_public_bytes(self.raw)


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A member's key for opening what was sealed for it: the 32-byte X25519 scalar (RFC 7748, section 5)."""

    scalar: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _exactly_32(self.scalar, "sealing key")

    @classmethod
    def generate(cls, drawn: bytes) -> Self:
        """Make a new key of 32 bytes freshly drawn from a cryptographic generator."""
        return cls(bytes(drawn))

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Take a stored key; raises :class:`MalformedMessage` where it is not 32 bytes."""
        return cls(bytes(raw))

    def to_bytes(self) -> bytes:
        """Give the secret 32 bytes, for storing."""
        return self.scalar

    @property
    def public(self) -> SealingPublicKey:
        """The public half."""
        return SealingPublicKey(X25519PrivateKey.from_private_bytes(self.scalar).public_key().public_bytes_raw())

    @property
    def key_id(self) -> KeyId:
        """The name of the public half on the wire."""
        return self.public.key_id

    def exchange_key(self) -> X25519PrivateKey:
        """Give the key as the HPKE implementation takes it."""
        return X25519PrivateKey.from_private_bytes(self.scalar)


@dataclass(frozen=True, slots=True)
class LinkageKey:
    """The nodes' shared secret of one epoch, from which every key of the encodings is derived; never at the hub."""

    epoch: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _exactly_32(self.secret, "linkage key")
        if self.epoch < 1:
            raise MalformedMessage("The epochs of a linkage key are counted from 1.")

    @classmethod
    def generate(cls, epoch: int, drawn: bytes) -> Self:
        """Make the key of a new epoch of 32 bytes freshly drawn from a cryptographic generator."""
        return cls(epoch, bytes(drawn))

    def subkey(self, label: str) -> bytes:
        """Derive the 32-byte key for one use: HKDF-SHA256 with the info ``symbolon/1/linkage/<label>``."""
        return self._derive(f"symbolon/1/linkage/{label}", KEY_BYTES)

    def check_value(self) -> bytes:
        """Give 16 bytes by which two nodes see that they hold the same key of the same epoch, without showing it."""
        return self._derive(f"symbolon/1/linkage-check/{self.epoch}", CHECK_VALUE_BYTES)

    def _derive(self, info: str, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info.encode("utf-8")).derive(self.secret)
