"""Files of up to 200 MiB, sealed chunk by chunk, so that an interrupted upload goes on and nothing is held whole.

Each chunk is sealed on its own with ChaCha20-Poly1305 (RFC 8439) under a key drawn for this file alone. The nonce is
the chunk's number; number, count, size and file are its additional data, so that a chunk which was moved, left out,
doubled or taken from another file does not open. (A key for each file and a counter as nonce: the STREAM construction
of Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015, with the count known beforehand.)
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.messages_case import CHUNK_BYTES, LARGEST_ATTACHMENT
from symbolon.protocol.problems import MalformedMessage, UnsealFailed
from symbolon.protocol.references import AttachmentId

_LABEL: Final = b"symbolon/1 attachment chunk\n"
_TAG_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """How a file of a size comes in chunks; raises :class:`MalformedMessage` where it is empty or too large."""

    attachment_id: AttachmentId
    size: int

    def __post_init__(self) -> None:
        if not 1 <= self.size <= LARGEST_ATTACHMENT:
            raise MalformedMessage(f"A file has 1 to {LARGEST_ATTACHMENT} bytes.")

    @property
    def count(self) -> int:
        """How many chunks there are.

        >>> ChunkPlan(AttachmentId("a"), CHUNK_BYTES + 1).count
        2
        """
        return -(-self.size // CHUNK_BYTES)

    def length(self, number: int) -> int:
        """Give the length of a chunk's content; raises :class:`MalformedMessage` for one that is not there."""
        if not 0 <= number < self.count:
            raise MalformedMessage("A file has no chunk of this number.")
        return min(CHUNK_BYTES, self.size - number * CHUNK_BYTES)

    def sealed_length(self, number: int) -> int:
        """Give the length of a sealed chunk: what the hub takes for it, neither more nor less."""
        return self.length(number) + _TAG_BYTES


def seal_chunk(plan: ChunkPlan, number: int, content: bytes, key: bytes) -> bytes:
    """Seal one chunk; the same arguments give the same bytes, so that it can be sent again."""
    if len(content) != plan.length(number):
        raise MalformedMessage("A chunk has exactly the length that the file's size gives it.")
    return ChaCha20Poly1305(key).encrypt(_nonce(number), content, _bound_to(plan, number))


def open_chunk(plan: ChunkPlan, number: int, sealed: bytes, key: bytes) -> bytes:
    """Open one chunk; raises :class:`UnsealFailed` where it is another's, of another place, or changed."""
    if len(sealed) != plan.sealed_length(number):
        raise UnsealFailed("The chunk is longer or shorter than the file's size gives it.")
    try:
        return ChaCha20Poly1305(key).decrypt(_nonce(number), sealed, _bound_to(plan, number))
    except InvalidTag:
        raise UnsealFailed("The chunk does not open: it was changed, or belongs elsewhere.") from None


def chunk_digest(sealed: bytes) -> str:
    """Name a sealed chunk by its SHA-256, in hexadecimal: how the hub knows that what came is what was offered."""
    return sha256(sealed).hexdigest()


def missing_chunks(count: int, received: Collection[int]) -> tuple[int, ...]:
    """Give what is still to be sent, in order.

    >>> missing_chunks(4, {0, 2})
    (1, 3)
    """
    return tuple(number for number in range(count) if number not in received)


_SIGNATURES: Final[Mapping[str, tuple[bytes, ...]]] = MappingProxyType(
    {
        "application/pdf": (b"%PDF-",),
        "image/png": (b"\x89PNG\r\n\x1a\n",),
        "image/jpeg": (b"\xff\xd8\xff",),
        "image/tiff": (b"II*\x00", b"MM\x00*"),
        "audio/wav": (b"RIFF",),
        "video/mp4": (b"ftyp",),
    }
)
TEXT_TYPES: Final = frozenset({"text/plain", "text/csv"})
TAKEN_TYPES: Final = TEXT_TYPES | _SIGNATURES.keys()
"""What is taken: nothing that a program would run, and no container that hides what is in it (archives, offices)."""

_FTYP_AT: Final = 4


def is_what_it_says(media_type: str, beginning: bytes) -> bool:
    """Whether a file's first bytes (512 are enough) are of the type that its sender names, and it is one that is taken.

    >>> is_what_it_says("application/pdf", b"%PDF-1.7")
    True
    >>> is_what_it_says("application/pdf", b"MZ")
    False
    """
    if media_type in TEXT_TYPES:
        return _is_text(beginning)
    offset = _FTYP_AT if media_type == "video/mp4" else 0
    return any(beginning.startswith(mark, offset) for mark in _SIGNATURES.get(media_type, ()))


def _is_text(beginning: bytes) -> bool:
    # A character may be cut in the middle at the end of what was looked at.
    for cut in range(4):
        try:
            text = beginning[: len(beginning) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return all(character in "\t\n\r\f" or character >= " " for character in text)
    return False


def _nonce(number: int) -> bytes:
    return bytes(4) + number.to_bytes(8, "big")


def _bound_to(plan: ChunkPlan, number: int) -> bytes:
    return _LABEL + canonical_bytes(
        {"attachment": plan.attachment_id, "chunk": number, "chunks": plan.count, "size": plan.size}
    )
