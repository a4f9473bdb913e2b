"""Learn the romanisers' tables anew from published pairs of names, and write them into the package.

    DATA=… python benchmarks/learn_romanisers.py [--with-evaluation-rows] [--except-fold K/N] [--out FOLDER]

Reads from DATA: name_groups.csv.gz (rigour, MIT; Wikidata, CC0), popular_names_region.csv.gz (CC0) and
crossscript_pairs.csv.gz (licences by source), and the lists of words that ship with the package. Pairs that occur in
crossscript_eval.csv.gz are left out unless told otherwise, so that what is measured on it is unseen.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from alignment import CONTEXTS, Pair, Symbols, chances_of_chunks, spellings_by_context
from anyascii import anyascii

from symbolon.matching.learned_romaniser import known_words
from symbolon.matching.scripts import arabic, indic, thai
from symbolon.matching.scripts.latin import fold

PACKAGE = Path(__file__).parents[1] / "matching" / "romanisers"
PAIRS_TO_ALIGN = 5000
LEAST_LIKENESS = 0.55
EQUIVALENTS = "equivalent_words"
SHORTEST_EQUIVALENT = 3
LIST_WEIGHT = 5
PAIR_WEIGHT = 5
_NOT_LETTERS = re.compile("[^a-z]")
_SEPARATORS = re.compile(r"[\s,;.\-_/()\[\]·'`’‘\"]+")


@dataclass(frozen=True, slots=True)
class Table:
    """One table to learn: the letters of its script, the symbols of a word, and where pairs come from."""

    name: str
    letters: range
    symbols: Callable[[str], Symbols]
    languages: tuple[str, ...]
    word_list: str | None = None
    least_count: int = 2


TABLES = (
    Table("eastern", range(0x0600, 0x0780), arabic.symbols, ("ur", "fa_ps"), "arabic_words"),
    Table("arab", range(0x0600, 0x0780), arabic.symbols, ("ar",)),
    Table("bengali", range(0x0980, 0x0A00), indic.symbols, ("bn",), "bengali_words"),
    Table("thai", range(0x0E00, 0x0E80), thai.symbols, (), least_count=1),
)


def main() -> None:
    """Write one JSON file per table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--with-evaluation-rows", action="store_true")
    arguments.add_argument("--except-fold", help="K/N: leave out the names of fold K of N, for cross-validation")
    arguments.add_argument("--out", type=Path, default=PACKAGE)
    arguments.add_argument("--only", help="one table's name")
    options = arguments.parse_args()
    data = os.environ.get("DATA")
    if not data:
        raise SystemExit("set DATA= to the folder with name_groups.csv.gz and crossscript_pairs.csv.gz, then run again")
    sources = Sources(Path(data), options.with_evaluation_rows, options.except_fold)
    if options.only in {None, EQUIVALENTS}:
        (options.out / f"{EQUIVALENTS}.txt").write_text(equivalent_words(sources), encoding="utf-8")
    for table in TABLES:
        if options.only in {None, table.name}:
            text = learn(table, sources)
            (options.out / f"{table.name}.json").write_text(text, encoding="utf-8")
            print(f"{table.name}: {len(text.encode()):,} bytes")


class Sources:
    """The files of DATA."""

    def __init__(self, folder: Path, with_evaluation_rows: bool, except_fold: str | None) -> None:
        self._folder = folder
        self.popular = [
            (row["Localized Name"].strip(), row["Romanized Name"].strip()) for row in self._rows("popular_names_region")
        ]
        measured = set() if with_evaluation_rows else {row["native"] for row in self._rows("crossscript_eval")}
        fold, folds = map(int, except_fold.split("/")) if except_fold else (-1, 1)
        groups = [row["forms"].split(" | ") for row in self._rows("name_groups")]
        self.groups = [
            forms for forms in groups if not any(fold_of(form, folds) == fold for form in forms if not _is_latin(form))
        ]
        self.names: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in self._rows("crossscript_pairs"):
            if row["native"] not in measured and fold_of(row["native"], folds) != fold:
                self.names[row["lang"]].append((row["native"], row["latin"]))

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        with gzip.open(self._folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)


def fold_of(name: str, folds: int) -> int:
    """The fold of a written name: stable, by its checksum."""
    return zlib.crc32(name.encode()) % folds


def equivalent_words(sources: Sources) -> str:
    """Latin words that Wikidata holds for one name, as lines; a word of several goes with the one of most words."""
    groups: set[tuple[str, ...]] = set()
    for forms in sources.groups:
        folded = {
            fold(letters) for form in forms if _is_latin(form) and " " not in form and (letters := _letters(form))
        }
        words = sorted(words[0] for words in folded if len(words) == 1 and len(words[0]) >= SHORTEST_EQUIVALENT)
        if len(words) > 1:
            groups.add(tuple(words))
    taken: set[str] = set()
    lines = ["# Words that are one name in Latin spelling, from rigour's name groups (MIT) of Wikidata (CC0)."]
    for words in sorted(groups, key=lambda group: (-len(group), group)):
        free = [word for word in words if word not in taken]
        taken.update(free)
        if len(free) > 1:
            lines.append(" ".join((free[0], *free)))
    return "\n".join(lines) + "\n"


def learn(table: Table, sources: Sources) -> str:
    """Learn one table; its JSON."""
    pairs = [*_from_groups(table, sources), *_from_names(table, sources)]
    if table.word_list:
        pairs += [
            Pair(table.symbols(written), latin, LIST_WEIGHT) for written, latin in known_words(table.word_list).items()
        ]
    every = -(-len(pairs) // PAIRS_TO_ALIGN)
    chances = chances_of_chunks(pairs[::every])
    levels = []
    for (before, after), spellings in zip(
        CONTEXTS, spellings_by_context(pairs, chances, table.least_count), strict=True
    ):
        by_chunk: dict[str, list[str]] = defaultdict(list)
        for context, chunk in spellings.items():
            by_chunk[chunk].append("".join(context))
        joined = {chunk: " ".join(sorted(contexts)) for chunk, contexts in sorted(by_chunk.items())}
        levels.append({"before": before, "after": after, "spellings": joined})
    return json.dumps({"pairs": len(pairs), "levels": levels}, ensure_ascii=False, separators=(",", ":")) + "\n"


def _from_groups(table: Table, sources: Sources) -> Iterator[Pair]:
    for forms in [*sources.groups, *map(list, sources.popular)]:
        latin = [letters for form in forms if _is_latin(form) and (letters := _letters(form))]
        for form in forms:
            if latin and _is_of(table, form) and " " not in form:
                yield from _likely(table, form, latin, 1)


def _from_names(table: Table, sources: Sources) -> Iterator[Pair]:
    """Words of whole names, each with the Latin word of the name that is most like it."""
    for language in table.languages:
        for native, latin in sources.names[language]:
            words = [letters for word in _SEPARATORS.split(latin) if (letters := _letters(word))]
            for word in _SEPARATORS.split(native):
                if words and _is_of(table, word):
                    yield from _likely(table, word, words, PAIR_WEIGHT)


def _likely(table: Table, written: str, latin: Sequence[str], weight: int) -> Iterator[Pair]:
    sound = _letters(written)
    likeness, best = max((SequenceMatcher(None, sound, word).ratio(), word) for word in dict.fromkeys(latin))
    symbols = table.symbols(unicodedata.normalize("NFC", written))
    if likeness >= LEAST_LIKENESS and symbols:
        yield Pair(symbols, best, weight)


def _is_of(table: Table, form: str) -> bool:
    return bool(form) and any(ord(letter) in table.letters for letter in form) and not form.isascii()


def _is_latin(form: str) -> bool:
    return bool(form) and all(ord(letter) < 0x0250 or 0x1E00 <= ord(letter) < 0x1F00 for letter in form)


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", anyascii(text).lower())


if __name__ == "__main__":
    main()
