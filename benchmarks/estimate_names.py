"""Estimates the weights of names alone on open sets of name pairs: `python benchmarks/estimate_names.py DATA SECONDS`.

Hill climbing over the weights, from those of the shipped schema: each step scales or drops one or two of them, and is
kept when the mean of the sets' recalls at few false positives and the search's first hits is better. Exact token sets
take the place of encodings, so a step costs some milliseconds.
"""

# ruff: noqa: S311  made-up people and fixed draws, no secrets
from __future__ import annotations

import csv
import gzip
import math
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from importlib import resources
from itertools import combinations
from pathlib import Path

import numpy as np
from token_bank import Mass, PairMasses, TokenBank

from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema
from symbolon.matching.names import NameWord, name_readings
from symbolon.matching.token_weights import NameWeights
from symbolon.matching.tokens import link_tokens, pair_token, skeletons, word_count_token, word_ends, word_tokens

NAME_KINDS = tuple(NameWeights.__dataclass_fields__)
Pair = tuple[str, str]
_CANDIDATES = 40


def rows(data: Path, name: str) -> list[dict[str, str]]:
    """The rows of a gzipped CSV file."""
    with gzip.open(data / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def name_masses(words: tuple[NameWord, ...], particle_factor: float) -> Iterator[Mass]:
    """The tokens of a name as the encoder makes them."""
    for word in words:
        factor = particle_factor if word.is_particle else 1.0
        again = "" if word.occurrence == 1 else f"#{word.occurrence}"
        for kind, text in word_tokens(word):
            yield kind, text + again, factor
    if len(words) > 1:
        for left, right in zip((words[-1], *words), words, strict=False):
            ends = word_ends(*skeletons(left.roman))[0], word_ends(*skeletons(right.roman))[1]
            for kind, texts in link_tokens(*ends):
                yield from ((kind, text, 1.0) for text in texts)
    initials = [skeletons(word.roman)[1][:1] for word in words if not word.is_particle]
    initials = [initial for initial in initials if initial][:8]
    yield *word_count_token(len(initials)), 1.0
    for pair in combinations(initials, 2):
        kind, text = pair_token(pair)
        yield kind, text, 1 / (len(initials) - 1)


class NamePairs:
    """All open sets of name pairs as masses."""

    def __init__(self, data: Path, particle_factor: float) -> None:
        self.bank = TokenBank(NAME_KINDS)
        self._factor = particle_factor
        sets = {"sdn": _sdn(data), **_cross_script(data)}
        queries, corpus = _search(data)
        numbered = {
            name: [[(self._add(a), self._add(b)) for a, b in pairs] for pairs in groups]
            for name, groups in sets.items()
        }
        search = [(self._add(query), self._add(answer)) for query, answer in queries]
        corpus_numbers = list(dict.fromkeys(self._add(name) for name in corpus))
        frozen = self.bank.freeze()
        self.sets = {name: [frozen.pairs(pairs) for pairs in groups] for name, groups in numbered.items()}
        self.search = self._search(frozen, search, corpus_numbers)

    def _add(self, name: str) -> int:
        if self.bank.known(name):
            return self.bank.add(name, ())
        return self.bank.add(name, (name_masses(words, self._factor) for words in name_readings(name)))

    def _search(self, frozen, search, corpus) -> PairMasses:  # type: ignore[no-untyped-def]
        start = np.array([STARTING_POINT[kind] for kind in NAME_KINDS])
        totals = frozen.totals() @ start
        entry = start[frozen.kind_of] * frozen.factors
        owners: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for place, number in enumerate(corpus):
            row = frozen.records[number][0]
            for at in range(frozen.starts[row], frozen.starts[row + 1]):
                owners[int(frozen.tokens[at])].append((place, float(entry[at])))
        lists = {t: (np.array([p for p, _ in o]), np.array([w for _, w in o])) for t, o in owners.items()}
        corpus_totals = np.array([totals[frozen.records[number][0]] for number in corpus])
        pairs = []
        for query, answer in search:
            row = frozen.records[query][0]
            common = np.zeros(len(corpus))
            for at in range(frozen.starts[row], frozen.starts[row + 1]):
                if (found := lists.get(int(frozen.tokens[at]))) is not None:
                    np.add.at(common, found[0], np.minimum(found[1], entry[at]))
            best = np.argsort(-common / (corpus_totals + totals[row]), kind="stable")[: _CANDIDATES + 1]
            others = [corpus[place] for place in best if corpus[place] != answer][: _CANDIDATES - 1]
            pairs += [(query, number) for number in (answer, *others)]
        return frozen.pairs(pairs)

    def hit_at_1(self, weights) -> float:  # type: ignore[no-untyped-def]
        """Share of queries whose answer scores over every other candidate."""
        scores = self.search.dice(weights).reshape(-1, _CANDIDATES)
        return float((scores[:, 0] > scores[:, 1:].max(axis=1)).mean())

    def recalls(self, weights) -> dict[str, tuple[float, float, float, float]]:  # type: ignore[no-untyped-def]
        """By set: (hard and random recall at 1 % false positives, the same averaged over several rates)."""
        found = {}
        for name, groups in self.sets.items():
            positive, hard, other = (group.dice(weights) for group in groups)
            found[name] = (
                recall_at(positive, hard, 0.01),
                recall_at(positive, other, 0.01),
                float(np.mean([recall_at(positive, hard, rate) for rate in (0.004, 0.01, 0.02)])),
                float(np.mean([recall_at(positive, other, rate) for rate in (0.001, 0.01)])),
            )
        return found

    def objective(self, weights) -> float:  # type: ignore[no-untyped-def]
        """What is climbed."""
        recalls = self.recalls(weights)
        of_sets = sum(IMPORTANCE.get(name, 0.7) * (hard + 0.6 * other) for name, (_, _, hard, other) in recalls.items())
        return of_sets + 6 * self.hit_at_1(weights)


STARTING_POINT = dict.fromkeys(NAME_KINDS, 0.0)
IMPORTANCE = {"sdn": 4.0, "ar": 1.0, "my": 1.0, "si": 1.0, "ur": 1.0, "zh": 1.0, "hi-given": 0.4}


def recall_at(positive, negative, rate: float) -> float:  # type: ignore[no-untyped-def]
    """Recall with floor(rate * n) of n negatives at or over the score; ties are misses."""
    allowed = int(rate * len(negative))
    return float((positive > np.sort(negative)[::-1][allowed]).mean())


def _usable(row: dict[str, str]) -> bool:
    return not (row["suspect"] or row["name_equiv"] or row["short"])


def _sdn(data: Path) -> list[list[Pair]]:
    kept = [row for row in rows(data, "sdn_pairs") if _usable(row)]
    positives = [
        row for row in kept
        if row["label"] == "1" and row["alias_type"] == "strong_aka"
        and row["stratum"] in {"variant", "variant_partial"}
    ]  # fmt: skip
    draw = random.Random(1)
    others: list[Pair] = []
    while len(others) < 4 * len(positives):
        one, other = draw.choice(positives), draw.choice(positives)
        if one["ent1"] != other["ent1"]:
            others.append((one["name1"], other["name2"]))
    hard = [(row["name1"], row["name2"]) for row in kept if row["label"] == "0"]
    return [[(row["name1"], row["name2"]) for row in positives], hard, others]


def _cross_script(data: Path) -> dict[str, list[list[Pair]]]:
    sets: dict[str, list[list[Pair]]] = defaultdict(lambda: [[], [], []])
    for row in rows(data, "crossscript_eval"):
        if row["ambiguous"] != "1":
            name = row["lang"] if row["kind"] == "full" else f"{row['lang']}-given"
            sets[name][("pos", "hard", "random").index(row["neg_type"])].append((row["native"], row["latin"]))
    return dict(sets)


def _search(data: Path) -> tuple[list[Pair], list[str]]:
    names = {row["ent_num"]: row["name"] for row in rows(data, "sdn_individuals")}
    queries = [
        (row["name2"], names[row["ent1"]])
        for row in rows(data, "sdn_pairs")
        if _usable(row) and row["label"] == "1" and row["alias_type"] == "strong_aka" and row["stratum"] != "other"
        and row["ent1"] in names and row["name2"] != names[row["ent1"]]
    ]  # fmt: skip
    distractors = [
        row["latin"] for row in rows(data, "crossscript_pairs")
        if row["kind"] == "full" and row["lang"] in {"ur", "bn", "hi", "my", "si"}
    ]  # fmt: skip
    random.Random(3).shuffle(distractors)
    return queries, [*names.values(), *distractors[:2800]]


def climb(objective, weights, seconds: float, seed: int = 0, movable=None):  # type: ignore[no-untyped-def]
    """Random hill climbing over positive weights."""
    draw = np.random.default_rng(seed)
    movable = np.arange(len(weights)) if movable is None else np.array(movable)
    best, until = objective(weights), time.monotonic() + seconds
    while time.monotonic() < until:
        trial = weights.copy()
        for kind in draw.choice(movable, draw.choice([1, 1, 2])):
            if trial[kind] == 0:
                trial[kind] = draw.choice([0.5, 1, 2])
            elif draw.random() < 0.06:
                trial[kind] = 0
            else:
                trial[kind] *= math.exp(draw.normal() * 0.4)
        value = objective(trial)
        if value > best:
            best, weights = value, trial
    return weights, best


def shipped_schema() -> LinkageSchema:
    """The schema that the package ships."""
    package, name = DEFAULT_SCHEMA_RESOURCE
    return LinkageSchema.from_bytes(resources.files(package).joinpath(name).read_bytes())


def main() -> None:
    """Estimate, and print the weights."""
    data, seconds = Path(sys.argv[1]), float(sys.argv[2])
    schema = shipped_schema()
    factor = float(sys.argv[3]) if len(sys.argv) > 3 else schema.particle_factor
    shipped = schema.names["alone"]
    STARTING_POINT.update({kind: getattr(shipped, kind) for kind in NAME_KINDS})
    weights = np.array([STARTING_POINT[kind] for kind in NAME_KINDS])
    pairs = NamePairs(data, factor)
    print("shipped", round(pairs.objective(weights), 4))
    report(pairs, weights)
    weights, best = climb(pairs.objective, weights, seconds)
    print("climbed", round(best, 4))
    report(pairs, weights)


def report(pairs: NamePairs, weights) -> None:  # type: ignore[no-untyped-def]
    """Print what weights reach, and the weights."""
    print(f"hit@1 {pairs.hit_at_1(weights):.4f}", *(
        f"{name} {hard:.3f}/{other:.3f}" for name, (hard, other, _, _) in pairs.recalls(weights).items()
    ))  # fmt: skip
    print({kind: round(float(weight), 2) for kind, weight in zip(NAME_KINDS, weights, strict=True)}, flush=True)


if __name__ == "__main__":
    main()
