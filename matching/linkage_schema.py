"""The linkage schema: what all members agreed on to compare records by, as data.

A schema is JSON, versioned by its `id` and identified by the SHA-256 of its bytes. Two members whose schemas differ in
one byte do not compare. Each field is documented below, in `token_weights` and in docs/SCHEMA.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeVar

from symbolon.matching.calibration import Calibration
from symbolon.matching.errors import SchemaError
from symbolon.matching.one_to_one_rule import OneToOneRule
from symbolon.matching.schema_reading import Section
from symbolon.matching.token_weights import DateWeights, NameWeights, RarityTable, YearWeights

DEFAULT_SCHEMA_RESOURCE: Final = ("symbolon.matching.schemas", "symbolon-2026-2.json")
"""Package and file name of the shipped schema, for `importlib.resources`."""

CHEAP_THRESHOLDS: Final = frozenset(
    Fraction(percent, 100) for percent in (65, 70, 72, 75, 76, 80, 84, 85, 88, 90, 92, 95)
)
"""Thresholds whose lowest terms are small, so that blind comparison needs few bits a pair."""

FIELDS: Final = ("name", "birth_date", "birth_year", "nationality", "sex", "place")
"""Fields that a profile may require. `birth_date` means a whole date."""
EXPLAINED_KINDS: Final = ("name", "birth_date", "nationality", "sex", "place")
DECISIVE_TOKENS: Final = (
    "document", "phone", "vessel_imo", "vessel_mmsi", "vehicle_plate", "vehicle_vin", "account", "online_handle",
)  # fmt: skip
SUPPORTING_TOKENS: Final = ("document_ocr", "document_near")
MEASURES: Final = ("dice", "containment")
BANDS: Final = ("strong", "probable", "possible")
WORD_BITS: Final = 64
_SHA256: Final = re.compile("[0-9a-f]{64}")
WIDEST_VECTOR: Final = 1024
"""Ten bits tell a position, so that one hash gives the positions of a token in every vector."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One way of being comparable: the fields it needs, each with a factor on its weights, and where it says yes.

    A pair is judged by the first profile of the schema that both records fill, and by no other.
    """

    id: str
    fields: tuple[tuple[str, float], ...]
    """(field, factor on its weights)."""
    name_weights: str
    """Which of the schema's sets of name weights; beside a date, spelling mistakes matter more than other names."""
    date_weights: str | None
    """Which of its sets of date weights; None in a profile without a whole birth date."""
    threshold: Fraction
    min_name_rarity: float
    """Less rarity than this in the name (`RarityTable`): it would match a crowd, so the profile is not made."""
    popcount_min: int
    popcount_max: int
    """Vectors over the cap lose bits in a fixed order; those under the minimum are not made."""
    bands: tuple[tuple[str, int], ...]
    """(band, least score in permille), best first; below all of them: possible."""
    calibration: Calibration

    @property
    def beside_name(self) -> tuple[str, ...]:
        """The fields that it needs beside the name."""
        return tuple(field for field, _ in self.fields if field != "name")


@dataclass(frozen=True, slots=True)
class ExplanationVector:
    """The vector by which agreement of one kind is told once a pair has matched."""

    bits: int
    scale: float
    weights: str | None
    """Which set of weights, of a name or a birth date; other kinds have but one."""
    measure: str
    """`dice`, or `containment` where one side may tell less than the other: a year of birth agrees with its days."""
    agree: Fraction
    whole_bits: int = 0
    """Fewer bits are a partial value, which supports nothing: a year of birth beside a number one digit off."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Which tables and rules of reading names the encodings are made with; the program's own are compared with it."""

    id: str
    digest: str
    """`readings.readings_digest`."""


@dataclass(frozen=True, slots=True)
class LinkageSchema:
    """All parameters of matching."""

    id: str
    readings: Readings
    vector_bits: int
    max_names: int
    particle_factor: float
    """On every token of a particle, an honorific or an initial; at most 1."""
    rarity: RarityTable
    names: dict[str, NameWeights]
    """Sets of name weights, by the name that profiles refer to."""
    place: NameWeights
    dates: dict[str, DateWeights]
    """Sets of birth date weights, likewise."""
    year: YearWeights
    category_value: float
    """Bits of a nationality or a sex."""
    profiles: tuple[Profile, ...]
    names_alone_threshold: Fraction
    """Where two names alone are a link in the evaluation of files; no record is published by its name alone."""
    one_to_one: OneToOneRule
    """What links two *files* that hold nobody twice."""
    decisive_tokens: dict[str, str]
    """Token kind → band of a hit by it alone."""
    supporting_tokens: dict[str, str]
    """Token kind → band of a hit by it beside a name, or a whole date of birth, that agrees."""
    explanations: dict[str, ExplanationVector]

    @property
    def least_name_rarity(self) -> float:
        """The rarity that the most generous profile asks of a name."""
        return min(profile.min_name_rarity for profile in self.profiles)

    @property
    def token_kinds(self) -> tuple[str, ...]:
        """All token kinds, in the order in which an encoding carries them."""
        return (*self.decisive_tokens, *self.supporting_tokens)

    @staticmethod
    def from_bytes(data: bytes) -> LinkageSchema:
        """Parse and validate a schema; of the same bytes, once.

        Raises:
            SchemaError: with the path of the first field that is wrong.

        """
        return _parsed(data)


@lru_cache(maxsize=8)
def _parsed(data: bytes) -> LinkageSchema:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SchemaError("$", "not JSON in UTF-8") from error
    return _schema(Section.root(document))


def schema_digest(data: bytes) -> str:
    """SHA-256 of the schema's bytes, in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


Weights = TypeVar("Weights", NameWeights, DateWeights, YearWeights)


def _schema(root: Section) -> LinkageSchema:
    names, dates = root.section("names"), root.section("dates")
    name_sets = {name: _weights(NameWeights, names.section(name)) for name in sorted(names.keys)}
    date_sets = {name: _weights(DateWeights, dates.section(name)) for name in sorted(dates.keys)}
    sets = {"name_weights": names.keys, "date_weights": dates.keys}
    profiles = tuple(_profile(item, sets) for item in root.items("profiles"))
    if len({profile.id for profile in profiles}) != len(profiles):
        raise SchemaError("$.profiles", "two profiles have the same id")
    vector_bits = _vector_width(root, "vector_bits")
    if any(profile.popcount_max > vector_bits for profile in profiles):
        raise SchemaError("$.profiles", "a popcount cap exceeds the vector")
    explanations = root.section("explanations")
    schema = LinkageSchema(
        id=root.text("id"),
        readings=_readings(root.section("readings")),
        vector_bits=vector_bits,
        max_names=root.integer("max_names", 1, 32),
        particle_factor=root.number("particle_factor", 0, 1),
        rarity=_rarity(root.section("rarity")),
        names=name_sets,
        place=_weights(NameWeights, root.section("place")),
        dates=date_sets,
        year=_weights(YearWeights, root.section("year")),
        category_value=root.section("category").number("value", 0, 64),
        profiles=profiles,
        names_alone_threshold=root.fraction("names_alone_threshold"),
        one_to_one=OneToOneRule.read(root.section("one_to_one")),
        decisive_tokens=_bands_by_token(root.section("decisive_tokens"), DECISIVE_TOKENS),
        supporting_tokens=_bands_by_token(root.section("supporting_tokens"), SUPPORTING_TOKENS),
        explanations={kind: _explanation(kind, explanations.section(kind), sets) for kind in EXPLAINED_KINDS},
    )
    explanations.only(EXPLAINED_KINDS)
    root.only(tuple(LinkageSchema.__dataclass_fields__), renamed={"category_value": "category"})
    return schema


def _weights(kind: type[Weights], section: Section) -> Weights:
    names = tuple(kind.__dataclass_fields__)
    section.only(names)
    return kind(**{name: section.number(name, 0, 64) for name in names})


def _profile(section: Section, sets: dict[str, frozenset[str]]) -> Profile:
    fields = section.section("fields")
    fields.only(FIELDS)
    dated = "birth_date" in fields.keys
    section.only((
        "id", "fields", "name_weights", *(("date_weights",) if dated else ()), "threshold", "min_name_rarity",
        "popcount", "bands", "calibration",
    ))  # fmt: skip
    required = tuple((name, fields.number(name, 0, 8)) for name in FIELDS if name in fields.keys)
    if "name" not in fields.keys:
        raise SchemaError(fields.path, "a profile needs the name")
    threshold = section.fraction("threshold")
    if threshold not in CHEAP_THRESHOLDS:
        raise SchemaError(f"{section.path}.threshold", "not one of the thresholds that are cheap to compare blind")
    least, most = section.pair("popcount")
    if not 1 <= least < most:
        raise SchemaError(f"{section.path}.popcount", "must be [least, most] with 1 <= least < most")
    bands = section.section("bands")
    bands.only(BANDS)
    floors = tuple((band, bands.integer(band, 0, 1000)) for band in BANDS if band in bands.keys)
    return Profile(
        id=section.text("id"),
        fields=required,
        name_weights=_set(section, "name_weights", sets),
        date_weights=_set(section, "date_weights", sets) if dated else None,
        threshold=threshold,
        min_name_rarity=section.number("min_name_rarity", 0, 100),
        popcount_min=least,
        popcount_max=most,
        bands=floors,
        calibration=_calibration(section.section("calibration")),
    )


def _readings(section: Section) -> Readings:
    section.only(("id", "digest"))
    digest = section.text("digest")
    if not _SHA256.fullmatch(digest):
        raise SchemaError(f"{section.path}.digest", "must be a SHA-256 in lower-case hex")
    return Readings(section.text("id"), digest)


def _rarity(section: Section) -> RarityTable:
    section.only(tuple(RarityTable.__dataclass_fields__))
    common = section.section("common")
    return RarityTable(
        unlisted=section.number("unlisted", 0, 64),
        per_letter=section.number("per_letter", 0, 64),
        particle=section.number("particle", 0, 64),
        common={word: common.number(word, 0, 64) for word in sorted(common.keys)},
    )


def _calibration(section: Section) -> Calibration:
    section.only(("prior", "points"))
    prior = section.number("prior", 0, 1)
    if not 0 < prior < 1:
        raise SchemaError(f"{section.path}.prior", "must be over 0 and under 1")
    points = section.points("points")
    if any(low[0] >= high[0] or low[1] > high[1] for low, high in pairwise(points)):
        raise SchemaError(f"{section.path}.points", "must rise: scores strictly, ratios at least not fall")
    return Calibration(prior, points)


def _explanation(kind: str, section: Section, sets: dict[str, frozenset[str]]) -> ExplanationVector:
    of = {"name": "name_weights", "birth_date": "date_weights"}.get(kind)
    section.only(("bits", "scale", "measure", "agree", "whole_bits", *((of,) if of else ())))
    return ExplanationVector(
        weights=_set(section, of, sets) if of else None,
        bits=_vector_width(section, "bits"),
        scale=section.number("scale", 0, 8),
        measure=section.choice("measure", MEASURES),
        agree=section.fraction("agree"),
        whole_bits=section.integer("whole_bits", 0, WIDEST_VECTOR),
    )


def _set(section: Section, name: str, sets: dict[str, frozenset[str]]) -> str:
    return section.choice(name, tuple(sorted(sets[name])))


def _vector_width(section: Section, name: str) -> int:
    bits = section.integer(name, WORD_BITS, WIDEST_VECTOR)
    if bits & (bits - 1):
        raise SchemaError(f"{section.path}.{name}", "must be a power of two, so that positions are uniform")
    return bits


def _bands_by_token(section: Section, known: tuple[str, ...]) -> dict[str, str]:
    section.only(known)
    return {kind: section.choice(kind, BANDS) for kind in known if kind in section.keys}
