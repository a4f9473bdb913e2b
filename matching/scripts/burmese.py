"""Burmese: syllables of an initial, medials, a vowel and a silent final that changes the vowel."""

from __future__ import annotations

import re
from typing import Final

_INITIALS: Final = {
    "က": "k", "ခ": "kh", "ဂ": "g", "ဃ": "g", "င": "ng", "စ": "s", "ဆ": "s", "ဇ": "z", "ဈ": "z", "ည": "ny", "ဉ": "ny",
    "ဋ": "t", "ဌ": "ht", "ဍ": "d", "ဎ": "d", "ဏ": "n", "တ": "t", "ထ": "ht", "ဒ": "d", "ဓ": "d", "န": "n", "ပ": "p",
    "ဖ": "ph", "ဗ": "b", "ဘ": "b", "မ": "m", "ယ": "y", "ရ": "y", "လ": "l", "ဝ": "w", "သ": "th", "ဟ": "h", "ဠ": "l",
    "အ": "", "ဿ": "th",
}  # fmt: skip
_STANDING_VOWELS: Final = {"ဣ": "i", "ဤ": "i", "ဥ": "u", "ဦ": "oo", "ဧ": "ay", "ဩ": "aw", "ဪ": "aw"}
_ENDINGS: Final = {
    "": "a", "ာ": "a", "ါ": "a", "ိ": "i", "ီ": "i", "ု": "u", "ူ": "u", "ေ": "ay", "ဲ": "e", "ော": "aw", "ေါ": "aw",
    "ော်": "aw", "ေါ်": "aw", "ို": "o", "ံ": "an", "ုံ": "on", "ိံ": "ein", "က်": "et", "င်": "in", "စ်": "it",
    "ည်": "i", "ဉ်": "in", "တ်": "at", "န်": "an", "ပ်": "at", "မ်": "an", "ယ်": "e", "ိတ်": "eik", "ိပ်": "eik",
    "ိန်": "ein", "ိမ်": "ein", "ုတ်": "ok", "ုပ်": "ok", "ုန်": "on", "ုမ်": "on", "ောင်": "aung", "ေါင်": "aung",
    "ောက်": "auk", "ေါက်": "auk", "ိုင်": "aing", "ိုက်": "aik", "သ်": "at",
}  # fmt: skip
_AFTER_W: Final = {"an": "un", "at": "ut", "a": "wa", "in": "win", "et": "wet", "e": "we", "ay": "way", "i": "wi"}
_PALATALS: Final = {"ky": "ky", "khy": "ch", "gy": "gy", "yh": "sh", "lyh": "sh", "thyh": "sh"}
_LETTERS_OF_OTHERS: Final = {"ရ": "r", "သ": "s", "ဖ": "f", "ထ": "t", "စ": "s", "ဆ": "s"}
_SIGNS_OF_OTHERS: Final = {
    "ာ": "a", "ါ": "a", "ိ": "i", "ီ": "i", "ု": "u", "ူ": "u", "ေ": "e", "ဲ": "e", "ံ": "an", "ျ": "y", "ြ": "r",
    "ွ": "w",
}  # fmt: skip
_ENDS_UNLIKE_BURMESE: Final = re.compile("[လရဒဗဖဟဂဇဘဓခ]်")
"""Burmese ends no syllable in these; names of Muslims and Hindus written in its script do."""
_OTHER_PEOPLES: Final = frozenset({"rhg", "bn", "ar", "ur", "hi", "en", "ms"})
_TONES: Final = re.compile("[့း]")
_SYLLABLE: Final = re.compile(
    "(?:(?P<standing>[ဣဤဥဦဧဩဪ])|(?P<initial>[က-အဿ])(?P<medials>[ျ-ှ]*))(?P<ending>[ာ-ဲံ]*(?:[က-အ]်|်)?)"
)


def romanise(word: str) -> tuple[str, ...]:
    """The syllables of one written word, each a word of its own, as Latin spelling has them.

    >>> romanise("တင်အောင်ဝင်း")
    ('tin', 'aung', 'win')
    """
    plain = _TONES.sub("", word).replace("\u1039", "\u103a")
    return tuple(_syllable(match) for match in _SYLLABLE.finditer(plain))


def readings(word: str, language: str | None = None) -> tuple[tuple[str, ...], ...]:
    """By syllables; letter by letter too, where a name of another people is written in this script (Rohingya).

    >>> readings("နူရူလ်")
    (('nu', 'ya'), ('nurul',))
    """
    by_syllable = romanise(word)
    if language in _OTHER_PEOPLES or _ENDS_UNLIKE_BURMESE.search(word):
        return by_syllable, (_by_letter(word),)
    return (by_syllable,)


def _by_letter(word: str) -> str:
    plain = _TONES.sub("", word)
    sounds: list[str] = []
    for place, letter in enumerate(plain):
        if letter in _INITIALS:
            follows = plain[place + 1 : place + 2]
            carries_a = follows == "" or follows in _INITIALS
            sounds.append(_LETTERS_OF_OTHERS.get(letter, _INITIALS[letter]) + ("a" if carries_a else ""))
        else:
            sounds.append(_SIGNS_OF_OTHERS.get(letter, _STANDING_VOWELS.get(letter, "")))
    return "".join(sounds).replace("iu", "o").replace("ea", "o")


def _syllable(match: re.Match[str]) -> str:
    ending = _ENDINGS.get(match["ending"], "a")
    if match["standing"]:
        vowel = _STANDING_VOWELS[match["standing"]]
        return vowel if not match["ending"] else vowel[:1] + ending.lstrip("aeiou")
    initial = _INITIALS[match["initial"]]
    medials = match["medials"]
    if "ျ" in medials or "ြ" in medials:
        initial += "y"
    if "ှ" in medials:
        initial = initial + "h" if initial in {"y", "ly", "thy"} else "h" + initial
    initial = _PALATALS.get(initial, initial)
    if (match["initial"], match["ending"]) == ("ရ", "ိ") and not medials:
        # Short ri is Pali, as in Thiri.
        return "ri"
    if initial + ending == "i":
        return "ei"
    if "ွ" in medials:
        ending = _AFTER_W.get(ending, "w" + ending)
        if ending.startswith("u") and not initial:
            initial = "w"
    return initial + ending
