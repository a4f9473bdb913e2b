"""Links two clear files by their encodings, and measures the links against the truth."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product

import numpy as np

from symbolon.matching.decision import explain
from symbolon.matching.encoding import EncodedRecord
from symbolon.matching.errors import TooLittleToMatch
from symbolon.matching.evaluation import (
    Flags,
    LinkageQuality,
    Rows,
    best_linkage_quality,
    clearly_each_others_best,
    linkage_quality,
    one_to_one,
)
from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.matching.index import EncodingIndex
from symbolon.matching.linkage_schema import LinkageSchema, Profile
from symbolon.matching.pair_scores import PackedVectors, Scores, pair_scores
from symbolon.node.services.evaluation_encoding import EncodingForEvaluation

_LOOKED_BELOW = Fraction(3, 20)
"""How far under its profile's threshold a pair is still scored, so that the best threshold can be told."""
_LOOKED_BELOW_FEW = Fraction(1, 4)
_FEW = 100_000_000
"""So many pairs may be looked at from further below: those that are nearly alike stay few enough to keep."""
_LOWEST = Fraction(9, 20)
_MOST_LEFT_OVER = 1_000_000
"""Pairs of records without a partner that are compared once more; among many more, strangers come near everybody."""
_BY_TOKEN = 1.0
"""The margin of a hit that does not rest on a profile's vector: over every other."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One row of a file: its id, and what it can be matched by."""

    id: str = field(repr=False)
    identifiers: RecordIdentifiers = field(repr=False)


@dataclass(frozen=True, slots=True)
class ScoredLinks:
    """Pairs of row numbers (left, right) with their margin: score less the threshold of the profile that judges."""

    left: Rows = field(repr=False)
    right: Rows = field(repr=False)
    margins: Scores = field(repr=False)
    probabilities: Scores = field(repr=False)
    """What the schema's calibration says of each score, at the share of true pairs in these files."""
    correct: Flags = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkEvaluation:
    """Both ways of counting, at the schema's threshold and at the best: every pair, or one partner at most."""

    all_pairs: LinkageQuality
    one_to_one: LinkageQuality
    best_all_pairs: LinkageQuality
    best_one_to_one: LinkageQuality
    positives: int
    outside: int
    """Pairs of the truth that name an id which is in neither file; they are left out."""
    refused: dict[str, int]
    """Why records were not encoded → how many; their pairs are misses."""
    links: ScoredLinks = field(repr=False)
    true_pairs: frozenset[tuple[int, int]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Near:
    """A pair near or over the threshold of the profile that judges it."""

    profile: Profile
    margin: float

    def probability(self, prior: float) -> float:
        """Of one person, by the profile's calibration; 1 for a hit that does not rest on a score."""
        if self.margin == _BY_TOKEN:
            return 1.0
        return self.profile.calibration.probability(round(1000 * (self.margin + float(self.profile.threshold))), prior)


class EvaluateLink:
    """Compares every left with every right record, as the hub would, through index, profiles and tokens."""

    def __init__(self, encoding: EncodingForEvaluation) -> None:
        self._encoding = encoding
        self._schema = encoding.linkage_schema

    def __call__(
        self, left: Iterable[FileRecord], right: Iterable[FileRecord], truth: Iterable[tuple[str, str]]
    ) -> LinkEvaluation:
        """Link and measure. The truth holds (left id, right id)."""
        left_records, right_records = tuple(left), tuple(right)
        refused: Counter[str] = Counter()
        left_encoded, right_encoded = self._encoded(left_records, refused), self._encoded(right_records, refused)
        scored = self._scored(left_encoded, right_encoded)
        pairs = np.array(list(scored), dtype=np.int64).reshape(-1, 2)
        margins = np.array([near.margin for near in scored.values()])
        true_pairs, outside = _true_pairs(left_records, right_records, truth)
        correct = np.array([pair in true_pairs for pair in map(tuple, pairs.tolist())], dtype=bool)
        prior = _prior(len(true_pairs), len(left_records) * len(right_records))
        probabilities = np.array([near.probability(prior) for near in scored.values()])
        links = ScoredLinks(pairs[:, 0], pairs[:, 1], margins, probabilities, correct)
        judged = Counter(near.profile.id for near in scored.values())
        main = max(self._schema.profiles, key=lambda profile: judged[profile.id])
        found = margins >= 0
        single_margins, single_correct = self._one_to_one(links, (left_encoded, right_encoded), true_pairs)
        threshold = float(main.threshold)
        positives = len(true_pairs)
        return LinkEvaluation(
            all_pairs=linkage_quality(int(found.sum()), int(correct[found].sum()), positives, threshold),
            one_to_one=linkage_quality(len(single_correct), int(single_correct.sum()), positives, threshold),
            best_all_pairs=_best(margins, correct, positives, threshold),
            best_one_to_one=_best(single_margins, single_correct, positives, threshold),
            positives=positives,
            outside=outside,
            refused=dict(refused),
            links=links,
            true_pairs=frozenset(true_pairs),
        )

    def _encoded(self, records: tuple[FileRecord, ...], refused: Counter[str]) -> dict[int, EncodedRecord]:
        encoded = {}
        for number, record in enumerate(records):
            try:
                encoded[number] = self._encoding.record(record.identifiers)
            except TooLittleToMatch as error:
                refused[str(error)] += 1
        return encoded

    def _scored(
        self, left: Mapping[int, EncodedRecord], right: Mapping[int, EncodedRecord]
    ) -> dict[tuple[int, int], _Near]:
        """(left, right) of all pairs near or over a threshold."""
        index = EncodingIndex(
            _looking_below(self._schema, _LOOKED_BELOW_FEW if len(left) * len(right) <= _FEW else _LOOKED_BELOW)
        )
        # The index keeps a record from meeting itself by its handle: those of the right side are negative.
        for number, record in right.items():
            index.add("right", -1 - number, record)
        near = self._judged(left, right, [(pair.query, -1 - pair.target) for pair in index.scan(left, ["right"])])
        for match in index.lookup_tokens(left, ["right"]):
            pair = match.query, -1 - match.target
            is_hit = pair in near and near[pair].margin >= 0
            if not is_hit and explain(self._schema, left[pair[0]], right[pair[1]]):
                near[pair] = _Near(self._schema.profiles[0], _BY_TOKEN)
        return near

    def _judged(
        self, left: Mapping[int, EncodedRecord], right: Mapping[int, EncodedRecord], pairs: Iterable[tuple[int, int]]
    ) -> dict[tuple[int, int], _Near]:
        """The pairs by the profile that judges them; those without one are left out."""
        by_profile: dict[str, list[tuple[int, int]]] = {profile.id: [] for profile in self._schema.profiles}
        for one, other in pairs:
            judging = next((p for p in by_profile if left[one].profiles[p] and right[other].profiles[p]), None)
            if judging is not None:
                by_profile[judging].append((one, other))
        judged: dict[tuple[int, int], _Near] = {}
        for profile in self._schema.profiles:
            margins = self._margins(profile, left, right, by_profile[profile.id])
            judged.update(
                {pair: _Near(profile, margin) for pair, margin in zip(by_profile[profile.id], margins, strict=True)}
            )
        return judged

    def _one_to_one(
        self,
        links: ScoredLinks,
        encoded: tuple[Mapping[int, EncodedRecord], Mapping[int, EncodedRecord]],
        true_pairs: set[tuple[int, int]],
    ) -> tuple[Scores, Flags]:
        """(margins, which are correct) of the pairs when nobody has more than one partner.

        The best pairs first; then those records that are left over are compared among themselves.
        """
        rule = self._schema.one_to_one
        kept = one_to_one(links.left, links.right, links.margins) & (links.margins >= -float(rule.margin))
        without_partner = [
            {number: record for number, record in records.items() if number not in taken}
            for records, taken in zip(encoded, ({*links.left[kept]}, {*links.right[kept]}), strict=True)
        ]
        left, right = without_partner
        if not 0 < len(left) * len(right) <= _MOST_LEFT_OVER:
            return links.margins[kept], links.correct[kept]
        judged = self._judged(left, right, product(left, right))
        pairs = np.array(list(judged), dtype=np.int64).reshape(-1, 2)
        margins = np.array([near.margin for near in judged.values()])
        near = margins >= -float(rule.left_over_margin)
        pairs, margins = pairs[near], margins[near]
        clear = clearly_each_others_best(pairs[:, 0], pairs[:, 1], margins, float(rule.least_lead))
        correct = np.array([pair in true_pairs for pair in map(tuple, pairs[clear].tolist())], dtype=bool)
        return np.append(links.margins[kept], margins[clear]), np.append(links.correct[kept], correct)

    def _margins(
        self,
        profile: Profile,
        left: Mapping[int, EncodedRecord],
        right: Mapping[int, EncodedRecord],
        pairs: list[tuple[int, int]],
    ) -> list[float]:
        sides = []
        for records, numbers in ((left, {one for one, _ in pairs}), (right, {other for _, other in pairs})):
            places = {number: place for place, number in enumerate(sorted(numbers))}
            vectors = [records[number].profiles[profile.id] for number in places]
            sides.append((places, PackedVectors.of(vectors, self._schema.vector_bits)))
        (left_places, left_vectors), (right_places, right_vectors) = sides
        rows = np.array([(left_places[one], right_places[other]) for one, other in pairs], dtype=np.int64)
        scores = pair_scores(left_vectors, right_vectors, rows.reshape(-1, 2))
        return [score - float(profile.threshold) for score in scores.tolist()]


def _prior(positives: int, pairs: int) -> float:
    """Share of true pairs; never 0 or 1, of which no score could tell anything."""
    return (positives + 1) / (pairs + 2)


def _looking_below(schema: LinkageSchema, far: Fraction) -> LinkageSchema:
    return replace(
        schema,
        profiles=tuple(
            replace(profile, threshold=min(profile.threshold, max(profile.threshold - far, _LOWEST)))
            for profile in schema.profiles
        ),
    )


def _true_pairs(
    left: tuple[FileRecord, ...], right: tuple[FileRecord, ...], truth: Iterable[tuple[str, str]]
) -> tuple[set[tuple[int, int]], int]:
    lefts = {record.id: number for number, record in enumerate(left)}
    rights = {record.id: number for number, record in enumerate(right)}
    pairs, outside = set(), 0
    for one, other in truth:
        if one in lefts and other in rights:
            pairs.add((lefts[one], rights[other]))
        else:
            outside += 1
    return pairs, outside


def _best(margins: Scores, correct: Flags, positives: int, threshold: float) -> LinkageQuality:
    best = best_linkage_quality(margins, correct, positives)
    if best is None:
        return linkage_quality(0, 0, positives, threshold)
    return replace(best, threshold=best.threshold + threshold)
