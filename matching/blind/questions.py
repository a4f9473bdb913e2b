"""What is asked about two records whose vectors nobody sees, and what the answers make of the pair.

The same verdict as `matching.decision.explain` gives on clear encodings, without a score: whether the judging profile
reaches its threshold is asked of all pairs in scope, bands and kinds of those that matched alone. Each question is one
linear test over the pairs of vectors of one kind; where records hold several, any pair of them that says yes is enough.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from symbolon.matching.blind.linear_test import LinearTest, PopcountBounds
from symbolon.matching.blind.number_vectors import EQUAL, NUMBER_BITS
from symbolon.matching.blind.ring import RING_16
from symbolon.matching.blind.shared_record import EXPLAINED, NUMBERED, Outline
from symbolon.matching.decision import Band
from symbolon.matching.encoded_record import KIND_OF_TOKEN
from symbolon.matching.linkage_schema import LinkageSchema, Profile
from symbolon.matching.scoring import NEAR_NUMBER, Agreement

_BANDS: Final = tuple(Band)
_PERMILLE: Final = 1000
_SUPPORTING: Final = ("name", "birth_date")
"""Kinds beside which a number that nearly agrees counts."""


@dataclass(frozen=True, slots=True)
class Question:
    """One linear test over the vectors of one profile or explanation kind."""

    what: str
    """A profile's id, or `explain/` and a kind: as in `VectorPlace`."""
    test: LinearTest
    bits: int
    """Bits of two's complement that hold the test's value."""


Answers = Mapping[Question, bool]


@dataclass(frozen=True, slots=True)
class BlindVerdict:
    """A hit, as coarse as both sides may learn it."""

    band: Band
    agreement: Mapping[str, Agreement]
    """By identifier kind."""


def judging_profile(schema: LinkageSchema, one: Outline, other: Outline) -> Profile | None:
    """The first profile, in the schema's order, that both fill: no other overrules it."""
    return judging_among(schema, *([name for name, count in each.profiles.items() if count] for each in (one, other)))


def judging_among(schema: LinkageSchema, one: Collection[str], other: Collection[str]) -> Profile | None:
    """The same, of the ids of those profiles that each fills."""
    return next((each for each in schema.profiles if each.id in one and each.id in other), None)


def threshold_question(schema: LinkageSchema, profile: Profile) -> Question:
    """Whether a pair is a hit by the profile that judges it; raises `UnfitTest` where the ring is too small."""
    return _of_profile(schema, profile, profile.threshold)


def questions_about(schema: LinkageSchema, one: Outline, other: Outline) -> tuple[Question, ...]:
    """All that is asked about a pair that matched; raises `UnfitTest` where the ring is too small for one of them."""
    profile = judging_profile(schema, one, other)
    asked: list[Question] = []
    if profile is not None:
        asked.append(threshold_question(schema, profile))
        asked += [_of_profile(schema, profile, Fraction(floor, _PERMILLE)) for _, floor in profile.bands]
    for kind, count in one.explanations.items():
        if count and other.explanations[kind]:
            asked += questions_of_kind(schema, kind)
    if _shared_kinds(one, other) & schema.supporting_tokens.keys():
        asked += [_support_question(schema, kind) for kind in _whole_kinds(one, other)]
    return tuple(dict.fromkeys(asked))


def questions_of_kind(schema: LinkageSchema, kind: str) -> tuple[Question, ...]:
    """Whether one kind agrees: any of these. Containment is asked both ways, since the emptier vector counts."""
    form = schema.explanations[kind]
    bounds = PopcountBounds(form.bits, form.bits)
    if form.measure == "containment":
        way = LinearTest.containment(form.agree)
        tests = [way, LinearTest(way.overlap, way.record_weight, way.query_weight)]
    else:
        tests = [LinearTest.dice(form.agree)]
    return tuple(Question(EXPLAINED + kind, test, test.fitting(RING_16, bounds)) for test in tests)


def decide(schema: LinkageSchema, one: Outline, other: Outline, answers: Answers) -> BlindVerdict | None:
    """What the answers to `questions_about` make of a pair; None: no hit. Symmetric in its records."""
    agreement = _agreement(schema, one, other, answers)
    shared = _shared_kinds(one, other)
    grounds = [Band(schema.decisive_tokens[kind]) for kind in shared & schema.decisive_tokens.keys()]
    profile = judging_profile(schema, one, other)
    if profile is not None and answers[threshold_question(schema, profile)]:
        grounds.append(_band(schema, profile, answers))
    supporting = shared & schema.supporting_tokens.keys()
    if supporting and _supports(schema, one, other, answers):
        grounds += [Band(schema.supporting_tokens[kind]) for kind in supporting]
    return BlindVerdict(min(grounds, key=_BANDS.index), agreement) if grounds else None


def _of_profile(schema: LinkageSchema, profile: Profile, threshold: Fraction) -> Question:
    test = LinearTest.dice(threshold)
    # Of all bits there may be, and not of the profile's cap: nobody sees that a member keeps to it, and a value that
    # wraps around says "yes" where there is next to no overlap.
    bounds = PopcountBounds(schema.vector_bits, schema.vector_bits)
    return Question(profile.id, test, test.fitting(RING_16, bounds))


def _band(schema: LinkageSchema, profile: Profile, answers: Answers) -> Band:
    reached = (
        Band(band) for band, floor in profile.bands if answers[_of_profile(schema, profile, Fraction(floor, _PERMILLE))]
    )
    return next(reached, Band.POSSIBLE)


def _shared_kinds(one: Outline, other: Outline) -> frozenset[str]:
    return frozenset(kind for kind, tokens in one.tokens.items() if not set(tokens).isdisjoint(other.tokens[kind]))


def _agrees(schema: LinkageSchema, kind: str, answers: Answers) -> bool:
    return any(answers[question] for question in questions_of_kind(schema, kind))


def _supports(schema: LinkageSchema, one: Outline, other: Outline, answers: Answers) -> bool:
    return any(answers[_support_question(schema, kind)] for kind in _whole_kinds(one, other))


def _whole_kinds(one: Outline, other: Outline) -> tuple[str, ...]:
    return tuple(kind for kind in _SUPPORTING if kind in one.whole and kind in other.whole)


def _support_question(schema: LinkageSchema, kind: str) -> Question:
    """Beside a number that nearly agrees, Dice decides whatever the kind's own measure is."""
    form = schema.explanations[kind]
    test = LinearTest.dice(form.agree)
    return Question(EXPLAINED + kind, test, test.fitting(RING_16, PopcountBounds(form.bits, form.bits)))


def _agreement(schema: LinkageSchema, one: Outline, other: Outline, answers: Answers) -> dict[str, Agreement]:
    verdicts: dict[str, Agreement] = {}
    for kind, count in one.explanations.items():
        comparable = bool(count and other.explanations[kind])
        verdicts[kind] = _verdict(comparable, comparable and _agrees(schema, kind, answers))
    tokens = _shared_kinds(one, other)
    shared = {KIND_OF_TOKEN[kind] for kind in tokens if kind != NEAR_NUMBER}
    present = [{KIND_OF_TOKEN[kind] for kind, found in each.tokens.items() if found} for each in (one, other)]
    for kind in dict.fromkeys(KIND_OF_TOKEN.values()):
        verdicts[kind] = _verdict(all(kind in kinds for kinds in present), kind in shared)
    if NEAR_NUMBER in tokens and verdicts["document"] is Agreement.DISAGREE:
        # One character apart: a slip of the pen, or a neighbour's passport.
        verdicts["document"] = Agreement.UNKNOWN
    return verdicts


def _verdict(comparable: bool, alike: bool) -> Agreement:
    if not comparable:
        return Agreement.UNKNOWN
    return Agreement.AGREE if alike else Agreement.DISAGREE


def questions_in_order(schema: LinkageSchema, what: str) -> tuple[Question, ...]:
    """What is asked of whole ranges of rows where only receivers learn the answers: the threshold, then the bands."""
    if what.startswith(NUMBERED):
        return (_equal_numbers(what),)
    profile = next(each for each in schema.profiles if each.id == what)
    floors = (Fraction(floor, _PERMILLE) for _, floor in profile.bands)
    return tuple(dict.fromkeys(_of_profile(schema, profile, each) for each in (profile.threshold, *floors)))


def band_of(schema: LinkageSchema, what: str, answers: Answers) -> Band | None:
    """What the answers to `questions_in_order` make of two rows; None: no hit."""
    if not answers[questions_in_order(schema, what)[0]]:
        return None
    if what.startswith(NUMBERED):
        return Band(schema.decisive_tokens[what.removeprefix(NUMBERED)])
    return _band(schema, next(each for each in schema.profiles if each.id == what), answers)


def _equal_numbers(what: str) -> Question:
    test = LinearTest.dice(EQUAL)
    return Question(what, test, test.fitting(RING_16, PopcountBounds(NUMBER_BITS, NUMBER_BITS)))


def questions_of_schema(schema: LinkageSchema, what: str) -> frozenset[Question]:
    """Every question that may ever be asked of rows of this kind: an operator answers no other."""
    if what.startswith(NUMBERED):
        known = what.removeprefix(NUMBERED) in schema.decisive_tokens
        return frozenset({_equal_numbers(what)}) if known else frozenset()
    if what.startswith(EXPLAINED):
        kind = what.removeprefix(EXPLAINED)
        if kind not in schema.explanations:
            return frozenset()
        supporting = (_support_question(schema, kind),) if kind in _SUPPORTING else ()
        return frozenset((*questions_of_kind(schema, kind), *supporting))
    return frozenset(
        _of_profile(schema, profile, threshold)
        for profile in schema.profiles
        if profile.id == what
        for threshold in (profile.threshold, *(Fraction(floor, _PERMILLE) for _, floor in profile.bands))
    )
