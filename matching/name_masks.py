"""A name's words to the bits that they set in every vector which names take part in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from symbolon.matching.names import NameWord
from symbolon.matching.phonetics import coarse_sound
from symbolon.matching.remembered import MOST_REMEMBERED, Remembered
from symbolon.matching.token_masks import Lane, TokenMasks
from symbolon.matching.tokens import (
    Token,
    coarse_tokens,
    fine_tokens,
    link_tokens,
    pair_token,
    skeletons,
    sound_tokens,
    spelling_tokens,
    word_count_token,
    word_ends,
    word_tokens,
)

_MOST_PAIRED_WORDS: Final = 8
"""Longer names make pairs of their first words only, and count as this long."""


_WordMask = tuple[int, str, str, str]
"""A word's own bits; its end and its start, for its neighbours; its first class, empty for a particle (no pairs)."""


class NameMasks:
    """The bits of names over several lanes, under one key; each distinct word is computed once."""

    def __init__(self, key: bytes, lanes: tuple[Lane, ...], places: Mapping[str, int], particle_factor: float) -> None:
        self._full = TokenMasks(key, lanes, places)
        self._particles = TokenMasks(key, lanes, places, particle_factor)
        self._of_pairs = {n: TokenMasks(key, lanes, places, 1 / (n - 1)) for n in range(2, _MOST_PAIRED_WORDS + 1)}
        self._counts = [self._full.of([word_count_token(words)]) for words in range(_MOST_PAIRED_WORDS + 1)]
        self._fine = Remembered[str, int](lambda fine: self._full.of_groups(fine_tokens(fine)))
        self._coarse = Remembered[str, int](lambda coarse: self._full.of_groups(coarse_tokens(coarse)))
        self._sounds = Remembered[str, int](lambda sound: self._full.of_groups(sound_tokens(sound)))
        self._words: dict[str | NameWord, _WordMask] = {}
        self._links = Remembered[tuple[str, str], int](lambda ends: self._full.of(link_tokens(*ends)))
        self._pairs = Remembered[tuple[str, ...], int](self._pairs_of)

    def of(self, words: Sequence[NameWord]) -> int:
        """The bits of a name, its words in the order in which they were written."""
        known = self._words
        # Lists and length decide what is a particle, so a word's Latin form tells all of it but its occurrence.
        masks = [known.get(word.roman if word.occurrence == 1 else word) or self._computed(word) for word in words]
        if len(masks) == 1:
            bits, _, _, initial = masks[0]
            return bits | self._counts[1 if initial else 0]
        bits = 0
        links = self._links
        initials = []
        end = masks[-1][1]
        for own, following, start, initial in masks:
            bits |= own | links[end, start]
            end = following
            if initial:
                initials.append(initial)
        bits |= self._counts[min(len(initials), _MOST_PAIRED_WORDS)]
        return bits | self._pairs[tuple(initials)] if len(initials) > 1 else bits

    def _computed(self, word: NameWord) -> _WordMask:
        roman = word.roman
        end, start = word_ends(roman)
        initial_class = "" if word.is_particle else skeletons(roman)[1][:1]
        computed = (self._own_bits(word), end, start, initial_class)
        if len(self._words) >= MOST_REMEMBERED:
            self._words.clear()
        self._words[roman if word.occurrence == 1 else word] = computed
        return computed

    def _own_bits(self, word: NameWord) -> int:
        if word.occurrence > 1 or word.is_particle:
            masks = self._particles if word.is_particle else self._full
            return masks.of(word_tokens(word) if word.occurrence == 1 else _again(word))
        roman = word.roman
        fine, coarse = skeletons(roman)
        bits = self._full.of_groups(spelling_tokens(roman))
        bits |= self._fine[fine] | self._coarse[coarse] | self._sounds[coarse_sound(roman)]
        return bits | self._full.of([("equivalent", word.equivalent)]) if word.equivalent else bits

    def _pairs_of(self, initials: tuple[str, ...]) -> int:
        masks = self._of_pairs[min(len(initials), _MOST_PAIRED_WORDS)]
        return masks.of(pair_token(pair) for pair in combinations(initials[:_MOST_PAIRED_WORDS], 2))


def _again(word: NameWord) -> Iterator[Token]:
    return ((kind, f"{text}#{word.occurrence}") for kind, text in word_tokens(word))
