import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulators.blind_operators import Bits, Federation, filled_up, shared

from symbolon.matching.blind.batch import Rotation
from symbolon.matching.blind.canaries import canary_vectors, check_canaries, check_recomputed
from symbolon.matching.blind.errors import WrongAnswer
from symbolon.matching.blind.linear_test import LinearTest, PopcountBounds
from symbolon.matching.blind.ring import RING_16
from symbolon.matching.linkage_schema import CHEAP_THRESHOLDS
from symbolon.matching.similarity import reaches

WIDTH = 1024


@given(st.sampled_from(sorted(CHEAP_THRESHOLDS)), st.integers(60, 512), st.integers(0, 2**32))
def test_canaries_lie_on_both_sides_of_the_threshold(threshold: Fraction, popcount: int, seed: int) -> None:
    positions = random.Random(seed).sample(range(WIDTH), WIDTH)  # noqa: S311  no secret here
    vectors = canary_vectors(threshold, popcount, positions)
    assert reaches(vectors.query, vectors.hit, threshold)
    assert not reaches(vectors.query, vectors.miss, threshold)
    for vector in (vectors.query, vectors.hit, vectors.miss):
        assert int.from_bytes(vector, "little").bit_count() == popcount


def rows(*vectors: bytes) -> Bits:
    packed = np.frombuffer(b"".join(vectors), dtype=np.uint8).reshape(len(vectors), -1)
    return np.unpackbits(packed, axis=1, bitorder="little").astype(bool)


def computed(erring: int | None, rotation: Rotation) -> dict[int, set[int]]:
    """A batch of one canary query and its two records among others, with an operator that multiplies wrongly."""
    threshold = Fraction(4, 5)
    positions = random.Random(4).sample(range(WIDTH), WIDTH)  # noqa: S311  no secret here
    canary = canary_vectors(threshold, 300, positions)
    others = np.random.default_rng(9).random((40, WIDTH)) < 0.3
    stored = filled_up(np.concatenate([rows(canary.hit, canary.miss), others]))
    federation, test = Federation(), LinearTest.dice(threshold)
    products = federation.products(shared(stored), shared(rows(canary.query)), test, RING_16)
    if erring is not None:
        products[erring] = products[erring] ^ np.int16(1 << 11)
    bits = test.fitting(RING_16, PopcountBounds(WIDTH, 600))
    batch = federation.batch(1, 64, bits, rotation)
    return federation.open(RING_16, batch, federation.run(batch, products), np.ones((1, 64), dtype=bool))


KNOWN = {(0, 0): True, (0, 1): False}


@pytest.mark.parametrize("rotation", list(Rotation))
def test_canaries_come_out_right_from_operators_that_compute_rightly(rotation: Rotation) -> None:
    check_canaries(computed(None, rotation), KNOWN)


@pytest.mark.parametrize("erring", [0, 1, 2])
def test_an_operator_that_computes_wrongly_is_noticed_by_canaries_and_by_recomputing(erring: int) -> None:
    wrong = computed(erring, Rotation.STRAIGHT)
    with pytest.raises(WrongAnswer, match="2 of 2 known pairs"):
        check_canaries(wrong, KNOWN)
    with pytest.raises(WrongAnswer, match="roles were exchanged"):
        check_recomputed(wrong, computed(None, Rotation.ONCE))


def test_a_batch_recomputed_with_other_roles_is_the_same() -> None:
    check_recomputed(computed(None, Rotation.STRAIGHT), computed(None, Rotation.TWICE))
