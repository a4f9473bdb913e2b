"""Bigrams and trigrams, counted: the second occurrence of one in a word is a token of its own."""

from __future__ import annotations

from collections.abc import Sequence
from operator import add


def bigrams(text: str, edges: str = "") -> Sequence[str]:
    """Bigrams of `text`, with `edges` put before and after it when given.

    >>> bigrams("anana")
    ['an', 'na', 'an2', 'na2']
    >>> bigrams("li", edges="_")
    ['_l', 'li', 'i_']
    """
    edged = f"{edges}{text}{edges}"
    return _counted(list(map(add, edged, edged[1:])))


def trigrams(text: str) -> Sequence[str]:
    """Trigrams of `text`.

    >>> trigrams("mksd"), trigrams("mk")
    (['mks', 'ksd'], [])
    """
    return _counted([text[start : start + 3] for start in range(len(text) - 2)])


def _counted(grams: list[str]) -> list[str]:
    if len(set(grams)) == len(grams):
        return grams
    seen: dict[str, int] = {}
    for place, gram in enumerate(grams):
        count = seen[gram] = seen.get(gram, 0) + 1
        if count > 1:
            grams[place] = f"{gram}{count}"
    return grams
