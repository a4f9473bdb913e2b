"""Named sections in a stream: a name, then its content in frames of known length, then an empty frame.

::

    length of the name (2 bytes) | name | [ length (4) | bytes ]… | 0 (4 bytes)

What they travel in is verified already: these lengths are a program's own, not an attacker's.
"""

from collections.abc import Iterable, Iterator
from typing import Final

_NAME_BYTES: Final = 2
_FRAME_BYTES: Final = 4


class BrokenSections(Exception):
    """The stream is not written as this module writes it."""


def write_section(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """One section, as pieces of the stream."""
    encoded = name.encode()
    yield len(encoded).to_bytes(_NAME_BYTES) + encoded
    for piece in pieces:
        if piece:
            yield len(piece).to_bytes(_FRAME_BYTES) + piece
    yield bytes(_FRAME_BYTES)


def read_sections(stream: Iterable[bytes]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each section's name and content; its content must be read before the next section is asked for.

    Raises `BrokenSections`.
    """
    source = _Source(iter(stream))
    while not source.at_end():
        name = source.take(int.from_bytes(source.take(_NAME_BYTES)))
        frames = _frames(source)
        yield _text(name), frames
        if next(frames, None) is not None:
            raise BrokenSections


def _frames(source: "_Source") -> Iterator[bytes]:
    while length := int.from_bytes(source.take(_FRAME_BYTES)):
        yield source.take(length)


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise BrokenSections from None


class _Source:
    """A stream of pieces, taken by number of bytes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = bytearray()

    def take(self, count: int) -> bytes:
        while len(self._held) < count:
            piece = next(self._pieces, None)
            if piece is None:
                raise BrokenSections
            self._held += piece
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken

    def at_end(self) -> bool:
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return True
            self._held += piece
        return False
