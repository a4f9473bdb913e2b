"""Decoders of what is compared: encoded records, the linkage schema, identifiers as officers write them."""

import json
from collections.abc import Callable
from hashlib import sha256
from importlib import resources
from typing import Any

from tests.fuzz.decoder import Decoder, must

from symbolon.matching import identifiers as reading
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.errors import IdentifierError, MalformedEncoding, MatchingError, SchemaError
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
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema

_package, _name = DEFAULT_SCHEMA_RESOURCE
SCHEMA_BYTES = resources.files(_package).joinpath(_name).read_bytes()
SCHEMA = LinkageSchema.from_bytes(SCHEMA_BYTES)
PERSON = RecordIdentifiers(
    names=(PersonName("Somchai Rattanakosin"), PersonName("สมชาย รัตนโกสินทร์", "th")),
    birth_date=BirthDate(1988, 4, 17),
    nationality=Nationality("TH"),
    sex=Sex(SexCode.MALE),
    place=Place("Chiang Rai"),
    documents=(Document(DocumentType.PASSPORT, "XA", "A1234567"),),
    phones=(Phone("+66812345678"),),
    vessels=(Vessel("9074729", "567000000", "Marlin Star"),),
    vehicles=(Vehicle("1กข2345", "TH", None),),
    accounts=(Account("iban", "GB33BUKB20201555555555"),),
    online_handles=(OnlineHandle("telegram", "somchai88"),),
)


def _subkey(label: str) -> bytes:
    return sha256(label.encode()).digest()


def matching_decoders() -> tuple[Decoder, ...]:
    return (_encoded_record(), _linkage_schema(), _stored_identifiers(), *_written_identifiers())


def _encoded_record() -> Decoder:
    def read(data: bytes) -> None:
        record = EncodedRecord.from_bytes(SCHEMA, data)
        must(record.to_bytes() == data, "an encoding has two spellings")
        must(
            all(any(vector) for vectors in record.profiles.values() for vector in vectors), "an empty vector was taken"
        )

    seed = RecordEncoder(SCHEMA, _subkey).encode(PERSON).to_bytes()
    return Decoder("encoded-record", "encodings", read, (MalformedEncoding,), (seed,))


def _linkage_schema() -> Decoder:
    """A schema that is taken can be encoded under."""

    def read(data: bytes) -> None:
        schema = LinkageSchema.from_bytes(data)
        encoded = RecordEncoder(schema, _subkey).encode(PERSON)
        must(EncodedRecord.from_bytes(schema, encoded.to_bytes()) == encoded, "an own encoding is refused")

    small = json.dumps(json.loads(SCHEMA_BYTES), separators=(",", ":")).encode()
    words = (b"1e999", b"NaN", b"-1", b"1e-300", b"[" * 40, *(f'"{field}"'.encode() for field in json.loads(small)))
    return Decoder("linkage-schema", "schema", read, (MatchingError,), (small,), words)


def _stored_identifiers() -> Decoder:
    def read(data: bytes) -> None:
        try:
            stored = json.loads(data)
        except (ValueError, RecursionError):
            raise IdentifierError("stored", "no JSON", "import it again") from None
        if not isinstance(stored, dict):
            raise IdentifierError("stored", "no object", "import it again")
        found = RecordIdentifiers.from_json(stored)
        must(RecordIdentifiers.from_json(found.to_json()) == found, "stored identifiers read differently")

    seed = json.dumps(PERSON.to_json(), ensure_ascii=False).encode()
    return Decoder("stored-identifiers", "identifiers", read, (IdentifierError,), (seed,))


def _written_identifiers() -> list[Decoder]:
    """What an officer may have written into a cell. A refusal never repeats it."""
    parsers: dict[str, tuple[Callable[[str], Any], tuple[str, ...]]] = {
        "name": (reading.parse_person_name, ("Nguyễn Văn Thành", "阮文成", "U Ba Maung")),
        "birth-date": (reading.parse_birth_date, ("1988-04-17", "17/04/2531", "1990-05", "๒๕๓๑-๐๔-๑๗", "3 May 1990")),
        "nationality": (reading.parse_nationality, ("TH", "THA")),
        "sex": (reading.parse_sex, ("F", "male")),
        "place": (reading.parse_place, ("Chiang Rai",)),
        "document": (reading.parse_document, ("A1234567",)),
        "mrz-document": (lambda text: reading.parse_document(text[:-1], "passport", "TH", text[-1:]), ("L898902C36",)),
        "phone": (lambda text: reading.parse_phone(text, "TH"), ("+66 81 234 5678", "081-234-5678")),
        "imo": (lambda text: reading.parse_vessel(imo=text), ("IMO 9074729",)),
        "mmsi": (lambda text: reading.parse_vessel(mmsi=text), ("567000000",)),
        "plate": (lambda text: reading.parse_vehicle(plate=text, state="TH"), ("1กข 2345",)),
        "vin": (lambda text: reading.parse_vehicle(vin=text), ("1HGCM82633A004352",)),
        "account": (lambda text: reading.parse_account("iban", text), ("GB33 BUKB 2020 1555 5555 55",)),
        "handle": (lambda text: reading.parse_online_handle("tg", text), ("@somchai88",)),
    }
    return [_written(name, parse, seeds) for name, (parse, seeds) in parsers.items()]


def _written(name: str, parse: Callable[[str], Any], seeds: tuple[str, ...]) -> Decoder:
    def read(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        try:
            parse(text + _CANARY)
        except IdentifierError as refused:
            must(_CANARY.lower() not in str(refused).lower(), "a refusal repeats what it refuses")
        parse(text)

    raw = tuple(seed.encode() for seed in seeds)
    return Decoder(f"written-{name}", "identifiers", read, (IdentifierError, SchemaError), raw)


_CANARY = "Qz7Xw"
"""Stands in no sentence of ours."""
