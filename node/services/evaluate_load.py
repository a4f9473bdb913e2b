"""Measures false alerts and recall against a synthetic population, at the schema's thresholds."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from random import Random
from typing import Final

import numpy as np

from symbolon.matching import kernel
from symbolon.matching.encoding import EncodedRecord
from symbolon.matching.errors import TooLittleToMatch
from symbolon.matching.identifiers import BirthDate, RecordIdentifiers
from symbolon.matching.linkage_schema import WORD_BITS, Profile
from symbolon.node.services.evaluation_encoding import EncodingForEvaluation
from symbolon.node.services.population.people import Person, people
from symbolon.node.services.population.variations import vary

_AT_ONCE: Final = 20_000
"""Records encoded and compared before they are forgotten: some 10 MB."""
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
class LoadEvaluation:
    """Persons with name and whole birth date together; then each kind of record."""

    overall: LoadQuality
    kinds: dict[str, LoadQuality]
    languages: dict[str, LoadQuality]
    refused: dict[str, int]
    """Why records of the population were not encoded → how many."""


@dataclass(frozen=True, slots=True)
class _Query:
    own: int
    kind: str
    language: str
    identifiers: RecordIdentifiers = field(repr=False)


class EvaluateLoad:
    """Draws a population, submits some of its people once more with variations, and compares as the hub would."""

    def __init__(self, encoding: EncodingForEvaluation, seed: int) -> None:
        self._encoding = encoding
        self._schema = encoding.schema
        self._seed = seed

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
        own, others = Counter[int](), Counter[int]()
        refused: Counter[str] = Counter()
        drawn = people(Random(self._seed))  # noqa: S311  a population must be repeatable, not unpredictable
        for start in range(0, population, _AT_ONCE):
            chunk = list(islice(drawn, min(_AT_ONCE, population - start)))
            for query, person in self._hits(encoded, self._encoded(chunk, refused)):
                (own if asked[query].own == start + person else others)[query] += 1
            progress(start + len(chunk))
        return _evaluation(asked, own, others, refused)

    def _queries(self, population: int, queries: int) -> Iterator[_Query]:
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
                yield _Query(number, YEAR_ONLY, person.language, identifiers)

    def _encoded_queries(self, asked: tuple[_Query, ...]) -> dict[int, EncodedRecord]:
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

    def _hits(self, queries: Mapping[int, EncodedRecord], targets: Mapping[int, EncodedRecord]) -> set[tuple[int, int]]:
        """(query, target) of every pair at the threshold of the first profile that both fill."""
        found: set[tuple[int, int]] = set()
        query_groups, target_groups = _by_filled(queries), _by_filled(targets)
        for filled, query_numbers in query_groups.items():
            for target_filled, target_numbers in target_groups.items():
                profile = next((p for p in self._schema.profiles if p.id in filled & target_filled), None)
                if profile is not None:
                    found |= _scan(profile, queries, query_numbers, targets, target_numbers)
        return found


def _varied(random: Random, number: int, person: Person) -> _Query:
    count = 2 if random.random() < _TWICE_VARIED else 1
    varied, kinds = vary(random, person, count)
    return _Query(number, TWO_VARIATIONS if count == 2 else kinds[0], person.language, varied.identifiers())


def _by_filled(records: Mapping[int, EncodedRecord]) -> dict[frozenset[str], list[int]]:
    groups: dict[frozenset[str], list[int]] = defaultdict(list)
    for number, record in records.items():
        groups[frozenset(name for name, vectors in record.profiles.items() if vectors)].append(number)
    return groups


def _scan(
    profile: Profile,
    queries: Mapping[int, EncodedRecord],
    query_numbers: list[int],
    targets: Mapping[int, EncodedRecord],
    target_numbers: list[int],
) -> set[tuple[int, int]]:
    query_owners, query_words = _packed(profile, queries, query_numbers, 1)
    target_owners, target_words = _packed(profile, targets, target_numbers, kernel.TILE_RECORDS)
    rows = kernel.scan(
        query_words,
        target_words,
        kernel.block_folds(kernel.fold_rows(target_words)),
        kernel.limits_of(target_words, profile.threshold),
        profile.threshold,
    )
    return {(query_owners[query], target_owners[target]) for query, target in rows.tolist()}


def _packed(
    profile: Profile, records: Mapping[int, EncodedRecord], numbers: list[int], multiple: int
) -> tuple[list[int], kernel.Words]:
    """(whose each row is, the rows, filled up with empty ones to a multiple)."""
    vectors = [(number, vector) for number in numbers for vector in records[number].profiles[profile.id]]
    width = len(vectors[0][1])
    packed = b"".join(vector for _, vector in vectors) + bytes(width * (-len(vectors) % multiple))
    return [number for number, _ in vectors], np.frombuffer(packed, dtype="<u8").reshape(-1, width * 8 // WORD_BITS)


def _evaluation(
    asked: tuple[_Query, ...], own: Counter[int], others: Counter[int], refused: Counter[str]
) -> LoadEvaluation:
    kinds: dict[str, list[int]] = defaultdict(list)
    languages: dict[str, list[int]] = defaultdict(list)
    for number, query in enumerate(asked):
        kinds[query.kind].append(number)
        if query.kind != YEAR_ONLY:
            languages[query.language].append(number)

    def quality(numbers: list[int]) -> LoadQuality:
        return LoadQuality(
            queries=len(numbers),
            false_alerts_per_1000=1000 * sum(others[number] for number in numbers) / len(numbers),
            recall=sum(own[number] > 0 for number in numbers) / len(numbers),
        )

    return LoadEvaluation(
        overall=quality([number for number, query in enumerate(asked) if query.kind != YEAR_ONLY]),
        kinds={kind: quality(kinds[kind]) for kind in sorted(kinds)},
        languages={language: quality(languages[language]) for language in sorted(languages)},
        refused=dict(refused),
    )
