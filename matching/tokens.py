"""Fields as weighted sets of tokens: (token, bits). Two fields are as alike as their sets overlap by weight."""

from __future__ import annotations

from collections.abc import Iterator

from symbolon.matching.identifier_types import BirthDate
from symbolon.matching.linkage_schema import DateWeights, NameWeights, YearWeights
from symbolon.matching.names import NameWord, name_words
from symbolon.matching.phonetics import coarse_sound, consonant_skeleton, phonetic_codes
from symbolon.matching.qgrams import bigrams

WeightedToken = tuple[str, float]


def name_word_tokens(word: NameWord, weights: NameWeights) -> Iterator[WeightedToken]:
    """One word's share: bigrams of its skeleton, its coarse sound and its spelling; skeleton edges; phonetic codes."""
    skeleton = consonant_skeleton(word.roman)
    again = "" if word.occurrence == 1 else f"again{word.occurrence}"
    factor = weights.particle_factor if word.is_particle else 1.0
    stretch = factor * (weights.reference_length / (len(word.roman) + 1)) ** weights.length_power
    for bigram in bigrams(skeleton):
        yield f"k{bigram}{again}", weights.skeleton_bigram * stretch
    if skeleton:
        yield f"i{skeleton[0]}{again}", weights.skeleton_edge * factor
        yield f"o{skeleton[-1]}{again}", weights.skeleton_edge * factor
    for bigram in bigrams(coarse_sound(word.roman), edges="_"):
        yield f"s{bigram}{again}", weights.sound_bigram * stretch
    for bigram in bigrams(word.roman, edges="_"):
        yield f"r{bigram}{again}", weights.roman_bigram * stretch
    for code in phonetic_codes(word.roman):
        yield f"p{code}{again}", weights.phonetic * factor


def name_pair_tokens(pair: tuple[NameWord, NameWord], words: int, weights: NameWeights) -> Iterator[WeightedToken]:
    """What two of a name's `words` words make together: relatives share one word of a name, seldom two.

    The sum over all pairs grows with the number of words, not with its square.
    """
    skeletons = sorted(consonant_skeleton(word.roman) for word in pair)
    share = 2 / max(words - 1, 1)
    yield f"K{'+'.join(skeletons)}", weights.pair_skeleton * share
    yield f"I{'+'.join(skeleton[:2] for skeleton in skeletons)}", weights.pair_initials * share


def birth_date_tokens(date: BirthDate, weights: DateWeights) -> Iterator[WeightedToken]:
    """What is known of a date: its parts, their pairs, day and month in either order, single digits."""
    year = f"{date.year:04}"
    yield f"Y{year}", weights.year
    known = year
    if date.month is not None:
        month = f"{date.month:02}"
        known += month
        yield f"M{month}", weights.month
        yield f"YM{known}", weights.year_month
        yield f"P{month}", weights.part_anywhere
        if date.day is not None:
            day = f"{date.day:02}"
            yield f"D{day}", weights.day
            yield f"YD{year}{day}", weights.year_day
            yield f"MD{month}{day}", weights.month_day
            yield f"S{year}{min(month, day)}{max(month, day)}", weights.sorted_day_month
            yield f"F{known}{day}", weights.whole
            yield f"P{day}{'again' if day == month else ''}", weights.part_anywhere
            known += day
    # The first digit is 1 or 2 for everybody, the second nearly so.
    for place, digit in enumerate(known[1:], start=1):
        yield f"p{place}{digit}", weights.digit if place > 1 else weights.digit / 2
    for place in range(2, len(known) - 1):
        yield f"b{place}{known[place : place + 2]}", weights.digit_pair


def birth_year_tokens(year: int, weights: YearWeights) -> Iterator[WeightedToken]:
    """The year, and two-year windows that neighbours share (Vatsalan & Christen 2016)."""
    yield f"Y{year}", weights.year
    yield f"W{year - 1}", weights.neighbour
    yield f"W{year}", weights.neighbour


def place_tokens(text: str, weights: NameWeights) -> Iterator[WeightedToken]:
    """A place's words, like those of a name."""
    for word in name_words(text):
        yield from name_word_tokens(word, weights)
