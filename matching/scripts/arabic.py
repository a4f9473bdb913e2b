"""Arabic script (Arabic, Urdu, Persian, Dari, Pashto, Rohingya): consonants written, short vowels not."""

from __future__ import annotations

import re
from typing import Final

from symbolon.matching.learned_romaniser import known_words, learned_romaniser

_MARKS: Final = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u0640\u06d6-\u06ed\u200b-\u200f]")
_UNIFIED: Final = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "ٱ": "ا", "ي": "ی", "ى": "ی", "ئ": "ی", "ې": "ی", "ۍ": "ی", "ك": "ک", "ګ": "گ", "ه": "ہ",
        "ە": "ہ", "ۀ": "ہ", "ۂ": "ہ", "ۃ": "ة", "ؤ": "و", "ں": "ن", "ڼ": "ن", "ړ": "ڑ", "ږ": "ژ", "ښ": "ش", "ھ": "ہ",
        "ء": "",
    }
)  # fmt: skip
"""Letters that one keyboard or language has for another's: a name is typed with either."""

_LETTERS: Final = {
    "ا": "a", "آ": "a", "ة": "a", "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ث": "s", "ج": "j", "چ": "ch", "ح": "h",
    "خ": "kh", "د": "d", "ڈ": "d", "ذ": "z", "ر": "r", "ڑ": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s",
    "ض": "z", "ط": "t", "ظ": "z", "ع": "a", "غ": "gh", "ف": "f", "ق": "q", "ک": "k", "گ": "g", "ل": "l", "م": "m",
    "ن": "n", "ہ": "h", "و": "u", "ی": "i", "ے": "e",
}  # fmt: skip
"""For letters that no table has seen."""

_ONLY_ARABIC: Final = re.compile("[ةىيكأإ]")
_NEVER_ARABIC: Final = re.compile("[پچگژٹڈڑںےہھیکۀېۍګښږړڼ]")
_LANGUAGES_OF_ARABS: Final = frozenset({"ar"})
_EASTERN_LANGUAGES: Final = frozenset({"ur", "fa", "prs", "ps", "pa", "sd", "bal", "rhg", "ug", "ku", "ckb", "ms"})
_ABD: Final = re.compile("^(?:عبدال|ابدال)(?=..)")
_ARTICLE: Final = re.compile("^ال(?=...)")
_OF_FAITH: Final = re.compile("(?<=..)ال(?=دین$|ددین$)")
_OF_GOD: Final = re.compile("(?<=..)(?:ال|ا)?لّ?لہ$")


def romanise(word: str, language: str | None = None) -> tuple[tuple[str, ...], ...]:
    """The readings of one written word, each as its Latin words: as said east of Iraq, and as Arabs say it.

    Arabic ones alone where the language or the letters say Arabic, the eastern ones alone where they say otherwise.
    """
    parts = _parts("".join(symbols(word)))
    eastern = tuple(_sound(part, "eastern") for part in parts)
    arab = tuple(_sound(part, "arab") for part in parts)
    dialect = language if language in _LANGUAGES_OF_ARABS else None
    if language in _EASTERN_LANGUAGES or (not dialect and _NEVER_ARABIC.search(word)):
        return (eastern,)
    return (arab, eastern) if dialect or _ONLY_ARABIC.search(word) else (eastern, arab)


def symbols(word: str) -> tuple[str, ...]:
    """The letters of a word without marks, unified."""
    return tuple(_MARKS.sub("", word).translate(_UNIFIED))


def _parts(text: str) -> list[str]:
    """The words of one written word: Abd al-Rahman, Salah al-Din and Ihsan Allah are also written in one."""
    if text in known_words("arabic_words"):
        return [text]
    if match := _ABD.match(text):
        return ["عبدال", text[match.end() :]]
    if match := _ARTICLE.match(text):
        return ["ال", *_parts(text[match.end() :])] if text[2:] != "لہ" else [text]
    if match := _OF_FAITH.search(text):
        return [text[: match.start()], "الدین"]
    if (match := _OF_GOD.search(text)) and len(text) > 5:
        return [text[: match.start()], "اللہ"]
    return [text]


def _sound(part: str, manner: str) -> str:
    if part == "ال":
        return "al"
    if part == "عبدال":
        return "abdul"
    known = known_words("arabic_words").get(part) if manner == "eastern" else known_words("arab_words").get(part)
    return known or learned_romaniser(manner).spell(part, lambda letter: _LETTERS.get(letter, ""))
