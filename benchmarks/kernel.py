"""Million pairs per second of the Dice scan on one core, beside anonlink (where installed) and numpy, in one run.

    make bench-kernel [--rows 16384]

Records are encodings of invented names and dates through the shipped schema and encoder, so that nearly alike pairs are
as frequent as among real ones. All peers answer the same question, and their matches are compared.
"""

from __future__ import annotations

import argparse
import hmac
import random
import statistics
import time
from collections.abc import Callable
from fractions import Fraction
from importlib import resources

import numpy as np
from quality_peers import anonlink_similarities, installed

from symbolon.matching import kernel
from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.errors import TooLittleToMatch
from symbolon.matching.identifiers import BirthDate, PersonName, RecordIdentifiers
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema

Pairs = set[tuple[int, int]]
SYLLABLES = (
    "ra",
    "him",
    "kha",
    "tun",
    "som",
    "chai",
    "wat",
    "min",
    "aung",
    "zaw",
    "li",
    "wei",
    "far",
    "id",
    "sul",
    "tan",
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=16_384, help="rows on each side")
    rows = arguments.parse_args().rows
    schema = _schema()
    threshold = schema.profiles[0].threshold
    encoder = RecordEncoder(schema, lambda label: hmac.digest(b"benchmark", label.encode(), "sha256"))
    queries, records = (_vectors(encoder, rows, seed) for seed in (1, 2))
    print(f"{rows} x {rows} encodings, Dice >= {threshold}, one core")
    expected = _time("symbolon, folded kernel", lambda: _ours(queries, records, threshold), rows)
    sample = min(rows, 4_096)
    numpy_pairs = _time(f"numpy ({sample} queries)", lambda: _numpy(queries[:sample], records, threshold), rows, sample)
    assert numpy_pairs == {pair for pair in expected if pair[0] < sample}, "numpy disagrees"
    if not installed("anonlink"):
        print("anonlink is not installed, so it is not measured: make bench-kernel installs it")
        return
    compare = anonlink_similarities().dice_coefficient_accelerated
    peers = _time("anonlink", lambda: _anonlink(compare, queries, records, threshold), rows)
    assert peers == expected, "anonlink disagrees"


def _schema() -> LinkageSchema:
    package, name = DEFAULT_SCHEMA_RESOURCE
    return LinkageSchema.from_bytes(resources.files(package).joinpath(name).read_bytes())


def _vectors(encoder: RecordEncoder, rows: int, seed: int) -> kernel.Words:
    choose = random.Random(seed)  # noqa: S311  invented people, not secrets
    encoded = []
    while len(encoded) < rows:
        words = ("".join(choose.choices(SYLLABLES, k=choose.choice((2, 2, 3)))) for _ in range(choose.choice((2, 3))))
        date = BirthDate(choose.randrange(1950, 2005), choose.randrange(1, 13), choose.randrange(1, 29))
        try:
            record = encoder.encode(RecordIdentifiers(names=(PersonName(" ".join(words)),), birth_date=date))
        except TooLittleToMatch:
            continue
        encoded += next(iter(record.profiles.values()))
    return np.frombuffer(b"".join(encoded[:rows]), dtype="<u8").reshape(rows, -1)


def _ours(queries: kernel.Words, records: kernel.Words, threshold: Fraction) -> Pairs:
    padding = np.zeros((-len(records) % kernel.TILE_RECORDS, records.shape[1]), dtype=np.uint64)
    padded = np.concatenate([records, padding])
    folds, limits = kernel.block_folds(kernel.fold_rows(padded)), kernel.limits_of(padded, threshold)
    return set(map(tuple, kernel.scan(queries, padded, folds, limits, threshold).tolist()))


def _numpy(queries: kernel.Words, records: kernel.Words, threshold: Fraction) -> Pairs:
    totals = np.bitwise_count(records).sum(axis=1, dtype=np.int64)
    pairs: Pairs = set()
    for row, query in enumerate(queries):
        common = np.bitwise_count(records & query).sum(axis=1, dtype=np.int64)
        total = totals + int(np.bitwise_count(query).sum())
        alike = 2 * common * threshold.denominator >= threshold.numerator * total
        pairs |= {(row, int(target)) for target in np.flatnonzero(alike & (total > 0))}
    return pairs


def _anonlink(dice: Callable[..., object], queries: kernel.Words, records: kernel.Words, threshold: Fraction) -> Pairs:
    from bitarray import bitarray

    left, right = (
        [bitarray(np.unpackbits(row.view(np.uint8)).tolist()) for row in side] for side in (queries, records)
    )
    started = time.perf_counter()
    _, (one, other) = dice((left, right), float(threshold), k=None)  # type: ignore[misc]  # anonlink ships no types
    _anonlink_seconds.append(time.perf_counter() - started)
    return set(zip(one, other, strict=True))


_anonlink_seconds: list[float] = []
_ours_rate: list[float] = []


def _time(label: str, run: Callable[[], Pairs], rows: int, queries: int | None = None) -> Pairs:
    started = time.perf_counter()
    pairs = run()
    first = time.perf_counter() - started
    seconds = []
    for _ in range(3 if queries is None else 1):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    if label == "anonlink":
        seconds = _anonlink_seconds  # without the conversion to its bit arrays
    rate = (queries or rows) * rows / statistics.median(seconds) / 1e6
    _ours_rate.append(rate)
    ratio = f"; we are {_ours_rate[0] / rate:.1f} times as fast" if len(_ours_rate) > 1 else ""
    print(f"{label:28s} {rate:8.0f} M pairs/s, {len(pairs)} matches, first call {first:.2f} s{ratio}")
    return pairs


if __name__ == "__main__":
    main()
