"""A person's name as a set of words: any order, particles and honorifics known, each word romanised."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from symbolon.matching.transliterate import romanise

_PARTICLES: Final = """
bin binti binte bint ibn ben abu al el ul ud ur ap dato datuk datin haji hajji hajj hj tun tan sri puan tuan
mr mrs ms miss dr prof sir hon justice col lt gen capt engr adv advocate mistar daktar
sheikh shaikh shaykh sekh shekh sh syed sayed sayyid mullah mawlawi maulavi maulana qari hafiz
muhammad begum khatun khatoon bibi khanom shri smt kumari
u daw ko maung mg nai nang sai saw
"""
PARTICLES: Final = frozenset(_PARTICLES.split())
"""Words that say kinship, title or respect, or that half a country shares."""

_MUHAMMAD: Final = re.compile("m[ou]?h[ao]?m+[aeo]?d|md|mohd|muhd|mhd|mo")
_SEPARATORS: Final = re.compile(r"[\s,;.\-_/()\[\]·•‧'`’‘ʼʻ\"“”|]+")


@dataclass(frozen=True, slots=True)
class NameWord:
    """One romanised word. Particles and initials weigh less; the second Aye of Aye Aye is a word of its own."""

    roman: str
    is_particle: bool
    occurrence: int = 1


def name_words(text: str) -> tuple[NameWord, ...]:
    """The words of a name, sorted, so that their order in the text does not matter."""
    romanised = Counter(
        "muhammad" if _MUHAMMAD.fullmatch(part) else part for word in _SEPARATORS.split(text) for part in romanise(word)
    )
    return tuple(
        NameWord(word, word in PARTICLES or len(word) == 1, occurrence)
        for word in sorted(romanised)
        for occurrence in range(1, romanised[word] + 1)
    )


def tells_people_apart(words: tuple[NameWord, ...]) -> bool:
    """Whether a name is more than one title: Maung Maung and Syeda Khatun are people's names, Md is nobody's."""
    return len(words) > 1 or any(not word.is_particle for word in words)
