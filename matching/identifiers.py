"""Reading identifiers: raw text in, frozen values out.

Every `parse_*` raises `IdentifierError` (field, what is wrong, what to do; never the value itself).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import phonenumbers

from symbolon.matching.countries import country_code
from symbolon.matching.dates import Calendar, read_date, read_date_as_written
from symbolon.matching.documents import icao_check_digit, is_imo_number, is_vehicle_identification_number
from symbolon.matching.errors import IdentifierError
from symbolon.matching.identifier_types import (
    Account,
    BirthDate,
    Document,
    DocumentType,
    Nationality,
    OnlineHandle,
    PersonName,
    Phone,
    Place,
    RecordIdentifiers,
    Sex,
    SexCode,
    Vehicle,
    Vessel,
)
from symbolon.matching.normalise import ascii_digits, clean_text, has_letter, letters_and_digits

__all__ = [
    "Account",
    "BirthDate",
    "Calendar",
    "Document",
    "DocumentType",
    "IdentifierError",
    "Nationality",
    "OnlineHandle",
    "PersonName",
    "Phone",
    "Place",
    "RecordIdentifiers",
    "Sex",
    "SexCode",
    "Vehicle",
    "Vessel",
    "parse_account",
    "parse_birth_date",
    "parse_document",
    "parse_nationality",
    "parse_online_handle",
    "parse_person_name",
    "parse_phone",
    "parse_place",
    "parse_sex",
    "parse_vehicle",
    "parse_vessel",
]

MAX_TEXT_LENGTH: Final = 200
SHORTEST_DOCUMENT_NUMBER: Final = 5
SHORTEST_ACCOUNT_NUMBER: Final = 6
LONGEST_NUMBER: Final = 64

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
_PLATFORM_ALIASES: Final = {"fb": "facebook", "ig": "instagram", "x": "twitter", "tg": "telegram", "wa": "whatsapp"}
_SEX_WORDS: Final = {
    "f": SexCode.FEMALE, "female": SexCode.FEMALE, "woman": SexCode.FEMALE,
    "m": SexCode.MALE, "male": SexCode.MALE, "man": SexCode.MALE,
    "x": SexCode.OTHER, "other": SexCode.OTHER,
}  # fmt: skip


def parse_person_name(text: str, language: str | None = None) -> PersonName:
    """A whole name in any script; `language` is a BCP 47 code ("th", "ur") where the file tells it."""
    cleaned = _name_text(text)
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise IdentifierError("names", "the language is no language code", "use a code such as th, my or ur")
    return PersonName(cleaned, language.lower() if language else None)


# Plain texts and numbers are remembered, rather than what is made of them, which the garbage collector would search.
@lru_cache(maxsize=65536)
def _name_text(text: str) -> str:
    cleaned = _short_text("names", text)
    if not has_letter(cleaned):
        raise IdentifierError("names", "no letter in it", "give the name as the document shows it")
    return cleaned


def parse_birth_date(text: str, calendar: Calendar | None = None, *, impossible_as_written: bool = False) -> BirthDate:
    """A date of birth, whole or partial (`dates.read_date` says which forms).

    An impossible date is refused, or kept as written where the caller compares files as they are.
    """
    if impossible_as_written:
        return BirthDate(*read_date_as_written(text, calendar))
    return BirthDate(*_known_date(text, calendar))


_known_date: Final = lru_cache(maxsize=65536)(read_date)


def parse_nationality(text: str) -> Nationality:
    """An ISO 3166-1 code of two or three letters."""
    code = country_code(clean_text(text))
    if code is None:
        raise IdentifierError("nationality", "not a country code", "use the ISO 3166 code, such as TH or THA")
    return Nationality(code)


def parse_sex(text: str) -> Sex:
    """F, M or X, or the English words."""
    code = _SEX_WORDS.get(clean_text(text).lower())
    if code is None:
        raise IdentifierError("sex", "neither F, M nor X", "write F, M or X, or leave it empty")
    return Sex(code)


def parse_place(text: str) -> Place:
    """A place of birth or residence."""
    cleaned = _short_text("place", text)
    if not has_letter(cleaned):
        raise IdentifierError("place", "no letter in it", "give the name of the place")
    return Place(cleaned)


def parse_document(
    number: str,
    document_type: DocumentType | str = DocumentType.OTHER,
    issuer: str = "",
    check_digit: str | None = None,
) -> Document:
    """An identity document; `check_digit` is the one after the number in the machine-readable zone, if it was read."""
    try:
        kind = DocumentType(document_type)
    except ValueError as error:
        raise IdentifierError(
            "documents", "the document type is not known", "use passport, national_id or other"
        ) from error
    code = country_code(clean_text(issuer)) if issuer.strip() else ""
    if code is None:
        raise IdentifierError("documents", "the issuer is no country code", "use the ISO 3166 code, such as TH or THA")
    plain = letters_and_digits(number)
    if not SHORTEST_DOCUMENT_NUMBER <= len(plain) <= LONGEST_NUMBER or not any(c.isdigit() for c in plain):
        raise IdentifierError(
            "documents",
            f"a number has {SHORTEST_DOCUMENT_NUMBER} to {LONGEST_NUMBER} letters and digits, one digit at least",
            "give the number as printed, or leave it empty",
        )
    if check_digit is not None and ascii_digits(check_digit) != str(icao_check_digit(plain.ljust(9, "<"))):
        raise IdentifierError("documents", "the check digit does not fit the number", "compare it with the document")
    return Document(kind, code, plain)


def parse_phone(text: str, default_region: str | None = None) -> Phone:
    """A telephone number; one without +country code is read as of `default_region` (ISO 3166 alpha-2)."""
    try:
        number = phonenumbers.parse(ascii_digits(text), default_region)
    except phonenumbers.NumberParseException as error:
        raise IdentifierError("phones", "not a telephone number", "write it with its country code: +66…") from error
    if not phonenumbers.is_possible_number(number):
        raise IdentifierError("phones", "too short or too long", "write it with its country code: +66…")
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def parse_vessel(imo: str | None = None, mmsi: str | None = None, name: str | None = None) -> Vessel:
    """A ship by IMO number (its check digit is verified), MMSI or name; one of them at least."""
    imo_digits = letters_and_digits(imo or "").removeprefix("IMO") or None
    mmsi_digits = letters_and_digits(mmsi or "").removeprefix("MMSI") or None
    if imo_digits is not None and not is_imo_number(imo_digits):
        raise IdentifierError("vessels", "the IMO number's check digit does not fit", "give seven digits as registered")
    if mmsi_digits is not None and not (len(mmsi_digits) == 9 and mmsi_digits.isdigit()):
        raise IdentifierError("vessels", "an MMSI has nine digits", "give the nine digits, or leave it empty")
    vessel = Vessel(imo_digits, mmsi_digits, _short_text("vessels", name) if name and name.strip() else None)
    if vessel == Vessel():
        raise IdentifierError("vessels", "nothing is given", "give an IMO number, an MMSI or a name")
    return vessel


def parse_vehicle(plate: str | None = None, state: str | None = None, vin: str | None = None) -> Vehicle:
    """A vehicle by plate with its state, or by VIN. A plate keeps the letters of its script."""
    plain_plate = "".join(c for c in ascii_digits(plate or "").upper() if c.isalnum()) or None
    plain_vin = letters_and_digits(vin or "") or None
    if plain_vin is not None and not is_vehicle_identification_number(plain_vin):
        raise IdentifierError("vehicles", "a VIN has 17 characters without I, O and Q", "compare it with the vehicle")
    if plain_plate is None and plain_vin is None:
        raise IdentifierError("vehicles", "nothing is given", "give a plate with its state, or a VIN")
    code = country_code(state) if state and state.strip() else None
    if plain_plate is not None and code is None:
        raise IdentifierError("vehicles", "a plate needs the state that issued it", "give its ISO 3166 code")
    return Vehicle(plain_plate, code, plain_vin)


def parse_account(scheme: str, number: str) -> Account:
    """An account within its scheme (iban, promptpay, btc, …), letters and digits alone, in upper case."""
    kind = clean_text(scheme).lower()
    plain = letters_and_digits(number)
    if not kind:
        raise IdentifierError("accounts", "the scheme is missing", "say which kind of account, such as iban")
    if not SHORTEST_ACCOUNT_NUMBER <= len(plain) <= 2 * LONGEST_NUMBER:
        raise IdentifierError("accounts", "too short or too long", "give the whole account number")
    return Account(kind, plain)


def parse_online_handle(platform: str, handle: str) -> OnlineHandle:
    """An account name on a platform; case, a leading @ and common short names of platforms do not matter."""
    where = clean_text(platform).lower()
    name = clean_text(handle).casefold().lstrip("@")
    if not where or not name:
        raise IdentifierError("online_handles", "platform or handle is missing", "give both")
    if len(name) > MAX_TEXT_LENGTH:
        raise IdentifierError("online_handles", "too long", "give the handle, not a text")
    return OnlineHandle(_PLATFORM_ALIASES.get(where, where), name)


def _short_text(field: str, text: str) -> str:
    if len(text) > MAX_TEXT_LENGTH:
        raise IdentifierError(field, f"longer than {MAX_TEXT_LENGTH} characters", "give the name alone")
    cleaned = clean_text(text)
    if not cleaned:
        raise IdentifierError(field, "nothing readable in it", "fill it in, or leave the field out")
    return cleaned
