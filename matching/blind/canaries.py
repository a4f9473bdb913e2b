"""Pairs whose answer is known beforehand, and batches computed twice: how a wrong computation is noticed.

A canary is a record of nobody, which a member makes of the linkage key and submits like any other: it has the shape of
a record, and its shares are uniform, so operators cannot tell it from one. Members that hold one linkage key make
vectors that fit together: a query, what reaches the threshold with it exactly, and what misses it by the least that
there is. Against an operator that errs or fails, and one that cheats without knowing where the canaries are: who knows
a row to be one can answer it rightly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Final, TypeVar

from symbolon.matching.blind.expansion import Use, expand
from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.shared_record import EXPLAINED
from symbolon.matching.encoded_record import TOKEN_BYTES, EncodedRecord
from symbolon.matching.linkage_schema import LinkageSchema

R = TypeVar("R", bound=int)
"""How a record is called, or a row."""
NUMBERS: Final = 4
"""How many families of canaries there are for each epoch and kind of vector."""
_ORDER_BYTES: Final = 16
"""Of a position's place in the order: two of 1,024 are equal with a chance of 2^-109."""
_WEIGHT_BYTES: Final = 8


class CanaryForm(StrEnum):
    """What a canary is to the others of its number."""

    QUERY = "query"
    HIT = "hit"
    MISS = "miss"


@dataclass(frozen=True, slots=True)
class CanaryName:
    """Which of the canaries of an epoch it is."""

    number: int
    form: CanaryForm


@dataclass(frozen=True, slots=True)
class CanaryBits:
    """How many bits a query and its hit have, how many a miss, and how many each of the two shares with the query."""

    query: int
    shared: int
    miss: int
    shared_miss: int


@dataclass(frozen=True, slots=True)
class CanaryVectors:
    """A query, what reaches the threshold with it by as little as can be, and what misses it by as little."""

    query: bytes = field(repr=False)
    hit: bytes = field(repr=False)
    miss: bytes = field(repr=False)

    def of_form(self, form: CanaryForm) -> bytes:
        """The vector of one form."""
        return {CanaryForm.QUERY: self.query, CanaryForm.HIT: self.hit, CanaryForm.MISS: self.miss}[form]


@dataclass(frozen=True, slots=True)
class CanaryMaker:
    """What the members that hold a linkage key make the canaries of its epoch of."""

    schema: LinkageSchema = field(repr=False)
    epoch: int
    subkey: bytes = field(repr=False)
    """32 bytes, derived from the linkage key for this use alone."""

    @property
    def is_possible(self) -> bool:
        """Whether canaries lie on the thresholds of all profiles: in vectors of 128 bits and more they do."""
        return all(_choices(each.threshold, self.schema.vector_bits) for each in self.schema.profiles)

    def record(self, name: CanaryName, shape: EncodedRecord, random_bytes: Callable[[int], bytes]) -> EncodedRecord:
        """A canary with as many vectors and tokens of each kind as `shape` has; its tokens are random, nobody's.

        The first vector of a kind fits the first of the others' canaries, and so on: whatever the shapes are, any two
        records of one number meet in the vectors that both have.
        """
        profiles, kinds = {each.id: each for each in self.schema.profiles}, self.schema.explanations
        return EncodedRecord(
            profiles={
                what: self._of_kind(name, what, profiles[what].threshold, (self.schema.vector_bits, len(vectors)))
                for what, vectors in shape.profiles.items()
            },
            explanations={
                kind: self._of_kind(name, EXPLAINED + kind, kinds[kind].agree, (kinds[kind].bits, len(vectors)))
                for kind, vectors in shape.explanations.items()
            },
            tokens={
                kind: tuple(sorted(random_bytes(TOKEN_BYTES) for _ in values)) for kind, values in shape.tokens.items()
            },
        )

    def _of_kind(
        self, name: CanaryName, what: str, threshold: Fraction, bits_and_count: tuple[int, int]
    ) -> tuple[bytes, ...]:
        bits, count = bits_and_count
        families = (self.vectors(what, (name.number, index), threshold, bits) for index in range(count))
        return tuple(sorted(family.of_form(name.form) for family in families))

    def vectors(self, what: str, place: tuple[int, int], threshold: Fraction, bits: int) -> CanaryVectors:
        """The three vectors of one kind and place (a number, and the how manieth vector of a record)."""
        info = f"{self.epoch}/{what}/{place[0]}/{place[1]}".encode()
        drawn = expand(self.subkey, Use.CANARY, info, _WEIGHT_BYTES + _ORDER_BYTES * bits)
        order, weight = drawn[_WEIGHT_BYTES:], int.from_bytes(drawn[:_WEIGHT_BYTES], "big")
        positions = sorted(range(bits), key=lambda at: order[_ORDER_BYTES * at : _ORDER_BYTES * (at + 1)])
        # In narrow vectors, of kinds that only explain, nothing may lie that near; there nothing is known of canaries.
        choices = _choices(threshold, bits) or (CanaryBits(bits // 4, bits // 8, bits // 4, 0),)
        return canary_vectors(choices[weight % len(choices)], positions)


def known_answer(one: CanaryName, other: CanaryName) -> bool:
    """Whether two canaries of one epoch reach the threshold of the profile that judges them.

    A hit and a miss of one number have nearly all bits in common; vectors of two numbers are independent.

    >>> known_answer(CanaryName(0, CanaryForm.HIT), CanaryName(0, CanaryForm.MISS))
    True
    >>> known_answer(CanaryName(0, CanaryForm.QUERY), CanaryName(0, CanaryForm.MISS))
    False
    """
    return one.number == other.number and {one.form, other.form} != {CanaryForm.QUERY, CanaryForm.MISS}


def canary_vectors(bits: CanaryBits, positions: Sequence[int]) -> CanaryVectors:
    """Three vectors.

    Args:
        bits: how many they have and share.
        positions: a uniformly random order of all bit positions, at least as many as query and miss have bits.

    """
    chosen, others = positions[: bits.query], positions[bits.query :]
    return CanaryVectors(
        _vector(chosen, len(positions)),
        _vector([*chosen[: bits.shared], *others[: bits.query - bits.shared]], len(positions)),
        _vector([*chosen[: bits.shared_miss], *others[: bits.miss - bits.shared_miss]], len(positions)),
    )


def canary_bits(threshold: Fraction, query: int) -> CanaryBits | None:
    """Bits of which the hit has v >= 0 as low as it can be, the miss v = -1 (`LinearTest`); None where that cannot be.

    So what is added to v, or taken away, is seen whatever it is. Hit and miss of one number reach the threshold.

    >>> canary_bits(Fraction(4, 5), 200)
    CanaryBits(query=200, shared=160, miss=198, shared_miss=159)
    """
    test = LinearTest.dice(threshold)
    shared = math.ceil(threshold * query)
    # overlap · shared_miss = weight · (query + miss) - 1 has a solution since the two have no common divisor.
    least = pow(test.query_weight, -1, test.overlap)
    nearest = least + (2 * query - least) // test.overlap * test.overlap
    for both in sorted((nearest, nearest + test.overlap), key=lambda sum_: abs(sum_ - 2 * query)):
        miss, shared_miss = both - query, (test.query_weight * both - 1) // test.overlap
        common = min(shared, shared_miss) + min(query - shared, miss - shared_miss)
        if 0 <= shared_miss <= min(query, miss) and test.value(common, query, miss) >= 0:
            return CanaryBits(query, shared, miss, shared_miss)
    return None


def wrong_answers(opened: Mapping[R, Set[R]], expected: Mapping[tuple[R, R], bool]) -> frozenset[tuple[R, R]]:
    """The pairs (query, record) of which something else was opened (by query, the records) than is known."""
    return frozenset(
        (query, record) for (query, record), answer in expected.items() if (record in opened.get(query, ())) != answer
    )


@cache
def _choices(threshold: Fraction, width: int) -> tuple[CanaryBits, ...]:
    """What canaries may have: between an eighth and a quarter of the width, so that no record is like one of them.

    With hits that lie on the threshold exactly where there are such; docs/BLIND.md, section 9.
    """
    found = [bits for query in range(width // 8, width // 4 + 1) if (bits := canary_bits(threshold, query))]
    exact = [bits for bits in found if bits.shared == threshold * bits.query]
    return tuple(exact or found)


def _vector(positions: Sequence[int], width: int) -> bytes:
    return sum(1 << position for position in positions).to_bytes(width // 8, "little")
