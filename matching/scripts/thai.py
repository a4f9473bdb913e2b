"""Thai: vowels written around their consonant, silenced letters, finals that sound otherwise, elements of names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from symbolon.matching.learned_romaniser import known_words, learned_romaniser

_INITIALS: Final = {
    "ก": "k", "ข": "kh", "ฃ": "kh", "ค": "kh", "ฅ": "kh", "ฆ": "kh", "ง": "ng", "จ": "ch", "ฉ": "ch",
    "ช": "ch", "ซ": "s", "ฌ": "ch", "ญ": "y", "ฎ": "d", "ฏ": "t", "ฐ": "th", "ฑ": "th", "ฒ": "th", "ณ": "n",
    "ด": "d", "ต": "t", "ถ": "th", "ท": "th", "ธ": "th", "น": "n", "บ": "b", "ป": "p", "ผ": "ph", "ฝ": "f",
    "พ": "ph", "ฟ": "f", "ภ": "ph", "ม": "m", "ย": "y", "ร": "r", "ล": "l", "ว": "w", "ศ": "s", "ษ": "s",
    "ส": "s", "ห": "h", "ฬ": "l", "ฮ": "h",
}  # fmt: skip
_LETTERS: Final = _INITIALS | {"จ": "j", "ญ": "y", "ฑ": "d", "ฒ": "d", "ท": "d", "ธ": "d", "ว": "v"}
"""What the letters stand for in Sanskrit and Pali."""
_FINALS: Final = {
    **dict.fromkeys("จฉชซฌฎฏฐฑฒดตถทธศษส", "t"), **dict.fromkeys("บปผฝพฟภ", "p"), **dict.fromkeys("กขคฆ", "k"),
    **dict.fromkeys("ญณนรลฬ", "n"),
}  # fmt: skip
_VOWELS: Final = {
    "ะ": "a", "ั": "a", "า": "a", "ิ": "i", "ี": "i", "ึ": "ue", "ื": "ue", "ุ": "u", "ู": "u", "เ": "e", "แ": "ae",
    "โ": "o", "ใ": "ai", "ไ": "ai", "ำ": "am", "ฤ": "ri", "อ": "o",
}  # fmt: skip
_OPEN_VOWELS: Final = "ะไใำ"
"""No final follows these in the same syllable."""
_SHORT_VOWELS: Final = "ิุ"
_SILENCED: Final = re.compile("(?:[ทตดค]ร|.)[ิุ]?์")
_TONES: Final = re.compile("[็-๋ํ๎ฺ]")
_SONORANT_CLUSTERS: Final = "[กขคตปผพ][รลว](?=[^รลว์]|$)|ท[ร](?=.)|ห[งญนมยรลว]"
_LEADING: Final = re.compile(f"([เแโใไ])({_SONORANT_CLUSTERS}|[ก-ฮ])")
_SILENT_YA: Final = re.compile("([ใไ])ย")
_COMBINED: Final = (
    ("เีย", "ia"), ("เือ", "uea"), ("เาะ", "o"), ("เา", "ao"), ("เอะ", "oe"), ("เอ", "oe"), ("เิ", "oe"), ("ัวะ", "ua"),
    ("ัว", "ua"), ("ัย", "ai"), ("รร", "a"),
)  # fmt: skip
_DEPENDENT: Final = re.compile("[ะ-ฺ็-๎]|รร|์")
_LEADING_VOWELS: Final = "เแโใไ"
_LONGEST_ELEMENT: Final = 9
_LATIN_VOWELS: Final = frozenset("aeiou")


def romanise(word: str) -> tuple[str, ...]:
    """One written word near to the Royal Thai General System, its known elements as names spell them.

    >>> romanise("สมชาย"), romanise("เกรียงไกร"), romanise("ณรงค์")
    (('somchai',), ('kriangkrai',), ('narong',))
    """
    return ("".join(_spelled(word.replace("ํา", "ำ"))),)


def readings(word: str, _language: str | None = None) -> tuple[tuple[str, ...], ...]:
    """By rule, as learned from names, and letter by letter: spelling follows sound, or taste, or Sanskrit."""
    learned = learned_romaniser("thai").spell(symbols(word), lambda letter: _INITIALS.get(letter, ""))
    return romanise(word), (learned,), letter_by_letter(word)


def letter_by_letter(word: str) -> tuple[str, ...]:
    """One written word with its silenced and final letters as Sanskrit has them, as many surnames are spelled.

    >>> letter_by_letter("อานันท์"), letter_by_letter("ชินวัตร")
    (('anand',), ('chinavatr',))
    """
    text = _TONES.sub("", word.replace("ํา", "ำ").replace("รร", "ะร")).replace("์", "")
    text = _SILENT_YA.sub(r"\1", _LEADING.sub(r"\2\1", text))
    for written, sound in _COMBINED:
        text = text.replace(written, sound)
    letters: list[str] = []
    for place, letter in enumerate(text):
        follows = text[place + 1 : place + 2]
        if letter in _LETTERS:
            letters.append("j" if letter == "ช" and not follows else _LETTERS[letter])
            if follows in _LETTERS and place + 2 < len(text):
                letters.append("a")
        elif letter == "อ":
            letters.append("o" if letters and letters[-1][-1:] not in _LATIN_VOWELS else "")
        else:
            letters.append(_VOWELS.get(letter, letter if letter.isascii() else ""))
    return ("".join(letters),)


def symbols(word: str) -> tuple[str, ...]:
    """The letters of a word in the order of their sound, without tones and silenced letters."""
    text = _TONES.sub("", _SILENCED.sub("", word.replace("ํา", "ำ")))
    return tuple(re.sub("([เแโใไ])([ก-ฮ])", r"\2\1", text))


def _spelled(word: str) -> list[str]:
    """Known elements from the left, the longest first; what lies between them by rule."""
    spelled: list[str] = []
    start = rest = 0
    while start < len(word):
        end = _end_of_element(word, start)
        if end:
            if rest < start:
                spelled.append(_by_rule(word[rest:start]))
            spelled.append(_elements()[word[start:end]])
            start = rest = end
        else:
            start += 1
    if rest < start:
        spelled.append(_by_rule(word[rest:start]))
    return spelled


def _end_of_element(word: str, start: int) -> int:
    """Where the longest element that starts here ends, 0 for none; its last consonant may carry no further vowel."""
    if (start and word[start - 1] in _LEADING_VOWELS) or _DEPENDENT.match(word, start):
        return 0
    for end in range(min(len(word), start + _LONGEST_ELEMENT), start + 1, -1):
        if word[start:end] in _elements() and not _DEPENDENT.match(word, end):
            left = len(word) - end
            # One consonant left over at either edge is part of the syllable.
            if not (left == 1 or (start == 1 and word[0] not in _LEADING_VOWELS and end - start == 2)):
                return end
    return 0


@lru_cache(maxsize=1)
def _elements() -> dict[str, str]:
    return known_words("thai_elements")


def _by_rule(word: str) -> str:
    text = _TONES.sub("", _SILENCED.sub("", word))
    text = _SILENT_YA.sub(r"\1", _LEADING.sub(r"\2\1", text))
    for written, sound in _COMBINED:
        text = text.replace(written, sound)
    return _sound(text)


def _sound(text: str) -> str:
    sounds: list[str] = []
    awaits_final = False
    for place, letter in enumerate(text):
        bare = _bare_consonants(text, place)
        if letter == "อ" and not awaits_final:
            # Without a vowel of its own it carries o (or a, where a syllable of its own follows); else it is silent.
            vowel_before = place > 0 and text[place - 1] in _INITIALS
            sounds.append("o" if vowel_before else "" if bare == 0 else "o" if bare == 2 else "a")
            awaits_final = bare > 0 or vowel_before
        elif letter not in _INITIALS:
            sounds.append(_VOWELS.get(letter, letter if letter.isascii() else ""))
            awaits_final = letter not in _OPEN_VOWELS
        elif awaits_final and bare > 0 and not _opens_a_syllable(text, place, bare):
            sounds.append("i" if letter == "ย" else _FINALS.get(letter, _INITIALS[letter]))
            awaits_final = False
        else:
            vowel = _unwritten_vowel(text, place, bare)
            sounds.append(_INITIALS[letter] + vowel)
            awaits_final = vowel == "o"
    return "".join(sounds)


def _opens_a_syllable(text: str, place: int, bare: int) -> bool:
    """Whether a consonant after a vowel is the first of a syllable without a written vowel: Su-ra-chai, A-kon."""
    if bare == 2 and place + 2 == len(text):
        return True
    return bare == 1 and text[place - 1] in _SHORT_VOWELS and text[place] in "รล" and place + 1 < len(text)


def _bare_consonants(text: str, place: int) -> int:
    """How many consonants from `place` on have no written vowel after them; the last before a vowel does not count."""
    end = place
    while end < len(text) and (text[end] in _INITIALS or (end == place and text[end] == "อ")):
        end += 1
    return end - place - (end < len(text))


def _unwritten_vowel(text: str, place: int, bare: int) -> str:
    """The vowel that speech puts after an initial consonant: o in a closed syllable, a in an open one."""
    at_end = place + bare == len(text)
    if bare == 0 or (bare == 1 and at_end) or (bare == 1 and text[place + 1] in "รลว"):
        return ""
    if bare == 1 or (bare == 3 and at_end):
        return "a"
    return "o"
