from dataclasses import replace

import pytest

from symbolon.matching import identifiers as ids
from symbolon.matching.decision import Band, explain
from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.matching.scoring import Agreement


def person(name: str, birth_date: str | None = "1990-05-03", **more: object) -> ids.RecordIdentifiers:
    record = ids.RecordIdentifiers(
        names=(ids.parse_person_name(name),),
        birth_date=ids.parse_birth_date(birth_date) if birth_date else None,
    )
    return replace(record, **more)


def passport(number: str, issuer: str = "XA") -> dict[str, object]:
    return {"documents": (ids.parse_document(number, "passport", issuer),)}


@pytest.fixture
def band_of(encoder: RecordEncoder, schema: LinkageSchema):
    def band(one: ids.RecordIdentifiers, other: ids.RecordIdentifiers) -> Band | None:
        first, second = encoder.encode(one), encoder.encode(other)
        explanation, mirrored = explain(schema, first, second), explain(schema, second, first)
        assert explanation == mirrored
        return explanation.band if explanation else None

    return band


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rahima Khatun", "RAHIMA KHATOON"),
        ("রহিমা খাতুন", "Khatun, Rahima"),
        ("สมชาย ใจดี", "Somchai Jaidee"),
        ("อภิญญา ศรีสวัสดิ์", "Apinya Srisawat"),
        ("နှင်းနှင်းဝေ", "Hnin Hnin Wai"),
        ("အောင်မျိုးမြင့်", "Aung Myo Myint"),
        ("محمد يوسف الحسن", "Mohammed Yousef al-Hassan"),
        ("عبدالرحمن کریم", "Abdul Rahman Karim"),
        ("अनीता कुमारी शर्मा", "Anita Kumari Sharma"),
        ("Nguyễn Văn Minh", "NGUYEN VAN MINH"),
        ("Mohd Farid bin Yusof", "Muhammad Farid Yusuf"),
    ],
)
def test_one_person_romanised_twice_or_in_two_scripts_is_a_hit(band_of, one: str, other: str) -> None:
    assert band_of(person(one), person(other)) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Rahima Khatun", "1990-05-03"), ("Rahima Khatun", "1984-11-27")),
        (("Somchai Jaidee", "1990-05-03"), ("Somchai Jaidee", "1971-12-18")),
        (("Somchai Jaidee", "1990-05-03"), ("Malee Jaidee", "1993-02-21")),
        (("Somchai Jaidee", "1990-05-03"), ("Nattapong Wongsawat", "1990-05-03")),
        (("Aung Myo Myint", "1990-05-03"), ("Zaw Lin Htet", "1990-05-03")),
    ],
)
def test_namesakes_siblings_and_strangers_of_one_birthday_are_no_hit(
    band_of, one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert band_of(person(*one), person(*other)) is None


@pytest.mark.parametrize(
    ("one", "other"), [("Somchai Jaidee", "Pranee Jaidee"), ("Rahima Chowdhury", "Sultana Chowdhury")]
)
def test_twins_are_told_apart_where_sex_and_nationality_are_given(band_of, one: str, other: str) -> None:
    known = {"nationality": ids.parse_nationality("TH"), "sex": ids.parse_sex("F")}
    assert band_of(person(one, **known), person(other, **known)) is None
    assert band_of(person(one, **known), person(one, **known)) is Band.STRONG


def test_the_same_name_and_year_of_nationality_is_a_hit_where_a_whole_date_is_missing(band_of) -> None:
    nationality = {"nationality": ids.parse_nationality("BD")}
    whole, partial = (person("Rahima Khatun Chowdhury", date, **nationality) for date in ("1990-05-03", "1990"))
    assert band_of(whole, partial) is not None
    assert band_of(person("Selina Khatun Chowdhury", "1990-05-03", **nationality), partial) is None
    assert band_of(person("Rahima Khatun Chowdhury", "1989-05-03", **nationality), partial) is None


def test_two_whole_dates_that_differ_are_not_rescued_by_the_profile_of_the_year(band_of) -> None:
    known = {"nationality": ids.parse_nationality("BD"), "sex": ids.parse_sex("F")}
    one, other = (person("Rahima Khatun Chowdhury", date, **known) for date in ("1990-02-03", "1990-11-27"))
    assert band_of(one, other) is None


def test_a_shared_passport_is_a_hit_whatever_the_name(band_of) -> None:
    assert (
        band_of(
            person("Somchai Jaidee", **passport("AA1234567")),
            person("Wei Chen", "1970-01-31", **passport("AA-1234567")),
        )
        is Band.STRONG
    )


def test_a_misread_passport_is_a_hit_beside_a_name_that_agrees(band_of) -> None:
    one = person("Somchai Jaidee", None, **passport("AB0123458"))
    assert band_of(one, person("Somchay Chaidee", None, **passport("A8O12345B"))) is Band.PROBABLE
    assert band_of(one, person("Wei Chen", None, **passport("A8O12345B"))) is None


@pytest.mark.parametrize("number", ["AB0123457", "AB012345", "AB01234588", "AB0213458", "A80123458"])
def test_a_passport_one_character_apart_counts_beside_a_name_or_a_whole_date_that_agrees(band_of, number: str) -> None:
    one = person("Somchai Jaidee", "1990-05-03", **passport("AB0123458"))
    assert band_of(one, person("Somchay Chaidee", None, **passport(number))) is not None
    assert band_of(one, person("Wei Chen", "1990-05-03", **passport(number))) is not None


def test_a_passport_one_character_apart_is_no_hit_by_itself(band_of) -> None:
    one = person("Somchai Jaidee", "1990-05-03", **passport("AB0123458"))
    assert band_of(one, person("Wei Chen", "1971-12-18", **passport("AB0123457"))) is None
    assert band_of(one, person("Wei Chen", None, **passport("AB0123457"))) is None
    assert band_of(one, person("Wei Chen", "1990", **passport("AB0123457"))) is None


def test_a_passport_two_characters_apart_is_another_passport(band_of) -> None:
    one = person("Somchai Jaidee", None, **passport("AB0123458"))
    assert band_of(one, person("Somchai Jaidee", None, **passport("AB0173438"))) is None


def test_a_number_one_character_apart_neither_agrees_nor_disagrees(
    encoder: RecordEncoder, schema: LinkageSchema
) -> None:
    pair = [encoder.encode(person("Somchai Jaidee", **passport(number))) for number in ("AB0123458", "AB0123457")]
    explanation = explain(schema, *pair)
    assert explanation is not None
    assert explanation.agreement["document"] is Agreement.UNKNOWN


def test_the_same_number_of_another_issuer_does_not_decide_alone(band_of) -> None:
    one = person("Somchai Jaidee", **passport("AA1234567", "XA"))
    assert band_of(one, person("Wei Chen", "1970-01-31", **passport("AA1234567", "XB"))) is None


def test_a_renamed_ship_is_known_by_its_number(band_of) -> None:
    one, other = (
        ids.RecordIdentifiers(vessels=(ids.parse_vessel(imo="9074729", name=name),)) for name in ("Sea Star", "Luck 8")
    )
    assert band_of(one, other) is Band.STRONG


def test_what_agrees_differs_and_is_missing_is_told_by_kind(encoder: RecordEncoder, schema: LinkageSchema) -> None:
    one = person(
        "Somchai Jaidee", sex=ids.parse_sex("M"), phones=(ids.parse_phone("+66812345678"),), **passport("AA1234567")
    )
    other = person("Chaidi, Somchay", sex=ids.parse_sex("F"), place=ids.parse_place("Mae Sot"), **passport("BB7654321"))
    explanation = explain(schema, encoder.encode(one), encoder.encode(other))
    assert explanation is not None
    assert {kind for kind, verdict in explanation.agreement.items() if verdict is Agreement.AGREE} == {
        "name",
        "birth_date",
    }
    assert {kind for kind, verdict in explanation.agreement.items() if verdict is Agreement.DISAGREE} == {
        "sex",
        "document",
    }


def test_the_better_of_several_names_decides(encoder: RecordEncoder, schema: LinkageSchema, band_of) -> None:
    several = replace(
        person("Somchai Jaidee"),
        names=(ids.parse_person_name("Lek Thongdee"), ids.parse_person_name("Somchai Jaidee")),
    )
    assert band_of(several, person("Somchai Jaidee")) is Band.STRONG


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("1990-05-03", "1990", Agreement.AGREE),
        ("1990-05", "1990-05-03", Agreement.AGREE),
        ("1990-05-03", "1990-03-05", Agreement.DISAGREE),
        ("1990-05-03", "1990-06", Agreement.DISAGREE),
        ("1990-05-03", "1991", Agreement.DISAGREE),
    ],
)
def test_a_partial_birth_date_agrees_with_the_whole_ones_it_contains(
    encoder: RecordEncoder, schema: LinkageSchema, one: str, other: str, verdict: Agreement
) -> None:
    phone = {"phones": (ids.parse_phone("+66812345678"),)}
    pair = [encoder.encode(person("Somchai Jaidee", date, **phone)) for date in (one, other)]
    explanation = explain(schema, *pair)
    assert explanation is not None
    assert explanation.agreement["birth_date"] is verdict


def test_a_place_agrees_with_a_longer_description_of_it(encoder: RecordEncoder, schema: LinkageSchema) -> None:
    one, other = (
        encoder.encode(person("Somchai Jaidee", place=ids.parse_place(place)))
        for place in ("Chiang Rai", "Mae Sai, Chiang Rai")
    )
    explanation = explain(schema, one, other)
    assert explanation is not None
    assert explanation.agreement["place"] is Agreement.AGREE
