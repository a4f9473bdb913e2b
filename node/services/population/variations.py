"""How the same person is written down another time: one variation of a name or a birth date each."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Final

from symbolon.matching.identifiers import BirthDate
from symbolon.node.services.population.people import Person

Variation = Callable[[Random, Person], Person | None]
"""The person written otherwise; None where this cannot happen to this one."""

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_SPELLINGS: Final = (
    ("ee", "i"), ("oo", "u"), ("ou", "u"), ("ph", "f"), ("kh", "k"), ("sh", "s"), ("th", "t"), ("ch", "j"),
    ("ai", "ay"), ("aw", "au"), ("aung", "ong"), ("ya", "ia"), ("w", "v"), ("q", "k"), ("z", "j"), ("x", "ks"),
    ("dh", "d"), ("bh", "b"), ("gh", "g"), ("uddin", "uddeen"), ("ullah", "olla"), ("i", "ee"), ("u", "oo"),
    ("a", "aa"), ("e", "i"), ("o", "u"), ("k", "kh"), ("t", "th"), ("s", "sh"), ("ss", "s"), ("ll", "l"), ("mm", "m"),
)  # fmt: skip
"""What two officers write for one sound; each may go either way."""
_UNHEARD: Final = re.compile(r"(.)\1\1|([kstdbgc])\2h|hh")
_FATHERS: Final = frozenset({"bin", "binti"})
"""The father's name follows: nobody begins or ends with these, or writes them together with a name."""
_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "thai": ("Nai", "Nang"), "burmese": ("U", "Daw"), "bengali": ("Mohammad", "Mosammat"),
    "urdu": ("Muhammad", "Mst"), "malay": ("Haji", "Hajah"), "hindi": ("Shri", "Smt"), "rohingya": ("Md", "Ms"),
}  # fmt: skip


def romanised_otherwise(random: Random, person: Person) -> Person | None:
    """Two sounds of the name spelled otherwise."""
    name = person.name.lower()
    for _ in range(2):
        options = [
            (one, other)
            for pair in _SPELLINGS
            for one, other in (pair, pair[::-1])
            if one in name
        ]  # fmt: skip
        if not options:
            return None
        name = _replaced_once(random, name, *random.choice(options))
    return _renamed(person, name.title())


def mistyped_name(random: Random, person: Person) -> Person:
    """One letter wrong, missing, too many or in its neighbour's place."""
    name = person.name
    place = random.choice([place for place, letter in enumerate(name) if letter.isalpha()])
    letter = random.choice(_LETTERS)
    kind = random.randrange(4)
    if kind == 0:
        changed = name[:place] + letter + name[place + 1 :]
    elif kind == 1:
        changed = name[:place] + letter + name[place:]
    elif kind == 2:
        changed = name[:place] + name[place + 1 :]
    else:
        changed = name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :]
    return replace(person, name=changed)


def reordered(_random: Random, person: Person) -> Person | None:
    """The last word first."""
    *others, last = person.name.split()
    if _FATHERS & {*others}:
        return None
    return _renamed(person, " ".join([last, *others]))


def word_left_out(random: Random, person: Person) -> Person | None:
    """One of three or more words not given."""
    words = person.name.split()
    if len(words) < 3:
        return None
    words.pop(random.randrange(len(words)))
    if _FATHERS & {words[0], words[-1]}:
        return None
    return _renamed(person, " ".join(words))


def joined(random: Random, person: Person) -> Person | None:
    """Two neighbouring words written as one."""
    words = person.name.split()
    if len(words) < 3:
        return None
    place = random.randrange(len(words) - 1)
    if _FATHERS & {*words[place : place + 2]}:
        return None
    words[place : place + 2] = [words[place] + words[place + 1].lower()]
    return _renamed(person, " ".join(words))


def title_added(_random: Random, person: Person) -> Person | None:
    """A title or particle of the language before the name."""
    titles = _TITLES.get(person.language)
    return _renamed(person, f"{titles[person.sex == 'F']} {person.name}") if titles else None


def mistyped_date(random: Random, person: Person) -> Person | None:
    """One digit of the birth date wrong."""
    born = person.birth_date
    text = f"{born.year:04}{born.month:02}{born.day:02}"
    place = random.randrange(2, len(text))
    changed = text[:place] + random.choice("0123456789") + text[place + 1 :]
    return _born(person, int(changed[:4]), int(changed[4:6]), int(changed[6:]))


def day_and_month_swapped(_random: Random, person: Person) -> Person | None:
    """Day and month in each other's place."""
    born = person.birth_date
    return _born(person, born.year, born.day or 0, born.month or 0)


def year_beside(random: Random, person: Person) -> Person | None:
    """The year before or after."""
    born = person.birth_date
    return _born(person, born.year + random.choice((-1, 1)), born.month or 0, born.day or 0)


VARIATIONS: Final[Mapping[str, tuple[int, Variation]]] = {
    "romanised otherwise": (30, romanised_otherwise),
    "name mistyped": (20, mistyped_name),
    "words in another order": (10, reordered),
    "word left out": (8, word_left_out),
    "words joined": (6, joined),
    "title added": (6, title_added),
    "digit of the date wrong": (12, mistyped_date),
    "day and month swapped": (5, day_and_month_swapped),
    "year beside": (3, year_beside),
}
"""Kind → (how often, how). The shares are a judgement, stated with the figures."""


def vary(random: Random, person: Person, count: int) -> tuple[Person, tuple[str, ...]]:
    """The person with `count` variations of different kinds, and their names."""
    kinds = list(VARIATIONS)
    weights = [share for share, _ in VARIATIONS.values()]
    applied: list[str] = []
    varied = person
    while len(applied) < count:
        kind = random.choices(kinds, weights)[0]
        changed = None if kind in applied else VARIATIONS[kind][1](random, varied)
        if changed is not None and changed != varied:
            varied = changed
            applied.append(kind)
    return varied, tuple(applied)


def _replaced_once(random: Random, name: str, one: str, other: str) -> str:
    places = [place for place in range(len(name)) if name.startswith(one, place)]
    place = random.choice(places)
    changed = name[:place] + other + name[place + len(one) :]
    # "Shah" is never spelled "Sshah", nor "Kaan" "Kaaan".
    return name if _UNHEARD.search(changed) else changed


def _renamed(person: Person, name: str) -> Person:
    return replace(person, name=name)


def _born(person: Person, year: int, month: int, day: int) -> Person | None:
    if not (1 <= month <= 12 and 1 <= day <= 28 and 1900 <= year <= 2026):
        return None
    return replace(person, birth_date=BirthDate(year, month, day))
