"""Key files as they lie on disk: each under a data key of its own, which the node key wraps.

::

    "symbolon sealed file 1", newline | length of the wrapped key (2) | wrapped key | nonce (12) | AES-256-GCM text

The file's name is bound as associated data: a file cannot be put in the place of another.
"""

import os
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.key_services import KEY_BYTES, KeyService

_MAGIC: Final = b"symbolon sealed file 1\n"
_NONCE_BYTES: Final = 12
_LENGTH_BYTES: Final = 2


def is_sealed(content: bytes) -> bool:
    """Whether a file's content is a sealed one."""
    return content.startswith(_MAGIC)


class FileSealer:
    """Seals and opens key files. The key service is asked on first use, and once for each file's key."""

    def __init__(
        self, key_service: Callable[[], KeyService], random_bytes: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._key_service = key_service
        self._random_bytes = random_bytes
        self._unwrapped: dict[bytes, bytes] = {}

    def seal(self, content: bytes, place: str) -> bytes:
        """The sealed content of a file that lies at ``place`` ("keys/signing")."""
        data_key, nonce = self._random_bytes(KEY_BYTES), self._random_bytes(_NONCE_BYTES)
        wrapped = self._key_service().wrap(data_key)
        head = _MAGIC + len(wrapped).to_bytes(_LENGTH_BYTES) + wrapped
        return head + nonce + AESGCM(data_key).encrypt(nonce, content, head + place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """The content. Raises :class:`ConfigurationMistake` when it was changed, or is another file's."""
        start = len(_MAGIC) + _LENGTH_BYTES
        end = start + int.from_bytes(sealed[len(_MAGIC) : start])
        head, wrapped, nonce = sealed[:end], sealed[start:end], sealed[end : end + _NONCE_BYTES]
        damaged = ConfigurationMistake(
            f"The file {place} was changed on disk, or is another file under its name: restore it from a backup."
        )
        if len(sealed) < end + _NONCE_BYTES:
            raise damaged
        if wrapped not in self._unwrapped:
            self._unwrapped[wrapped] = self._key_service().unwrap(wrapped)
        try:
            return AESGCM(self._unwrapped[wrapped]).decrypt(nonce, sealed[end + _NONCE_BYTES :], head + place.encode())
        except (InvalidTag, ValueError):
            raise damaged from None
