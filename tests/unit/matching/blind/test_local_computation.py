"""What each operator computes alone: shares of the linear form, and their bits sliced."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulators.blind_operators import OPERATORS, Bits, clear_values, filled_up, shared
from tests.thoroughness import examples

from symbolon.matching.blind.bit_planes import bit_planes, bits_of_records, record_of_bit
from symbolon.matching.blind.dot_products import dot_products, query_vectors
from symbolon.matching.blind.errors import UnfitBatch
from symbolon.matching.blind.linear_test import LinearTest
from symbolon.matching.blind.replicated import sum_of_planes
from symbolon.matching.blind.ring import RINGS, GaloisRing

rings = st.sampled_from(sorted(RINGS.values(), key=lambda ring: ring.word_bits))
tests = st.builds(LinearTest, st.integers(0, 50), st.integers(0, 25), st.integers(0, 25), st.integers(-50, 50))


def random_bits(rows: int, width: int, seed: int) -> Bits:
    generator = np.random.default_rng(seed)
    return generator.random((rows, width)) < generator.random((rows, 1))


@settings(max_examples=examples(40), deadline=None)
@given(rings, tests, st.integers(1, 21), st.integers(1, 130), st.sampled_from([64, 256]), st.integers(0, 2**32))
def test_the_operators_products_sum_up_to_the_form(
    ring: GaloisRing, test: LinearTest, queries: int, records: int, width: int, seed: int
) -> None:
    asked, stored = random_bits(queries, width, seed), filled_up(random_bits(records, width, seed + 1))
    query_shares, record_shares = shared(asked, ring), shared(stored, ring)
    products = [
        dot_products(record_shares[operator], *query_vectors(ring, query_shares[operator], test, operator))
        for operator in OPERATORS
    ]
    total = products[0] + products[1] + products[2]
    assert (total == clear_values(asked, stored, test)).all()


def test_records_that_fill_no_whole_word_are_refused() -> None:
    rows = np.zeros((63, 64), dtype=np.int16)
    with pytest.raises(UnfitBatch):
        dot_products(rows, rows[:1], rows[:1, 0])


def values_of(word: type[np.int16 | np.int32], queries: int, records: int, seed: int) -> npt.NDArray[np.int32]:
    limits = np.iinfo(word)
    generator = np.random.default_rng(seed)
    return generator.integers(limits.min, limits.max, (queries, records), dtype=word, endpoint=True)  # type: ignore[return-value]  # either word


words = st.sampled_from([np.int16, np.int32])


@settings(max_examples=examples(60), deadline=None)
@given(words, st.integers(1, 5), st.integers(1, 140), st.integers(0, 2**32))
def test_every_bit_of_every_pair_finds_its_place_and_back(
    word: type[np.int16 | np.int32], queries: int, blocks: int, seed: int
) -> None:
    values = values_of(word, queries, 64 * blocks, seed)
    width = values.dtype.itemsize * 8
    planes = bit_planes(values, width)
    for plane in (0, 1, width // 2, width - 1):
        expected = (values >> plane & 1).astype(bool)
        assert (planes[plane] == bits_of_records(expected, width)).all()
        for query in range(queries):
            bits = np.unpackbits(planes[plane, query].view(np.uint8), bitorder="little").reshape(-1, 64)
            records = record_of_bit(*np.nonzero(bits), blocks, width)
            assert sorted(records.tolist()) == np.flatnonzero(expected[query]).tolist()


@settings(max_examples=examples(40), deadline=None)
@given(words, st.integers(1, 3), st.integers(1, 12), st.integers(2, 32), st.integers(0, 2**32))
def test_numbers_are_added_in_bit_planes(
    word: type[np.int16 | np.int32], queries: int, blocks: int, planes: int, seed: int
) -> None:
    one, other = (values_of(word, queries, 64 * blocks, seed + place) for place in (0, 1))
    planes = min(planes, one.dtype.itemsize * 8)
    total = sum_of_planes(bit_planes(one, planes), bit_planes(other, planes))
    assert (total == bit_planes(one + other, planes)).all()
