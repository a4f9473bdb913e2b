"""The fields beside the name to the bits that they set, each value computed once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final

from symbolon.matching.identifier_types import BirthDate, RecordIdentifiers
from symbolon.matching.lanes import VectorLayout
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.matching.name_masks import NameMasks
from symbolon.matching.names import name_words
from symbolon.matching.token_masks import TokenMasks
from symbolon.matching.tokens import (
    Token,
    birth_date_tokens,
    birth_year_tokens,
    month_and_day_tokens,
    unknown_day_token,
    whole_date_tokens,
    word_tokens,
    year_tokens,
)

_REMEMBERED: Final = 50_000
_NAME_FIELD: Final = "name"
_DATE_FIELDS: Final = ("partial_date", "birth_date")


class FieldMasks:
    """The bits of every field over all lanes, under keys of their own."""

    def __init__(self, schema: LinkageSchema, layout: VectorLayout, subkey: Callable[[str], bytes]) -> None:
        self._names = NameMasks(
            subkey(f"{schema.id}/field/{_NAME_FIELD}"),
            layout.lanes[_NAME_FIELD],
            schema.particle_factor,
        )
        self._masks = {
            field: TokenMasks(subkey(f"{schema.id}/field/{field}"), lanes)
            for field, lanes in layout.lanes.items()
            if field not in {_NAME_FIELD, *_DATE_FIELDS}
        }
        # The explanation's lane stands first in both, so that a partial date sets some of the bits of a whole one.
        date_key = subkey(f"{schema.id}/field/birth_date")
        explaining, judging = (layout.lanes.get(field, ()) for field in _DATE_FIELDS)
        self._partial_dates = TokenMasks(date_key, explaining)
        self._whole_dates = TokenMasks(date_key, (*explaining, *judging))
        self._known: dict[Hashable, int] = {}
        self.name = self._names.of

    def beside_the_name(self, identifiers: RecordIdentifiers) -> tuple[int, set[str]]:
        """The bits of all other fields, and which fields a profile may count on."""
        bits = 0
        filled = set()
        date = identifiers.birth_date
        if date is not None:
            filled.add("birth_year")
            bits |= self._of(date, "date", self._date)
            if date.is_whole:
                filled.add("birth_date")
        if identifiers.place is not None:
            filled.add("place")
            bits |= self._of(identifiers.place.text, "place", self._place)
        if identifiers.nationality is not None:
            filled.add("nationality")
            bits |= self._of(identifiers.nationality.code, "nationality", self._nationality)
        if identifiers.sex is not None:
            filled.add("sex")
            bits |= self._of(identifiers.sex.code, "sex", self._sex)
        return bits, filled

    def _of(self, value: Hashable, field: str, computed: Callable[[Any], int]) -> int:
        known = self._known.get((field, value))
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[field, value] = computed(value)
        return known

    def _date(self, date: BirthDate) -> int:
        """A date explains itself however partial it is; its year and, if whole, all of it go into the profiles.

        The parts of whole dates are remembered, since few dates are met twice and every part is.
        """
        bits = self._of(date.year, "birth_year", self._birth_year)
        if not date.is_whole:
            return bits | self._partial_dates.of(birth_date_tokens(date))
        year, month, day = f"{date.year:04}", f"{date.month:02}", f"{date.day:02}"
        bits |= self._of(year, "year of a date", self._year_of_date)
        if date.is_new_year:
            return bits | self._whole_dates.of([unknown_day_token(year)])
        bits |= self._of((month, day), "day of a date", self._day_of_date)
        return bits | self._whole_dates.of(whole_date_tokens(year, month, day))

    def _birth_year(self, year: int) -> int:
        return self._masked("birth_year", birth_year_tokens(year))

    def _year_of_date(self, year: str) -> int:
        return self._whole_dates.of(year_tokens(year))

    def _day_of_date(self, month_and_day: tuple[str, str]) -> int:
        return self._whole_dates.of(month_and_day_tokens(*month_and_day))

    def _place(self, text: str) -> int:
        return self._masked("place", (token for word in name_words(text) for token in word_tokens(word)))

    def _nationality(self, code: str) -> int:
        return self._masked("nationality", (("value", code),))

    def _sex(self, code: str) -> int:
        return self._masked("sex", (("value", code),))

    def _masked(self, field: str, tokens: Iterable[Token]) -> int:
        return self._masks[field].of(tokens) if field in self._masks else 0
