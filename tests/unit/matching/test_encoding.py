import hmac
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.matching import identifiers as ids
from symbolon.matching import remembered
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.errors import IdentifierError, MalformedEncoding, TooLittleToMatch
from symbolon.matching.linkage_schema import LinkageSchema, schema_digest
from symbolon.matching.scoring import profile_score

VECTORS = json.loads((Path(__file__).parent / "encoding_vectors.json").read_bytes())
FULL = "name-birth-date"

given_names = st.sampled_from(["Rahima", "Somchai", "สมชาย", "Aung", "রহিমা", "Wei", "Karim", "Hla", "bin", "Minh"])
name_texts = st.lists(given_names, min_size=1, max_size=5)
records = st.builds(
    ids.RecordIdentifiers,
    names=st.lists(name_texts.map(lambda words: ids.parse_person_name(" ".join(words))), max_size=3).map(tuple),
    birth_date=st.none()
    | st.dates().filter(lambda day: 1900 <= day.year <= 2020).map(lambda day: ids.parse_birth_date(day.isoformat())),
    nationality=st.none() | st.sampled_from(["TH", "BD", "MM"]).map(ids.parse_nationality),
    place=st.none() | st.sampled_from(["Chiang Rai", "Cox's Bazar"]).map(ids.parse_place),
    documents=st.lists(
        st.integers(10**6, 10**8).map(lambda n: ids.parse_document(f"A{n}", "passport", "XA")), max_size=2
    ).map(tuple),
    phones=st.lists(st.integers(10**7, 10**8 - 1).map(lambda n: ids.parse_phone(f"+668{n}")), max_size=2).map(tuple),
)


def person(name: str, birth_date: str = "1990-05-03") -> ids.RecordIdentifiers:
    return ids.RecordIdentifiers(names=(ids.parse_person_name(name),), birth_date=ids.parse_birth_date(birth_date))


def bits(record: EncodedRecord, profile: str = FULL) -> int:
    return int.from_bytes(record.profiles[profile][0], "little")


def test_the_encoding_of_known_records_is_known_byte_for_byte(encoder: RecordEncoder, schema_bytes: bytes) -> None:
    assert schema_digest(schema_bytes) == VECTORS["schema_digest"], "a changed schema needs a new id and new vectors"
    for vector in VECTORS["records"]:
        record = ids.RecordIdentifiers.from_json(vector["identifiers"])
        assert encoder.encode(record).to_bytes().hex() == vector["encoding"]


def test_the_same_record_gives_the_same_bits_in_a_cold_and_a_warm_encoder(
    encoder: RecordEncoder, schema: LinkageSchema
) -> None:
    record = person("Nguyen Van Minh")
    warm = [encoder.encode(record) for _ in range(2)]
    assert warm[0] == warm[1]


@given(st.lists(given_names, min_size=2, max_size=5, unique=True), st.integers(1, 4))
def test_a_surname_first_or_last_changes_nothing(encoder: RecordEncoder, words: list[str], turns: int) -> None:
    turned = [*words[turns % len(words) :], *words[: turns % len(words)]]
    one, other = (_encoded(encoder, person(" ".join(order))) for order in (words, turned))
    assert one == other


def test_words_in_any_order_are_a_match(encoder: RecordEncoder, schema: LinkageSchema) -> None:
    one, other = (encoder.encode(person(name)) for name in ("Rahima Khatun Chowdhury", "Khatun Rahima Chowdhury"))
    score = profile_score(schema, one, other)
    assert score is not None
    assert score.is_match


@given(records)
def test_the_order_of_values_within_a_field_changes_nothing(
    encoder: RecordEncoder, record: ids.RecordIdentifiers
) -> None:
    reversed_record = ids.RecordIdentifiers(
        names=record.names[::-1],
        birth_date=record.birth_date,
        nationality=record.nationality,
        place=record.place,
        documents=record.documents[::-1],
        phones=record.phones[::-1],
    )
    assert _encoded(encoder, record) == _encoded(encoder, reversed_record)


@given(records)
def test_encodings_survive_their_bytes_and_have_one_byte_string(
    encoder: RecordEncoder, schema: LinkageSchema, record: ids.RecordIdentifiers
) -> None:
    encoded = _encoded(encoder, record)
    if encoded is not None:
        assert EncodedRecord.from_bytes(schema, encoded.to_bytes()) == encoded


@given(records)
def test_no_vector_is_empty_or_over_its_cap(
    encoder: RecordEncoder, schema: LinkageSchema, record: ids.RecordIdentifiers
) -> None:
    encoded = _encoded(encoder, record)
    if encoded is None:
        return
    for profile in schema.profiles:
        for vector in encoded.profiles[profile.id]:
            count = int.from_bytes(vector, "little").bit_count()
            assert profile.popcount_min <= count <= profile.popcount_max
    assert all(any(vector) for vectors in encoded.explanations.values() for vector in vectors)


def test_a_very_long_name_is_capped(encoder: RecordEncoder, schema: LinkageSchema) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    long_name = " ".join(letters[n % 26] + letters[n * 7 % 26] + letters[n * 11 % 26] for n in range(49))
    cap = next(profile.popcount_max for profile in schema.profiles if profile.id == FULL)
    assert bits(encoder.encode(person(long_name))).bit_count() == cap


def test_under_another_key_the_bits_overlap_as_chance_has_it(
    encoder: RecordEncoder, encoder_under_another_key: RecordEncoder, schema: LinkageSchema
) -> None:
    overlap = chance = 0.0
    for number in range(200):
        record = person(
            f"Karim Rahman {'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10 % 10]}ima",
            f"19{number % 80 + 10}-05-03",
        )
        one, other = bits(encoder.encode(record)), bits(encoder_under_another_key.encode(record))
        overlap += (one & other).bit_count()
        chance += one.bit_count() * other.bit_count() / schema.vector_bits
    assert overlap == pytest.approx(chance, rel=0.05)


def test_under_another_key_no_token_is_the_same(
    encoder: RecordEncoder, encoder_under_another_key: RecordEncoder
) -> None:
    record = ids.RecordIdentifiers(phones=(ids.parse_phone("+66812345678"),))
    assert encoder.encode(record).tokens["phone"] != encoder_under_another_key.encode(record).tokens["phone"]


def test_the_same_field_sets_other_bits_in_another_profile(encoder: RecordEncoder) -> None:
    record = ids.RecordIdentifiers(
        names=(ids.parse_person_name("Rahima Khatun Chowdhury"),),
        birth_date=ids.parse_birth_date("1990-05-03"),
        nationality=ids.parse_nationality("BD"),
    )
    encoded = encoder.encode(record)
    one, other = bits(encoded), bits(encoded, "name-birth-year-nationality")
    assert (one & other).bit_count() < 1.5 * one.bit_count() * other.bit_count() / 1024


def test_each_name_of_a_record_has_a_vector_of_its_own(encoder: RecordEncoder) -> None:
    record = ids.RecordIdentifiers(
        names=(ids.parse_person_name("Rahima Khatun"), ids.parse_person_name("Selina Begum Akter")),
        birth_date=ids.parse_birth_date("1990-05-03"),
    )
    assert len(encoder.encode(record).profiles[FULL]) == 2


def test_a_partial_date_fills_the_profile_of_its_year_only(encoder: RecordEncoder) -> None:
    record = ids.RecordIdentifiers(
        names=(ids.parse_person_name("Rahima Khatun Chowdhury"),),
        birth_date=ids.parse_birth_date("1990"),
        nationality=ids.parse_nationality("BD"),
    )
    assert [name for name, vectors in encoder.encode(record).profiles.items() if vectors] == [
        "name-birth-year-nationality"
    ]


@pytest.mark.parametrize(
    ("record", "advice"),
    [
        (ids.RecordIdentifiers(), "add a name"),
        (ids.RecordIdentifiers(names=(ids.parse_person_name("Rahima Khatun"),)), "date of birth"),
        (person("Md"), "only titles"),
        (person("A. B."), "only titles"),
        (person("Li"), "rest of it"),
        (ids.RecordIdentifiers(birth_date=ids.parse_birth_date("1990-05-03")), "add a name"),
        (ids.RecordIdentifiers(documents=(ids.parse_document("AB1234567"),)), "state that issued"),
    ],
)
def test_too_little_is_refused_with_what_to_add(
    encoder: RecordEncoder, record: ids.RecordIdentifiers, advice: str
) -> None:
    with pytest.raises(TooLittleToMatch, match=advice):
        encoder.encode(record)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rahima\u202e Khatun\x00", "Rahima Khatun"),
        ("Rahima\u200b\tKhatun\u2066", "Rahima Khatun"),
        ("Somchai ใจดี", "สมชาย Jaidee"),
    ],
)
def test_control_and_bidi_characters_and_mixed_scripts_are_read_through(
    encoder: RecordEncoder, schema: LinkageSchema, one: str, other: str
) -> None:
    score = profile_score(schema, encoder.encode(person(one)), encoder.encode(person(other)))
    assert score is not None
    assert score.is_match


def test_a_name_of_ten_thousand_characters_is_refused() -> None:
    with pytest.raises(IdentifierError, match="names"):
        ids.parse_person_name("Rahima " * 1500)


@pytest.mark.parametrize("name", ["bin", "Md", "Mr. Dr.", "Abdul-", "U"])
def test_a_name_of_titles_and_particles_is_too_common_by_itself(encoder: RecordEncoder, name: str) -> None:
    with pytest.raises(TooLittleToMatch):
        encoder.encode(
            ids.RecordIdentifiers(names=(ids.parse_person_name(name),), nationality=ids.parse_nationality("BD"))
        )


def test_names_that_have_little_in_common_do_not_match_whatever_they_are_made_of(
    encoder: RecordEncoder, schema: LinkageSchema
) -> None:
    odd = ["Aaaaaaaa Aaaaaaa", "Oo Oo Thein", "Zz Xx Qq Ww Yy", "a b c d e f g h i j k l m Nu", "Wei Chen"]
    encoded = [encoder.encode(person(name)) for name in odd]
    for place, one in enumerate(encoded):
        for other in encoded[:place]:
            score = profile_score(schema, one, other)
            assert score is not None
            assert not score.is_match


def test_an_impossible_date_kept_as_written_still_meets_the_right_one(
    encoder: RecordEncoder, schema: LinkageSchema
) -> None:
    written = ids.parse_birth_date("1990-61-11", impossible_as_written=True)
    record = ids.RecordIdentifiers(names=(ids.parse_person_name("Rahima Khatun"),), birth_date=written)
    score = profile_score(schema, encoder.encode(record), encoder.encode(person("Rahima Khatun", "1990-01-11")))
    assert score is not None
    assert score.is_match


def test_a_phone_alone_is_enough(encoder: RecordEncoder) -> None:
    encoded = encoder.encode(ids.RecordIdentifiers(phones=(ids.parse_phone("+66812345678"),)))
    assert encoded.kinds_present == {"phone"}


def test_every_kind_of_number_becomes_a_token_of_its_kind(encoder: RecordEncoder) -> None:
    encoded = encoder.encode(
        ids.RecordIdentifiers(
            documents=(ids.parse_document("AB1234567", "passport", "XA"),),
            phones=(ids.parse_phone("+66812345678"),),
            vessels=(ids.parse_vessel("9074729", "567123456"),),
            vehicles=(ids.parse_vehicle("AB 123", "XA", "1M8GDM9AXKP042788"),),
            accounts=(ids.parse_account("iban", "XA001234567"),),
            online_handles=(ids.parse_online_handle("telegram", "broker"),),
        )
    )
    assert all(len(tokens) == 1 for kind, tokens in encoded.tokens.items() if kind != "document_near")
    assert len(encoded.tokens["document_near"]) == 1 + len("AB1234567")
    assert encoded.kinds_present == {"document", "phone", "vessel", "vehicle", "account", "online_handle"}


@pytest.mark.parametrize("damage", ["version", "shorter", "longer", "order", "popcount", "empty explanation", "count"])
def test_bytes_that_are_no_canonical_encoding_are_refused(
    encoder: RecordEncoder, schema: LinkageSchema, damage: str
) -> None:
    record = ids.RecordIdentifiers(
        names=(ids.parse_person_name("Rahima Khatun"), ids.parse_person_name("Selina Begum Akter")),
        birth_date=ids.parse_birth_date("1990-05-03"),
    )
    data = encoder.encode(record).to_bytes()
    width = schema.vector_bits // 8
    explanation = 1 + 1 + 2 * width + len(schema.profiles) - 1
    damaged = {
        "version": b"\x02" + data[1:],
        "shorter": data[:-1],
        "longer": data + b"\x00",
        "order": data[:2] + data[2 + width : 2 + 2 * width] + data[2 : 2 + width] + data[2 + 2 * width :],
        "popcount": data[:2] + b"\x01" + bytes(width - 1) + data[2 + width :],
        "empty explanation": data[: explanation + 1] + bytes(width) + data[explanation + 1 + width :],
        "count": data[:1] + b"\xff" + data[2:],
    }[damage]
    with pytest.raises(MalformedEncoding):
        EncodedRecord.from_bytes(schema, damaged)


@given(st.binary(max_size=600))
def test_arbitrary_bytes_are_refused_or_read_canonically(schema: LinkageSchema, data: bytes) -> None:
    try:
        record = EncodedRecord.from_bytes(schema, data)
    except MalformedEncoding:
        return
    assert record.to_bytes() == data


def _encoded(encoder: RecordEncoder, record: ids.RecordIdentifiers) -> EncodedRecord | None:
    try:
        return encoder.encode(record)
    except TooLittleToMatch:
        return None


def test_what_was_encoded_before_changes_no_bit(schema: LinkageSchema) -> None:
    whole = person("Aye Aye Thin", "1990-05-03")
    others = [
        ids.RecordIdentifiers(names=whole.names),
        ids.RecordIdentifiers(names=whole.names, birth_date=ids.parse_birth_date("1990")),
        ids.RecordIdentifiers(names=(ids.parse_person_name("Thin Aye"),), birth_date=whole.birth_date),
    ]
    fresh, used = (RecordEncoder(schema, lambda label: hmac.digest(b"key", label.encode(), "sha256")) for _ in range(2))
    for other in others:
        _encoded(used, other)
    assert used.encode(whole) == fresh.encode(whole)
    assert used.encode(whole) == used.encode(whole)


def test_more_is_computed_than_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_REMEMBERED", 2)
    lengths = remembered.Remembered(len)
    assert [lengths[text] for text in ("", "a", "bb", "a")] == [0, 1, 2, 1]
    assert len(lengths) <= 2
