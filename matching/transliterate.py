"""Any script to plain Latin letters: anyascii as the base, small rules of our own where it loses the sound."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from anyascii import anyascii

_NOT_LETTERS: Final = re.compile("[^a-z]+")


@lru_cache(maxsize=65536)
def romanise(word: str, language: str | None = None) -> str:
    """One word of any script as letters a to z; empty where nothing of it can be read."""
    return _NOT_LETTERS.sub("", anyascii(word).lower())
