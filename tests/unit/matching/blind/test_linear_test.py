from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.thoroughness import examples

from symbolon.matching.blind.errors import UnfitTest
from symbolon.matching.blind.linear_test import LinearTest, PopcountBounds
from symbolon.matching.blind.ring import RING_16, RING_32
from symbolon.matching.linkage_schema import CHEAP_THRESHOLDS, LinkageSchema


def all_values(test: LinearTest, bounds: PopcountBounds) -> list[int]:
    width, most = bounds.vector_bits, bounds.popcount_max
    return [
        test.value(overlap, one, other)
        for one in range(most + 1)
        for other in range(most + 1)
        for overlap in range(max(0, one + other - width), min(one, other) + 1)
    ]


@settings(max_examples=examples(60), deadline=None)
@given(
    st.integers(2, 24),
    st.data(),
    st.builds(LinearTest, st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(-99, 99)),
)
def test_the_bits_asked_for_hold_every_value_and_one_fewer_would_not(
    width: int, data: st.DataObject, test: LinearTest
) -> None:
    bounds = PopcountBounds(width, data.draw(st.integers(1, width)))
    values, bits = all_values(test, bounds), test.bits_for(bounds)
    assert -(1 << bits - 1) <= min(values) <= max(values) < 1 << bits - 1
    assert bits == 1 or min(values) < -(1 << bits - 2) or max(values) >= 1 << bits - 2


def test_all_cheap_thresholds_fit_in_sixteen_bits_whatever_the_cap() -> None:
    needed = {
        threshold: LinearTest.dice(threshold).fitting(RING_16, PopcountBounds(1024, most))
        for threshold in CHEAP_THRESHOLDS
        for most in (60, 512, 1024)
    }
    assert set(needed.values()) <= set(range(10, 17))
    assert needed[Fraction(4, 5)] == 12


def test_every_profile_of_the_shipped_schema_is_computed_in_the_small_ring(schema: LinkageSchema) -> None:
    for profile in schema.profiles:
        bounds = PopcountBounds(schema.vector_bits, profile.popcount_max)
        assert LinearTest.dice(profile.threshold).fitting(RING_16, bounds) <= 16


def test_a_threshold_that_would_wrap_around_is_refused_in_the_small_ring_and_taken_in_the_large() -> None:
    test, bounds = LinearTest.dice(Fraction(933, 1000)), PopcountBounds(1024, 600)
    with pytest.raises(UnfitTest, match="cheaper threshold"):
        test.fitting(RING_16, bounds)
    assert test.fitting(RING_32, bounds) == 21


@given(st.fractions(min_value=Fraction(1, 50), max_value=1, max_denominator=1000), st.data())
def test_the_form_asks_whether_dice_reaches_the_threshold(threshold: Fraction, data: st.DataObject) -> None:
    one, other = data.draw(st.integers(1, 600)), data.draw(st.integers(1, 600))
    overlap = data.draw(st.integers(0, min(one, other)))
    assert (LinearTest.dice(threshold).value(overlap, one, other) >= 0) == (
        Fraction(2 * overlap, one + other) >= threshold
    )


@given(st.fractions(min_value=Fraction(1, 50), max_value=1, max_denominator=1000), st.data())
def test_containment_asks_how_much_of_the_query_lies_in_the_record(threshold: Fraction, data: st.DataObject) -> None:
    one, other = data.draw(st.integers(1, 600)), data.draw(st.integers(1, 600))
    overlap = data.draw(st.integers(0, min(one, other)))
    assert (LinearTest.containment(threshold).value(overlap, one, other) >= 0) == (Fraction(overlap, one) >= threshold)
