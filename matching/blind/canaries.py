"""Pairs whose answer is known beforehand, and batches computed twice: how a wrong computation is noticed.

Against an operator that errs or fails, not against one that cheats cleverly: who knows where a canary sits can answer
it rightly. Its shares look like all others, so only its submitter knows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from fractions import Fraction

from symbolon.matching.blind.errors import WrongAnswer


@dataclass(frozen=True, slots=True)
class CanaryVectors:
    """A query, a record that reaches the threshold exactly or by less than one bit, and one that misses it by one."""

    query: bytes = field(repr=False)
    hit: bytes = field(repr=False)
    miss: bytes = field(repr=False)


def canary_vectors(threshold: Fraction, popcount: int, positions: Sequence[int]) -> CanaryVectors:
    """Three vectors of `popcount` bits each.

    Args:
        threshold: of the profile, under 1 and reached by more bits than half.
        popcount: within the profile's bounds, and `2·popcount <= len(positions)`.
        positions: a uniformly random order of all bit positions.

    """
    shared = math.ceil(threshold * popcount)
    chosen, others = positions[:popcount], positions[popcount : 2 * popcount]
    return CanaryVectors(
        _vector(chosen, len(positions)),
        _vector([*chosen[:shared], *others[shared:]], len(positions)),
        _vector([*chosen[: shared - 1], *others[shared - 1 :]], len(positions)),
    )


def check_canaries(opened: Mapping[int, Set[int]], expected: Mapping[tuple[int, int], bool]) -> None:
    """Compare what was opened (by query row, the record rows) with the known answers, by (query row, record row).

    Raises:
        WrongAnswer: any differs.

    """
    wrong = sum((record in opened[query]) != answer for (query, record), answer in expected.items())
    if wrong:
        raise WrongAnswer(f"{wrong} of {len(expected)} known pairs came out wrong: an operator computes wrongly")


def check_recomputed(opened: Mapping[int, Set[int]], again: Mapping[int, Set[int]]) -> None:
    """Compare a batch with itself, computed under another number and rotation.

    Raises:
        WrongAnswer: any pair differs.

    """
    if opened != again:
        raise WrongAnswer("a batch came out otherwise when the roles were exchanged: an operator computes wrongly")


def _vector(positions: Sequence[int], width: int) -> bytes:
    return sum(1 << position for position in positions).to_bytes(width // 8, "little")
