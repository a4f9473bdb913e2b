"""One batch of pairs: its shape, who plays which role in it, and which message comes after which.

The three operators stand for points on a line (`sharing`); in the boolean part they play roles 0, 1, 2. The rotation
says who plays which, so that the same batch can be computed again with the roles exchanged.
"""

from __future__ import annotations

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


class Rotation(IntEnum):
    """Operator p plays role (p + rotation) modulo 3."""

    STRAIGHT = 0
    ONCE = 1
    TWICE = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """What all three operators are told before they compute."""

    number: BatchNumber
    queries: int
    records: int
    """A multiple of 64; rows that fill it up are not opened."""
    bits: int
    """k, as from `LinearTest.fitting`."""
    rotation: Rotation = Rotation.STRAIGHT

    def __post_init__(self) -> None:
        """Refuse what no kernel is made for."""
        if self.queries < 1 or self.records < 1 or self.records % PAIRS_PER_WORD:
            raise UnfitBatch("a batch has queries, and records in multiples of 64")
        if self.queries * self.records > MOST_PAIRS:
            raise UnfitBatch(f"a batch has at most {MOST_PAIRS} pairs: part it")
        if not 2 <= self.bits <= 32:
            raise UnfitBatch("values have 2 to 32 bits")

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

    def and_gates(self) -> tuple[Gate, ...]:
        """One for each bit but the top one."""
        return tuple(Gate(FIRST_AND + bit) for bit in range(self.bits - 1))

    def arrivals(self, role: Role) -> dict[Operator, tuple[Gate, ...]]:
        """What a role is sent, by the operator that sends it, in this order and not otherwise."""
        thirds = self.and_gates()
        by_role: dict[int, tuple[Gate, ...]] = {(role + 1) % 3: thirds}
        if role == 0:
            by_role = {1: (MASKED, *thirds), 2: (MASKED,)}
        if role == 2:
            by_role = {0: (INPUT, *thirds)}
        return {self.operator_of(sender): gates for sender, gates in by_role.items()}

    def shape_at(self, gate: Gate) -> tuple[int, ...]:
        """The shape of a message's words."""
        return self.plane if gate >= FIRST_AND else self.number_planes
