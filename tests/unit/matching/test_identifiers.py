from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.matching import identifiers as ids
from symbolon.matching.errors import IdentifierError

SECRET = "Zarathustra77"


def full_record() -> ids.RecordIdentifiers:
    return ids.RecordIdentifiers(
        names=(ids.parse_person_name("Somchai Jaidee", "th"), ids.parse_person_name("สมชาย ใจดี")),
        birth_date=ids.parse_birth_date("1990-05"),
        nationality=ids.parse_nationality("THA"),
        sex=ids.parse_sex("male"),
        place=ids.parse_place("Chiang Rai"),
        documents=(ids.parse_document("AB 01234", "passport", "XA"),),
        phones=(ids.parse_phone("+66 81 234 5678"),),
        vessels=(ids.parse_vessel(imo="IMO 9074729", name="Sea Star"),),
        vehicles=(ids.parse_vehicle(plate="กข 1234", state="TH"),),
        accounts=(ids.parse_account("PromptPay", "081-234-5678"),),
        online_handles=(ids.parse_online_handle("FB", "@Somchai.J"),),
    )


def test_a_record_survives_storage_as_json() -> None:
    record = full_record()
    assert ids.RecordIdentifiers.from_json(record.to_json()) == record


def test_an_empty_record_is_an_empty_object() -> None:
    assert ids.RecordIdentifiers().to_json() == {}


@pytest.mark.parametrize(
    "stored",
    [
        {"surname": "x"},
        {"names": "x"},
        {"names": ["x"]},
        {"names": [{"text": 1}]},
        {"names": [{"given": "x"}]},
        {"birth_date": {"year": "1990"}},
        {"birth_date": {"year": True}},
        {"sex": {"code": "Q"}},
        {"documents": [{"type": "licence", "issuer": "TH", "number": "AB1234"}]},
    ],
)
def test_stored_json_of_another_shape_is_refused(stored: dict[str, Any]) -> None:
    with pytest.raises(IdentifierError):
        ids.RecordIdentifiers.from_json(stored)


def test_no_value_shows_in_a_representation() -> None:
    shown = repr(full_record())
    for value in ("Somchai", "สมชาย", "1990", "AB01234", "66812345678", "9074729", "somchai", "กข1234"):
        assert value not in shown


@pytest.mark.parametrize(
    "refused",
    [
        lambda: ids.parse_person_name("77 - 78"),
        lambda: ids.parse_person_name("\u202e \u0007"),
        lambda: ids.parse_person_name("x" * 10_000),
        lambda: ids.parse_person_name(SECRET, "not a language"),
        lambda: ids.parse_birth_date(SECRET),
        lambda: ids.parse_nationality(SECRET),
        lambda: ids.parse_sex(SECRET),
        lambda: ids.parse_place("4711"),
        lambda: ids.parse_document(SECRET, "licence"),
        lambda: ids.parse_document(SECRET, "passport", "Atlantis"),
        lambda: ids.parse_document("A1", "passport"),
        lambda: ids.parse_document("ABCDEF", "passport"),
        lambda: ids.parse_document("L898902C3", "passport", "UT", check_digit="7"),
        lambda: ids.parse_phone(SECRET),
        lambda: ids.parse_phone("0812345678"),
        lambda: ids.parse_phone("+66 12"),
        lambda: ids.parse_vessel(),
        lambda: ids.parse_vessel(imo="9074728"),
        lambda: ids.parse_vessel(mmsi="12345"),
        lambda: ids.parse_vehicle(),
        lambda: ids.parse_vehicle(plate=SECRET),
        lambda: ids.parse_vehicle(vin="1M8GDM9AXKP04278"),
        lambda: ids.parse_account("", SECRET),
        lambda: ids.parse_account("iban", "12"),
        lambda: ids.parse_online_handle("", SECRET),
        lambda: ids.parse_online_handle("x", "@"),
        lambda: ids.parse_online_handle("x", "a" * 300),
    ],
)
def test_a_refusal_says_what_to_do_and_never_repeats_the_value(refused: Callable[[], object]) -> None:
    with pytest.raises(IdentifierError) as refusal:
        refused()
    assert refusal.value.what_to_do
    assert SECRET not in str(refusal.value)


def test_a_phone_is_read_in_its_default_region() -> None:
    assert ids.parse_phone("081-234-5678", "TH") == ids.parse_phone("+66 (0) 81 234 5678".replace("(0) ", ""))


def test_a_document_number_that_fits_its_check_digit_is_taken() -> None:
    assert ids.parse_document("L898902C3", "passport", "UT", check_digit="6").number == "L898902C3"


def test_three_letter_and_two_letter_countries_are_one() -> None:
    assert ids.parse_document("AB01234", "passport", "MMR") == ids.parse_document("ab-01234", "passport", "MM")


@given(st.text(max_size=300))
def test_any_text_is_refused_or_is_a_name_in_its_final_form(text: str) -> None:
    try:
        name = ids.parse_person_name(text)
    except IdentifierError:
        return
    assert ids.parse_person_name(name.text) == name
