"""Measures how often the right person comes first when encoded names are searched among encoded names."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from symbolon.matching.pair_scores import Rows, search_scores_against_all
from symbolon.node.services.evaluation_encoding import DistinctNames, EncodingForEvaluation, NameCell

_HITS_LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person's id in the file, and one of the person's names."""

    id: str = field(repr=False)
    name: NameCell = field(repr=False)


@dataclass(frozen=True, slots=True)
class SearchEvaluation:
    """The share of queries whose person is first, or among the first ten. Ties with another person count against."""

    queries: int
    corpus: int
    hit_at_1: float | None
    hit_at_10: float | None
    refused: dict[str, int]


class EvaluateSearch:
    """Ranks all persons of the corpus by their best name for each query."""

    def __init__(self, encoding: EncodingForEvaluation) -> None:
        self._encoding = encoding

    def __call__(self, queries: Iterable[NamedPerson], corpus: Iterable[NamedPerson]) -> SearchEvaluation:
        """Search each query; one whose person is not in the corpus is a miss."""
        kept_queries, kept_corpus = tuple(queries), tuple(corpus)
        ranks, refused = self._ranks(kept_queries, kept_corpus)
        return SearchEvaluation(
            queries=len(kept_queries),
            corpus=len(kept_corpus),
            hit_at_1=_share(ranks, 1),
            hit_at_10=_share(ranks, _HITS_LOOKED_AT),
            refused=refused,
        )

    def _ranks(self, queries: tuple[NamedPerson, ...], corpus: tuple[NamedPerson, ...]) -> tuple[Rows, dict[str, int]]:
        """The place of each query's person, from 1 on, behind all others that score as high; a huge one if absent."""
        query_names, corpus_names = DistinctNames(self._encoding), DistinctNames(self._encoding)
        query_numbers = query_names.numbers_of(query.name for query in queries)
        corpus_numbers = np.array(corpus_names.numbers_of(person.name for person in corpus), dtype=np.int64)
        persons = {person.id: number for number, person in enumerate({person.id: person for person in corpus}.values())}
        owners = np.array([persons[person.id] for person in corpus], dtype=np.int64)
        packed_queries, packed_corpus = query_names.packed(), corpus_names.packed()
        ranks = np.full(len(queries), np.iinfo(np.int64).max)
        for place, (query, number) in enumerate(zip(queries, query_numbers, strict=True)):
            wanted = persons.get(query.id)
            if wanted is None:
                continue
            vectors = packed_queries.words[packed_queries.starts[number] : packed_queries.starts[number + 1]]
            by_name = search_scores_against_all(vectors, packed_corpus)[corpus_numbers]
            best = np.zeros(len(persons))
            np.maximum.at(best, owners, by_name)
            if best[wanted] > 0:
                ranks[place] = int((best >= best[wanted]).sum())
        return ranks, dict(query_names.refused + corpus_names.refused)


def _share(ranks: Rows, places: int) -> float | None:
    return float((ranks <= places).mean()) if len(ranks) else None
