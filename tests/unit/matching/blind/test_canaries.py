import random
import secrets
from fractions import Fraction
from importlib import resources
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.simulators.blind_operators import Bits, Federation, filled_up, shared

from symbolon.matching.blind.batch import Rotation
from symbolon.matching.blind.canaries import (
    NUMBERS,
    CanaryForm,
    CanaryMaker,
    CanaryName,
    _choices,
    canary_bits,
    canary_vectors,
    known_answer,
    wrong_answers,
)
from symbolon.matching.blind.linear_test import LinearTest, PopcountBounds
from symbolon.matching.blind.ring import RING_16
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.linkage_schema import CHEAP_THRESHOLDS, DEFAULT_SCHEMA_RESOURCE, LinkageSchema, Profile
from symbolon.matching.similarity import overlap, reaches

WIDTH = 1024


def value(one: bytes, other: bytes, threshold: Fraction) -> int:
    common, _ = overlap(one, other)
    return LinearTest.dice(threshold).value(common, popcount(one), popcount(other))


@given(st.sampled_from(sorted(CHEAP_THRESHOLDS)), st.integers(60, 500), st.integers(0, 2**32))
def test_canaries_lie_as_near_to_the_threshold_as_can_be(threshold: Fraction, query: int, seed: int) -> None:
    positions = random.Random(seed).sample(range(WIDTH), WIDTH)  # noqa: S311  no secret here
    bits = canary_bits(threshold, query)
    assume(bits is not None)
    assert bits is not None
    vectors = canary_vectors(bits, positions)
    assert reaches(vectors.query, vectors.hit, threshold)
    assert value(vectors.query, vectors.hit, threshold) < LinearTest.dice(threshold).overlap
    assert value(vectors.query, vectors.miss, threshold) == -1


SCHEMA = LinkageSchema.from_bytes(
    resources.files(DEFAULT_SCHEMA_RESOURCE[0]).joinpath(DEFAULT_SCHEMA_RESOURCE[1]).read_bytes()
)
NAMES = [CanaryName(number, form) for number in range(2) for form in CanaryForm]
KEYS = st.binary(min_size=32, max_size=32)


def maker(key: bytes, epoch: int = 1) -> CanaryMaker:
    return CanaryMaker(SCHEMA, epoch, key)


def popcount(vector: bytes) -> int:
    return int.from_bytes(vector, "little").bit_count()


@given(KEYS, st.sampled_from(sorted(CHEAP_THRESHOLDS)), st.integers(0, NUMBERS - 1), st.integers(0, 7))
def test_vectors_of_a_key_lie_exactly_on_each_threshold_and_under_it_by_the_least_there_is(
    key: bytes, threshold: Fraction, number: int, index: int
) -> None:
    vectors = maker(key).vectors("a profile", (number, index), threshold, WIDTH)
    assert value(vectors.query, vectors.hit, threshold) == 0
    assert value(vectors.query, vectors.miss, threshold) == -1
    assert WIDTH // 8 <= popcount(vectors.query) <= WIDTH // 4


@given(KEYS, st.sampled_from(sorted(CHEAP_THRESHOLDS)))
def test_any_two_canaries_answer_as_is_known(key: bytes, threshold: Fraction) -> None:
    made = {
        name: maker(key).vectors("a profile", (name.number, 0), threshold, WIDTH).of_form(name.form) for name in NAMES
    }
    for one, other in product(NAMES, NAMES):
        assert reaches(made[one], made[other], threshold) == known_answer(one, other)
        assert known_answer(one, other) == known_answer(other, one)


@given(KEYS, st.sampled_from(SCHEMA.profiles), st.integers(0, 2**32))
def test_no_record_is_like_a_canary_however_many_bits_it_has(key: bytes, profile: Profile, seed: int) -> None:
    vectors = maker(key).vectors(profile.id, (0, 0), profile.threshold, WIDTH)
    drawn = random.Random(seed)  # noqa: S311  no secret here
    bits = drawn.sample(range(WIDTH), drawn.randint(profile.popcount_min, profile.popcount_max))
    record = sum(1 << bit for bit in bits).to_bytes(WIDTH // 8, "little")
    assert not any(reaches(vectors.of_form(form), record, profile.threshold) for form in CanaryForm)


@pytest.mark.parametrize("width", [128, 256, 512, 1024])
def test_there_are_canaries_for_every_threshold_that_is_cheap(width: int) -> None:
    bounds = [_choices(threshold, width) for threshold in CHEAP_THRESHOLDS]
    assert all(bounds)
    if width == WIDTH:
        assert all(
            bits.shared == threshold * bits.query
            for threshold in CHEAP_THRESHOLDS
            for bits in _choices(threshold, width)
        )


def test_other_keys_epochs_kinds_and_places_give_other_vectors() -> None:
    half = Fraction(4, 5)
    made = {
        maker(key, epoch).vectors(what, place, half, WIDTH).query
        for key, epoch, what, place in product(
            (bytes(32), b"k" * 32), (1, 2), ("one", "other"), ((0, 0), (0, 1), (1, 0))
        )
    }
    assert len(made) == 2 * 2 * 2 * 3


@given(st.lists(st.integers(0, 3), min_size=4, max_size=4), st.integers(0, 3), st.sampled_from(NAMES), st.booleans())
def test_a_canary_has_the_shape_of_the_record_it_is_made_after(
    counts: list[int], names: int, name: CanaryName, other: bool
) -> None:
    shape = EncodedRecord(
        profiles={
            each.id: tuple(bytes([n]) for n in range(count))
            for each, count in zip(SCHEMA.profiles, counts, strict=True)
        },
        explanations={kind: (b"x",) * (names if kind == "name" else int(other)) for kind in SCHEMA.explanations},
        tokens={kind: (b"t",) * int(other) for kind in SCHEMA.token_kinds},
    )
    made = maker(bytes(32)).record(name, shape, secrets.token_bytes)
    # It is an encoding as the schema wants it: popcounts, order and widths.
    assert EncodedRecord.from_bytes(SCHEMA, made.to_bytes()) == made
    for mine, like in (
        (made.profiles, shape.profiles),
        (made.explanations, shape.explanations),
        (made.tokens, shape.tokens),
    ):
        assert {kind: len(values) for kind, values in mine.items()} == {
            kind: len(values) for kind, values in like.items()
        }


def test_canaries_of_other_shapes_meet_in_the_vectors_that_both_have() -> None:
    profile = SCHEMA.profiles[0]

    def shape(count: int) -> EncodedRecord:
        return EncodedRecord(
            {each.id: (b"",) * (count if each == profile else 0) for each in SCHEMA.profiles},
            dict.fromkeys(SCHEMA.explanations, ()),
            dict.fromkeys(SCHEMA.token_kinds, ()),
        )

    for one, other in product(NAMES, NAMES):
        mine = maker(b"k" * 32).record(one, shape(3), secrets.token_bytes).profiles[profile.id]
        yours = maker(b"k" * 32).record(other, shape(1), secrets.token_bytes).profiles[profile.id]
        assert any(reaches(a, b, profile.threshold) for a in mine for b in yours) == known_answer(one, other)


def rows(*vectors: bytes) -> Bits:
    packed = np.frombuffer(b"".join(vectors), dtype=np.uint8).reshape(len(vectors), -1)
    return np.unpackbits(packed, axis=1, bitorder="little").astype(bool)


def computed(erring: int | None, rotation: Rotation) -> dict[int, set[int]]:
    """A batch of one canary query and its two records among others, with an operator that multiplies wrongly."""
    threshold = Fraction(4, 5)
    positions = random.Random(4).sample(range(WIDTH), WIDTH)  # noqa: S311  no secret here
    bits = canary_bits(threshold, 300)
    assert bits is not None
    canary = canary_vectors(bits, positions)
    others = np.random.default_rng(9).random((40, WIDTH)) < 0.3
    stored = filled_up(np.concatenate([rows(canary.hit, canary.miss), others]))
    federation, test = Federation(), LinearTest.dice(threshold)
    products = federation.products(shared(stored), shared(rows(canary.query)), test, RING_16)
    if erring is not None:
        products[erring] = products[erring] ^ np.int16(1 << 11)
    batch = federation.batch(1, 64, test.fitting(RING_16, PopcountBounds(WIDTH, 600)), rotation)
    return federation.open(RING_16, batch, federation.run(batch, products), np.ones((1, 64), dtype=bool))


KNOWN = {(0, 0): True, (0, 1): False}


@pytest.mark.parametrize("rotation", list(Rotation))
def test_canaries_come_out_right_from_operators_that_compute_rightly(rotation: Rotation) -> None:
    assert not wrong_answers(computed(None, rotation), KNOWN)


@pytest.mark.parametrize("erring", [0, 1, 2])
def test_an_operator_that_computes_wrongly_is_noticed_by_canaries_and_by_recomputing(erring: int) -> None:
    wrong = computed(erring, Rotation.STRAIGHT)
    assert wrong_answers(wrong, KNOWN) == KNOWN.keys()
    assert wrong != computed(None, Rotation.ONCE)


def test_a_batch_recomputed_with_other_roles_is_the_same() -> None:
    assert computed(None, Rotation.STRAIGHT) == computed(None, Rotation.TWICE)
