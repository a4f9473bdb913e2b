"""The linkage schema: what all members agreed on to compare records by, as data.

A schema is JSON, versioned by its `id` and identified by the SHA-256 of its bytes. Two members whose schemas differ in
one byte do not compare. `docs` of each field are the docstrings below.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeVar

from symbolon.matching.errors import SchemaError
from symbolon.matching.schema_reading import Section

DEFAULT_SCHEMA_RESOURCE: Final = ("symbolon.matching.schemas", "symbolon-2026-1.json")
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
SUPPORTING_TOKENS: Final = ("document_ocr",)
MEASURES: Final = ("dice", "containment")
BANDS: Final = ("strong", "probable", "possible")
WORD_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class NameWeights:
    """Bits per token of one name word of `reference_length` letters.

    A word of L letters gets (reference_length / L) ** length_power of that per bigram, so that long words do not drown
    short ones. Particles and honorifics get `particle_factor` of everything.
    """

    skeleton_bigram: float
    skeleton_edge: float
    sound_bigram: float
    roman_bigram: float
    phonetic: float
    pair_skeleton: float
    pair_initials: float
    reference_length: float
    length_power: float
    particle_factor: float


@dataclass(frozen=True, slots=True)
class DateWeights:
    """Bits per token of a birth date; `part_anywhere` matches swapped day and month, `digit` single wrong keys."""

    year: float
    month: float
    day: float
    year_month: float
    year_day: float
    month_day: float
    sorted_day_month: float
    whole: float
    part_anywhere: float
    digit: float
    digit_pair: float


@dataclass(frozen=True, slots=True)
class YearWeights:
    """Bits for a year alone, and for each neighbouring year's window (ages are often off by one)."""

    year: float
    neighbour: float


@dataclass(frozen=True, slots=True)
class Profile:
    """One way of being comparable: the fields it needs, each with a factor on its weights, and where it says yes.

    A pair is judged by the first profile of the schema that both records fill, and by no other.
    """

    id: str
    fields: tuple[tuple[str, float], ...]
    threshold: Fraction
    min_name_bits: int
    """Fewer bits than this from the name alone: too common a name for this profile."""
    popcount_min: int
    popcount_max: int
    """Vectors over the cap lose bits in a fixed order; those under the minimum are not made."""
    bands: tuple[tuple[str, int], ...]
    """(band, least score in permille), best first; below all of them: possible."""


@dataclass(frozen=True, slots=True)
class ExplanationVector:
    """The vector by which agreement of one kind is told once a pair has matched."""

    bits: int
    scale: float
    measure: str
    """`dice`, or `containment` where one side may tell less than the other: a year of birth agrees with its days."""
    agree: Fraction


@dataclass(frozen=True, slots=True)
class LinkageSchema:
    """All parameters of matching."""

    id: str
    vector_bits: int
    max_names: int
    name: NameWeights
    date: DateWeights
    year: YearWeights
    category_value: float
    profiles: tuple[Profile, ...]
    decisive_tokens: dict[str, str]
    """Token kind → band of a hit by it alone."""
    supporting_tokens: dict[str, str]
    """Token kind → band of a hit by it beside a name that agrees."""
    explanations: dict[str, ExplanationVector]

    @property
    def token_kinds(self) -> tuple[str, ...]:
        """All token kinds, in the order in which an encoding carries them."""
        return (*self.decisive_tokens, *self.supporting_tokens)

    @staticmethod
    def from_bytes(data: bytes) -> LinkageSchema:
        """Parse and validate a schema.

        Raises:
            SchemaError: with the path of the first field that is wrong.

        """
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
    profiles = tuple(_profile(item) for item in root.items("profiles"))
    if len({profile.id for profile in profiles}) != len(profiles):
        raise SchemaError("$.profiles", "two profiles have the same id")
    vector_bits = _vector_width(root, "vector_bits")
    if any(profile.popcount_max > vector_bits for profile in profiles):
        raise SchemaError("$.profiles", "a popcount cap exceeds the vector")
    explanations = root.section("explanations")
    schema = LinkageSchema(
        id=root.text("id"),
        vector_bits=vector_bits,
        max_names=root.integer("max_names", 1, 32),
        name=_weights(NameWeights, root.section("name")),
        date=_weights(DateWeights, root.section("date")),
        year=_weights(YearWeights, root.section("year")),
        category_value=root.section("category").number("value", 0, 64),
        profiles=profiles,
        decisive_tokens=_bands_by_token(root.section("decisive_tokens"), DECISIVE_TOKENS),
        supporting_tokens=_bands_by_token(root.section("supporting_tokens"), SUPPORTING_TOKENS),
        explanations={kind: _explanation(explanations.section(kind)) for kind in EXPLAINED_KINDS},
    )
    explanations.only(EXPLAINED_KINDS)
    root.only(tuple(LinkageSchema.__dataclass_fields__), renamed={"category_value": "category"})
    return schema


def _weights(kind: type[Weights], section: Section) -> Weights:
    names = tuple(kind.__dataclass_fields__)
    section.only(names)
    return kind(**{name: section.number(name, 0, 64) for name in names})


def _profile(section: Section) -> Profile:
    section.only(("id", "fields", "threshold", "min_name_bits", "popcount", "bands"))
    fields = section.section("fields")
    fields.only(FIELDS)
    required = tuple((name, fields.number(name, 0, 8)) for name in FIELDS if name in fields.keys)
    if "name" not in fields.keys or len(required) < 2:
        raise SchemaError(fields.path, "a profile needs the name and one field more")
    threshold = _fraction(section, "threshold")
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
        threshold=threshold,
        min_name_bits=section.integer("min_name_bits", 1, 1024),
        popcount_min=least,
        popcount_max=most,
        bands=floors,
    )


def _explanation(section: Section) -> ExplanationVector:
    section.only(("bits", "scale", "measure", "agree"))
    return ExplanationVector(
        bits=_vector_width(section, "bits"),
        scale=section.number("scale", 0, 8),
        measure=section.choice("measure", MEASURES),
        agree=_fraction(section, "agree"),
    )


def _vector_width(section: Section, name: str) -> int:
    bits = section.integer(name, WORD_BITS, 65536)
    if bits & (bits - 1):
        raise SchemaError(f"{section.path}.{name}", "must be a power of two, so that positions are uniform")
    return bits


def _fraction(section: Section, name: str) -> Fraction:
    numerator, denominator = section.pair(name)
    if not 0 < numerator <= denominator:
        raise SchemaError(f"{section.path}.{name}", "must be [numerator, denominator], over 0 and at most 1")
    return Fraction(numerator, denominator)


def _bands_by_token(section: Section, known: tuple[str, ...]) -> dict[str, str]:
    section.only(known)
    return {kind: section.choice(kind, BANDS) for kind in known if kind in section.keys}
