"""Bigrams and trigrams, counted: the second occurrence of one in a word is a token of its own."""

from __future__ import annotations


def bigrams(text: str, edges: str = "") -> tuple[str, ...]:
    """Bigrams of `text`, with `edges` put before and after it when given.

    >>> bigrams("anana")
    ('an', 'na', 'an2', 'na2')
    >>> bigrams("li", edges="_")
    ('_l', 'li', 'i_')
    """
    return _counted(f"{edges}{text}{edges}", 2)


def trigrams(text: str) -> tuple[str, ...]:
    """Trigrams of `text`.

    >>> trigrams("mksd"), trigrams("mk")
    (('mks', 'ksd'), ())
    """
    return _counted(text, 3)


def _counted(text: str, size: int) -> tuple[str, ...]:
    grams = [text[start : start + size] for start in range(len(text) - size + 1)]
    if len(set(grams)) == len(grams):
        return tuple(grams)
    seen: dict[str, int] = {}
    for place, gram in enumerate(grams):
        count = seen[gram] = seen.get(gram, 0) + 1
        if count > 1:
            grams[place] = f"{gram}{count}"
    return tuple(grams)
