"""Tamil: one letter for k and g, t and d, p and b, s and ch; which of them is heard depends on where it stands."""

from __future__ import annotations

import re
from typing import Final

_STOPS: Final = "கசடதப"
_NASALS: Final = "ஙஞணநனம"
_VIRAMA: Final = "்"
# The letters that Tamil lacks, at the places where the other Brahmi scripts have them.
_BETWEEN_VOWELS: Final = str.maketrans(dict(zip(_STOPS, "\u0b97ஸ\u0ba1\u0ba6\u0bac", strict=True)))
_AFTER_NASALS: Final = str.maketrans(dict(zip(_STOPS, "\u0b97ஜ\u0ba1\u0ba6\u0bac", strict=True)))
_AFTER_NASAL: Final = re.compile(f"(?<=[{_NASALS}]{_VIRAMA})[{_STOPS}](?!{_VIRAMA})")
_AFTER_VOWEL: Final = re.compile(f"(?<=[^{_VIRAMA}])[{_STOPS}](?!{_VIRAMA})")
_OPENING_I: Final = re.compile("^இ(?=[ரல].)")
"""Written before r and l, which open no word of Tamil: இராமன் is Raman."""
_INITIAL: Final = re.compile("([க-ஹ])[\u0bbe-\u0bcc]?")
_ZH: Final = "ழ"
"""Spelled zh in India (Kanimozhi) and l in Sri Lanka and Malaysia (Yal, Tamil)."""
_J: Final = "ஜ"


def written_forms(word: str) -> tuple[str, ...]:
    """The word with its letters as they are, and as they sound where they stand; zh also as a letter of its own.

    >>> written_forms("முத்து"), len(written_forms("முருகன்"))
    (('முத்து',), 2)
    """
    sounded = _AFTER_NASAL.sub(lambda match: match[0].translate(_AFTER_NASALS), _OPENING_I.sub("", word))
    sounded = _AFTER_VOWEL.sub(lambda match: match[0].translate(_BETWEEN_VOWELS), sounded)
    if sounded.startswith("ச"):
        sounded = sounded.translate(_BETWEEN_VOWELS) if len(sounded) == 1 else "ஸ" + sounded[1:]
    return tuple(dict.fromkeys((word, sounded, sounded.replace(_ZH, _J))))


def initial(word: str) -> str:
    """The consonant of a word that is one syllable, as fathers' names are shortened to (மு. is M.); else empty."""
    match = _INITIAL.fullmatch(word)
    return match[1] if match else ""
