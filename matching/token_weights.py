"""What the schema gives each kind of token, and each common word: bits, and rarity. Documented field by field."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NameWeights:
    """Bits per token of a name, by kind of token (`tokens.py` says what each is made of).

    The classes of `phonetics.consonant_skeleton` are coarse, those of `fine_skeleton` keep voice and place.
    """

    initial: float
    """The first letter of a word's Latin spelling."""
    initial_class: float
    """The first coarse class of a word."""
    final_class: float
    """The last coarse class of a word."""
    class_prefix: float
    """The first two coarse classes of a word."""
    spelling_prefix: float
    """The first four letters of a word."""
    consonants: float
    """The whole fine skeleton of a word."""
    classes: float
    """The whole coarse skeleton of a word."""
    vowels: float
    """The vowels of a word in three classes, in order."""
    equivalent: float
    """The group of equal words (Wikidata) that a word belongs to, where it belongs to one."""
    phonetic: float
    """The word's Metaphone code."""
    consonant_bigram: float
    """Each bigram of a word's fine skeleton, its edges marked."""
    sound_bigram: float
    """Each bigram of a word's coarse sound (vowels kept), its edges marked."""
    spelling_bigram: float
    """Each bigram of a word's Latin letters, its edges marked."""
    joined_consonant_bigram: float
    """Each bigram of the fine skeletons of all words, joined to a ring."""
    joined_class_bigram: float
    """Each bigram of the coarse skeletons of all words, joined to a ring."""
    joined_class_trigram: float
    """Each trigram of the same ring, within two neighbouring words."""
    initial_pair: float
    """The first classes of two words that are no particles; of n words each pair gets 1 / (n - 1) of it."""
    word_count: float
    """The number of words that are no particles."""


@dataclass(frozen=True, slots=True)
class DateWeights:
    """Bits per token of a birth date."""

    year: float
    month: float
    day: float
    year_month: float
    year_day: float
    month_day: float
    sorted_day_month: float
    """The date with day and month in rising order: meets one that was written the other way round."""
    whole: float
    part_anywhere: float
    """Day and month wherever they stand."""
    digit: float
    """Each digit in its place: meets a single wrong key."""
    century_digit: float
    """The second digit of the year, which nearly everybody shares."""
    digit_pair: float
    """Each two neighbouring digits in their place."""


@dataclass(frozen=True, slots=True)
class YearWeights:
    """Bits for a year alone, and for each neighbouring year's window (ages are often off by one)."""

    year: float
    neighbour: float
    """Each window of two years; neighbouring years share one of their two."""


@dataclass(frozen=True, slots=True)
class RarityTable:
    """How much a word of a name tells: -log2 of the share of people who bear it, summed over a name's words."""

    unlisted: float
    """Of a word that is not listed."""
    per_letter: float
    """No word tells more than this for each of its letters."""
    particle: float
    """Of a particle, honorific or initial."""
    common: dict[str, float]
    """Of common words, by their Latin form as `names.name_words` gives it."""
