"""Name lists of the exercise, one CSV per language, written for it: common words, combined at random.

Columns: role (given, family), sex (m, f, or empty for family names), native (in the language's own script),
romanisations (usual spellings in Latin letters, separated by "|").
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Language(StrEnum):
    """The languages that there is a list for."""

    THAI = "thai"
    BENGALI = "bengali"
    BURMESE = "burmese"
    MALAY = "malay"


@dataclass(frozen=True, slots=True)
class NameWord:
    """One given or family name: in its own script, and the ways in which clerks write it in Latin letters."""

    native: str
    romanisations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameList:
    """The names of one language."""

    language: Language
    male: tuple[NameWord, ...]
    female: tuple[NameWord, ...]
    family: tuple[NameWord, ...]

    def given(self, sex: str) -> tuple[NameWord, ...]:
        """Given names of a sex ("M" or "F")."""
        return self.male if sex == "M" else self.female


@cache
def name_list(language: Language) -> NameList:
    """Read the list of a language from the package."""
    text = files("symbolon.exercise.names").joinpath(f"{language.value}.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))

    def words(role: str, sex: str) -> tuple[NameWord, ...]:
        return tuple(
            NameWord(row["native"], tuple(row["romanisations"].split("|")))
            for row in rows
            if row["role"] == role and row["sex"] == sex
        )

    return NameList(language, words("given", "m"), words("given", "f"), words("family", ""))
