"""Keys of the post-quantum hybrid: ML-KEM-768 (FIPS 203) together with X25519, as HPKE takes them.

Whoever breaks one of the two still reads nothing. The secret is one 32-byte seed, stretched by SHAKE256 into the
ML-KEM seed (64 bytes: d and z) and the X25519 scalar (32 bytes), as in X-Wing (draft-connolly-cfrg-xwing-kem, section
5.2). The public half is the ML-KEM key (1184 bytes) and the X25519 key (32 bytes), one after the other.
"""

from dataclasses import dataclass, field
from hashlib import shake_256
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from symbolon.protocol.keys import KEY_BYTES, SealingKey, SealingPublicKey
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import KeyId, key_id_of

ML_KEM_PUBLIC_BYTES: Final = 1184
_ML_KEM_SEED_BYTES: Final = 64
HYBRID_PUBLIC_BYTES: Final = ML_KEM_PUBLIC_BYTES + KEY_BYTES


@dataclass(frozen=True, slots=True)
class HybridSealingPublicKey:
    """The public half of a hybrid sealing key: 1216 raw bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != HYBRID_PUBLIC_BYTES:
            raise MalformedMessage(f"A hybrid sealing public key is {HYBRID_PUBLIC_BYTES} bytes long.")

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Take raw bytes; raises :class:`MalformedMessage` where they are not 1216."""
        return cls(bytes(raw))

    def to_bytes(self) -> bytes:
        """Give the 1216 raw bytes."""
        return self.raw

    @property
    def key_id(self) -> KeyId:
        """The key's name on the wire."""
        return key_id_of(self.raw)

    def exchange_key(self) -> MLKEM768X25519PublicKey:
        """Give the key as the HPKE implementation takes it; raises ``ValueError`` where it is no ML-KEM key."""
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.raw[:ML_KEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(self.raw[ML_KEM_PUBLIC_BYTES:]),
        )


@dataclass(frozen=True, slots=True)
class HybridSealingKey:
    """A member's key for opening what was sealed for it with the hybrid suite: a 32-byte seed."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != KEY_BYTES:
            raise MalformedMessage(f"A hybrid sealing key is {KEY_BYTES} bytes long.")

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
    def public(self) -> HybridSealingPublicKey:
        """The public half."""
        ml_kem, x25519 = self._parts()
        return HybridSealingPublicKey(ml_kem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw())

    @property
    def key_id(self) -> KeyId:
        """The name of the public half on the wire."""
        return self.public.key_id

    def exchange_key(self) -> MLKEM768X25519PrivateKey:
        """Give the key as the HPKE implementation takes it."""
        return MLKEM768X25519PrivateKey(*self._parts())

    def _parts(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        stretched = shake_256(self.seed).digest(_ML_KEM_SEED_BYTES + KEY_BYTES)
        return (
            MLKEM768PrivateKey.from_seed_bytes(stretched[:_ML_KEM_SEED_BYTES]),
            X25519PrivateKey.from_private_bytes(stretched[_ML_KEM_SEED_BYTES:]),
        )


@dataclass(frozen=True, slots=True)
class RecipientKeys:
    """The public keys that a message may be sealed for: those of the recipient's card."""

    classic: SealingPublicKey
    hybrid: HybridSealingPublicKey | None


@dataclass(frozen=True, slots=True)
class OwnSealingKeys:
    """A member's own keys for opening what came sealed, as they stood together on one of its cards."""

    classic: SealingKey
    hybrid: HybridSealingKey | None
