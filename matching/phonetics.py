"""What survives of a word when it is romanised twice: a coarse consonant skeleton, and phonetic codes."""

from __future__ import annotations

import re
from typing import Final

import jellyfish

_CLUSTERS: Final = (
    ("ph", "f"), ("kh", "k"), ("gh", "k"), ("th", "t"), ("dh", "t"), ("bh", "b"), ("zh", "s"), ("tch", "s"),
    ("ch", "s"), ("sh", "s"), ("ts", "s"), ("dz", "s"), ("ck", "k"), ("ng", "n"),
)  # fmt: skip
_CLUSTER: Final = re.compile("[pkgtdbzc]h|ts|dz|ck|ng|sh")
"""Most words have none: one search tells."""
_CLASSES: Final = dict(zip("qcgxzjvwdpfl", "kkkkssbbtbbr", strict=True))
_CONSONANT_CLASSES: Final = str.maketrans(_CLASSES | dict.fromkeys("aeiouhy"))
_SOUND_CLASSES: Final = str.maketrans(_CLASSES | {"h": None, "y": "i", "e": "i", "o": "u"})
_FINE_CLUSTERS: Final = (
    ("ph", "f"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("dh", "d"), ("bh", "b"), ("zh", "j"), ("tch", "C"),
    ("ch", "C"), ("sh", "s"), ("ck", "k"),
)  # fmt: skip
"""A capital C is the sibilant, so that the c of Carlos can become k."""
_FINE_CLASSES: Final = str.maketrans(dict(zip("qcCxzw", "kkcssv", strict=True)) | dict.fromkeys("aeiouhy"))
_OPENING_VOWELS: Final = frozenset("aeiou")
_NO_CONSONANTS: Final = str.maketrans(dict.fromkeys("bcdfghjklmnpqrstvwxyz"))
_REPEATED: Final = re.compile(r"(.)\1")
_REPEATS: Final = re.compile(r"(.)\1+")
_VOWEL_SPELLINGS: Final = (
    ("oo", "u"), ("ou", "u"), ("ee", "i"), ("ea", "i"), ("ie", "i"), ("ay", "i"), ("ai", "i"), ("ei", "i"),
    ("ey", "i"), ("aw", "o"), ("au", "o"), ("ow", "o"), ("ah", "a"),
)  # fmt: skip
_VOWEL_SPELLING: Final = re.compile("oo|ou|ee|ea|ie|a[yiwuh]|e[iy]|ow")


def consonant_skeleton(word: str) -> str:
    """The consonants of a romanised word in coarse classes (voice, breath and place of sibilants do not count).

    A vowel at the start is kept as a, so that Ahmed is not Mohammed.

    >>> consonant_skeleton("muhammad"), consonant_skeleton("mohd"), consonant_skeleton("ahmed")
    ('mt', 'mt', 'amt')
    >>> consonant_skeleton("chaudhury"), consonant_skeleton("choudhari")
    ('str', 'str')
    """
    start = "a" if word[:1] in "aeiou" else ""
    return start + _without_repeats(_single_letters(word).translate(_CONSONANT_CLASSES))


def fine_skeleton(word: str) -> str:
    """The consonants of a romanised word in classes that keep voice and place: what careful romanisations agree on.

    Breath (kh, th, bh), doubling, and spellings of one sound (c q k, ph f, w v, z s) do not count; y and h are silent.

    >>> fine_skeleton("chaudhury"), fine_skeleton("choudhari"), fine_skeleton("jaidee")
    ('cdr', 'cdr', 'jd')
    """
    if _CLUSTER.search(word):
        for cluster, single in _FINE_CLUSTERS:
            word = word.replace(cluster, single)
    start = "a" if word[:1] in _OPENING_VOWELS else ""
    return start + _without_repeats(word.translate(_FINE_CLASSES))


def vowel_classes(word: str) -> str:
    """The vowels of a coarse sound, in order.

    >>> vowel_classes(coarse_sound("khatoon"))
    'au'
    """
    return word.translate(_NO_CONSONANTS)


def coarse_sound(word: str) -> str:
    """A romanised word with its consonants in the same classes and its vowels in three: a, front (i), back (u).

    >>> coarse_sound("khatoon"), coarse_sound("khatun"), coarse_sound("jaidee"), coarse_sound("chaidi")
    ('katun', 'katun', 'siti', 'siti')
    """
    if _VOWEL_SPELLING.search(word):
        for spelling, single in _VOWEL_SPELLINGS:
            word = word.replace(spelling, single)
    return _without_repeats(_single_letters(word).translate(_SOUND_CLASSES))


def _single_letters(word: str) -> str:
    if _CLUSTER.search(word):
        for cluster, single in _CLUSTERS:
            word = word.replace(cluster, single)
    return word


def _without_repeats(word: str) -> str:
    return _REPEATS.sub(r"\1", word) if _REPEATED.search(word) else word


def phonetic_codes(word: str) -> tuple[str, ...]:
    """Metaphone (Philips 1990) of a romanised word, where it has one."""
    code = jellyfish.metaphone(word)
    return (code,) if code else ()
