from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.thoroughness import examples

from symbolon.matching import kernel
from symbolon.matching.linkage_schema import CHEAP_THRESHOLDS

WORDS = 16
thresholds = st.sampled_from(sorted(CHEAP_THRESHOLDS))
densities = st.sampled_from([0.0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.99, 1.0])


def vectors(rows: int, density: float, seed: int) -> kernel.Words:
    chosen = np.random.default_rng(seed).random((rows, WORDS * 64)) < density
    return np.packbits(chosen, axis=1).view(np.uint64)


def blocks(records: kernel.Words, threshold: Fraction) -> tuple[kernel.Words, kernel.Words, kernel.Limits]:
    padded = np.concatenate([records, np.zeros((-len(records) % kernel.TILE_RECORDS, WORDS), dtype=np.uint64)])
    return padded, kernel.block_folds(kernel.fold_rows(padded)), kernel.limits_of(padded, threshold)


def found(queries: kernel.Words, records: kernel.Words, threshold: Fraction) -> list[tuple[int, int]]:
    return sorted(map(tuple, kernel.scan(queries, *blocks(records, threshold), threshold).tolist()))


def naive(queries: kernel.Words, records: kernel.Words, threshold: Fraction) -> list[tuple[int, int]]:
    """2·|a∧b|·d >= n·(|a|+|b|), pair by pair; two empty vectors do not match."""
    one, other = ([int.from_bytes(row.tobytes(), "little") for row in rows] for rows in (queries, records))
    return [
        (i, j)
        for i, a in enumerate(one)
        for j, b in enumerate(other)
        if (total := a.bit_count() + b.bit_count())
        and 2 * (a & b).bit_count() * threshold.denominator >= threshold.numerator * total
    ]


@settings(max_examples=examples(150), deadline=None)
@given(st.integers(0, 40), st.integers(0, 70), densities, thresholds, st.integers(0, 2**32))
def test_the_scan_equals_naive_dice_for_every_density_and_row_count(
    query_rows: int, record_rows: int, density: float, threshold: Fraction, seed: int
) -> None:
    records = vectors(record_rows, density, seed)
    queries = vectors(query_rows, density, seed + 1)
    shared = min(query_rows, record_rows)
    queries[:shared] = records[:shared] ^ vectors(shared, density / 4, seed + 2)
    assert found(queries, records, threshold) == naive(queries, records, threshold)


@settings(max_examples=examples(40), deadline=None)
@given(st.integers(1, 900), thresholds, st.integers(0, 2**32))
def test_the_scan_is_exact_around_the_threshold(bits: int, threshold: Fraction, seed: int) -> None:
    """Pairs whose Dice coefficient lies within one bit of the threshold, ties among them."""
    order = np.random.default_rng(seed).permutation(WORDS * 64)
    rows = []
    lost = int(bits * (1 - threshold))
    for removed in range(max(0, lost - 8), lost + 8):
        row = np.zeros(WORDS * 64, dtype=bool)
        row[order[min(removed, bits) : bits]] = True
        row[order[bits : bits + removed]] = True
        rows.append(np.packbits(row).view(np.uint64))
    query = np.zeros(WORDS * 64, dtype=bool)
    query[order[:bits]] = True
    queries = np.packbits(query).view(np.uint64)[np.newaxis]
    records = np.array(rows)
    assert found(queries, records, threshold) == naive(queries, records, threshold)


def test_more_matches_than_any_buffer_are_all_found() -> None:
    records = np.repeat(vectors(1, 0.3, 1), 300, axis=0)
    queries = np.repeat(records[:1], 301, axis=0)
    matches = kernel.scan(queries, *blocks(records, Fraction(4, 5)), Fraction(4, 5))
    assert len(matches) == 300 * 301 > kernel.FOUND_ROWS
    assert len({tuple(pair) for pair in matches.tolist()}) == len(matches)


def test_matches_beyond_the_first_cached_chunk_are_found() -> None:
    records = vectors(3000, 0.3, 2)
    assert found(records[2900:], records, Fraction(9, 10)) == [(row - 2900, row) for row in range(2900, 3000)]


def test_two_empty_vectors_do_not_match() -> None:
    empty = np.zeros((5, WORDS), dtype=np.uint64)
    assert found(empty, empty, Fraction(13, 20)) == []


def test_full_vectors_match() -> None:
    full = np.full((3, WORDS), 2**64 - 1, dtype=np.uint64)
    assert len(found(full, full, Fraction(19, 20))) == 9


@pytest.mark.parametrize("words", [1, 4, 7, 8, 32])
def test_vectors_of_other_widths_are_scanned_as_exactly(words: int) -> None:
    generator = np.random.default_rng(words)
    records = generator.integers(0, 2**64, (37, words), dtype=np.uint64)
    padded = np.concatenate([records, np.zeros((-37 % kernel.TILE_RECORDS, words), dtype=np.uint64)])
    threshold = Fraction(4, 5)
    folds, limits = kernel.block_folds(kernel.fold_rows(padded)), kernel.limits_of(padded, threshold)
    matches = kernel.scan(records, padded, folds, limits, threshold)
    assert sorted(map(tuple, matches.tolist())) == naive(records, records, threshold)
