"""A name's words to the bits that they set in every vector which names take part in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from symbolon.matching.names import NameWord
from symbolon.matching.token_masks import Lane, TokenMasks
from symbolon.matching.tokens import Token, link_tokens, pair_token, skeletons, word_count_token, word_ends, word_tokens

_REMEMBERED: Final = 50_000
"""Words remembered; beyond that the memory starts anew (about 40 MB at most)."""
_MOST_PAIRED_WORDS: Final = 8
"""Longer names make pairs of their first words only, and count as this long."""


@dataclass(frozen=True, slots=True)
class _WordMask:
    """A word's own bits, and what it gives to its neighbours."""

    bits: int
    end: str
    start: str
    initial_class: str
    """Empty for a particle, which makes no pairs."""


class NameMasks:
    """The bits of names over all lanes, under one key; each distinct word is computed once."""

    def __init__(self, key: bytes, lanes: Iterable[Lane], particle_factor: float) -> None:
        lanes = tuple(lanes)
        self._full = TokenMasks(key, lanes)
        self._particles = TokenMasks(key, lanes, particle_factor)
        self._pairs = {words: TokenMasks(key, lanes, 1 / (words - 1)) for words in range(2, _MOST_PAIRED_WORDS + 1)}
        self._counts = [self._full.of([word_count_token(words)]) for words in range(_MOST_PAIRED_WORDS + 1)]
        self._words: dict[NameWord, _WordMask] = {}
        self._links: dict[tuple[str, str], int] = {}

    def of(self, words: Sequence[NameWord]) -> int:
        """The bits of a name, its words in the order in which they were written."""
        known = self._words
        masks = [known.get(word) or self._computed(word) for word in words]
        initials = [mask.initial_class for mask in masks if mask.initial_class]
        bits = self._counts[min(len(initials), _MOST_PAIRED_WORDS)]
        if len(masks) == 1:
            return bits | masks[0].bits
        links = self._links
        before = masks[-1]
        for mask in masks:
            bits |= mask.bits
            link = links.get((before.end, mask.start))
            bits |= self._linked(before.end, mask.start) if link is None else link
            before = mask
        if len(initials) > 1:
            pairs = self._pairs[min(len(initials), _MOST_PAIRED_WORDS)]
            bits |= pairs.of([pair_token(pair) for pair in combinations(initials[:_MOST_PAIRED_WORDS], 2)])
        return bits

    def _computed(self, word: NameWord) -> _WordMask:
        masks = self._particles if word.is_particle else self._full
        end, start = word_ends(word.roman)
        initial_class = "" if word.is_particle else skeletons(word.roman)[1][:1]
        computed = _WordMask(masks.of(_tokens(word)), end, start, initial_class)
        if len(self._words) >= _REMEMBERED:
            self._words.clear()
        self._words[word] = computed
        return computed

    def _linked(self, end: str, start: str) -> int:
        bits = self._links[end, start] = self._full.of(link_tokens(end, start))
        return bits


def _tokens(word: NameWord) -> Iterable[Token]:
    if word.occurrence == 1:
        return word_tokens(word)
    return _again(word)


def _again(word: NameWord) -> Iterator[Token]:
    return ((kind, f"{text}#{word.occurrence}") for kind, text in word_tokens(word))
