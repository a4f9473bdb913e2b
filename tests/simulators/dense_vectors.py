"""Vectors of every density, near each other and far, with exact ties, for tests and measurements of comparison."""

import numpy as np
from tests.simulators.blind_operators import Bits

from symbolon.matching.blind.linear_test import LinearTest

WIDTH = 1024


def rows_of_all_densities(
    generator: np.random.Generator, queries: int, records: int, test: LinearTest
) -> tuple[Bits, Bits]:
    """A third of the records near one crowd, a third random from one bit to all, a third made to tie or just miss."""
    person = generator.random(WIDTH) < 0.45
    third = records // 3
    crowd = person ^ (generator.random((third, WIDTH)) < generator.uniform(0, 0.35, (third, 1)))
    popcounts = generator.integers(1, WIDTH + 1, third)
    scattered = generator.random((third, WIDTH)).argsort(axis=1).argsort(axis=1) < popcounts[:, None]
    asked = np.concatenate([
        person ^ (generator.random((queries // 2, WIDTH)) < generator.uniform(0, 0.2, (queries // 2, 1))),
        scattered[: queries - queries // 2],
    ])  # fmt: skip
    ties = np.array([
        _near_the_threshold(generator, asked[place % queries], test, (0, 0, -1, 1)[place % 4])
        for place in range(records - 2 * third)
    ])  # fmt: skip
    return asked, np.concatenate([crowd, scattered, ties])


def _near_the_threshold(generator: np.random.Generator, query: Bits, test: LinearTest, off: int) -> Bits:
    """A record whose overlap is what its popcount needs to reach the threshold, or one bit off."""
    inside, outside = (generator.permutation(np.flatnonzero(where)) for where in (query, ~query))
    popcount, added = len(inside), np.arange(len(outside) + 1)
    # overlap·common = weight·(popcount + common + added)
    common, rest = np.divmod(test.query_weight * (popcount + added), test.overlap - test.record_weight)
    possible = np.flatnonzero((rest == 0) & (common >= 2) & (common < popcount))
    chosen = generator.choice(possible) if len(possible) else 0
    record = np.zeros(WIDTH, dtype=bool)
    record[inside[: max(1, min(popcount, common[chosen]) + off)]] = True
    record[outside[: added[chosen]]] = True
    return record
