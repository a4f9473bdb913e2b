"""Measures false alerts and recall against a synthetic population, at the schema's thresholds."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from random import Random
from typing import Final

import numpy as np

from symbolon.matching import kernel
from symbolon.matching.encoding import EncodedRecord
from symbolon.matching.errors import TooLittleToMatch
from symbolon.matching.identifiers import BirthDate, RecordIdentifiers
from symbolon.matching.linkage_schema import WORD_BITS
from symbolon.matching.pair_scores import row_scores
from symbolon.node.services.evaluation_encoding import EncodingForEvaluation
from symbolon.node.services.population.people import Person, people
from symbolon.node.services.population.variations import vary

_AT_ONCE: Final = 20_000
"""Records encoded and compared before they are forgotten: some 10 MB."""
LOOKED_BELOW: Final = Fraction(1, 20)
"""How far under its threshold a pair is still kept, so that other thresholds can be weighed."""
_TWICE_VARIED: Final = 0.4
TWO_VARIATIONS: Final = "two variations"
YEAR_ONLY: Final = "year of birth alone"
"""Persons with name, year of birth and nationality: measured apart, a quarter as many as the others."""


@dataclass(frozen=True, slots=True)
class LoadQuality:
    """Of `queries` submissions: hits on other people per thousand, and the share that found its own person."""

    queries: int
    false_alerts_per_1000: float
    recall: float


@dataclass(frozen=True, slots=True)
class LoadQuery:
    """One submission: the number of its person in the population, what was varied, and what it holds."""

    own: int
    kind: str
    language: str
    identifiers: RecordIdentifiers = field(repr=False)


@dataclass(frozen=True, slots=True)
class NearHit:
    """A pair at its profile's threshold, or a little under it."""

    query: int
    person: int
    """The number of the person in the population, from 0 in the order of `people`."""
    is_own: bool
    profile: str
    margin: float
    """Score less the profile's threshold."""


@dataclass(frozen=True, slots=True)
class LoadEvaluation:
    """Persons with name and whole birth date together; then each kind of record."""

    overall: LoadQuality
    kinds: dict[str, LoadQuality]
    languages: dict[str, LoadQuality]
    refused: dict[str, int]
    """Why records of the population were not encoded → how many."""
    queries: tuple[LoadQuery, ...] = field(repr=False)
    near_hits: tuple[NearHit, ...] = field(repr=False)

    def at(self, shift: float) -> LoadQuality:
        """The overall measure if every threshold were `shift` higher; not lower than `LOOKED_BELOW`."""
        hits = [hit for hit in self.near_hits if hit.margin >= shift]
        return _quality(hits, _numbers_of_whole_dates(self.queries))


class EvaluateLoad:
    """Draws a population, submits some of its people once more with variations, and compares as the hub would."""

    def __init__(self, encoding: EncodingForEvaluation, seed: int, looked_below: Fraction = LOOKED_BELOW) -> None:
        self._encoding = encoding
        self._schema = encoding.schema
        self._seed = seed
        self._looked_below = looked_below

    def __call__(
        self, population: int, queries: int, progress: Callable[[int], None] = lambda _done: None
    ) -> LoadEvaluation:
        """Measure `queries` submissions against a population; every person queried for is in it once.

        Raises:
            ValueError: fewer people than queries.

        """
        if not 0 < queries <= population:
            raise ValueError("there must be at least one query, and no more queries than people")
        asked = tuple(self._queries(population, queries))
        encoded = self._encoded_queries(asked)
        near_hits: list[NearHit] = []
        refused: Counter[str] = Counter()
        drawn = people(Random(self._seed))  # noqa: S311  a population must be repeatable, not unpredictable
        for start in range(0, population, _AT_ONCE):
            chunk = list(islice(drawn, min(_AT_ONCE, population - start)))
            for query, person, profile, margin in self._near(encoded, self._encoded(chunk, refused)):
                is_own = asked[query].own == start + person
                near_hits.append(NearHit(query, start + person, is_own, profile, margin))
            progress(start + len(chunk))
        return _evaluation(asked, tuple(near_hits), dict(refused))

    def _queries(self, population: int, queries: int) -> Iterator[LoadQuery]:
        random = Random(self._seed + 1)  # noqa: S311  as above
        chosen = dict.fromkeys(sorted(random.sample(range(population), queries)))
        with_year = set(random.sample(sorted(chosen), queries // 4))
        for number, person in enumerate(islice(people(Random(self._seed)), population)):  # noqa: S311  as above
            if number not in chosen:
                continue
            yield _varied(random, number, person)
            if number in with_year:
                year = BirthDate(person.birth_date.year)
                varied, _ = vary(random, person, 1)
                identifiers = replace(varied.identifiers(), birth_date=year)
                yield LoadQuery(number, YEAR_ONLY, person.language, identifiers)

    def _encoded_queries(self, asked: tuple[LoadQuery, ...]) -> dict[int, EncodedRecord]:
        encoded = {}
        for number, query in enumerate(asked):
            try:
                encoded[number] = self._encoding.encoder.encode(query.identifiers)
            except TooLittleToMatch:
                # A submission that is refused finds nobody: it stays among the queries, as a miss.
                continue
        return encoded

    def _encoded(self, chunk: list[Person], refused: Counter[str]) -> dict[int, EncodedRecord]:
        encoded = {}
        for number, person in enumerate(chunk):
            try:
                encoded[number] = self._encoding.encoder.encode(person.identifiers())
            except TooLittleToMatch as error:
                refused[str(error)] += 1
        return encoded

    def _near(
        self, queries: Mapping[int, EncodedRecord], targets: Mapping[int, EncodedRecord]
    ) -> Iterator[tuple[int, int, str, float]]:
        """(query, target, profile, margin) of every pair near the threshold of the first profile that both fill."""
        for filled, query_numbers in _by_filled(queries).items():
            for target_filled, target_numbers in _by_filled(targets).items():
                profile = next((p for p in self._schema.profiles if p.id in filled & target_filled), None)
                if profile is not None:
                    asked = {number: queries[number].profiles[profile.id] for number in query_numbers}
                    there = {number: targets[number].profiles[profile.id] for number in target_numbers}
                    floor = profile.threshold - self._looked_below
                    for (query, target), score in _scores(floor, asked, there).items():
                        yield query, target, profile.id, score - float(profile.threshold)


def _varied(random: Random, number: int, person: Person) -> LoadQuery:
    count = 2 if random.random() < _TWICE_VARIED else 1
    varied, kinds = vary(random, person, count)
    return LoadQuery(number, TWO_VARIATIONS if count == 2 else kinds[0], person.language, varied.identifiers())


def _by_filled(records: Mapping[int, EncodedRecord]) -> dict[frozenset[str], list[int]]:
    groups: dict[frozenset[str], list[int]] = defaultdict(list)
    for number, record in records.items():
        groups[frozenset(name for name, vectors in record.profiles.items() if vectors)].append(number)
    return groups


def _scores(
    floor: Fraction, queries: Mapping[int, tuple[bytes, ...]], targets: Mapping[int, tuple[bytes, ...]]
) -> dict[tuple[int, int], float]:
    """(query, target) → best score, of every pair from `floor` on."""
    query_owners, query_words = _packed(queries, 1)
    target_owners, target_words = _packed(targets, kernel.TILE_RECORDS)
    rows = kernel.scan(
        query_words,
        target_words,
        kernel.block_folds(kernel.fold_rows(target_words)),
        kernel.limits_of(target_words, floor),
        floor,
    )
    found: dict[tuple[int, int], float] = {}
    scores = row_scores(query_words[rows[:, 0]], target_words[rows[:, 1]])
    for (query, target), score in zip(rows.tolist(), scores.tolist(), strict=True):
        pair = query_owners[query], target_owners[target]
        found[pair] = max(score, found.get(pair, 0.0))
    return found


def _packed(records: Mapping[int, tuple[bytes, ...]], multiple: int) -> tuple[list[int], kernel.Words]:
    """(whose each row is, the rows, filled up with empty ones to a multiple)."""
    vectors = [(number, vector) for number, several in records.items() for vector in several]
    width = len(vectors[0][1])
    packed = b"".join(vector for _, vector in vectors) + bytes(width * (-len(vectors) % multiple))
    return [number for number, _ in vectors], np.frombuffer(packed, dtype="<u8").reshape(-1, width * 8 // WORD_BITS)


def _evaluation(
    queries: tuple[LoadQuery, ...], near_hits: tuple[NearHit, ...], refused: dict[str, int]
) -> LoadEvaluation:
    hits = [hit for hit in near_hits if hit.margin >= 0]
    kind_of = [query.kind for query in queries]
    language_of = ["" if query.kind == YEAR_ONLY else query.language for query in queries]
    return LoadEvaluation(
        overall=_quality(hits, _numbers_of_whole_dates(queries)),
        kinds=_by(kind_of, hits),
        languages={language: quality for language, quality in _by(language_of, hits).items() if language},
        refused=refused,
        queries=queries,
        near_hits=near_hits,
    )


def _by(groups: list[str], hits: list[NearHit]) -> dict[str, LoadQuality]:
    return {
        group: _quality(hits, {number for number, other in enumerate(groups) if other == group})
        for group in sorted(set(groups))
    }


def _numbers_of_whole_dates(queries: tuple[LoadQuery, ...]) -> set[int]:
    return {number for number, query in enumerate(queries) if query.kind != YEAR_ONLY}


def _quality(hits: list[NearHit], numbers: set[int]) -> LoadQuality:
    own = {hit.query for hit in hits if hit.is_own and hit.query in numbers}
    false = sum(not hit.is_own and hit.query in numbers for hit in hits)
    return LoadQuality(
        queries=len(numbers),
        false_alerts_per_1000=1000 * false / max(len(numbers), 1),
        recall=len(own) / max(len(numbers), 1),
    )
