"""Draws people of the region: names as each language composes them, birth dates as registers hold them.

Word lists fall off as Zipf and Mandelbrot found (rank r as often as 1 / (r + 3)). Real registers have long tails, so
two given names of five, and one family name of five, are rare ones, blended from two words of the list. Nothing here is
of a real person. What is made up, and decides the figures: in a million people somebody has seven namesakes on average
(the commonest full names have hundreds), births lie between 14 and 70 years ago, and 5 % of the dates are heaped on
the first of a month, more than half of these on 1 January, as where the day is not known.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import accumulate
from random import Random
from typing import Final

from symbolon.matching.identifiers import BirthDate, Nationality, PersonName, RecordIdentifiers, Sex, SexCode

_COUNTED_FROM: Final = 2026
_AGES: Final = (14, 70, 26)
"""Youngest, oldest, most frequent."""
_RARE_GIVEN: Final = 0.4
_RARE_FAMILY: Final = 0.2
_NGUYEN: Final = 0.3
"""Of all Vietnamese, about three in ten: far more than rank one of the law has."""
_RANK_OFFSET: Final = 3
_DAYS_IN_EVERY_MONTH: Final = 28


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up person: name in Latin letters, whole birth date, nationality."""

    language: str
    name: str = field(repr=False)
    birth_date: BirthDate = field(repr=False)
    sex: SexCode
    nationality: str

    def identifiers(self) -> RecordIdentifiers:
        """What a record of this person would hold."""
        return RecordIdentifiers(
            names=(PersonName(self.name),),
            birth_date=self.birth_date,
            sex=Sex(self.sex),
            nationality=Nationality(self.nationality),
        )


class WordList:
    """Words of one part of a name, most frequent first."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words
        self._weights = tuple(accumulate(1 / (rank + _RANK_OFFSET) for rank in range(1, len(words) + 1)))

    def common(self, random: Random) -> str:
        """A word of the list."""
        return random.choices(self._words, cum_weights=self._weights)[0]

    def draw(self, random: Random, rare: float = _RARE_FAMILY) -> str:
        """A word of the list or, with the chance `rare`, one that is not in it."""
        if random.random() >= rare:
            return self.common(random)
        word, other = random.choice(self._words), random.choice(self._words)
        return word[: (len(word) + 1) // 2] + other[len(other) // 2 :].lower()


Lists = Mapping[str, WordList]
Composer = Callable[[Random, Lists, bool], list[str]]
"""(random, the language's lists, is it a man) → the words of a name."""


def people(random: Random) -> Iterator[Person]:
    """People without end, of all languages by their share."""
    lists = word_lists()
    shares = tuple(accumulate(share for share, _, _ in LANGUAGES.values()))
    names = tuple(LANGUAGES)
    while True:
        language = random.choices(names, cum_weights=shares)[0]
        _, nationality, compose = LANGUAGES[language]
        is_man = random.random() < 0.5
        words = compose(random, lists[language], is_man)
        sex = SexCode.MALE if is_man else SexCode.FEMALE
        yield Person(language, " ".join(words), _birth_date(random), sex, nationality)


@cache
def word_lists() -> dict[str, dict[str, WordList]]:
    """Language → part of a name → words."""
    lists: dict[str, dict[str, WordList]] = {}
    with resources.files(__package__).joinpath("names.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            words = tuple(word.replace("_", " ") for word in row["words"].split())
            lists.setdefault(row["language"], {})[row["part"]] = WordList(words)
    return lists


def _birth_date(random: Random) -> BirthDate:
    year = _COUNTED_FROM - int(random.triangular(*_AGES))
    heaped = random.random()
    if heaped < 0.03:
        return BirthDate(year, 1, 1)
    day = 1 if heaped < 0.05 else random.randint(1, _DAYS_IN_EVERY_MONTH)
    return BirthDate(year, random.randint(1, 12), day)


def _given(random: Random, lists: Lists, is_man: bool) -> str:
    return lists["man" if is_man else "woman"].draw(random, _RARE_GIVEN)


def _thai(random: Random, lists: Lists, is_man: bool) -> list[str]:
    middle = lists["surname_middle"].common(random) if random.random() < 0.5 else ""
    surname = lists["surname_start"].common(random) + middle + lists["surname_end"].common(random)
    return [_given(random, lists, is_man), surname]


def _burmese(random: Random, lists: Lists, is_man: bool) -> list[str]:
    syllables = lists["syllable_man" if is_man else "syllable_woman"]
    return [syllables.common(random) for _ in range(random.choice((2, 3, 3, 3, 4)))]


def _bengali(random: Random, lists: Lists, is_man: bool) -> list[str]:
    title = ("Md" if is_man else "Mst") if random.random() < (0.55 if is_man else 0.25) else ""
    family = lists["family_man" if is_man else "family_woman"].draw(random)
    return [*([title] if title else []), _given(random, lists, is_man), family]


def _urdu(random: Random, lists: Lists, is_man: bool) -> list[str]:
    first = ["Muhammad"] if is_man and random.random() < 0.4 else []
    return [*first, _given(random, lists, is_man), lists["family_man" if is_man else "family_woman"].draw(random)]


def _pashto(random: Random, lists: Lists, is_man: bool) -> list[str]:
    last = lists["family"].draw(random) if random.random() < 0.7 else lists["man"].draw(random)
    return [_given(random, lists, is_man), last]


def _hindi(random: Random, lists: Lists, is_man: bool) -> list[str]:
    middle = [random.choice(("Kumar", "Chandra", "Prasad") if is_man else ("Kumari", "Devi"))]
    return [
        _given(random, lists, is_man), *(middle if random.random() < 0.2 else []), lists["family"].draw(random)
    ]  # fmt: skip


def _nepali(random: Random, lists: Lists, is_man: bool) -> list[str]:
    middle = [random.choice(("Bahadur", "Kumar", "Prasad") if is_man else ("Kumari", "Maya", "Devi"))]
    return [
        _given(random, lists, is_man), *(middle if random.random() < 0.4 else []), lists["family"].draw(random)
    ]  # fmt: skip


def _malay(random: Random, lists: Lists, is_man: bool) -> list[str]:
    first = [random.choice(("Muhammad", "Mohd", "Ahmad") if is_man else ("Siti", "Nur", "Nurul"))]
    father = ["Mohd"] if random.random() < 0.2 else []
    return [
        *(first if random.random() < 0.5 else []), _given(random, lists, is_man),
        "bin" if is_man else "binti", *father, lists["man"].draw(random),
    ]  # fmt: skip


def _indonesian(random: Random, lists: Lists, is_man: bool) -> list[str]:
    words = [_given(random, lists, is_man) for _ in range(random.choice((1, 1, 2)))]
    return [*words, lists["last"].draw(random)]


def _khmer(random: Random, lists: Lists, _is_man: bool) -> list[str]:
    return [lists["family"].draw(random), lists["given_start"].common(random) + lists["given_end"].common(random)]


def _lao(random: Random, lists: Lists, _is_man: bool) -> list[str]:
    return [lists["given"].draw(random), lists["family_start"].common(random) + lists["family_end"].common(random)]


def _vietnamese(random: Random, lists: Lists, is_man: bool) -> list[str]:
    who = "man" if is_man else "woman"
    family = "Nguyen" if random.random() < _NGUYEN else lists["family"].common(random)
    return [family, lists[f"middle_{who}"].common(random), lists[f"given_{who}"].common(random)]


def _chinese(random: Random, lists: Lists, _is_man: bool) -> list[str]:
    syllables = [lists["syllable"].common(random) for _ in range(random.choice((1, 2, 2, 2)))]
    return [lists["family"].common(random), "".join(syllables).capitalize()]


def _korean(random: Random, lists: Lists, _is_man: bool) -> list[str]:
    first, second = lists["syllable"].common(random), lists["syllable"].common(random)
    return [lists["family"].common(random), f"{first}-{second}" if random.random() < 0.5 else first + second.lower()]


def _tamil(random: Random, lists: Lists, is_man: bool) -> list[str]:
    father = lists["man"].draw(random)
    return (
        [_given(random, lists, is_man), father] if random.random() < 0.7 else [father[0], _given(random, lists, is_man)]
    )


def _sinhala(random: Random, lists: Lists, is_man: bool) -> list[str]:
    given = [_given(random, lists, is_man) for _ in range(random.choice((1, 2)))]
    return [*given, lists["family"].draw(random)]


def _filipino(random: Random, lists: Lists, is_man: bool) -> list[str]:
    given = [_given(random, lists, is_man) for _ in range(random.choice((1, 2)))]
    families = [lists["family"].draw(random) for _ in range(random.choice((1, 2)))]
    return [*given, *families]


def _rohingya(random: Random, lists: Lists, is_man: bool) -> list[str]:
    first = ["Mohammed"] if is_man and random.random() < 0.4 else []
    last = lists["last_man" if is_man else "last_woman"].draw(random)
    return [*first, _given(random, lists, is_man), last]


LANGUAGES: Final[Mapping[str, tuple[int, str, Composer]]] = {
    "thai": (12, "TH", _thai), "burmese": (12, "MM", _burmese), "bengali": (16, "BD", _bengali),
    "urdu": (8, "PK", _urdu), "pashto": (5, "AF", _pashto), "hindi": (10, "IN", _hindi), "nepali": (6, "NP", _nepali),
    "malay": (5, "MY", _malay), "indonesian": (8, "ID", _indonesian), "khmer": (5, "KH", _khmer),
    "lao": (3, "LA", _lao), "vietnamese": (6, "VN", _vietnamese), "chinese": (6, "CN", _chinese),
    "korean": (1, "KR", _korean), "tamil": (3, "IN", _tamil), "sinhala": (4, "LK", _sinhala),
    "filipino": (6, "PH", _filipino), "rohingya": (4, "MM", _rohingya),
}  # fmt: skip
"""Language → (share, nationality, how a name is composed)."""
