"""Estimates what follows the weights: common words and calibration curves, and writes them into the schema.

    python benchmarks/estimate_calibration.py DATA SCHEMA.json

Rarity: -log2 of a Latin word's share among the names of one list, of words that one name in 500 or more has; lists are
Wikidata's politicians (CC0) by language and OFAC's SDN list (public domain). Calibration: scores of varied
people of the
made-up region against all pairs of strangers, both through the encoder, as log10 of the likelihood ratio, smoothed so
that it never falls; beyond the last stranger seen it rises by one decade for each 25 permille.
"""

# ruff: noqa: S311  made-up people and fixed draws, no secrets
from __future__ import annotations

import hmac
import json
import math
import random
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from estimate_names import rows

from symbolon.matching.encoding import RecordEncoder, TooLittleToMatch
from symbolon.matching.identifiers import BirthDate, Place, RecordIdentifiers
from symbolon.matching.linkage_schema import LinkageSchema, Profile
from symbolon.matching.names import name_words
from symbolon.node.services.population.people import people
from symbolon.node.services.population.variations import vary

PRIOR = 1e-6
_PEOPLE = 7000
_VARIED = 3000
_LISTED_UP_TO = 9.0
_CC0_LANGUAGES = {"bn", "ur", "hi"}
_STEP = 25
_TOWNS = ("Mae Sot", "Chiang Rai", "Cox's Bazar", "Dhaka", "Sittwe", "Yangon", "Karachi", "Kabul", "Medan", "Penang")


def rarities(data: Path) -> dict[str, float]:
    """Common Latin words of names and how much each tells."""
    lists: dict[str, list[str]] = defaultdict(list)
    for row in rows(data, "crossscript_pairs"):
        if row["lang"] in _CC0_LANGUAGES and row["kind"] == "full":
            lists[row["lang"]].append(row["latin"])
    lists["sdn"] = [row["name"] for row in rows(data, "sdn_individuals")]
    found: dict[str, float] = {}
    for names in lists.values():
        counts = Counter(word for name in names for word in {word.roman for word in name_words(name)})
        for word, count in counts.items():
            rarity = -math.log2(count / len(names))
            if rarity <= _LISTED_UP_TO and count > 2 and len(word) > 1:
                found[word] = min(found.get(word, rarity), rarity)
    return {word: round(found[word], 1) for word in sorted(found)}


def _records(profile: Profile) -> tuple[list[RecordIdentifiers], list[tuple[RecordIdentifiers, RecordIdentifiers]]]:
    draw = random.Random(17)

    def known(record: RecordIdentifiers, town: str) -> RecordIdentifiers:
        beside = profile.beside_name
        date = record.birth_date
        if date is not None and "birth_date" not in beside:
            date = BirthDate(date.year) if "birth_year" in beside else None
        return replace(
            record, birth_date=date, nationality=record.nationality if "nationality" in beside else None,
            sex=record.sex if "sex" in beside else None, place=Place(town) if "place" in beside else None,
        )  # fmt: skip

    strangers = [known(person.identifiers(), draw.choice(_TOWNS)) for person in islice(people(draw), _PEOPLE)]
    varied = []
    for person in islice(people(draw), _VARIED):
        other, _ = vary(draw, person, draw.choice((1, 1, 2)))
        town = draw.choice(_TOWNS)
        varied.append((known(person.identifiers(), town), known(other.identifiers(), town)))
    return strangers, varied


def calibration(schema: LinkageSchema, profile: Profile) -> list[list[float]]:
    """The curve of one profile."""
    encoder = RecordEncoder(schema, lambda label: hmac.digest(b"calibration", label.encode(), "sha256"))

    def vectors(records: list[RecordIdentifiers]) -> Any:
        rows = np.zeros((len(records), schema.vector_bits), dtype=np.float32)
        for place, record in enumerate(records):
            try:
                found = encoder.encode(record).profiles[profile.id]
            except TooLittleToMatch:
                continue
            if found:
                rows[place] = np.unpackbits(np.frombuffer(found[0], np.uint8))
        return rows

    strangers, varied = _records(profile)
    left, right = (vectors([pair[side] for pair in varied]) for side in (0, 1))
    both = left.any(axis=1) & right.any(axis=1)
    same = 2 * (left * right).sum(axis=1)[both] / (left.sum(axis=1) + right.sum(axis=1))[both]
    population = vectors(strangers)
    population = population[population.any(axis=1)]
    sizes = population.sum(axis=1)
    other = np.zeros(1001)
    for start in range(0, len(population), 1000):
        part = population[start : start + 1000]
        scores = 2 * (part @ population.T) / (sizes[start : start + 1000, None] + sizes[None])
        places = np.arange(len(part))
        scores[places, start + places] = 0
        other += np.bincount((scores * 1000).astype(int).ravel(), minlength=1001)
    edges = np.arange(500, 1001, _STEP)
    curve, last = [], -8.0
    for low in edges:
        true = ((same * 1000 >= low) & (same * 1000 < low + _STEP)).mean() + 0.2 / len(same)
        false = other[low : low + _STEP].sum() / other.sum()
        ratio = math.log10(true / false) if false * other.sum() >= 3 else last + 1
        last = max(last, min(ratio, 9.0))
        curve.append([min(int(low) + _STEP // 2, 1000), round(last, 2)])
    return curve


def main() -> None:
    """Estimate, and write the schema."""
    data, path = Path(sys.argv[1]), Path(sys.argv[2])
    document = json.loads(path.read_bytes())
    document["rarity"]["common"] = rarities(data)
    schema = LinkageSchema.from_bytes(json.dumps(document).encode())
    for section, profile in zip(document["profiles"], schema.profiles, strict=True):
        section["calibration"] = {"prior": PRIOR, "points": calibration(schema, profile)}
    LinkageSchema.from_bytes(json.dumps(document).encode())
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
