"""What survives of a word when it is romanised twice: a coarse consonant skeleton, and phonetic codes."""

from __future__ import annotations

import re
from typing import Final

import jellyfish

_CLUSTERS: Final = (
    ("ph", "f"), ("kh", "k"), ("gh", "k"), ("th", "t"), ("dh", "t"), ("bh", "b"), ("zh", "s"), ("tch", "s"),
    ("ch", "s"), ("sh", "s"), ("ts", "s"), ("dz", "s"), ("ck", "k"), ("ng", "n"),
)  # fmt: skip
_CLASSES: Final = str.maketrans("qcgxzjvwdpfl", "kkkkssbbtbbr")
_VOWELS_AND_BREATH: Final = re.compile("[aeiouhy]")
_REPEATS: Final = re.compile(r"(.)\1+")


def consonant_skeleton(word: str) -> str:
    """The consonants of a romanised word in coarse classes (voice, breath and place of sibilants do not count).

    >>> consonant_skeleton("muhammad"), consonant_skeleton("mohd")
    ('mt', 'mt')
    >>> consonant_skeleton("chaudhury"), consonant_skeleton("choudhari")
    ('str', 'str')
    """
    for cluster, single in _CLUSTERS:
        word = word.replace(cluster, single)
    classes = word.translate(_CLASSES)
    return _REPEATS.sub(r"\1", _VOWELS_AND_BREATH.sub("", classes)) or classes[:1]


def phonetic_codes(word: str) -> tuple[str, ...]:
    """Metaphone (Philips 1990) of a romanised word, where it has one."""
    code = jellyfish.metaphone(word)
    return (code,) if code else ()
