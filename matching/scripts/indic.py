"""Brahmi scripts of one layout in Unicode (Devanagari to Malayalam), and Sinhala: each consonant carries an a."""

from __future__ import annotations

import re
from typing import Final

from anyascii import anyascii

from symbolon.matching.learned_romaniser import known_words, learned_romaniser
from symbolon.matching.scripts import tamil

_BLOCK: Final = 0x80
_DEVANAGARI: Final = 0x0900
_BENGALI: Final = 0x0980
_TAMIL: Final = 0x0B80
_DROPS_FINAL_VOWEL: Final = range(0x0900, 0x0B80)
_CONSONANTS: Final = dict(
    zip(
        range(0x15, 0x3A),
        [
            "k",
            "kh",
            "g",
            "gh",
            "ng",
            "ch",
            "chh",
            "j",
            "jh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "n",
            "p",
            "ph",
            "b",
            "bh",
            "m",
            "y",
            "r",
            "r",
            "l",
            "l",
            "l",
            "v",
            "sh",
            "sh",
            "s",
            "h",
        ],
        strict=True,
    )
)
_VOWELS: Final = {
    0x05: "a", 0x06: "a", 0x07: "i", 0x08: "i", 0x09: "u", 0x0A: "u", 0x0B: "ri", 0x0E: "e", 0x0F: "e", 0x10: "ai",
    0x12: "o", 0x13: "o", 0x14: "au",
}  # fmt: skip
_SIGNS: Final = {
    0x3E: "a", 0x3F: "i", 0x40: "i", 0x41: "u", 0x42: "u", 0x43: "ri", 0x46: "e", 0x47: "e", 0x48: "ai", 0x4A: "o",
    0x4B: "o", 0x4C: "au",
}  # fmt: skip
_NASALS: Final = {0x01: "n", 0x02: "n", 0x03: ""}
_SINHALA: Final = {"ච": "ch", "ඡ": "chh", "ඥ": "gn", "ඤ": "n", "ඟ": "ng", "ඬ": "nd", "ඳ": "nd", "ඹ": "mb", "ඖ": "au"}
_SINHALA_NASAL: Final = 0x0D82
_SINHALA_LABIALS: Final = frozenset("පඵබභමඹ")
_NUKTA: Final = 0x3C
_VIRAMA: Final = 0x4D
_WITH_NUKTA: Final = {"k": "q", "j": "z", "ph": "f", "d": "r", "dh": "rh", "g": "gh"}
_SYMBOL: Final = re.compile(".[়़]?", re.DOTALL)
_LEARNED: Final = {0x0980: "bengali"}
"""Scripts whose spelling was learned from names."""
_LISTED: Final = {0x0900: "devanagari", 0x0980: "bengali", 0x0B80: "tamil", 0x0D80: "sinhala"}
"""Scripts that have a list of common words."""
_SCHWA: Final = "@"
_CONSONANT: Final = "(?:ksh|chh|[kgcjtdpbs]h|[bcdfghjklmnpqrstvwxyz])"
_SILENT_SCHWA: Final = re.compile(f"([aeiou@]{_CONSONANT})@(?={_CONSONANT}{{1,2}}[aeiou])")
"""Between a single consonant and the next syllable: Kamlesh, but Lakshmiprasad."""
_SILENT_END: Final = re.compile("(?<![bcdfghjklmnpqrstvwxyz][rnyvm])@$")
"""After one consonant, or one that a stop ends: Anand, but Mahendra and Krishna."""


def readings(word: str, _language: str | None = None) -> tuple[tuple[str, ...], ...]:
    """One written word as its list of common words or the rules have it, and as learned from names."""
    block = ord(word[0]) & ~(_BLOCK - 1)
    if block in _LISTED and (known := known_words(f"{_LISTED[block]}_words").get(word.rstrip(":"))):
        return ((known,),)
    if block == _TAMIL:
        return _tamil_readings(word)
    by_rule = romanise(word)
    if block == _DEVANAGARI:
        return (by_rule, divided) if (divided := _divided(word)) else (by_rule,)
    if block not in _LEARNED:
        return (by_rule,)
    learned = learned_romaniser(_LEARNED[block]).spell(symbols(word), lambda symbol: anyascii(symbol).lower())
    return by_rule, (learned,)


def _divided(word: str) -> tuple[str, ...]:
    """A given name of two elements in two words, रामप्रसाद as Ram Prasad; empty where the second is no known one."""
    elements = known_words("devanagari_elements")
    for end in range(2, len(word) - 1):
        first, second = word[:end], word[end:]
        if second in elements and ord(first[-1]) - _DEVANAGARI != _VIRAMA:
            return (*(_divided(first) or romanise(first)), elements[second])
    return ()


def _tamil_readings(word: str) -> tuple[tuple[str, ...], ...]:
    if letter := tamil.initial(word):
        return ((_CONSONANTS[ord(letter) - _TAMIL][:1],),)
    return tuple(dict.fromkeys(map(romanise, tamil.written_forms(word))))


def romanise(word: str) -> tuple[str, ...]:
    """One written word; Hindi and Bengali drop the inherent a at the end and between syllables, and so do we.

    >>> romanise("কবির"), romanise("कमलेश")
    (('kabir',), ('kamlesh',))
    """
    block = ord(word[0]) & ~(_BLOCK - 1)
    sounds = _sinhala_sounds(word) if block == 0x0D80 else _sounds(word, block)
    text = "".join(sounds)
    if block in _DROPS_FINAL_VOWEL:
        text = _SILENT_SCHWA.sub(r"\1", _SILENT_END.sub("", text))
    return (text.replace(_SCHWA, "a"),)


def symbols(word: str) -> tuple[str, ...]:
    """The letters and signs of a word, each with its nukta."""
    return tuple(_SYMBOL.findall(word.replace("\u200c", "").replace("\u200d", "")))


def _sounds(word: str, block: int) -> list[str]:
    sounds: list[str] = []
    for character in word:
        place = ord(character) - block
        if place in _CONSONANTS:
            initial_ya = block == _BENGALI and place == 0x2F and not sounds
            sounds += ("j" if initial_ya else _CONSONANTS[place], _SCHWA)
        elif place in _SIGNS or place == _VIRAMA:
            if sounds and sounds[-1] == _SCHWA:
                sounds.pop()
            sounds.append(_SIGNS.get(place, ""))
        elif place == _NUKTA and len(sounds) > 1:
            # য় is y wherever it stands, also at the start.
            sounds[-2] = "y" if sounds[-2] == "j" and block == _BENGALI else _WITH_NUKTA.get(sounds[-2], sounds[-2])
        else:
            sounds.append(_VOWELS.get(place, _NASALS.get(place, "")))
    return sounds


def _sinhala_sounds(word: str) -> list[str]:
    sounds: list[str] = []
    for place, character in enumerate(word):
        code = ord(character)
        sound = _SINHALA.get(character) or anyascii(character).lower()
        if 0x0D9A <= code <= 0x0DC6:
            sounds += (sound, _SCHWA)
        elif code == 0x0DCA or 0x0DCF <= code <= 0x0DDF:
            if sounds and sounds[-1] == _SCHWA:
                sounds.pop()
            sounds.append("" if code == 0x0DCA else sound)
        elif code == _SINHALA_NASAL:
            sounds.append("m" if word[place + 1 : place + 2] in _SINHALA_LABIALS else "n")
        else:
            sounds.append(sound)
    return sounds
