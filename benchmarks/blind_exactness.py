"""Every opened bit against clear Dice, in one process: all cheap thresholds and some that need the large ring.

    PYTHONPATH=. .venv/bin/python benchmarks/blind_exactness.py --rounds 2

Vectors of every density from one bit to all of them, many pairs exactly at the threshold or one bit off. The last line
is JSON.
"""

import argparse
import json
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.simulators.blind_operators import Federation, clear_values
from tests.simulators.dense_vectors import rows_of_all_densities

from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.ring import RING_16, RING_32, GaloisRing
from symbolon.matching.linkage_schema import CHEAP_THRESHOLDS

GENERAL_THRESHOLDS = (Fraction(93, 100), Fraction(777, 1000), Fraction(2, 3), Fraction(1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=1_024)
    parser.add_argument("--records", type=int, default=8_192)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    asked = [(threshold, RING_16) for threshold in sorted(CHEAP_THRESHOLDS)]
    asked += [(threshold, RING_32) for threshold in GENERAL_THRESHOLDS]
    totals = np.zeros(4, dtype=np.int64)
    for round_number in range(arguments.rounds):
        for place, (threshold, ring) in enumerate(asked):
            seed = round_number * len(asked) + place
            figures = _compare(threshold, ring, arguments.queries, arguments.records, seed)
            totals += figures
            print(
                f"{threshold!s:8s} {ring.word_bits} bits a word: {figures[0]:,} pairs, {figures[1]:,} matches, "
                f"{figures[2]:,} exact ties, {figures[3]} wrong",
                flush=True,
            )
    print(json.dumps(dict(zip(("pairs", "matches", "ties", "errors"), totals.tolist(), strict=True))))


def _compare(threshold: Fraction, ring: GaloisRing, queries: int, records: int, seed: int) -> tuple[int, int, int, int]:
    test = LinearTest.dice(threshold)
    asked, stored = rows_of_all_densities(np.random.default_rng(seed), queries, records, test)
    values = clear_values(asked, stored, test)
    opened = Federation().compare(asked, stored, test, ring)
    found = np.zeros(values.shape, dtype=bool)
    for query, rows in opened.items():
        found[query, list(rows)] = True
    return values.size, int((values >= 0).sum()), int((values == 0).sum()), int((found != (values >= 0)).sum())


if __name__ == "__main__":
    main()
