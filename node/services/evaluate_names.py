"""Measures how well encoded names tell the same person's spellings from other people's."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from symbolon.matching.evaluation import Flags, RankingQuality, ranking_quality, rates_at
from symbolon.matching.pair_scores import Scores, pair_scores
from symbolon.node.services.evaluation_encoding import DistinctNames, EncodingForEvaluation, NameCell


@dataclass(frozen=True, slots=True)
class NamePair:
    """Two names, whether they are one person's, and the group that they are reported under."""

    first: NameCell = field(repr=False)
    second: NameCell = field(repr=False)
    same_person: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class NamesQuality:
    """The measures of one set of pairs; `ranking` is None where positives or negatives lack."""

    positives: int
    negatives: int
    ranking: RankingQuality | None
    recall: float | None
    false_positive_rate: float | None


@dataclass(frozen=True, slots=True)
class NamesEvaluation:
    """The measures of all pairs and of each group, with what the report draws from."""

    overall: NamesQuality
    groups: dict[str, NamesQuality]
    threshold: float
    refused: dict[str, int]
    """Why names were not encoded → how many distinct names; their pairs score 0."""
    pairs: tuple[NamePair, ...] = field(repr=False)
    scores: Scores = field(repr=False)


class EvaluateNames:
    """Scores pairs of names by their encodings alone, at the schema's threshold for names alone."""

    def __init__(self, encoding: EncodingForEvaluation, random: np.random.Generator) -> None:
        self._encoding = encoding
        self._random = random

    def __call__(self, pairs: Iterable[NamePair], by_group: bool = False) -> NamesEvaluation:
        """Measure all pairs, and where asked each group of its own."""
        kept = tuple(pairs)
        scores, refused = self.scores(kept)
        positive = np.array([pair.same_person for pair in kept], dtype=bool)
        groups: dict[str, list[int]] = {}
        for place, pair in enumerate(kept if by_group else ()):
            groups.setdefault(pair.group, []).append(place)
        return NamesEvaluation(
            overall=self._quality(scores, positive),
            groups={name: self._quality(scores[places], positive[places]) for name, places in sorted(groups.items())},
            threshold=float(self._encoding.threshold_of_names_alone),
            refused=refused,
            pairs=kept,
            scores=scores,
        )

    def scores(self, pairs: Iterable[NamePair]) -> tuple[Scores, dict[str, int]]:
        """The Dice coefficient of each pair; and why names were refused, how often."""
        names = DistinctNames(self._encoding)
        numbers = [(names.number_of(pair.first), names.number_of(pair.second)) for pair in pairs]
        packed = names.packed()
        return pair_scores(packed, packed, np.array(numbers, dtype=np.int64).reshape(-1, 2)), dict(names.refused)

    def _quality(self, scores: Scores, positive: Flags) -> NamesQuality:
        recall, false_positive_rate = rates_at(scores, positive, self._encoding.threshold_of_names_alone)
        return NamesQuality(
            positives=int(positive.sum()),
            negatives=int((~positive).sum()),
            ranking=ranking_quality(scores, positive, self._random),
            recall=recall,
            false_positive_rate=false_positive_rate,
        )
