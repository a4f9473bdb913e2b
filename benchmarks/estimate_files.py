"""Estimates what the comparison of two files needs: `python benchmarks/estimate_files.py DATA`.

The threshold of `name-birth-date`, that of names alone, and the rule of one partner at most, by F1 through the encoder
on made-up mistyped files (`estimate_links`), in which 2 % of the left and 4 % of the right dates are lacking. FEBRL4 is
never read. Prints; whoever changes the schema chooses.
"""

# ruff: noqa: S311  made-up people and fixed draws, no secrets
from __future__ import annotations

import random
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from estimate_links import Record, mistyped_people
from estimate_names import shipped_schema

from symbolon.matching.identifiers import PersonName, RecordIdentifiers
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.node.services.evaluate_link import EvaluateLink, FileRecord
from symbolon.node.services.evaluation_encoding import EncodingForEvaluation

PROFILE = "name-birth-date"
_SIZES = (5000, 7000)
_DATES_LACKING = (0.02, 0.04)
_KEYS = (b"one", b"another")
"""Another key moves F1 by half a thousandth: the bits of tokens meet by chance."""


def files(data: Path, size: int) -> tuple[list[FileRecord], list[FileRecord], list[tuple[str, str]]]:
    """(left, right, truth): each person once on the left, the mistyped records of them on the right."""
    draw = random.Random(size)
    left: dict[str, FileRecord] = {}
    right: list[FileRecord] = []
    truth = []
    for owner, record in mistyped_people(data, size):
        if owner not in left:
            left[owner] = _file_record(owner, record, draw.random() < _DATES_LACKING[0])
        else:
            right.append(_file_record(str(len(right)), record, draw.random() < _DATES_LACKING[1]))
            truth.append((owner, right[-1].id))
    return list(left.values()), right, truth


def _file_record(number: str, record: Record, dateless: bool) -> FileRecord:
    name, date, *_ = record
    return FileRecord(number, RecordIdentifiers(names=(PersonName(name),), birth_date=None if dateless else date))


def with_threshold(schema: LinkageSchema, percent: int) -> LinkageSchema:
    """The schema with another threshold of the profile."""
    profiles = tuple(
        replace(profile, threshold=Fraction(percent, 100)) if profile.id == PROFILE else profile
        for profile in schema.profiles
    )
    return replace(schema, profiles=profiles)


def main() -> None:
    """Print F1 for each choice, the others as shipped."""
    shipped = shipped_schema()
    sets = [files(Path(sys.argv[1]), size) for size in _SIZES]

    def measure(title: str, schema: LinkageSchema) -> None:
        found = [EvaluateLink(EncodingForEvaluation(schema, key))(*of_set) for key in _KEYS for of_set in sets]
        every, single = (
            np.mean([getattr(one, counted).f1 for one in found]) for counted in ("all_pairs", "one_to_one")
        )
        print(f"{title}: all pairs {every:.4f}, one to one {single:.4f}", flush=True)

    measure("shipped", shipped)
    for percent in (65, 70, 72, 75):
        measure(f"{PROFILE} from .{percent}", with_threshold(shipped, percent))
    for percent in (80, 85, 90, 95):
        measure(f"names alone from .{percent}", replace(shipped, names_alone_threshold=Fraction(percent, 100)))
    rule = shipped.one_to_one
    for margin in (15, 20, 25):
        for lead in (1, 2, 4):
            other = replace(rule, margin=Fraction(margin, 100), least_lead=Fraction(lead, 100))
            measure(f"margin .{margin}, lead .0{lead}", replace(shipped, one_to_one=other))


if __name__ == "__main__":
    main()
