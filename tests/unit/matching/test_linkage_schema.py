import hashlib
import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from symbolon.matching.errors import SchemaError
from symbolon.matching.linkage_schema import LinkageSchema, schema_digest


def test_the_shipped_schema_is_valid_and_its_thresholds_are_cheap_blind(schema: LinkageSchema) -> None:
    assert schema.id == "symbolon-2026-1"
    assert all(profile.threshold in {Fraction(n, 100) for n in range(65, 96)} for profile in schema.profiles)


def test_profiles_without_a_whole_birth_date_are_stricter(schema: LinkageSchema) -> None:
    whole, *others = schema.profiles
    assert all(other.threshold > whole.threshold for other in others)


def test_the_digest_is_that_of_the_bytes(schema_bytes: bytes) -> None:
    assert schema_digest(schema_bytes) == hashlib.sha256(schema_bytes).hexdigest()


def _put(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        target: Any = document
        for parent in parents:
            target = target[int(parent)] if parent.isdigit() else target[parent]
        if value is None:
            del target[last]
        else:
            target[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (_put("id", None), "$.id"),
        (_put("id", ""), "$.id"),
        (_put("colour", 1), "$.colour"),
        (_put("vector_bits", 1000), "$.vector_bits"),
        (_put("vector_bits", True), "$.vector_bits"),
        (_put("name.phonetic", -1), "$.name.phonetic"),
        (_put("name.phonetic", "4"), "$.name.phonetic"),
        (_put("name.loudness", 1), "$.name.loudness"),
        (_put("date", []), "$.date"),
        (_put("profiles", []), "$.profiles"),
        (_put("profiles.0.threshold", [2, 3]), "$.profiles[0].threshold"),
        (_put("profiles.0.threshold", [5, 4]), "$.profiles[0].threshold"),
        (_put("profiles.0.threshold", 0.8), "$.profiles[0].threshold"),
        (_put("profiles.0.popcount", [100, 50]), "$.profiles[0].popcount"),
        (_put("profiles.0.popcount", [100, 5000]), "$.profiles"),
        (_put("profiles.0.fields", {"birth_date": 1}), "$.profiles[0].fields"),
        (_put("profiles.0.fields", {"name": 1, "shoe_size": 1}), "$.profiles[0].fields.shoe_size"),
        (_put("profiles.0.bands", {"certain": 1}), "$.profiles[0].bands.certain"),
        (_put("profiles.1.id", "name-birth-date"), "$.profiles"),
        (_put("decisive_tokens.document", "certain"), "$.decisive_tokens.document"),
        (_put("supporting_tokens.shoe_size", "possible"), "$.supporting_tokens.shoe_size"),
        (_put("explanations.name", None), "$.explanations.name"),
        (_put("explanations.shoe_size", {}), "$.explanations.shoe_size"),
    ],
)
def test_a_wrong_schema_is_refused_by_the_path_of_what_is_wrong(
    schema_bytes: bytes, change: Callable[[dict[str, Any]], None], path: str
) -> None:
    document = json.loads(schema_bytes)
    change(document)
    with pytest.raises(SchemaError) as refusal:
        LinkageSchema.from_bytes(json.dumps(document).encode())
    assert refusal.value.path == path


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[]", b"null"])
def test_what_is_no_json_object_is_no_schema(data: bytes) -> None:
    with pytest.raises(SchemaError, match=r"^\$: "):
        LinkageSchema.from_bytes(data)
