"""Numbers as vectors: equal ones are equal, others are far apart, and an outline shows how many there are alone."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st
from tests.simulators.hub_members import ENCODERS, SCHEMA

from symbolon.matching.blind.number_vectors import EQUAL, NUMBER_BITS, NUMBER_WEIGHT, vector_of_number
from symbolon.matching.blind.questions import band_of, questions_in_order, questions_of_schema
from symbolon.matching.blind.shared_record import NUMBERED, Outline, outline_of, share_bundles, with_numbers
from symbolon.matching.identifier_types import Document, DocumentType, PersonName, RecordIdentifiers


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_equal_values_are_one_vector_and_others_far_from_alike(one: bytes, other: bytes) -> None:
    first, second = (int.from_bytes(vector_of_number(value), "little") for value in (one, other))
    assert first.bit_count() == second.bit_count() == NUMBER_WEIGHT
    assert first.bit_length() <= NUMBER_BITS
    # Both have the same weight, so Dice is the shared part of it.
    assert ((first & second).bit_count() >= EQUAL * NUMBER_WEIGHT) == (one == other)


def outline_with_numbers() -> tuple[Outline, tuple[bytes, ...], Outline]:
    person = RecordIdentifiers(
        names=(PersonName("Somchai Jaidee"),), documents=(Document(DocumentType.PASSPORT, "XAA", "A1234567"),)
    )
    record = ENCODERS[1].encode(person)
    values = {
        (kind, token): hashlib.sha256(token).digest()[:16] for kind, tokens in record.tokens.items() for token in tokens
    }
    shown = outline_of(SCHEMA, record, values)
    counted, vectors = with_numbers(SCHEMA, shown)
    bundle, *_others = share_bundles(record, lambda count: bytes(count), vectors)
    assert len(bundle) == counted.bundle_bytes(SCHEMA)
    return counted, vectors, shown


def test_an_outline_counts_numbers_and_shows_none() -> None:
    counted, vectors, shown = outline_with_numbers()
    assert vectors
    assert sum(counted.numbers.values()) == len(vectors)
    content = counted.to_bytes()
    assert Outline.from_bytes(SCHEMA, content) == counted
    assert not [value for values in shown.tokens.values() for value in values if value in content]


def test_numbers_are_asked_whether_they_are_equal_and_nothing_else() -> None:
    for kind, band in SCHEMA.decisive_tokens.items():
        (question,) = questions_in_order(SCHEMA, NUMBERED + kind)
        assert questions_of_schema(SCHEMA, NUMBERED + kind) == {question}
        found = band_of(SCHEMA, NUMBERED + kind, {question: True})
        assert found is not None
        assert found.value == band
        assert band_of(SCHEMA, NUMBERED + kind, {question: False}) is None
    assert not questions_of_schema(SCHEMA, NUMBERED + "shoe-size")


def test_every_band_of_a_profile_is_asked_after_its_threshold() -> None:
    for profile in SCHEMA.profiles:
        asked = questions_in_order(SCHEMA, profile.id)
        assert set(asked) == questions_of_schema(SCHEMA, profile.id)
        assert band_of(SCHEMA, profile.id, dict.fromkeys(asked, False)) is None
        strongest = band_of(SCHEMA, profile.id, dict.fromkeys(asked, True))
        assert strongest is not None
        assert strongest.value == (profile.bands[0][0] if profile.bands else "possible")
