"""Thai: vowels written around their consonant, silenced letters, finals that sound otherwise."""

from __future__ import annotations

import re
from typing import Final

_CONSONANTS: Final = dict(
    zip(
        "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬฮ",
        [
            "k",
            "kh",
            "kh",
            "kh",
            "kh",
            "kh",
            "ng",
            "ch",
            "ch",
            "ch",
            "s",
            "ch",
            "y",
            "d",
            "t",
            "th",
            "th",
            "th",
            "n",
            "d",
            "t",
            "th",
            "th",
            "th",
            "n",
            "b",
            "p",
            "ph",
            "f",
            "ph",
            "f",
            "ph",
            "m",
            "y",
            "r",
            "l",
            "w",
            "s",
            "s",
            "s",
            "h",
            "l",
            "h",
        ],
        strict=True,
    )
)
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
_SILENCED: Final = re.compile("(?:[ทตด]ร|.)[ิุ]?์")
_TONES: Final = re.compile("[็-๋ํ๎ฺ]")
_LEADING: Final = re.compile("([เแโ])([กขคตปผพ][รล](?=.)|[ก-ฮ])|([ใไ])([กขคตปผพ][รล]|[ก-ฮ])ย?")
_COMBINED: Final = (
    ("เีย", "ia"), ("เือ", "uea"), ("เา", "ao"), ("เอ", "oe"), ("เิ", "oe"), ("ัว", "ua"), ("รร", "a"),
)  # fmt: skip


def romanise(word: str) -> tuple[str, ...]:
    """One written word, near to the Royal Thai General System.

    >>> romanise("สมชาย"), romanise("เกรียงไกร"), romanise("ณรงค์")
    (('somchay',), ('kriangkrai',), ('narong',))
    """
    text = _SILENCED.sub("", word.replace("ํา", "ำ"))
    text = _LEADING.sub(r"\2\1\4\3", _TONES.sub("", text))
    for written, sound in _COMBINED:
        text = text.replace(written, sound)
    return (_sound(text),)


def _sound(text: str) -> str:
    sounds: list[str] = []
    awaits_final = False
    for place, letter in enumerate(text):
        bare = _bare_consonants(text, place)
        if letter == "อ" and not awaits_final:
            # Without a vowel of its own it carries o (or a, where a syllable of its own follows); else it is silent.
            sounds.append("" if bare == 0 else "o" if bare == 2 else "a")
            awaits_final = bare > 0
        elif letter not in _CONSONANTS:
            sounds.append(_VOWELS.get(letter, letter if letter.isascii() else ""))
            awaits_final = letter not in _OPEN_VOWELS
        elif awaits_final and bare > 0:
            sounds.append(_FINALS.get(letter, _CONSONANTS[letter]))
            awaits_final = False
        else:
            vowel = _unwritten_vowel(text, place, bare)
            sounds.append(_CONSONANTS[letter] + vowel)
            awaits_final = vowel == "o"
    return "".join(sounds)


def _bare_consonants(text: str, place: int) -> int:
    """How many consonants from `place` on have no written vowel after them; the last before a vowel does not count."""
    end = place
    while end < len(text) and (text[end] in _CONSONANTS or (end == place and text[end] == "อ")):
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
