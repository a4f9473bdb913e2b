"""A name's words to the bits that they set in every vector which names take part in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final

from symbolon.matching.names import NameWord, Romans, name_word, occurrences
from symbolon.matching.phonetics import coarse_sound
from symbolon.matching.remembered import Remembered
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
        self._first = Remembered[str, _WordMask](lambda roman: self._computed(name_word(roman)))
        self._later = Remembered[tuple[str, int], _WordMask](lambda word: self._computed(name_word(*word)))
        self._links = Remembered[tuple[str, str], int](lambda ends: self._full.of_groups(link_tokens(*ends)))
        self._pairs = Remembered(self._pairs_of)

    def of(self, romans: Romans) -> int:
        """The bits of a name, its words in the order in which they were written."""
        first = self._first
        if len(romans) == 1:
            bits, _, _, initial = first[romans[0]]
            return bits | self._counts[1 if initial else 0]
        masks = [first[roman] for roman in romans]
        if len(set(romans)) < len(romans):
            masks = [self._later[word] if word[1] > 1 else first[word[0]] for word in occurrences(romans)]
        links = self._links
        bits = 0
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
        fine, coarse = skeletons(word.roman)
        end, start = word_ends(fine, coarse)
        if word.occurrence > 1 or word.is_particle:
            masks = self._particles if word.is_particle else self._full
            bits = masks.of(word_tokens(word) if word.occurrence == 1 else _again(word))
        else:
            bits = self._fine[fine] | self._coarse[coarse] | self._sounds[coarse_sound(word.roman)]
            bits |= self._full.of_groups(spelling_tokens(word.roman))
            if word.equivalent:
                bits |= self._full.of([("equivalent", word.equivalent)])
        return bits, end, start, "" if word.is_particle else coarse[:1]

    def _pairs_of(self, initials: tuple[str, ...]) -> int:
        masks = self._of_pairs[min(len(initials), _MOST_PAIRED_WORDS)]
        return masks.of(pair_token(pair) for pair in combinations(initials[:_MOST_PAIRED_WORDS], 2))


def _again(word: NameWord) -> Iterator[Token]:
    return ((kind, f"{text}#{word.occurrence}") for kind, text in word_tokens(word))
