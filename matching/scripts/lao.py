"""Lao: written as spoken, with vowels around their consonant; names spell u as ou, after the French."""

from __future__ import annotations

import re
from typing import Final

_INITIALS: Final = {
    "ກ": "k", "ຂ": "kh", "ຄ": "kh", "ງ": "ng", "ຈ": "ch", "ສ": "s", "ຊ": "s", "ຍ": "y", "ດ": "d", "ຕ": "t", "ຖ": "th",
    "ທ": "th", "ນ": "n", "ບ": "b", "ປ": "p", "ຜ": "ph", "ຝ": "f", "ພ": "ph", "ຟ": "f", "ມ": "m", "ຢ": "y", "ຣ": "r",
    "ລ": "l", "ວ": "v", "ຫ": "h", "ຮ": "h", "ໜ": "n", "ໝ": "m", "ຼ": "l", "ອ": "",
}  # fmt: skip
_FINALS: Final = {"ດ": "t", "ບ": "p", "ວ": "o", "ຍ": "i", "ຽ": "i", "ອ": "o"}
_VOWELS: Final = {
    "ະ": "a", "ັ": "a", "າ": "a", "ຳ": "am", "ິ": "i", "ີ": "i", "ຶ": "u", "ື": "u", "ຸ": "ou", "ູ": "ou", "ົ": "o",
    "ໍ": "o", "ເ": "e", "ແ": "e", "ໂ": "o", "ໃ": "ai", "ໄ": "ai", "ຽ": "ia",
}  # fmt: skip
_TONES: Final = re.compile("[\u0ec8-\u0ecc]")
_SILENCED: Final = re.compile(".\u0ecc")
_LEADING: Final = re.compile("([ເແໂໃໄ])(ຫ[ງຍນມລວຣຼ]|[ກ-ຮໜໝ]ຼ?)")
_SILENT_H: Final = re.compile("ຫ(?=[ງຍນມລວຣຼ])")
_COMBINED: Final = (("ເົາ", "ao"), ("ເຍ", "ia"), ("ເັຍ", "ia"), ("ເືອ", "ua"), ("ເີ", "oe"), ("ເິ", "oe"), ("ົວ", "oua"))
_CLOSED: Final = frozenset("aeiou")


def romanise(word: str) -> tuple[str, ...]:
    """One written word as Lao passports spell it.

    >>> romanise("ສົມສັກ"), romanise("ຄຳໄຕ"), romanise("ບຸນຍັງ"), romanise("ທອງລຸນ")
    (('somsak',), ('khamtai',), ('bounyang',), ('thongloun',))
    """
    text = _TONES.sub("", _SILENCED.sub("", word.replace("ໍາ", "ຳ")))
    text = _SILENT_H.sub("", _LEADING.sub(r"\2\1", text))
    for written, sound in _COMBINED:
        text = text.replace(written, sound)
    sounds: list[str] = []
    for place, letter in enumerate(text):
        follows = text[place + 1 : place + 2]
        after_vowel = bool(sounds) and sounds[-1][-1:] in _CLOSED
        opens = follows in _VOWELS or (follows.isascii() and follows != "") or follows == "ອ"
        if letter == "ວ" and sounds and not after_vowel and follows in _INITIALS:
            sounds.append("oua")
        elif letter == "ອ" and sounds and not after_vowel and not opens:
            sounds.append("o")
        elif letter in _INITIALS:
            sounds.append(_FINALS.get(letter, _INITIALS[letter]) if after_vowel and not opens else _INITIALS[letter])
        else:
            sounds.append(_VOWELS.get(letter, letter if letter.isascii() else ""))
    return ("".join(sounds),)
