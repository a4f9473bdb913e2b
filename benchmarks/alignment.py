"""Aligning written symbols with Latin spelling by expectation maximisation, and counting spellings by context.

Each symbol stands for a chunk of 0 to 4 Latin letters (many-to-many alignment, Jiampojamarn et al. 2007). The Viterbi
alignment of every pair is then counted by the neighbours of each symbol; narrower contexts smooth wider ones.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LONGEST_CHUNK = 4
PRIOR_OF_LENGTH = (0.2, 0.5, 0.2, 0.07, 0.03)
ROUNDS = 5
LETTERS = 26
LEAST_SCORE_PER_LETTER = -3.2
"""Pairs that align worse than this log-probability per symbol and letter are no transcriptions of each other."""
SMOOTHING = 2.0
CONTEXTS = ((2, 2), (1, 2), (1, 1), (0, 1), (0, 0))
"""Neighbours before and after, widest first; each context lies within the one before it."""
EDGE = "^"

Symbols = tuple[str, ...]
Chances = Mapping[str, Mapping[str, float]]
Levels = list[dict[Symbols, str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A written word as symbols, its Latin spelling, and how much it counts."""

    symbols: Symbols
    latin: str
    weight: int = 1

    @property
    def can_align(self) -> bool:
        return bool(self.symbols) and len(self.latin) <= LONGEST_CHUNK * len(self.symbols)


def _unseen(length: int) -> float:
    return float(1e-7 * 0.05**length)


def chances_of_chunks(pairs: Sequence[Pair]) -> Chances:
    """P(chunk | symbol), by expectation maximisation over all alignments."""
    chances: dict[str, dict[str, float]] = {}
    for _ in range(ROUNDS):
        expected: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for pair in pairs:
            if pair.can_align:
                _expect(pair, chances, expected)
        chances = {}
        for symbol, chunks in expected.items():
            total = sum(chunks.values())
            chances[symbol] = {chunk: count / total for chunk, count in chunks.items() if count / total > 1e-5}
    return chances


def _expect(pair: Pair, chances: Chances, expected: dict[str, dict[str, float]]) -> None:
    symbols, latin = pair.symbols, pair.latin
    forward = [[0.0] * (len(latin) + 1) for _ in range(len(symbols) + 1)]
    forward[0][0] = 1.0
    steps = []
    for row, symbol in enumerate(symbols):
        known = chances.get(symbol, {})
        for start, mass in enumerate(forward[row]):
            if mass <= 0:
                continue
            for length in _lengths(pair, row, start):
                chunk = latin[start : start + length]
                chance = known.get(chunk, _unseen(length)) if chances else PRIOR_OF_LENGTH[length] * LETTERS**-length
                forward[row + 1][start + length] += mass * chance
                steps.append((row, start, chunk, mass * chance, chance))
    total = forward[-1][-1]
    if total <= 0:
        return
    backward = [[0.0] * (len(latin) + 1) for _ in range(len(symbols) + 1)]
    backward[-1][-1] = 1.0
    for row, start, chunk, mass, chance in reversed(steps):
        after = backward[row + 1][start + len(chunk)]
        if after:
            backward[row][start] += chance * after
            expected[symbols[row]][chunk] += mass * after / total


def _lengths(pair: Pair, row: int, start: int) -> range:
    """Lengths of the chunk at `row` from which the symbols that are left can still reach the end."""
    left = len(pair.latin) - start
    return range(max(0, left - LONGEST_CHUNK * (len(pair.symbols) - row - 1)), min(LONGEST_CHUNK, left) + 1)


def best_alignment(pair: Pair, chances: Chances) -> tuple[float, list[str]]:
    """The likeliest alignment (Viterbi): its log-probability and each symbol's chunk."""
    size = len(pair.latin) + 1
    scores = [[-math.inf] * size for _ in range(len(pair.symbols) + 1)]
    taken = [[0] * size for _ in range(len(pair.symbols) + 1)]
    scores[0][0] = 0.0
    for row, symbol in enumerate(pair.symbols):
        known = chances.get(symbol, {})
        for start in range(size):
            if scores[row][start] == -math.inf:
                continue
            for length in _lengths(pair, row, start):
                chunk = pair.latin[start : start + length]
                score = scores[row][start] + math.log(known.get(chunk, _unseen(length)))
                if score > scores[row + 1][start + length]:
                    scores[row + 1][start + length] = score
                    taken[row + 1][start + length] = length
    chunks: list[str] = []
    end = len(pair.latin)
    for row in range(len(pair.symbols), 0, -1):
        chunks.append(pair.latin[end - taken[row][end] : end])
        end -= taken[row][end]
    return scores[-1][-1], chunks[::-1]


def spellings_by_context(pairs: Iterable[Pair], chances: Chances, least_count: int) -> Levels:
    """The likeliest chunk of each symbol in each context that was seen `least_count` times, per level of `CONTEXTS`.

    A context whose narrower one says the same is left out.
    """
    narrower: dict[Symbols, dict[str, float]] = {}
    said: dict[Symbols, str] = {}
    levels: Levels = []
    counts = _counts(pairs, chances)
    for level in reversed(range(len(CONTEXTS))):
        smoothed: dict[Symbols, dict[str, float]] = {}
        saying: dict[Symbols, str] = {}
        kept: dict[Symbols, str] = {}
        for context, chunks in counts[level].items():
            inner = _narrowed(context, level)
            likely = _smoothed(chunks, narrower.get(inner, {}))
            smoothed[context] = likely
            best = max(sorted(likely), key=likely.__getitem__)
            before = said.get(inner)
            seen_enough = sum(chunks.values()) >= least_count
            saying[context] = best if seen_enough or before is None else before
            if saying[context] != before:
                kept[context] = best
        levels.insert(0, kept)
        narrower, said = smoothed, saying
    return levels


def _smoothed(chunks: Counter[str], narrower: Mapping[str, float]) -> dict[str, float]:
    share = SMOOTHING if narrower else 0.0
    total = sum(chunks.values()) + share
    return {chunk: (chunks[chunk] + share * narrower.get(chunk, 0.0)) / total for chunk in {*chunks, *narrower}}


def _counts(pairs: Iterable[Pair], chances: Chances) -> list[dict[Symbols, Counter[str]]]:
    counts: list[dict[Symbols, Counter[str]]] = [defaultdict(Counter) for _ in CONTEXTS]
    for pair in pairs:
        if not pair.can_align:
            continue
        score, chunks = best_alignment(pair, chances)
        if score / (len(pair.symbols) + len(pair.latin)) < LEAST_SCORE_PER_LETTER:
            continue
        padded = (EDGE, EDGE, *pair.symbols, EDGE, EDGE)
        for place, chunk in enumerate(chunks, start=2):
            for level, (before, after) in enumerate(CONTEXTS):
                counts[level][padded[place - before : place + after + 1]][chunk] += pair.weight
    return counts


def _narrowed(context: Symbols, level: int) -> Symbols:
    """The part of a context that the next level looks at."""
    if level + 1 == len(CONTEXTS):
        return ()
    (before, after), (less_before, less_after) = CONTEXTS[level], CONTEXTS[level + 1]
    return context[before - less_before : len(context) - (after - less_after)]
