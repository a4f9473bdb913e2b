"""Any script to plain Latin letters: anyascii as the base, rules and learned tables of our own where it loses sound."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from anyascii import anyascii

from symbolon.matching.scripts import arabic, burmese, han, hangul, indic, khmer, lao, thai

Reading = tuple[str, ...]
"""The Latin words that one written word is read as."""
Romaniser = Callable[[str, str | None], tuple[Reading, ...]]

_NOT_LETTERS: Final = re.compile("[^a-z]+")


def _single(rules: Callable[[str], Reading]) -> Romaniser:
    return lambda word, _language: (rules(word),)


_ROMANISERS: Final[tuple[tuple[range, Romaniser], ...]] = (
    (range(0x0600, 0x0780), arabic.romanise),
    (range(0x0900, 0x0E00), indic.readings),
    (range(0x0E00, 0x0E80), thai.readings),
    (range(0x0E80, 0x0F00), _single(lao.romanise)),
    (range(0x1000, 0x10A0), burmese.readings),
    (range(0x1780, 0x1800), _single(khmer.romanise)),
    (range(0x3400, 0xA000), han.romanise),
    (range(0xAC00, 0xD7B0), hangul.readings),
)


def romanisations(word: str, language: str | None = None) -> tuple[Reading, ...]:
    """The readings of one written word, best first; each is one or more words of letters a to z, or none.

    `language` is a BCP 47 code where it is known; each stretch of one script is read by its rules.

    >>> romanisations("Müller"), romanisations("王小明")[:2]
    ((('muller',),), (('wang', 'xiaoming'), ('wong', 'siuming')))
    """
    if word.isascii():
        return (_plain_letters(word),)
    composed = unicodedata.normalize("NFC", word)
    runs = [(rules, "".join(run)) for rules, run in _runs(composed)]
    readings = [rules(run, language) if rules else ((run,),) for rules, run in runs]
    count = max(map(len, readings), default=0)
    whole = (
        tuple(part for options in readings for part in options[min(place, len(options) - 1)]) for place in range(count)
    )
    return tuple(dict.fromkeys(map(_plain, whole))) or ((),)


def _runs(word: str) -> Iterator[tuple[Romaniser | None, Iterator[str]]]:
    """The stretches of a word that are written in one script; marks belong to the letter before them."""
    rules: list[Romaniser | None] = []
    for character in word:
        is_mark = unicodedata.category(character).startswith("M") and rules
        rules.append(rules[-1] if is_mark else _rules_for(ord(character)))
    places = itertools.groupby(range(len(word)), key=rules.__getitem__)
    return ((romaniser, (word[place] for place in run)) for romaniser, run in places)


@lru_cache(maxsize=4096)
def _rules_for(code: int) -> Romaniser | None:
    return next((rules for letters, rules in _ROMANISERS if code in letters), None)


def _plain_letters(word: str) -> Reading:
    letters = word.lower() if word.isalpha() else _NOT_LETTERS.sub("", word.lower())
    return (letters,) if letters else ()


def _plain(reading: Reading) -> Reading:
    sounded = (_NOT_LETTERS.sub("", anyascii(part).lower()) for part in reading)
    return tuple(part for part in sounded if part)
