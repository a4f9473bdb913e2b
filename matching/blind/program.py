"""The three roles' programs, from additive shares of v to boolean shares of the bit v >= 0.

They read as docs/BLIND.md does: `yield` waits for the message of a gate and gives its words, `wires.send` posts one.
Every message is masked by a stream that its receiver does not know, so whatever a role sees is uniform.

The trick of the first two rounds: the top bit of ¬(v + u) + u = ¬v modulo 2^k is the answer, for any u. Role 0 learns
v + u alone, roles 1 and 2 know u alone, so each number is shared bit by bit without any conversion protocol (after
ABY3, Mohassel & Rindal 2018, section 5.3).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Final, Protocol

import numpy as np

from symbolon.matching.blind.batch import FIRST_AND, INPUT, MASKED, Batch, Carry, Gate, Role
from symbolon.matching.blind.bit_planes import Planes
from symbolon.matching.blind.replicated import Replicated, joined, sum_of_planes, third_of_and
from symbolon.matching.blind.streams import Purpose

Awaited = tuple[Role, Gate]
Inputs = tuple[Replicated, Replicated]
"""Shares of two k-bit numbers, (k, queries, words), lowest bit first."""


class Wires(Protocol):
    """What a program is connected to: one operator's place in one batch."""

    @property
    def batch(self) -> Batch:
        """The batch."""

    @property
    def role(self) -> Role:
        """Which program runs here."""

    def send(self, role: int, gate: Gate, words: Planes) -> None:
        """Post a message; roles count modulo 3."""

    def stream(self, role: int, purpose: Purpose, gate: int, shape: tuple[int, ...]) -> Planes:
        """Words of the stream that is shared with that role alone."""


def match_bits(wires: Wires, value: Planes) -> Generator[Awaited, Planes, Replicated]:
    """From additive shares of v, bit-sliced, to shares of [v >= 0], (queries, words)."""
    inputs = yield from _INPUTS[wires.role](wires, value)
    return (yield from _top_bit_of_sum(wires, *inputs))


def _open_masked(wires: Wires, value: Planes) -> Generator[Awaited, Planes, Inputs]:
    """Role 0: learn v + u and share its complement's bits as (own ⊕ following ⊕ 0). Of u it holds (0, 0)."""
    for_role_1 = wires.stream(1, Purpose.INPUT, 0, wires.batch.number_planes)
    with_first = sum_of_planes(value, (yield Role(1), MASKED))
    masked = sum_of_planes(with_first, (yield Role(2), MASKED))
    own = ~masked ^ for_role_1
    wires.send(2, INPUT, own)
    nothing = _nothing(wires.batch)
    return Replicated(own, for_role_1), Replicated(nothing, nothing)


def _mask_first(wires: Wires, value: Planes) -> Generator[Awaited, Planes, Inputs]:
    """Role 1: send its share of v under the first mask. Of ¬(v + u) it holds (x₁, 0), of u (0, u)."""
    first, second = _masks(wires, 2)
    wires.send(0, MASKED, sum_of_planes(value, first))
    own = wires.stream(0, Purpose.INPUT, 0, wires.batch.number_planes)
    nothing = _nothing(wires.batch)
    yield from ()
    return Replicated(own, nothing), Replicated(nothing, sum_of_planes(first, second))


def _mask_second(wires: Wires, value: Planes) -> Generator[Awaited, Planes, Inputs]:
    """Role 2: send its share of v under the second mask. Of ¬(v + u) it holds (0, x₀), of u (u, 0)."""
    first, second = _masks(wires, 1)
    wires.send(0, MASKED, sum_of_planes(value, second))
    nothing = _nothing(wires.batch)
    following = yield Role(0), INPUT
    mask = sum_of_planes(first, second)
    return Replicated(nothing, following), Replicated(mask, nothing)


_INPUTS: Final[tuple[Callable[[Wires, Planes], Generator[Awaited, Planes, Inputs]], ...]] = (
    _open_masked,
    _mask_first,
    _mask_second,
)


def _masks(wires: Wires, other: int) -> tuple[Planes, Planes]:
    """The two masks whose sum is u; roles 1 and 2 know both."""
    shape = wires.batch.number_planes
    return wires.stream(other, Purpose.FIRST_MASK, 0, shape), wires.stream(other, Purpose.SECOND_MASK, 0, shape)


def _top_bit_of_sum(wires: Wires, one: Replicated, other: Replicated) -> Generator[Awaited, Planes, Replicated]:
    """The XOR of both top bits and of the carry into them."""
    below = wires.batch.bits - 1
    carry = yield from _CARRY[wires.batch.carry](wires, one.planes(0, below), other.planes(0, below))
    top = one.planes(below, below + 1) ^ other.planes(below, below + 1) ^ carry
    return Replicated(top.own[0], top.following[0])


def _ripple(wires: Wires, one: Replicated, other: Replicated) -> Generator[Awaited, Planes, Replicated]:
    """One AND per bit: c' = c ⊕ (x ⊕ c)(y ⊕ c)."""
    nothing = np.zeros((1, *wires.batch.plane), dtype=np.uint64)
    carry = Replicated(nothing, nothing)
    for bit in range(wires.batch.bits - 1):
        x, y = one.planes(bit, bit + 1), other.planes(bit, bit + 1)
        product = yield from _and(wires, bit, x ^ carry, y ^ carry)
        carry = carry ^ product
    return carry


def _tree(wires: Wires, one: Replicated, other: Replicated) -> Generator[Awaited, Planes, Replicated]:
    """Blocks of bits that make a carry or pass one on, joined two by two (Brent & Kung 1982).

    Of a low and a high block: makes = makes_high ⊕ passes_high·makes_low, passes = passes_high·passes_low. All products
    of a level are one round; the lowest block never gets a carry, so what it would pass on is not computed.
    """
    makes = yield from _and(wires, 0, one, other)
    passes = one ^ other
    for level in range(1, len(wires.batch.ands)):
        blocks = len(makes.own)
        paired = blocks - blocks % 2
        low, high = slice(0, paired, 2), slice(1, paired, 2)
        left = joined(passes.at(high), passes.at(slice(3, paired, 2)))
        right = joined(makes.at(low), passes.at(slice(2, paired, 2)))
        products = yield from _and(wires, level, left, right)
        joins = paired // 2
        rest = slice(paired, blocks)
        makes = joined(makes.at(high) ^ products.planes(0, joins), makes.at(rest))
        passes = joined(passes.planes(0, 1), products.planes(joins, 2 * joins - 1), passes.at(rest))
    return makes


_CARRY: Final = {Carry.RIPPLE: _ripple, Carry.TREE: _tree}


def _and(wires: Wires, place: int, one: Replicated, other: Replicated) -> Generator[Awaited, Planes, Replicated]:
    """One round: the own third goes to the role before, the following role's third comes."""
    before, after, gate = wires.role - 1, (wires.role + 1) % 3, Gate(FIRST_AND + place)
    shape = wires.batch.shape_at(gate)
    zero = Replicated(
        wires.stream(before, Purpose.ZERO, gate, shape),
        wires.stream(after, Purpose.ZERO, gate, shape),
    )
    own = third_of_and(one, other, zero)
    wires.send(before, gate, own)
    return Replicated(own, (yield Role(after), gate))


def _nothing(batch: Batch) -> Planes:
    """A share that is zero for every pair and plane, in the memory of one plane."""
    return np.broadcast_to(np.zeros(batch.plane, dtype=np.uint64), batch.number_planes)
