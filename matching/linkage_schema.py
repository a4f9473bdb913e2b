"""The linkage schema: what all members agreed on to compare records by, as data.

A schema is JSON, versioned by its `id` and identified by the SHA-256 of its bytes. Two members whose schemas differ in
one byte do not compare. `docs` of each field are the docstrings below.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeVar

from symbolon.matching.errors import SchemaError
from symbolon.matching.schema_reading import Section

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
SUPPORTING_TOKENS: Final = ("document_ocr",)
MEASURES: Final = ("dice", "containment")
BANDS: Final = ("strong", "probable", "possible")
WORD_BITS: Final = 64
WIDEST_VECTOR: Final = 1024
"""Ten bits tell a position, so that one hash gives the positions of a token in every vector."""


@dataclass(frozen=True, slots=True)
class NameWeights:
    """Bits per token of a name, by kind of token (`tokens.py` says what each is made of).

    The classes of `phonetics.consonant_skeleton` are coarse, those of `fine_skeleton` keep voice and place.
    """

    initial: float
    """The first letter of a word's Latin spelling."""
    initial_class: float
    """The first coarse class of a word."""
    class_prefix: float
    """The first two coarse classes of a word."""
    spelling_prefix: float
    """The first four letters of a word."""
    consonants: float
    """The whole fine skeleton of a word."""
    classes: float
    """The whole coarse skeleton of a word."""
    vowels: float
    """The vowels of a word in three classes, in order."""
    phonetic: float
    """The word's Metaphone code."""
    consonant_bigram: float
    """Each bigram of a word's fine skeleton, its edges marked."""
    sound_bigram: float
    """Each bigram of a word's coarse sound (vowels kept), its edges marked."""
    spelling_bigram: float
    """Each bigram of a word's Latin letters, its edges marked."""
    joined_consonant_bigram: float
    """Each bigram of the fine skeletons of all words, joined to a ring."""
    joined_class_bigram: float
    """Each bigram of the coarse skeletons of all words, joined to a ring."""
    joined_class_trigram: float
    """Each trigram of the same ring, within two neighbouring words."""
    initial_pair: float
    """The first classes of two words that are no particles; of n words each pair gets 1 / (n - 1) of it."""
    word_count: float
    """The number of words that are no particles."""


@dataclass(frozen=True, slots=True)
class DateWeights:
    """Bits per token of a birth date."""

    year: float
    month: float
    day: float
    year_month: float
    year_day: float
    month_day: float
    sorted_day_month: float
    """The date with day and month in rising order: meets one that was written the other way round."""
    whole: float
    part_anywhere: float
    """Day and month wherever they stand."""
    digit: float
    """Each digit in its place: meets a single wrong key."""
    century_digit: float
    """The second digit of the year, which nearly everybody shares."""
    digit_pair: float
    """Each two neighbouring digits in their place."""


@dataclass(frozen=True, slots=True)
class YearWeights:
    """Bits for a year alone, and for each neighbouring year's window (ages are often off by one)."""

    year: float
    neighbour: float
    """Each window of two years; neighbouring years share one of their two."""


@dataclass(frozen=True, slots=True)
class RarityTable:
    """How much a word of a name tells: -log2 of the share of people who bear it, summed over a name's words."""

    unlisted: float
    """Of a word that is not listed."""
    per_letter: float
    """No word tells more than this for each of its letters."""
    particle: float
    """Of a particle, honorific or initial."""
    common: dict[str, float]
    """Of common words, by their Latin form as `names.name_words` gives it."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """From a score to the chance that both records are one person, estimated on pairs with known truth."""

    prior: float
    """Share of true pairs among all pairs compared, which the probabilities stand on; another population has another."""
    points: tuple[tuple[int, float], ...]
    """(score in permille, log10 of the likelihood ratio), both rising; linear between, flat outside."""

    def probability(self, permille: int, prior: float | None = None) -> float:
        """The chance that a pair of this score is one person, under the schema's prior or another (0 to 1, neither).

        >>> Calibration(0.5, ((500, -1.0), (900, 1.0))).probability(700)
        0.5
        """
        chosen = self.prior if prior is None else prior
        odds = chosen / (1 - chosen) * 10 ** self._log_ratio(permille)
        return odds / (1 + odds)

    def _log_ratio(self, permille: int) -> float:
        low = self.points[0]
        for high in self.points:
            if permille <= high[0]:
                width = high[0] - low[0]
                return high[1] if not width else low[1] + (high[1] - low[1]) * (permille - low[0]) / width
            low = high
        return low[1]


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
    name_weights: str | None
    """Which set of name weights; of the name only."""
    measure: str
    """`dice`, or `containment` where one side may tell less than the other: a year of birth agrees with its days."""
    agree: Fraction


@dataclass(frozen=True, slots=True)
class LinkageSchema:
    """All parameters of matching."""

    id: str
    vector_bits: int
    max_names: int
    particle_factor: float
    """On every token of a particle, an honorific or an initial; at most 1."""
    rarity: RarityTable
    names: dict[str, NameWeights]
    """Sets of name weights, by the name that profiles refer to."""
    place: NameWeights
    date: DateWeights
    year: YearWeights
    category_value: float
    """Bits of a nationality or a sex."""
    profiles: tuple[Profile, ...]
    decisive_tokens: dict[str, str]
    """Token kind → band of a hit by it alone."""
    supporting_tokens: dict[str, str]
    """Token kind → band of a hit by it beside a name that agrees."""
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
        """Parse and validate a schema.

        Raises:
            SchemaError: with the path of the first field that is wrong.

        """
        try:
            document = json.loads(data)
        except ValueError as error:
            raise SchemaError("$", "not JSON in UTF-8") from error
        return _schema(Section.root(document))


def schema_digest(data: bytes) -> str:
    """SHA-256 of the schema's bytes, in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


Weights = TypeVar("Weights", NameWeights, DateWeights, YearWeights)


def _schema(root: Section) -> LinkageSchema:
    profiles = tuple(_profile(item, root.section("names").keys) for item in root.items("profiles"))
    if len({profile.id for profile in profiles}) != len(profiles):
        raise SchemaError("$.profiles", "two profiles have the same id")
    vector_bits = _vector_width(root, "vector_bits")
    names = root.section("names")
    name_sets = {name: _weights(NameWeights, names.section(name)) for name in sorted(names.keys)}
    if any(profile.popcount_max > vector_bits for profile in profiles):
        raise SchemaError("$.profiles", "a popcount cap exceeds the vector")
    explanations = root.section("explanations")
    schema = LinkageSchema(
        id=root.text("id"),
        vector_bits=vector_bits,
        max_names=root.integer("max_names", 1, 32),
        particle_factor=root.number("particle_factor", 0, 1),
        rarity=_rarity(root.section("rarity")),
        names=name_sets,
        place=_weights(NameWeights, root.section("place")),
        date=_weights(DateWeights, root.section("date")),
        year=_weights(YearWeights, root.section("year")),
        category_value=root.section("category").number("value", 0, 64),
        profiles=profiles,
        decisive_tokens=_bands_by_token(root.section("decisive_tokens"), DECISIVE_TOKENS),
        supporting_tokens=_bands_by_token(root.section("supporting_tokens"), SUPPORTING_TOKENS),
        explanations={kind: _explanation(kind, explanations.section(kind), names.keys) for kind in EXPLAINED_KINDS},
    )
    explanations.only(EXPLAINED_KINDS)
    root.only(tuple(LinkageSchema.__dataclass_fields__), renamed={"category_value": "category"})
    return schema


def _weights(kind: type[Weights], section: Section) -> Weights:
    names = tuple(kind.__dataclass_fields__)
    section.only(names)
    return kind(**{name: section.number(name, 0, 64) for name in names})


def _profile(section: Section, name_sets: frozenset[str]) -> Profile:
    section.only(
        ("id", "fields", "name_weights", "threshold", "min_name_rarity", "popcount", "bands", "calibration")
    )
    fields = section.section("fields")
    fields.only(FIELDS)
    required = tuple((name, fields.number(name, 0, 8)) for name in FIELDS if name in fields.keys)
    if "name" not in fields.keys:
        raise SchemaError(fields.path, "a profile needs the name")
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
        name_weights=section.choice("name_weights", tuple(sorted(name_sets))),
        threshold=threshold,
        min_name_rarity=section.number("min_name_rarity", 0, 100),
        popcount_min=least,
        popcount_max=most,
        bands=floors,
        calibration=_calibration(section.section("calibration")),
    )


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


def _explanation(kind: str, section: Section, name_sets: frozenset[str]) -> ExplanationVector:
    of_name = kind == "name"
    section.only(("bits", "scale", "measure", "agree", *(("name_weights",) if of_name else ())))
    return ExplanationVector(
        name_weights=section.choice("name_weights", tuple(sorted(name_sets))) if of_name else None,
        bits=_vector_width(section, "bits"),
        scale=section.number("scale", 0, 8),
        measure=section.choice("measure", MEASURES),
        agree=_fraction(section, "agree"),
    )


def _vector_width(section: Section, name: str) -> int:
    bits = section.integer(name, WORD_BITS, WIDEST_VECTOR)
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
