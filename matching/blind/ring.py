"""The Galois ring GR(2^e, 2) = Z_{2^e}[ω] / (ω² + ω + 1), many elements at a time in one integer.

An element a₀ + a₁·ω takes two lanes of e bits, a₀ the lower. A row of n elements is one Python integer of 2n lanes,
little-endian, so that its bytes are an array of 16-bit or 32-bit words; lane-wise sums are a handful of operations on
the whole row. A member's node needs no numpy for this.

Two bits (x, y) of a vector become the element x + y·V·(ω − 2) with -7·V² = 1. That basis is self-dual under
L(z₀ + z₁·ω) = z₀ + 2·z₁: L of a product of two such elements is x·x' + y·y', so one sharing serves as stored record and
as query. (Bloemen et al. 2024 pack bits so, with one basis for records and its dual for queries.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from symbolon.matching.blind.errors import MalformedShare

_BITS_OF_A_BYTE: Final = 8


@dataclass(frozen=True)
class GaloisRing:
    """GR(2^e, 2): what is computed from e and the length of a vector.

    >>> RING_16.basis, 7 * RING_16.basis**2 % 2**16 == 2**16 - 1, RING_32.basis % 2**16 == RING_16.basis
    (11677, True, True)
    """

    word_bits: int
    """e: 16 for the cheap thresholds, 32 for any."""
    basis: int
    """V: the 2-adic square root of -1/7 that is 1 modulo 4, to e bits."""

    @property
    def modulus(self) -> int:
        """2^e."""
        return 1 << self.word_bits

    @property
    def word_bytes(self) -> int:
        """Bytes of one lane."""
        return self.word_bits // _BITS_OF_A_BYTE

    @property
    def popcount_weight(self) -> int:
        """Weight h with x + y = a₀ + h·a₁ for the element of two bits (x, y): 2 + 1/V."""
        return (2 + pow(self.basis, -1, self.modulus)) % self.modulus

    @property
    def third(self) -> int:
        """1/3, by which values at 1, ω, ω² are summed to the value at 0."""
        return pow(3, -1, self.modulus)

    @cached_property
    def elements_of_byte(self) -> tuple[bytes, ...]:
        """For each byte of a vector, the eight lanes of its eight bits."""
        return tuple(
            b"".join(self._lanes_of_pair(byte >> place & 1, byte >> place + 1 & 1) for place in range(0, 8, 2))
            for byte in range(256)
        )

    def _lanes_of_pair(self, x: int, y: int) -> bytes:
        lanes = (x - 2 * self.basis * y, self.basis * y)
        return b"".join((lane % self.modulus).to_bytes(self.word_bytes, "little") for lane in lanes)


RING_16: Final = GaloisRing(16, 0x2D9D)
RING_32: Final = GaloisRing(32, 0x7BEA_2D9D)
RINGS: Final = {ring.word_bits: ring for ring in (RING_16, RING_32)}


@dataclass(frozen=True)
class RowOfElements:
    """Arithmetic on rows of vector_bits / 2 ring elements, each row one integer of `vector_bits` lanes.

    >>> row = RowOfElements(RING_16, 64)
    >>> one = int.from_bytes(bytes([1] + [0] * 127), "little")
    >>> row.times_omega(row.times_omega(row.times_omega(one))) == one
    True
    """

    ring: GaloisRing
    vector_bits: int

    @property
    def size(self) -> int:
        """Bytes of a row: 2,048 for 1,024 bits at e = 16."""
        return self.vector_bits * self.ring.word_bytes

    @cached_property
    def _top_bits(self) -> int:
        return int.from_bytes((bytes(self.ring.word_bytes - 1) + b"\x80") * self.vector_bits, "little")

    @cached_property
    def _even_lanes(self) -> int:
        word = self.ring.word_bytes
        return int.from_bytes((b"\xff" * word + bytes(word)) * (self.vector_bits // 2), "little")

    def embed(self, vector: bytes) -> int:
        """The elements of a bit vector, two bits each, in the order of its bits."""
        if len(vector) * _BITS_OF_A_BYTE != self.vector_bits:
            raise MalformedShare("the vector has another width than its schema says")
        table = self.ring.elements_of_byte
        return int.from_bytes(b"".join([table[byte] for byte in vector]), "little")

    def read(self, lanes: bytes) -> int:
        """A row from its bytes."""
        if len(lanes) != self.size:
            raise MalformedShare(f"a share or its randomness takes {self.size} bytes")
        return int.from_bytes(lanes, "little")

    def write(self, row: int) -> bytes:
        """The bytes of a row."""
        return row.to_bytes(self.size, "little")

    def plus(self, one: int, other: int) -> int:
        """Element by element: sum without the lanes' top bits, whose carries would run over, then these by XOR."""
        top = self._top_bits
        return ((one & ~top) + (other & ~top)) ^ ((one ^ other) & top)

    def minus(self, one: int, other: int) -> int:
        """Element by element, likewise: the borrowed top bit keeps each lane's difference in its lane."""
        top = self._top_bits
        return ((one | top) - (other & ~top)) ^ (~(one ^ other) & top)

    def times_omega(self, row: int) -> int:
        """ω·(a₀ + a₁·ω) = -a₁ + (a₀ - a₁)·ω."""
        even, word = self._even_lanes, self.ring.word_bits
        first_lanes, second_lanes = row & even, row >> word & even
        return self.minus(first_lanes << word, second_lanes | second_lanes << word)
