"""One batch of pairs: its shape, who plays which role in it, and which message comes after which.

The three operators stand for points on a line (`sharing`); in the boolean part they play roles 0, 1, 2. The rotation
says who plays which, so that the same batch can be computed again with the roles exchanged.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NewType

from symbolon.matching.blind.dot_products import PAIRS_PER_WORD
from symbolon.matching.blind.errors import UnfitBatch
from symbolon.matching.blind.sharing import OPERATORS
from symbolon.matching.blind.streams import BatchNumber

Operator = int
"""0, 1 or 2: the point ω^p."""
Role = NewType("Role", int)
"""0, 1 or 2: what an operator does in one batch."""
Gate = NewType("Gate", int)
"""A message's place in the protocol."""
MASKED: Final = Gate(0)
"""Roles 1 and 2 to role 0: masked additive shares."""
INPUT: Final = Gate(1)
"""Role 0 to role 2: its share of the bits that role 0 puts in."""
FIRST_AND: Final = Gate(2)
"""From here on, each role to the role before it: its third of an AND."""
MOST_PAIRS: Final = 1 << 24
_DESCRIBED: Final = struct.Struct(">QIIBBB")


class Carry(IntEnum):
    """How the carry into the top bit is found."""

    RIPPLE = 0
    """Bit by bit: k - 1 rounds, as many bits sent a pair. For throughput."""
    TREE = 1
    """Blocks of two, four, eight bits: 1 + log2(k - 1) rounds, over twice the bits. Where a round trip is long."""


class Rotation(IntEnum):
    """Operator p plays role (p + rotation) modulo 3."""

    STRAIGHT = 0
    ONCE = 1
    TWICE = 2


def subject_of(parts: Iterable[bytes]) -> bytes:
    """A digest of the rows in their order, the test, the ring, the pairs in scope: each as bytes of its own."""
    digests = (hashlib.sha256(part).digest() for part in parts)
    return hashlib.sha256(b"symbolon/1/blind/subject\n" + b"".join(digests)).digest()


@dataclass(frozen=True, slots=True)
class Batch:
    """What all three operators are told before they compute.

    If one is told otherwise than the others, its streams are others too, and the result is noise: nobody who asks for
    batches can have the three compute different things and learn from what comes out.
    """

    number: BatchNumber
    queries: int
    records: int
    """A multiple of 64; rows that fill it up are not opened."""
    bits: int
    """k, as from `LinearTest.fitting`."""
    subject: bytes
    """SHA-256 over what is compared with what and how (`subject_of`), as this operator was told it."""
    rotation: Rotation = Rotation.STRAIGHT
    carry: Carry = Carry.RIPPLE

    def __post_init__(self) -> None:
        """Refuse what no kernel is made for."""
        if self.queries < 1 or self.records < 1 or self.records % PAIRS_PER_WORD:
            raise UnfitBatch("a batch has queries, and records in multiples of 64")
        if self.queries * self.records > MOST_PAIRS:
            raise UnfitBatch(f"a batch has at most {MOST_PAIRS} pairs: part it")
        if not 2 <= self.bits <= 32:
            raise UnfitBatch("values have 2 to 32 bits")

    @property
    def described(self) -> bytes:
        """All that the operators must agree on, as bytes; their streams are derived from it."""
        shape = _DESCRIBED.pack(self.number, self.queries, self.records, self.bits, self.rotation, self.carry)
        return shape + self.subject

    @property
    def plane(self) -> tuple[int, int]:
        """Shape of one bit of every pair: (queries, words)."""
        return self.queries, self.records // PAIRS_PER_WORD

    @property
    def number_planes(self) -> tuple[int, int, int]:
        """Shape of a number for every pair: (bits, queries, words)."""
        return (self.bits, *self.plane)

    def role_of(self, operator: Operator) -> Role:
        """Which role the operator plays."""
        return Role((operator + self.rotation) % len(OPERATORS))

    def operator_of(self, role: int) -> Operator:
        """Who plays a role; roles count modulo 3."""
        return (role - self.rotation) % len(OPERATORS)

    @property
    def ands(self) -> tuple[int, ...]:
        """ANDs a pair in each round of the sum.

        >>> Batch(BatchNumber(0), 1, 64, 16, bytes(32), carry=Carry.TREE).ands
        (15, 13, 7, 3, 1)
        """
        blocks = self.bits - 1
        if self.carry is Carry.RIPPLE:
            return (1,) * blocks
        rounds = [blocks]
        while blocks > 1:
            rounds.append(2 * (blocks // 2) - 1)  # the lowest pair of blocks needs no second product
            blocks -= blocks // 2
        return tuple(rounds)

    @property
    def rounds(self) -> int:
        """Messages that wait for one another: masks, input, the sum, the opening."""
        return 3 + len(self.ands)

    def arrivals(self, role: Role) -> dict[Operator, tuple[Gate, ...]]:
        """What a role is sent, by the operator that sends it, in this order and not otherwise."""
        thirds = tuple(Gate(FIRST_AND + place) for place in range(len(self.ands)))
        by_role: dict[int, tuple[Gate, ...]] = {(role + 1) % 3: thirds}
        if role == 0:
            by_role = {1: (MASKED, *thirds), 2: (MASKED,)}
        if role == 2:
            by_role = {0: (INPUT, *thirds)}
        return {self.operator_of(sender): gates for sender, gates in by_role.items()}

    def shape_at(self, gate: Gate) -> tuple[int, ...]:
        """The shape of a message's words."""
        return (self.ands[gate - FIRST_AND], *self.plane) if gate >= FIRST_AND else self.number_planes
