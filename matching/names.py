"""A name as words in written order: titles known, each word romanised, spellings of one word brought together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from symbolon.matching.learned_romaniser import known_words
from symbolon.matching.normalise import clean_text
from symbolon.matching.scripts import hangul
from symbolon.matching.scripts.latin import fold
from symbolon.matching.transliterate import Reading, romanisations

_KINSHIP: Final = re.compile(r"\b(?:[sdwc]/o|a/[lp])\b", re.IGNORECASE)
"""Son of, daughter of, wife of, care of; anak lelaki, anak perempuan."""
_PATRONYMIC: Final = re.compile("[a-z]{3,}(?:[oeiay]v[iy]*ch|[oe]vna|a?[uo]una|ichna|[aeio]vi[ct]h?)")
"""Of Slavic and Central Asian names: a father's name, written or left out at will."""
_LEAST_BESIDE_A_PATRONYMIC: Final = 2
_ARTICLES: Final = frozenset({"al", "el", "ul", "ur", "ar", "us", "as", "ud"})

_NEVER_A_NAME: Final = frozenset({"kinship", "titles"})
"""Groups of particles of which two together still name nobody."""

MOST_READINGS: Final = 4
MOST_WORDS: Final = 24
MOST_LETTERS: Final = 64
"""Longer texts and longer words are no names; the rest of them is left out."""

_SEPARATORS: Final = re.compile(r"[\s,;.\-_/()\[\]·•‧・॰।'`’‘ʼʻ\"“”|]+")
_ASPIRATED: Final = re.compile(r"\b(ch|k|p|t|ts)['`’‘ʼʻ](?=[aeiou])", re.IGNORECASE)
"""The breath of Wade and Giles and of McCune and Reischauer (Ch'en, T'ae); other apostrophes part a word in two."""
_BRACKETS: Final = re.compile(r"[(\[（][^)\]）]*[)\]）]")
_FAR_EASTERN: Final = re.compile("[\u3400-\u9fff\uac00-\ud7af]+")
_LONGEST_FAR_EASTERN_NAME: Final = 4
_SYLLABLE: Final = re.compile("[bcdfghjklmnpqrstwxyz]{0,3}[aeiouyw]{1,3}(?:ng|h[nr]|ck|[bdghklmnprstc])?")
_SYLLABLES_OF_A_GIVEN_NAME: Final = 2


@dataclass(frozen=True, slots=True)
class NameWord:
    """One romanised word. Particles and initials weigh less; the second Aye of Aye Aye is a word of its own."""

    roman: str
    is_particle: bool
    occurrence: int = 1
    equivalent: str = ""
    """The word that stands for all spellings of this name (Aleksei, Alexey), where a list has it, else empty."""


Name = tuple[NameWord, ...]
Romans = tuple[str, ...]
"""The words of a name by their Latin forms."""


def name_readings(text: str, language: str | None = None) -> tuple[Name, ...]:
    """The ways in which a whole name may be read, best first, each in written order; most names have one.

    `language` is a BCP 47 code where it is known.
    """
    return tuple(_name(romans) for romans in roman_readings(text, language))


def roman_readings(text: str, language: str | None = None) -> tuple[Romans, ...]:
    """The same readings as Latin forms alone, from which `name_word` tells the rest."""
    words = [_readings_of_word(word[:MOST_LETTERS], language) for word in _written_words(text)[:MOST_WORDS]]
    count = max(map(len, words), default=1)
    if count == 1:
        return (_whole([roman for options in words for roman in options[0]]),)
    readings = (
        _whole([roman for options in words for roman in options[min(place, len(options) - 1)]])
        for place in range(min(count, MOST_READINGS))
    )
    return tuple(dict.fromkeys(readings))


@lru_cache(maxsize=65536)
def _readings_of_word(word: str, language: str | None) -> tuple[Reading, ...]:
    """The readings of one written word, folded."""
    return tuple(tuple(part for roman in reading for part in fold(roman)) for reading in romanisations(word, language))


def name_words(text: str, language: str | None = None) -> Name:
    """The best reading of a name."""
    return name_readings(text, language)[0]


def tells_people_apart(romans: Romans) -> bool:
    """Whether a name is more than one title: Maung Maung and Syeda Khatun are people's names, Md bin is nobody's."""
    groups = known_words("particles")
    told = [roman for roman in romans if len(roman) > 1 and groups.get(roman) not in _NEVER_A_NAME]
    return len(told) > 1 or any(not is_particle(roman) for roman in told)


def _name(romans: Romans) -> Name:
    return tuple(name_word(roman, occurrence) for roman, occurrence in occurrences(romans))


def occurrences(romans: Romans) -> Iterator[tuple[str, int]]:
    """Each word with how often it was said so far.

    >>> list(occurrences(("aye", "aye")))
    [('aye', 1), ('aye', 2)]
    """
    seen: Counter[str] = Counter()
    for roman in romans:
        seen[roman] += 1
        yield roman, seen[roman]


def name_word(roman: str, occurrence: int = 1) -> NameWord:
    """All that the lists tell of a word by its Latin form."""
    return NameWord(roman, is_particle(roman), occurrence, known_words("equivalent_words").get(roman, ""))


def is_particle(roman: str) -> bool:
    """Whether a word is a particle, an honorific or an initial."""
    return len(roman) == 1 or roman in known_words("particles")


def _whole(romans: list[str]) -> Romans:
    return tuple(_without_patronymic(_servants_joined(romans)))


def _without_patronymic(words: list[str]) -> list[str]:
    if len(words) <= _LEAST_BESIDE_A_PATRONYMIC:
        return words
    kept = [word for word in words if not _is_patronymic(word)]
    return kept if len(kept) >= _LEAST_BESIDE_A_PATRONYMIC else words


@lru_cache(maxsize=65536)
def _is_patronymic(word: str) -> bool:
    return ("v" in word or word.endswith("na")) and _PATRONYMIC.fullmatch(word) is not None


def _servants_joined(words: list[str]) -> list[str]:
    """Abd al-Rahman and Abd Allah, also written in three or two words, as Abdul Rahman and Abdullah."""
    if "abd" not in words and "abdul" not in words:
        return words
    joined: list[str] = []
    for word in words:
        before = joined[-1] if joined else ""
        if before == "abd" and word in _ARTICLES:
            joined[-1] = "abdul"
        elif before in {"abd", "abdul"} and word in {"ullah", "allah", "lah"}:
            joined[-1] = "abdullah"
        else:
            joined.append(word)
    return joined


def _written_words(text: str) -> list[str]:
    """A name's words as written: brackets left out, SURNAME, Given turned round, syllables of one given name joined."""
    if text.isascii() and text.replace(" ", "").isalpha():
        return _with_given_name_joined(text.split())
    cleaned = clean_text(text)
    bare = _BRACKETS.sub(" ", cleaned)
    cleaned = bare if any(map(str.isalpha, bare)) else cleaned
    before, comma, after = cleaned.partition(",")
    is_turned = bool(comma) and "," not in after and any(map(str.isalpha, after))
    if is_turned:
        cleaned = f"{after} {before}"
    if not cleaned.isascii():
        cleaned = _FAR_EASTERN.sub(lambda match: f" {match[0]} ", _joined_far_eastern(cleaned))
    cleaned = _KINSHIP.sub(" anak ", _ASPIRATED.sub(r"\1", cleaned))
    words: list[str] = []
    for chunk in cleaned.split():
        parts = [part for part in _SEPARATORS.split(chunk) if part]
        if len(parts) == 2 and "-" in chunk and _is_syllable(parts[0]) and _is_second_syllable(parts[1]):
            parts = ["".join(parts)]
        words += parts
    return _with_given_name_joined(words, is_surname_last=is_turned)


def _with_given_name_joined(words: list[str], *, is_surname_last: bool = False) -> list[str]:
    """Kim Dae Jung and Wong Siu Ming, whose given names are written in two, with them in one: Daejung, Siuming.

    `is_surname_last` where the spelling says so (Pak, Do Chun); else the first word is tried before the last.
    """
    if len(words) != 1 + _SYLLABLES_OF_A_GIVEN_NAME:
        return words
    surnames = known_words("far_eastern_surnames")
    first, last = (_same_spelling(word.lower()) in surnames for word in (words[0], words[2]))
    first = first and not is_surname_last
    if not (first or last) or not all(word.isascii() and _is_syllable(word) for word in words):
        return words
    if any(word.lower() in known_words("burmese_syllables") for word in words):
        return words
    return [words[0], words[1] + words[2]] if first else [words[0] + words[1], words[2]]


def _joined_far_eastern(text: str) -> str:
    parts = text.split()
    if len(parts) > 1 and all(map(_FAR_EASTERN.fullmatch, parts)) and sum(map(len, parts)) <= _LONGEST_FAR_EASTERN_NAME:
        # A file's given name may come before its surname.
        turned = len(parts) == 2 and hangul.is_surname(parts[1]) and not hangul.is_surname(parts[0])
        return "".join(reversed(parts) if turned else parts)
    return text


def _same_spelling(word: str) -> str:
    return known_words("latin_folds").get(word, word)


def _is_second_syllable(part: str) -> bool:
    """Also where it is a particle elsewhere, as in Yu-bin; but not in Nur-ul."""
    return _SYLLABLE.fullmatch(part.lower()) is not None and part.lower() not in _ARTICLES


@lru_cache(maxsize=65536)
def _is_syllable(part: str) -> bool:
    lower = part.lower()
    return _SYLLABLE.fullmatch(lower) is not None and _same_spelling(lower) not in known_words("particles")
