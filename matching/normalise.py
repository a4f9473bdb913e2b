"""Bringing raw text into one form before anything reads it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_SPACES: Final = re.compile(r"\s+")
_JOINERS: Final = "\u200c\u200d"
"""Zero-width joiners carry meaning inside Indic and Persian words, so they may not become spaces."""


def clean_text(text: str) -> str:
    r"""NFKC, without control, format (bidi) and unassigned characters, white space collapsed.

    >>> clean_text("  Ａmina\u202e\tBEGUM ")
    'Amina BEGUM'
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return _composed(text)


@lru_cache(maxsize=65536)
def _composed(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text)
    kept = "".join(_kept(character) for character in composed)
    return _SPACES.sub(" ", kept).strip()


def _kept(character: str) -> str:
    if character in _JOINERS:
        return ""
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp", "Zs"}:
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} else character


def ascii_digits(text: str) -> str:
    """Digits of every script as 0 to 9, the rest cleaned.

    >>> ascii_digits("๒๕๖๗-০৫")
    '2567-05'
    """
    cleaned = clean_text(text)
    if cleaned.isascii():
        return cleaned
    return "".join(
        str(unicodedata.digit(character)) if unicodedata.category(character) == "Nd" else character
        for character in cleaned
    )


def letters_and_digits(text: str) -> str:
    """Upper-case ASCII letters and digits only: the form in which numbers of documents, plates and accounts compare.

    >>> letters_and_digits("ab 12-३४")
    'AB1234'
    """
    return "".join(character for character in ascii_digits(text).upper() if character.isascii() and character.isalnum())


def has_letter(text: str) -> bool:
    """Whether any letter of any script is left in `text`."""
    return text[:1].isalpha() or any(map(str.isalpha, text))
