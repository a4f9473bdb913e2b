"""Uniform bytes from a seed: HKDF-SHA256 (RFC 5869) names the use, AES-256 in counter mode (SP 800-38A) fills it.

Every key has one use, told by `Use` and a place within it, and starts its counter at zero; so no two uses can share a
counter block. Plain Python: a member's node uses it too.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEED_BYTES: Final = 32
_LABEL: Final = b"symbolon/1/blind/"


class Use(StrEnum):
    """What a derived key is for."""

    SHARING = "sharing"
    """A member's node: the slope of a vector; the seed is drawn for one vector or carries a count as its place."""
    REFRESH = "refresh"
    """All three operators: the slope that is added to a row; the seed is `joint_seed` of this refresh."""
    RESTORING = "restoring"
    """Two operators: a seed for masks of a third's parts, of their pair key, the third's place, the generation, the
    change and a nonce of each; and from that seed the mask of each record."""
    STREAMS = "streams"
    """Two operators: the key of a batch's streams; the seed is their pair key of this generation."""
    CHALLENGE = "challenge"
    """All three operators: public coefficients of the proof that records are bits, of a nonce of each."""
    CANARY = "canary"
    """Members: the order of positions of a canary's vectors; the seed is derived from the linkage key."""
    JOINT_SEED = "joint-seed"
    """All three operators: one seed from the three that each drew and sent to the others."""


def derive_key(seed: bytes, use: Use, place: bytes) -> bytes:
    """A 32-byte key for one place of one use."""
    return HKDF(algorithm=SHA256(), length=SEED_BYTES, salt=None, info=_LABEL + use.encode() + b"/" + place).derive(
        seed
    )


def counter_mode(key: bytes, first_block: bytes) -> CipherContext:
    """The key stream of AES-256-CTR from this 16-byte counter block on, taken by encrypting zeros."""
    return Cipher(algorithms.AES(key), modes.CTR(first_block)).encryptor()


def expand(seed: bytes, use: Use, place: bytes, size: int) -> bytes:
    """`size` bytes that nobody without the seed can tell from uniform ones; another place gives independent ones."""
    return counter_mode(derive_key(seed, use, place), bytes(16)).update(bytes(size))


def joint_seed(contributions: tuple[bytes, bytes, bytes]) -> bytes:
    """The seed that is uniform as long as one of the three operators drew its 32 bytes so, in the operators' order."""
    return derive_key(b"".join(contributions), Use.JOINT_SEED, b"")
