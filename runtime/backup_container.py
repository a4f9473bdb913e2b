"""The sealed file that a backup is: a header in clear, then chunks that only a passphrase or a private key opens.

STREAM (V. T. Hoang, R. Reyhanitabar, P. Rogaway and D. Vizár, *Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance*, CRYPTO 2015, section 7): each chunk is sealed under a nonce that holds its number and whether it is
the last, so that a chunk that was changed, moved, left out, doubled or added is found, and so is a file that ends early
at the border of a chunk. The key serves one file alone: it is derived from a fresh secret or salt, and the header.

::

    "symbolon backup 1", newline | header (canonical JSON), newline | chunks: 64 KiB of text (the last: less) and a tag

The secret is a passphrase under Argon2id (RFC 9106), or 32 random bytes sealed by HPKE (RFC 9180) to a public key of
ML-KEM-768 with X25519 whose private half lies elsewhere.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Protocol

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.hybrid_keys import HybridSealingKey, HybridSealingPublicKey
from symbolon.protocol.problems import MalformedMessage
from symbolon.runtime.errors import RuntimeFault

MAGIC: Final = b"symbolon backup 1\n"
CHUNK_BYTES: Final = 65_536
TAG_BYTES: Final = 16
SHORTEST_PASSPHRASE: Final = 12
_KEY_BYTES: Final = 32
_SALT_BYTES: Final = 16
_COUNTER_BYTES: Final = 11
_LONGEST_HEADER: Final = 8_192
_HPKE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_HPKE_INFO: Final = b"symbolon/1 backup secret\n"
_KEY_LABEL: Final = b"symbolon/1 backup key\n"

Header = Mapping[str, str | int]
"""What stands in clear: how the secret is had. It says nothing of whose backup this is."""


class BackupRefused(RuntimeFault):
    """A backup cannot be made, opened or restored as it is: one sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class PassphraseCost:
    """What one guess costs: the second recommended option of RFC 9106, section 4, unless a test says otherwise."""

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4

    def is_sane(self) -> bool:
        """Whether it is within what this program writes: a header must not make anybody work for hours."""
        return 1 <= self.passes <= 10 and 1 <= self.lanes <= 16 and 8 * self.lanes <= self.memory_kib <= 1_048_576


class Lock(Protocol):
    """What a new backup is locked with."""

    def lock(self, random_bytes: Callable[[int], bytes]) -> tuple[Header, bytes]:
        """What the header says of it, and the secret."""
        ...


class Unlock(Protocol):
    """What opens a backup."""

    def unlock(self, header: Header) -> bytes:
        """The secret. Raises `BackupRefused` where the backup is locked in another way."""
        ...


@dataclass(frozen=True, slots=True)
class Passphrase:
    """A passphrase, which locks and unlocks."""

    text: str = field(repr=False)
    cost: PassphraseCost = field(default_factory=PassphraseCost)

    def __post_init__(self) -> None:
        if len(self.text) < SHORTEST_PASSPHRASE:
            raise BackupRefused(
                f"The passphrase is shorter than {SHORTEST_PASSPHRASE} characters: take six words drawn at random."
            )

    def lock(self, random_bytes: Callable[[int], bytes]) -> tuple[Header, bytes]:
        """A salt of its own for each backup."""
        salt = random_bytes(_SALT_BYTES)
        header: Header = {
            "lock": "passphrase",
            "salt": b64encode(salt).decode(),
            "passes": self.cost.passes,
            "memory_kib": self.cost.memory_kib,
            "lanes": self.cost.lanes,
        }
        return header, self._stretched(salt, self.cost)

    def unlock(self, header: Header) -> bytes:
        """The secret, with the cost that the header names."""
        if header.get("lock") != "passphrase":
            raise BackupRefused("This backup was sealed for a private key, not with a passphrase: give --key-file.")
        numbers = [header.get(name) for name in ("passes", "memory_kib", "lanes")]
        if set(header) != {"lock", "salt", "passes", "memory_kib", "lanes"} or not all(
            type(number) is int for number in numbers
        ):
            raise _damaged()
        cost = PassphraseCost(*(int(number or 0) for number in numbers))
        if not cost.is_sane():
            raise _damaged()
        return self._stretched(_bytes_of(header, "salt"), cost)

    def _stretched(self, salt: bytes, cost: PassphraseCost) -> bytes:
        if len(salt) != _SALT_BYTES:
            raise _damaged()
        return hash_secret_raw(self.text.encode(), salt, cost.passes, cost.memory_kib, cost.lanes, _KEY_BYTES, Type.ID)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public key: whoever makes the backup cannot open it."""

    key: HybridSealingPublicKey

    def lock(self, random_bytes: Callable[[int], bytes]) -> tuple[Header, bytes]:
        """A fresh secret, sealed to the key."""
        secret = random_bytes(_KEY_BYTES)
        sealed = _HPKE.encrypt(secret, self.key.exchange_key(), info=_HPKE_INFO)
        return {"lock": "recipient", "key_id": self.key.key_id, "sealed": b64encode(sealed).decode()}, secret


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """The private half of a recipient's key."""

    key: HybridSealingKey = field(repr=False)

    def unlock(self, header: Header) -> bytes:
        """The secret that was sealed to the key."""
        if header.get("lock") != "recipient":
            raise BackupRefused("This backup was sealed with a passphrase, not for a key: give --passphrase-file.")
        if set(header) != {"lock", "key_id", "sealed"}:
            raise _damaged()
        if header["key_id"] != self.key.key_id:
            raise BackupRefused(
                "This backup was sealed for another key than the one in --key-file, or its header was changed."
            )
        try:
            return _HPKE.decrypt(_bytes_of(header, "sealed"), self.key.exchange_key(), info=_HPKE_INFO)
        except (InvalidTag, ValueError):
            raise _damaged() from None


def write_container(
    pieces: Iterable[bytes], out: BinaryIO, lock: Lock, random_bytes: Callable[[int], bytes] = os.urandom
) -> int:
    """Seal the pieces, in their order, into `out`; how many bytes were written."""
    header, secret = lock.lock(random_bytes)
    head = MAGIC + canonical_bytes(dict(header)) + b"\n"
    written = out.write(head)
    aead, number = AESGCM(_file_key(secret, head)), 0
    held = bytearray()
    for piece in pieces:
        held += piece
        # One byte more than a chunk: then this one is not the last.
        while len(held) > CHUNK_BYTES:
            written += out.write(aead.encrypt(_nonce(number, is_last=False), bytes(held[:CHUNK_BYTES]), None))
            del held[:CHUNK_BYTES]
            number += 1
    return written + out.write(aead.encrypt(_nonce(number, is_last=True), bytes(held), None))


def read_container(source: BinaryIO, unlock: Unlock) -> Iterator[bytes]:
    """The text of a container, chunk by chunk, each as soon as it is verified.

    Only whoever has read to the end knows that nothing is missing. Raises `BackupRefused`.
    """
    head = MAGIC
    if source.read(len(MAGIC)) != MAGIC:
        raise BackupRefused("This file is no backup of Symbolon, or its first bytes were changed.")
    line = source.readline(_LONGEST_HEADER)
    head += line
    aead, number = AESGCM(_file_key(unlock.unlock(_header(line)), head)), 0
    sealed = source.read(CHUNK_BYTES + TAG_BYTES)
    while True:
        following = source.read(CHUNK_BYTES + TAG_BYTES)
        try:
            text = aead.decrypt(_nonce(number, is_last=not following), sealed, None)
        except (InvalidTag, ValueError):
            if number == 0:
                raise BackupRefused(
                    "The backup does not open: this is not its passphrase or key, or its beginning was changed."
                ) from None
            raise _damaged() from None
        yield text
        if not following:
            return
        sealed, number = following, number + 1


def _header(line: bytes) -> Header:
    try:
        header = parse_json(line.removesuffix(b"\n"))
    except MalformedMessage:
        raise _damaged() from None
    if not line.endswith(b"\n") or not isinstance(header, dict):
        raise _damaged()
    return {
        name: value for name, value in header.items() if isinstance(value, str | int) and not isinstance(value, bool)
    }


def _bytes_of(header: Header, name: str) -> bytes:
    try:
        return b64decode(str(header[name]), validate=True)
    except ValueError:
        raise _damaged() from None


def _file_key(secret: bytes, head: bytes) -> bytes:
    # The header is part of what the key is derived from: changed, no chunk opens.
    digest = HKDF(SHA256(), _KEY_BYTES, salt=None, info=_KEY_LABEL + head)
    return digest.derive(secret)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES) + bytes([is_last])


def _damaged() -> BackupRefused:
    return BackupRefused("The backup was changed, or a part of it is missing: take another copy of it.")
