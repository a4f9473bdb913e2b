"""Estimates the weights beside a birth date: `python benchmarks/estimate_links.py DATA SECONDS PROFILE`.

Of a profile with nationality: recall of varied people of the region at few false alerts among a million (some five
minutes before the climb begins). Of one without: at one threshold of those that are cheap blind, F1 over all pairs on
historical figures, on splink's made-up thousand and on made-up records with typing errors. FEBRL4 is never read.
"""

# ruff: noqa: S311  made-up people and fixed draws, no secrets
from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, islice
from pathlib import Path

import numpy as np
from estimate_names import NAME_KINDS, climb, name_masses, rows, shipped_schema
from token_bank import Mass, TokenBank

from symbolon.matching.identifiers import BirthDate
from symbolon.matching.linkage_schema import CHEAP_THRESHOLDS
from symbolon.matching.names import name_readings
from symbolon.matching.token_weights import DateWeights
from symbolon.matching.tokens import birth_date_tokens
from symbolon.node.services.evaluate_load import YEAR_ONLY, EvaluateLoad, LoadQuery
from symbolon.node.services.evaluation_encoding import EncodingForEvaluation
from symbolon.node.services.population.people import Person, people

DATE_KINDS = tuple(DateWeights.__dataclass_fields__)
_AS_DATE = {kind: f"date {kind}" for kind in DATE_KINDS}
KINDS = (*NAME_KINDS, *_AS_DATE.values(), "nationality", "sex")
Record = tuple[str, BirthDate, str, str]
"""Name, birth date, nationality and sex; the last two empty where a set has none."""
_FLOOR = 0.58
_FALSE_PER_1000 = (5, 8, 12, 18, 25, 35)
_POPULATION = 1_000_000
_SUBMISSIONS = 16_000
_POPULATION_SEED = 4242
"""Not the one of `bench-load`."""
_NEAR = Fraction(1, 10)
_MOST_STRANGERS = 30_000
"""The nearest by the weights that the climb starts from; the others never come near a threshold."""


def record_masses(record: Record, particle_factor: float) -> Iterator[Mass]:
    """The tokens of a name and a whole date."""
    yield from name_masses(name_readings(record[0])[0], particle_factor)
    for kind, text in birth_date_tokens(record[1]):
        yield _AS_DATE[kind], text, 1.0
    for kind, value in zip(("nationality", "sex"), record[2:], strict=True):
        if value:
            yield kind, value, 1.0


class LinkSet:
    """All pairs of a set of records that are near enough to matter, and which of them are one person."""

    def __init__(  # type: ignore[no-untyped-def]
        self, records: list[tuple[str, Record]], start, factor: float, count_all: bool, floor: float = _FLOOR
    ) -> None:
        bank = TokenBank(KINDS)
        for number, (_, record) in enumerate(records):
            bank.add(number, [record_masses(record, factor)])
        frozen = bank.freeze()
        owners = [owner for owner, _ in records]
        same: dict[str, list[int]] = defaultdict(list)
        for number, owner in enumerate(owners):
            same[owner].append(number)
        true = {pair for numbers in same.values() for pair in combinations(numbers, 2)}
        self.positives = len(true)
        self.compared = len(records) * (len(records) - 1) / 2
        near = frozen.over(start, floor, _groups([record for _, record in records])) if count_all else set()
        strangers = sorted(near - true)
        if len(strangers) > _MOST_STRANGERS:
            scores = frozen.pairs(strangers).dice(start)
            strangers = [strangers[place] for place in np.argsort(-scores)[:_MOST_STRANGERS]]
        pairs = [*sorted(true), *strangers]
        self.correct = np.arange(len(pairs)) < len(true)
        self.masses = frozen.pairs(pairs)

    def counts(self, weights, thresholds):  # type: ignore[no-untyped-def]
        """(true, false) pairs found at each threshold."""
        scores = self.masses.dice(weights)
        right, wrong = np.sort(scores[self.correct]), np.sort(scores[~self.correct])
        return (
            len(right) - np.searchsorted(right, thresholds - 1e-6),
            len(wrong) - np.searchsorted(wrong, thresholds - 1e-6),
        )

    def f1(self, weights, thresholds):  # type: ignore[no-untyped-def]
        """F1 over all pairs at each threshold."""
        right, wrong = self.counts(weights, thresholds)
        return 2 * right / (right + wrong + self.positives)


def _groups(records: list[Record]) -> list[list[int]]:
    """Record numbers by year, by day and month in either order, and by name: other pairs cannot come near."""
    groups: dict[object, list[int]] = defaultdict(list)
    for number, (name, date, *_) in enumerate(records):
        groups[date.year].append(number)
        groups[frozenset({date.month, date.day})].append(number)
        groups[frozenset(name.lower().split())].append(number)
        groups[date.year // 10, date.month, "decade"].append(number)
    return list(groups.values())


def _digits(text: str) -> BirthDate | None:
    digits = "".join(letter for letter in text if letter.isdigit())
    return BirthDate(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if len(digits) == 8 else None


def _clustered(data: Path, name: str, most: int) -> list[tuple[str, Record]]:
    draw = random.Random(7)
    clusters: dict[str, list[Record]] = defaultdict(list)
    for row in rows(data, name):
        date = _digits(row["dob"])
        text = f"{row['first_name']} {row['surname']}".strip()
        if date and any(map(str.isalpha, text)) and name_readings(text)[0]:
            clusters[row["cluster"]].append((text, date, "", ""))
    kept = [
        (cluster, record)
        for cluster, records in sorted(clusters.items())
        for record in draw.sample(records, min(2, len(records)))
    ]
    return kept[:most]


def _as_registers_repeat(draw: random.Random, words: list[str], count: int) -> list[str]:
    """Words by rank as often as 1 / (rank + 3) ** .95: a register repeats its names more than a list of the famous."""
    ranked = [word for word, _ in Counter(words).most_common() if 2 < len(word) < 12]
    return draw.choices(ranked, [1 / (rank + 3) ** 0.95 for rank in range(1, len(ranked) + 1)], k=count)


def mistyped_people(data: Path, count: int) -> list[tuple[str, Record]]:
    """Made-up people under names of historical figures, and their mistyped second records."""
    draw = random.Random(11)
    source = rows(data, "historical_figures_open")
    given, family = (
        _as_registers_repeat(draw, [row[part] for row in source if row[part].isalpha()], count)
        for part in ("first_name", "surname")
    )
    letters = "abcdefghijklmnopqrstuvwxyz"

    def mistyped(word: str, alphabet: str) -> str:
        if not word:
            return word
        at, letter = draw.randrange(len(word)), draw.choice(alphabet)
        return draw.choice([
            word[:at] + letter + word[at + 1 :], word[:at] + letter + word[at:],
            word[:at] + word[at + 1 :], word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
        ])  # fmt: skip

    records = []
    for number in range(count):
        first, last = draw.choice(given), draw.choice(family)
        date = f"{draw.randint(1900, 1999)}{draw.randint(1, 12):02}{draw.randint(1, 28):02}"
        records.append((str(number), (f"{first} {last}", _digits(date), "", "")))
        for _ in range(draw.choices((0, 1, 2, 3), (0.3, 0.4, 0.2, 0.1))[0]):
            chance, field = draw.random(), draw.choices("gfd", (0.4, 0.3, 0.3))[0]
            if field == "g":
                first = mistyped(first, letters) if chance < 0.8 else "" if chance < 0.85 else draw.choice(given)
            elif field == "f":
                last = mistyped(last, letters) if chance < 0.8 else "" if chance < 0.85 else draw.choice(family)
            elif chance < 0.6:
                at = draw.randrange(8)
                date = date[:at] + draw.choice("0123456789") + date[at + 1 :]
            elif chance < 0.8:
                date = date[:4] + date[6:] + date[4:6]
            else:
                at = draw.randrange(7)
                date = date[:at] + date[at + 1] + date[at] + date[at + 2 :]
        if draw.random() < 0.05:
            first, last = last, first
        if first or last:
            records.append((str(number), (f"{first} {last}".strip(), _digits(date), "", "")))
    return records


def _of_region(person: Person) -> Record:
    return person.name, person.birth_date, person.nationality, person.sex.value


class BesideDate:
    """Name and whole birth date alone: F1 over all pairs where records are mistyped, as in a file of thousands."""

    def __init__(self, data: Path, start, factor: float) -> None:  # type: ignore[no-untyped-def]
        self._sets = {
            "historical": (
                0.5,
                LinkSet(_clustered(data, "historical_figures_open", 6000), start, factor, count_all=True),
            ),
            "fake_1000": (0.3, LinkSet(_clustered(data, "fake_1000", 2000), start, factor, count_all=True)),
            "typed": (3.0, LinkSet(mistyped_people(data, 5000), start, factor, count_all=True)),
        }

    def at_thresholds(self, weights):  # type: ignore[no-untyped-def]
        """What is climbed, at each cheap threshold."""
        return sum(share * of_set.f1(weights, THRESHOLDS) for share, of_set in self._sets.values())

    def report(self, weights, place: int) -> str:  # type: ignore[no-untyped-def]
        """F1 of each set at a threshold."""
        return " ".join(
            f"{name} {of_set.f1(weights, THRESHOLDS)[place]:.4f}" for name, (_, of_set) in self._sets.items()
        )


class AmongAMillion:
    """All of a person's data: recall of varied people where few strangers among a million come near them.

    The pairs are those that the shipped schema finds near; nobody else comes near a threshold by similar weights.
    """

    def __init__(self, factor: float) -> None:
        encoding = EncodingForEvaluation(shipped_schema(), b"estimate")
        found = EvaluateLoad(encoding, _POPULATION_SEED, _NEAR)(_POPULATION, _SUBMISSIONS)
        whole = {number for number, query in enumerate(found.queries) if query.kind != YEAR_ONLY}
        hits = [hit for hit in found.near_hits if hit.query in whole]
        wanted = {hit.person for hit in hits}
        drawn = enumerate(islice(people(random.Random(_POPULATION_SEED)), _POPULATION))
        population = {number: _of_region(person) for number, person in drawn if number in wanted}
        bank = TokenBank(KINDS)
        pairs = [
            (
                bank.add(("submission", hit.query), [record_masses(_submitted(found.queries[hit.query]), factor)]),
                bank.add(hit.person, [record_masses(population[hit.person], factor)]),
            )
            for hit in hits
        ]
        self._masses = bank.freeze().pairs(pairs)
        self._own = np.array([hit.is_own for hit in hits])
        self._submissions = len(whole)

    def _recall(self, scores, false_per_1000: float) -> tuple[float, float]:  # type: ignore[no-untyped-def]
        strangers = np.sort(scores[~self._own])[::-1]
        threshold = strangers[int(false_per_1000 * self._submissions / 1000)]
        return float((scores[self._own] > threshold).sum() / self._submissions), float(threshold)

    def at_thresholds(self, weights):  # type: ignore[no-untyped-def]
        """Recall where five to thirty-five strangers in a thousand submissions pass; the same at each threshold."""
        scores = self._masses.dice(weights)
        return np.full(len(THRESHOLDS), np.mean([self._recall(scores, allowed)[0] for allowed in _FALSE_PER_1000]))

    def report(self, weights, _place: int) -> str:  # type: ignore[no-untyped-def]
        """Recall by false alerts in a thousand submissions."""
        scores = self._masses.dice(weights)
        found = {allowed: self._recall(scores, allowed) for allowed in _FALSE_PER_1000}
        return ", ".join(f"{share:.3f} at {allowed} (from {floor:.3f})" for allowed, (share, floor) in found.items())


def _submitted(query: LoadQuery) -> Record:
    identifiers = query.identifiers
    assert identifiers.birth_date
    assert identifiers.nationality
    assert identifiers.sex
    return identifiers.names[0].text, identifiers.birth_date, identifiers.nationality.code, identifiers.sex.code.value


THRESHOLDS = np.array(sorted(float(threshold) for threshold in CHEAP_THRESHOLDS))


def main() -> None:
    """Estimate for one profile, and print the weights."""
    data, seconds, which = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    schema = shipped_schema()
    profile = next(profile for profile in schema.profiles if profile.id == which)
    scales = dict(profile.fields)
    beside = schema.names[profile.name_weights]
    weights = np.array([
        *(getattr(beside, kind) * scales["name"] for kind in NAME_KINDS),
        *(getattr(schema.dates[profile.date_weights or ""], kind) * scales["birth_date"] for kind in DATE_KINDS),
        *(schema.category_value * scales.get(field, 0.0) for field in ("nationality", "sex")),
    ])  # fmt: skip
    aims = (
        AmongAMillion(schema.particle_factor)
        if "nationality" in scales
        else BesideDate(data, weights, schema.particle_factor)
    )
    movable = [place for place, kind in enumerate(KINDS) if kind not in {"nationality", "sex"} or kind in scales]
    for seed in range(4):
        values = aims.at_thresholds(weights)
        best = values.max() > values.min()
        for place in sorted(np.argsort(-values)[:3]) if best else range(5, len(THRESHOLDS) - 1):
            print(f"at {THRESHOLDS[place]:.2f}: {values[place]:.4f}; {aims.report(weights, place)}")
        print({kind: round(float(weight), 2) for kind, weight in zip(KINDS, weights, strict=True)}, flush=True)
        if seed < 3:
            weights, _ = climb(
                lambda trial: float(aims.at_thresholds(trial).max()), weights, seconds / 3, seed, movable
            )


if __name__ == "__main__":
    main()
