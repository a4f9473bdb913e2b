import hashlib
import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from symbolon.matching.errors import SchemaError
from symbolon.matching.linkage_schema import LinkageSchema, schema_digest


def test_the_shipped_schema_is_valid_and_its_thresholds_are_cheap_blind(schema: LinkageSchema) -> None:
    assert schema.id == "symbolon-2026-2"
    assert all(profile.threshold in {Fraction(n, 100) for n in range(65, 96)} for profile in schema.profiles)


def test_profiles_without_a_whole_birth_date_are_stricter(schema: LinkageSchema) -> None:
    whole = [profile.threshold for profile in schema.profiles if "birth_date" in profile.beside_name]
    partial = [profile.threshold for profile in schema.profiles if "birth_date" not in profile.beside_name]
    assert min(partial) > max(whole)


def test_a_schema_may_publish_names_alone(schema_bytes: bytes) -> None:
    document = json.loads(schema_bytes)
    alone = {**document["profiles"][-1], "id": "name-alone", "fields": {"name": 1}}
    document["profiles"].append(alone)
    assert LinkageSchema.from_bytes(json.dumps(document).encode()).profiles[-1].beside_name == ()


def test_the_probability_rises_with_the_score_and_with_the_prior(schema: LinkageSchema) -> None:
    for profile in schema.profiles:
        curve = [profile.calibration.probability(permille) for permille in range(0, 1001, 10)]
        assert curve == sorted(curve)
        assert all(0 < probability < 1 for probability in curve)
        assert profile.calibration.probability(900, prior=0.5) > profile.calibration.probability(900, prior=1e-6)


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
        (_put("readings", None), "$.readings"),
        (_put("readings.digest", "no digest"), "$.readings.digest"),
        (_put("readings.tables", 1), "$.readings.tables"),
        (_put("id", ""), "$.id"),
        (_put("colour", 1), "$.colour"),
        (_put("vector_bits", 1000), "$.vector_bits"),
        (_put("vector_bits", True), "$.vector_bits"),
        (_put("vector_bits", 2048), "$.vector_bits"),
        (_put("names.alone.phonetic", -1), "$.names.alone.phonetic"),
        (_put("names.alone.phonetic", "4"), "$.names.alone.phonetic"),
        (_put("names.alone.loudness", 1), "$.names.alone.loudness"),
        (_put("names.alone", 1), "$.names.alone"),
        (_put("place.phonetic", None), "$.place.phonetic"),
        (_put("particle_factor", 1.5), "$.particle_factor"),
        (_put("rarity.common", {"khan": -1}), "$.rarity.common.khan"),
        (_put("rarity.unlisted", None), "$.rarity.unlisted"),
        (_put("names_alone_threshold", [3, 2]), "$.names_alone_threshold"),
        (_put("one_to_one.margin", [0, 1]), "$.one_to_one.margin"),
        (_put("one_to_one.least_lead", None), "$.one_to_one.least_lead"),
        (_put("one_to_one.luck", [1, 2]), "$.one_to_one.luck"),
        (_put("profiles.0.name_weights", "nobody"), "$.profiles[0].name_weights"),
        (_put("profiles.0.min_name_rarity", -1), "$.profiles[0].min_name_rarity"),
        (_put("profiles.0.calibration.prior", 0), "$.profiles[0].calibration.prior"),
        (_put("profiles.0.calibration.points", []), "$.profiles[0].calibration.points"),
        (_put("profiles.0.calibration.points", [[900, 1], [800, 2]]), "$.profiles[0].calibration.points"),
        (_put("profiles.0.calibration.points", [[800, 2], [900, 1]]), "$.profiles[0].calibration.points"),
        (_put("profiles.0.calibration.points", [[800]]), "$.profiles[0].calibration.points"),
        (_put("explanations.birth_date.whole_bits", -1), "$.explanations.birth_date.whole_bits"),
        (_put("dates", []), "$.dates"),
        (_put("profiles.0.date_weights", "nobody"), "$.profiles[0].date_weights"),
        (_put("profiles", []), "$.profiles"),
        (_put("profiles.0.threshold", [2, 3]), "$.profiles[0].threshold"),
        (_put("profiles.0.threshold", [5, 4]), "$.profiles[0].threshold"),
        (_put("profiles.0.threshold", 0.8), "$.profiles[0].threshold"),
        (_put("profiles.0.popcount", [100, 50]), "$.profiles[0].popcount"),
        (_put("profiles.0.popcount", [100, 5000]), "$.profiles"),
        (_put("profiles.0.fields", {"birth_date": 1}), "$.profiles[0].fields"),
        (_put("profiles.0.fields", {"name": 1, "shoe_size": 1}), "$.profiles[0].fields.shoe_size"),
        (_put("profiles.0.bands", {"certain": 1}), "$.profiles[0].bands.certain"),
        (_put("profiles.0.id", "name-birth-date"), "$.profiles"),
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
