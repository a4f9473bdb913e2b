"""Any script to plain Latin letters: anyascii as the base, rules of our own where a table loses the sound."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from anyascii import anyascii

from symbolon.matching.scripts import arabic, burmese, indic, thai

Romaniser = Callable[[str], tuple[str, ...]]

_NOT_LETTERS: Final = re.compile("[^a-z]+")
_ROMANISERS: Final[tuple[tuple[range, Romaniser], ...]] = (
    (range(0x0600, 0x0780), arabic.romanise),
    (range(0x0900, 0x0E00), indic.romanise),
    (range(0x0E00, 0x0E80), thai.romanise),
    (range(0x1000, 0x10A0), burmese.romanise),
)
_HAN: Final = range(0x3400, 0xA000)
_HANGUL: Final = range(0xAC00, 0xD7B0)
_LONGEST_NAME_WITH_ONE_SYLLABLE_SURNAME: Final = 3


@lru_cache(maxsize=65536)
def romanise(word: str) -> tuple[str, ...]:
    """One written word as the words that Latin spelling makes of it, each of letters a to z.

    >>> romanise("Müller"), romanise("王小明")
    (('muller',), ('wang', 'xiaoming'))
    """
    composed = unicodedata.normalize("NFC", word)
    first = ord(composed[0]) if composed else 0
    if first in _HAN or first in _HANGUL:
        parts: tuple[str, ...] = _surname_and_given_name(composed)
    else:
        rules = next((rules for letters, rules in _ROMANISERS if first in letters), None)
        parts = rules(composed) if rules else (composed,)
    sounded = (_NOT_LETTERS.sub("", anyascii(part).lower()) for part in parts)
    return tuple(part for part in sounded if part)


def _surname_and_given_name(word: str) -> tuple[str, ...]:
    """Chinese and Korean names are written in one: the surname is the first syllable, of four or more the first two."""
    surname = 1 if len(word) <= _LONGEST_NAME_WITH_ONE_SYLLABLE_SURNAME else 2
    return word[:surname], word[surname:]
