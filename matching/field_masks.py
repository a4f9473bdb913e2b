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
from symbolon.matching.tokens import Token, birth_date_tokens, birth_year_tokens, word_tokens

_REMEMBERED: Final = 50_000
_NAME_FIELD: Final = "name"


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
            if field != _NAME_FIELD
        }
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
        """A date explains itself however partial it is; its year and, if whole, all of it go into the profiles."""
        tokens = tuple(birth_date_tokens(date))
        bits = self._masked("partial_date", tokens) | self._masked("birth_year", birth_year_tokens(date.year))
        return bits | self._masked("birth_date", tokens) if date.is_whole else bits

    def _place(self, text: str) -> int:
        return self._masked("place", (token for word in name_words(text) for token in word_tokens(word)))

    def _nationality(self, code: str) -> int:
        return self._masked("nationality", (("value", code),))

    def _sex(self, code: str) -> int:
        return self._masked("sex", (("value", code),))

    def _masked(self, field: str, tokens: Iterable[Token]) -> int:
        return self._masks[field].of(tokens) if field in self._masks else 0
