"""Romanisation learned symbol by symbol: what a written symbol sounds like, by the symbols that stand around it.

A table is made by `benchmarks/learn_romanisers.py`: an EM alignment of written symbols with Latin spelling (after
Jiampojamarn et al. 2007), of which only the likeliest spelling by context is kept. A context is a symbol
with some of its neighbours; the widest that was seen decides.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

PACKAGE: Final = "symbolon.matching.romanisers"
EDGE: Final = "^"
"""Stands before the first and after the last symbol of a word."""
MOST_NEIGHBOURS: Final = 2


@dataclass(frozen=True, slots=True)
class LearnedRomaniser:
    """Spellings by context: per level the number of neighbours before and after, and joined symbols → spelling."""

    levels: tuple[tuple[int, int, dict[str, str]], ...]

    def spell(self, symbols: Sequence[str], unknown: Callable[[str], str]) -> str:
        """The likeliest Latin spelling of a word; `unknown` spells symbols that were never seen."""
        edge = (EDGE,) * MOST_NEIGHBOURS
        padded = (*edge, *symbols, *edge)
        return "".join(
            self._spelling(padded, place, unknown) for place in range(MOST_NEIGHBOURS, len(padded) - MOST_NEIGHBOURS)
        )

    def _spelling(self, padded: Sequence[str], place: int, unknown: Callable[[str], str]) -> str:
        for before, after, spellings in self.levels:
            spelling = spellings.get("".join(padded[place - before : place + after + 1]))
            if spelling is not None:
                return spelling
        return unknown(padded[place])


@lru_cache(maxsize=32)
def learned_romaniser(name: str) -> LearnedRomaniser:
    """The table of one script that ships with the package."""
    levels = json.loads(files(PACKAGE).joinpath(f"{name}.json").read_text(encoding="utf-8"))["levels"]
    return LearnedRomaniser(
        tuple(
            (
                level["before"],
                level["after"],
                {
                    context: spelling
                    for spelling, contexts in level["spellings"].items()
                    for context in contexts.split()
                },
            )
            for level in levels
        )
    )


@lru_cache(maxsize=32)
def known_words(name: str) -> dict[str, str]:
    """A list of words that ships with the package: lines of a Latin word and the written forms that it stands for."""
    lines = files(PACKAGE).joinpath(f"{name}.txt").read_text(encoding="utf-8").splitlines()
    known: dict[str, str] = {}
    for line in lines:
        latin, *written = line.partition("#")[0].split() or ("",)
        for form in written:
            known.setdefault(unicodedata.normalize("NFC", form), latin)
    return known
