"""What blind questions make of a pair is what open comparison makes of it, for all kinds of pairs."""

import hashlib
from dataclasses import replace
from importlib import resources

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.thoroughness import examples

from symbolon.matching import identifiers as ids
from symbolon.matching.blind.linear_test import PopcountBounds
from symbolon.matching.blind.questions import (
    Question,
    decide,
    judging_profile,
    questions_about,
    questions_of_schema,
    threshold_question,
)
from symbolon.matching.blind.shared_record import EXPLAINED, outline_of
from symbolon.matching.decision import explain
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.errors import TooLittleToMatch
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema, Profile
from symbolon.matching.similarity import overlap

package, name = DEFAULT_SCHEMA_RESOURCE
SCHEMA = LinkageSchema.from_bytes(resources.files(package).joinpath(name).read_bytes())
ENCODE = RecordEncoder(SCHEMA, lambda label: hashlib.sha256(label.encode()).digest()).encode

NAMES = ["Rahima Khatun", "RAHIMA KHATOON", "রহিমা খাতুন", "Rahim Khan", "Somchai Jaidee", "สมชาย ใจดี", "Nguyen Van Minh"]
DATES = ["1990-05-03", "1990-03-05", "1990-05-08", "1984-11-27", "1990-05", "1990"]
NUMBERS = ["AB1234567", "AB1234568", "A81234567", "ZZ7654321"]


@st.composite
def people(draw: st.DrawFn) -> ids.RecordIdentifiers:
    date = draw(st.none() | st.sampled_from(DATES))
    number = draw(st.none() | st.sampled_from(NUMBERS))
    nationality = draw(st.none() | st.sampled_from(["BD", "TH"]))
    sex = draw(st.none() | st.sampled_from(["F", "M"]))
    return ids.RecordIdentifiers(
        names=tuple(map(ids.parse_person_name, draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)))),
        birth_date=None if date is None else ids.parse_birth_date(date),
        documents=() if number is None else (ids.parse_document(number, "passport", "XA"),),
        nationality=None if nationality is None else ids.parse_nationality(nationality),
        sex=None if sex is None else ids.parse_sex(sex),
    )


def answered(question: Question, one: EncodedRecord, other: EncodedRecord) -> bool:
    """What the operators would open: any pair of vectors at or over the test."""
    kind = question.what.removeprefix(EXPLAINED)
    left, right = (
        (each.explanations if question.what.startswith(EXPLAINED) else each.profiles)[kind] for each in (one, other)
    )
    found = False
    for first in left:
        for second in right:
            common, _ = overlap(first, second)
            counts = [int.from_bytes(each, "little").bit_count() for each in (first, second)]
            value = question.test.value(common, *counts)
            assert -(1 << question.bits - 1) <= value < 1 << question.bits - 1
            found = found or value >= 0
    return found


@given(people(), people())
@settings(max_examples=examples(300), deadline=None)
def test_blind_and_open_verdicts_are_the_same(first: ids.RecordIdentifiers, second: ids.RecordIdentifiers) -> None:
    try:
        one, other = ENCODE(first), ENCODE(second)
    except TooLittleToMatch:
        assume(False)
    outlines = [
        outline_of(SCHEMA, each, {(kind, token): token for kind, tokens in each.tokens.items() for token in tokens})
        for each in (one, other)
    ]
    asked = questions_about(SCHEMA, *outlines)
    verdict = decide(SCHEMA, *outlines, {question: answered(question, one, other) for question in asked})
    clear = explain(SCHEMA, one, other)
    assert (verdict is None) == (clear is None)
    if verdict is not None and clear is not None:
        assert (verdict.band, dict(verdict.agreement)) == (clear.band, dict(clear.agreement))


def test_nothing_is_asked_of_records_that_have_nothing_in_common() -> None:
    one = ENCODE(ids.RecordIdentifiers(documents=(ids.parse_document("AB1234567", "passport", "XA"),)))
    other = ENCODE(
        replace(
            ids.RecordIdentifiers(names=(ids.parse_person_name("Rahima Khatun"),)),
            birth_date=ids.parse_birth_date("1990-05-03"),
        )
    )
    outlines = [
        outline_of(SCHEMA, each, {(kind, token): token for kind, tokens in each.tokens.items() for token in tokens})
        for each in (one, other)
    ]
    assert judging_profile(SCHEMA, *outlines) is None
    assert questions_about(SCHEMA, *outlines) == ()
    assert decide(SCHEMA, *outlines, {}) is None


@pytest.mark.parametrize("profile", SCHEMA.profiles, ids=lambda profile: profile.id)
def test_every_profile_of_the_shipped_schema_can_be_asked_blind(profile: object) -> None:
    one = ENCODE(
        ids.RecordIdentifiers(
            names=(ids.parse_person_name("Rahima Khatun Chowdhury"),),
            birth_date=ids.parse_birth_date("1990-05-03"),
            nationality=ids.parse_nationality("BD"),
            sex=ids.parse_sex("F"),
            place=ids.parse_place("Cox's Bazar"),
        )
    )
    outline = outline_of(SCHEMA, one, {})
    only = replace(outline, profiles={each: int(each == getattr(profile, "id", "")) for each in outline.profiles})
    assert {question.what for question in questions_about(SCHEMA, only, only)} >= {getattr(profile, "id", "")}


def test_a_bit_less_would_let_a_nearly_full_vector_read_a_position() -> None:
    profile = SCHEMA.profiles[0]
    question = threshold_question(SCHEMA, profile)
    capped = question.test.bits_for(PopcountBounds(SCHEMA.vector_bits, profile.popcount_max))
    assert capped == question.bits - 1

    def says_yes(overlap: int, bits: int) -> bool:
        value = question.test.value(overlap, SCHEMA.vector_bits - 1, 44) % 2**bits
        return value < 2 ** (bits - 1)

    # The record has the position that is left out, or it has not.
    assert (says_yes(43, capped), says_yes(44, capped)) == (True, False)
    assert (says_yes(43, question.bits), says_yes(44, question.bits)) == (False, False)


@pytest.mark.parametrize("profile", SCHEMA.profiles, ids=lambda profile: profile.id)
def test_no_vector_of_bits_makes_a_profiles_question_wrap_around_however_many_there_are(profile: Profile) -> None:
    """A cap on popcounts is for encoders; what a member shares out is known to be bits, and not how many."""
    everything = PopcountBounds(SCHEMA.vector_bits, SCHEMA.vector_bits)
    for question in questions_of_schema(SCHEMA, profile.id):
        assert question.bits >= question.test.bits_for(everything)
