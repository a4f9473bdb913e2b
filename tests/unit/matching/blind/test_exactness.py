"""Ten million pairs and more against clear Dice: every cheap threshold, from one bit to the cap, ties among them.

`benchmarks/blind_exactness.py` runs the same on hundreds of millions.
"""

from fractions import Fraction

import numpy as np
import pytest
from tests.simulators.blind_operators import Federation, clear_values
from tests.simulators.dense_vectors import rows_of_all_densities

from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.linkage_schema import CHEAP_THRESHOLDS

QUERIES, RECORDS, CAP = 220, 4096, 1024


@pytest.mark.parametrize("threshold", sorted(CHEAP_THRESHOLDS))
def test_every_bit_is_that_of_clear_dice(threshold: Fraction) -> None:
    generator = np.random.default_rng(threshold.numerator)
    test = LinearTest.dice(threshold)
    queries, records = rows_of_all_densities(generator, QUERIES, RECORDS, test)
    values = clear_values(queries, records, test)
    opened = Federation().compare(queries, records, test, most=CAP)
    wrong = sum(len(opened[query] ^ set(np.flatnonzero(values[query] >= 0).tolist())) for query in range(QUERIES))
    assert wrong == 0
    assert (values == 0).sum() > 500, "exact ties are among the pairs"
    assert (values >= 0).sum() > 1_000
