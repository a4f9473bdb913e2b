"""Bigrams, counted: the second occurrence of a bigram in a word is a token of its own."""

from __future__ import annotations

import itertools


def bigrams(text: str, edges: str = "") -> tuple[str, ...]:
    """Bigrams of `text`, with `edges` put before and after it when given.

    >>> bigrams("anana")
    ('an', 'na', 'an2', 'na2')
    >>> bigrams("li", edges="_")
    ('_l', 'li', 'i_')
    """
    padded = f"{edges}{text}{edges}"
    seen: dict[str, int] = {}
    tokens = []
    for left, right in itertools.pairwise(padded):
        bigram = left + right
        count = seen[bigram] = seen.get(bigram, 0) + 1
        tokens.append(bigram if count == 1 else f"{bigram}{count}")
    return tuple(tokens)
