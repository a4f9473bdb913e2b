"""Messages between operators as bytes: a header that says to what they belong, then words, little-endian.

| bytes | content |
|---|---|
| 4 | `SYB1` |
| 16 | session |
| 8 | batch number, big-endian |
| 2 | gate, big-endian |
| 1, 1 | sender, recipient |
| rest | 64-bit words of bit planes |

The channel gives secrecy and authenticity (TLS with both sides' certificates); whoever reads a frame says from whose
channel it came, and the header must agree.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from math import prod
from typing import Final

import numpy as np

from symbolon.matching.blind.batch import Gate, Operator
from symbolon.matching.blind.bit_planes import Planes
from symbolon.matching.blind.errors import MalformedFrame
from symbolon.matching.blind.sharing import OPERATORS
from symbolon.matching.blind.streams import BatchNumber, SessionId

_MAGIC: Final = b"SYB1"
_HEADER: Final = struct.Struct(">4s16sQHBB")
HEADER_BYTES: Final = _HEADER.size
_WORD_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Frame:
    """One message between two operators."""

    session: SessionId
    batch: BatchNumber
    gate: Gate
    sender: Operator
    recipient: Operator
    words: bytes | memoryview = field(repr=False)

    def to_bytes(self) -> bytes:
        """As it goes over the channel."""
        header = _HEADER.pack(_MAGIC, self.session, self.batch, self.gate, self.sender, self.recipient)
        return b"".join((header, self.words))

    @staticmethod
    def from_bytes(data: bytes) -> Frame:
        """Read the header; the words' length is checked where their shape is known (`planes`).

        Raises:
            MalformedFrame: no frame of this version.

        """
        if len(data) < HEADER_BYTES:
            raise MalformedFrame("shorter than a frame's header")
        magic, session, batch, gate, sender, recipient = _HEADER.unpack_from(data)
        if magic != _MAGIC or sender not in OPERATORS or recipient not in OPERATORS:
            raise MalformedFrame("not a frame of version 1")
        words = memoryview(data)[HEADER_BYTES:]
        return Frame(SessionId(session), BatchNumber(batch), Gate(gate), sender, recipient, words)

    def planes(self, shape: tuple[int, ...]) -> Planes:
        """The words in the shape that their place in the protocol asks for.

        Raises:
            MalformedFrame: more or fewer.

        """
        if len(self.words) != prod(shape) * _WORD_BYTES:
            raise MalformedFrame("another number of words than this place of the protocol has")
        return np.frombuffer(self.words, dtype=np.uint64).reshape(shape)
