"""Fields as sets of tokens, each of a kind that the schema weighs. Two fields are as alike as their sets overlap.

A token is (kind, text). The schema says for each vector how many bits a token of a kind sets; see `linkage_schema`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from symbolon.matching.identifier_types import BirthDate
from symbolon.matching.names import NameWord
from symbolon.matching.phonetics import (
    coarse_sound,
    consonant_skeleton,
    fine_skeleton,
    phonetic_codes,
    vowel_classes,
)
from symbolon.matching.qgrams import bigrams, trigrams

Token = tuple[str, str]
TokenGroup = tuple[str, Sequence[str]]
"""Several tokens of one kind."""
_EDGE: Final = "_"


@lru_cache(maxsize=65536)
def skeletons(roman: str) -> tuple[str, str]:
    """(fine, coarse) consonant skeleton of a romanised word."""
    return fine_skeleton(roman), consonant_skeleton(roman)


def word_tokens(word: NameWord) -> Iterator[Token]:
    """What one word of a name says by itself; a second occurrence of a word says it again, as tokens of their own."""
    roman = word.roman
    fine, coarse = skeletons(roman)
    groups = [*spelling_tokens(roman), *fine_tokens(fine), *coarse_tokens(coarse), *sound_tokens(coarse_sound(roman))]
    if word.equivalent and not word.is_particle:
        groups.append(("equivalent", (word.equivalent,)))
    return ((kind, text) for kind, texts in groups for text in texts)


def spelling_tokens(roman: str) -> Iterator[TokenGroup]:
    """What the letters of a word say."""
    yield "initial", (roman[:1],)
    yield "spelling_prefix", (roman[:4],)
    yield "phonetic", phonetic_codes(roman)
    yield "spelling_bigram", bigrams(roman, edges=_EDGE)


def fine_tokens(fine: str) -> Iterator[TokenGroup]:
    """What the fine consonant skeleton of a word says."""
    yield "consonants", (fine,)
    yield "consonant_bigram", bigrams(fine, edges=_EDGE)
    yield "joined_consonant_bigram", bigrams(fine)


def coarse_tokens(coarse: str) -> Iterator[TokenGroup]:
    """What the coarse consonant skeleton of a word says."""
    yield "classes", (coarse,)
    yield "initial_class", (coarse[:1],)
    yield "final_class", (coarse[-1:],)
    yield "class_prefix", (coarse[:2],)
    yield "joined_class_bigram", bigrams(coarse)
    yield "joined_class_trigram", trigrams(coarse)


def sound_tokens(sound: str) -> Iterator[TokenGroup]:
    """What the coarse sound of a word says."""
    yield "vowels", (vowel_classes(sound),)
    yield "sound_bigram", bigrams(sound, edges=_EDGE)


def word_ends(fine: str, coarse: str) -> tuple[str, str]:
    """What a word of these skeletons gives to its links: (to the word after it, to the word before it)."""
    return f"{fine[-1:]}|{coarse[-2:]}", f"{fine[:1]}|{coarse[:2]}"


def link_tokens(left_end: str, right_start: str) -> Iterator[TokenGroup]:
    """What two neighbouring words make together when their skeletons are joined.

    A name is a ring: its last word is the neighbour of its first. So a surname may stand first or last, and a word may
    be written in one or in two, with most tokens the same.
    """
    left_fine, left_coarse = left_end.split("|")
    right_fine, right_coarse = right_start.split("|")
    if left_fine and right_fine:
        yield "joined_consonant_bigram", (left_fine + right_fine,)
    if left_coarse and right_coarse:
        yield "joined_class_bigram", (left_coarse[-1] + right_coarse[0],)
    yield "joined_class_trigram", trigrams(left_coarse + right_coarse)


def pair_token(pair: tuple[str, str]) -> Token:
    """What two words of a name make together wherever they stand: the first classes of both skeletons."""
    return "initial_pair", "+".join(sorted(pair))


def word_count_token(words: int) -> Token:
    """How many words that are no particles a name has: a son bears his father's whole name after his own."""
    return "word_count", str(words)


def year_tokens(year: str) -> Iterator[Token]:
    """What the four digits of a year say by themselves."""
    yield "year", year
    # The first digit is 1 or 2 for everybody, so it says nothing.
    for place in (1, 2, 3):
        yield ("digit" if place > 1 else "century_digit"), f"{place}{year[place]}"
    yield "digit_pair", f"2{year[2:4]}"


def month_tokens(month: str) -> Iterator[Token]:
    """What a month says by itself; `part_anywhere` meets a day that was written in its place."""
    yield "month", month
    yield "part_anywhere", month
    yield from (("digit", f"4{month[0]}"), ("digit", f"5{month[1]}"), ("digit_pair", f"4{month}"))


def month_and_day_tokens(month: str, day: str) -> Iterator[Token]:
    """What a month and its day say without the year."""
    yield from month_tokens(month)
    yield "day", day
    yield "part_anywhere", f"{day}again" if day == month else day
    yield from (("digit", f"6{day[0]}"), ("digit", f"7{day[1]}"), ("digit_pair", f"5{month[1]}{day[0]}"))
    yield from (("digit_pair", f"6{day}"), ("month_day", month + day))


def year_and_month_tokens(year: str, month: str) -> Iterator[Token]:
    """What a year and a month say together."""
    yield "year_month", year + month
    yield "digit_pair", f"3{year[3]}{month[0]}"


def whole_date_tokens(year: str, month: str, day: str) -> Iterator[Token]:
    """What year and day say together, and the whole date; year and month say theirs in `year_and_month_tokens`."""
    yield "year_day", year + day
    yield "sorted_day_month", year + min(month, day) + max(month, day)
    yield "whole", year + month + day


def unknown_day_token(year: str) -> Token:
    """What 1 January says beside its year: it stands for an unknown day in most registers.

    Two people born then are alike by name, or not at all.
    """
    return "whole", f"{year}0101"


def birth_date_tokens(date: BirthDate) -> Iterator[Token]:
    """All that is known of a date: its parts, their pairs, day and month in either order, single digits."""
    year = f"{date.year:04}"
    yield from year_tokens(year)
    if date.month is None:
        return
    month = f"{date.month:02}"
    if date.day is None:
        yield from month_tokens(month)
        yield from year_and_month_tokens(year, month)
    elif date.is_new_year:
        yield unknown_day_token(year)
    else:
        yield from month_and_day_tokens(month, f"{date.day:02}")
        yield from year_and_month_tokens(year, month)
        yield from whole_date_tokens(year, month, f"{date.day:02}")


def birth_year_tokens(year: int) -> Iterator[Token]:
    """The year, and two-year windows that neighbours share (Vatsalan & Christen 2016)."""
    yield "year", str(year)
    yield "neighbour", str(year - 1)
    yield "neighbour", str(year)
