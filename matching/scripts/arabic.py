"""Arabic script (Arabic, Urdu, Persian, Dari, Pashto, Rohingya): consonants written, short vowels not."""

from __future__ import annotations

import re
from typing import Final

_LETTERS: Final = {
    "ا": "A", "أ": "A", "إ": "I", "آ": "A", "ٱ": "A", "ى": "A", "ة": "A", "ۃ": "A", "ؤ": "U", "ئ": "Y", "ۀ": "A",
    "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ث": "th", "ج": "j", "چ": "ch", "ح": "h", "خ": "kh", "د": "d", "ڈ": "d",
    "ذ": "z", "ر": "r", "ړ": "r", "ڑ": "r", "ز": "z", "ژ": "zh", "ږ": "zh", "س": "s", "ش": "sh", "ښ": "sh", "ص": "s",
    "ض": "d", "ط": "t", "ظ": "z", "ع": "A", "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ک": "k", "ګ": "g", "گ": "g",
    "ل": "l", "م": "m", "ن": "n", "ں": "n", "ڼ": "n", "ه": "h", "ہ": "h", "ھ": "h", "و": "W", "ي": "Y", "ی": "Y",
    "ې": "E", "ے": "E", "ۍ": "Y",
}  # fmt: skip
"""Capitals are vowels, or letters that are vowel or consonant by their place."""

_MARKS: Final = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u0640\u06d6-\u06ed]")
_ARTICLE: Final = re.compile("^(عبدال|عبد ال|ال)(.{2,})$")
_WHOLE_WORDS: Final = {
    "محمد": "muhammad", "محمود": "mahmud", "احمد": "ahmad", "أحمد": "ahmad", "عبد": "abd", "بن": "bin", "ابن": "ibn",
    "بنت": "bint", "علی": "ali", "علي": "ali", "حسین": "hussain", "حسين": "hussain", "سید": "sayed", "سيد": "sayed",
    "شیخ": "sheikh", "شيخ": "sheikh", "عمر": "omar", "عثمان": "osman", "یوسف": "yusuf", "يوسف": "yusuf",
}  # fmt: skip
"""The commonest words, whose unwritten vowels need no guess."""


def romanise(word: str) -> tuple[str, ...]:
    """The words of one written word: the article stands apart, unwritten vowels are guessed as a.

    >>> romanise("التكريتي"), romanise("حسن"), romanise("شاه")
    (('al', 'takariti'), ('hasan',), ('shah',))
    """
    bare = _MARKS.sub("", word)
    if match := _ARTICLE.match(bare):
        return "al" if match[1] == "ال" else "abdul", _sound(match[2])
    return (_sound(bare),)


def _sound(part: str) -> str:
    if part in _WHOLE_WORDS:
        return _WHOLE_WORDS[part]
    letters = [_LETTERS[letter] for letter in part if letter in _LETTERS]
    sounds: list[str] = []
    for place, letter in enumerate(letters):
        before = sounds[-1] if sounds else ""
        following = letters[place + 1] if place + 1 < len(letters) else ""
        sound = _vowel_or_consonant(letter, before, following)
        if before and before not in "aeiou" and sound not in "aeiou":
            sounds.append("a")
        if not (sound == before == "a"):
            sounds.append(sound)
    return "".join(sounds)


def _vowel_or_consonant(letter: str, before: str, following: str) -> str:
    """Waw and ya are consonants at the start, after a or i, and before a vowel; doubled letters are both."""
    if letter not in {"W", "Y"}:
        return letter.lower()
    consonant = not before or before in "ai" or following in {"A", "I", "U", "E"}
    if consonant and (following or before in "ai"):
        return {"W": "w", "Y": "y"}[letter]
    return {"W": "u", "Y": "i"}[letter]
