"""What each field of a record sets in the vectors of some profiles, and in the vector that explains it.

Profiles that a record cannot fill are not computed: the same fields are missing in most records of a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from symbolon.matching.identifier_types import BirthDate, RecordIdentifiers
from symbolon.matching.lanes import PARTIAL_DATE, explanation_vector, lanes_by_field, profile_vector
from symbolon.matching.linkage_schema import LinkageSchema, Profile
from symbolon.matching.name_masks import NameMasks
from symbolon.matching.names import Romans, name_words
from symbolon.matching.remembered import Remembered
from symbolon.matching.token_masks import TokenMasks
from symbolon.matching.tokens import (
    Token,
    birth_date_tokens,
    birth_year_tokens,
    month_and_day_tokens,
    unknown_day_token,
    whole_date_tokens,
    word_tokens,
    year_and_month_tokens,
    year_tokens,
)

_NAME: Final = "name"
_DATE: Final = "birth_date"
_NOTHING: Final[tuple[bytes, ...]] = ()


FieldBits = tuple[int, tuple[bytes, ...]]
"""What one value sets: in the profiles' vectors, side by side; and its explanation, unless that has no bit.

A plain tuple, as everything that is remembered by the thousand: the garbage collector lets go of those.
"""


class FieldMasks:
    """The bits of every field in the vectors of `profiles`, and in the field's explanation.

    An explanation, of which a field has one, lies lowest, since most tokens of a name have no bit above it; then the
    profiles' vectors in their order.

    Args:
        schema: the agreed linkage schema.
        keys: 32 bytes for each field.
        profiles: those that records of one kind fill.

    """

    def __init__(self, schema: LinkageSchema, keys: Mapping[str, bytes], profiles: Sequence[Profile]) -> None:
        lanes = lanes_by_field(schema)
        self._explanation_bytes = {kind: form.bits // 8 for kind, form in schema.explanations.items()}
        self._judging_from = max(form.bits for form in schema.explanations.values())
        self._explaining = (1 << self._judging_from) - 1
        places = dict.fromkeys(map(explanation_vector, schema.explanations), 0)
        for number, profile in enumerate(profiles):
            places[profile_vector(profile.id)] = self._judging_from + number * schema.vector_bits
        self._names = NameMasks(keys[_NAME], lanes[_NAME], places, schema.particle_factor)
        self._masks = {
            field: TokenMasks(keys[field], of_field, places)
            for field, of_field in lanes.items()
            if field not in {_NAME, _DATE, PARTIAL_DATE}
        }
        # The explanation's lane stands first in both, so that a partial date sets some of the bits of a whole one.
        self._partial_dates = TokenMasks(keys[_DATE], lanes[PARTIAL_DATE], places)
        self._whole_dates = TokenMasks(keys[_DATE], (*lanes[PARTIAL_DATE], *lanes.get(_DATE, ())), places)
        self._years = Remembered(self._of_year)
        self._months = Remembered[tuple[str, str], int](lambda of: self._whole_dates.of(year_and_month_tokens(*of)))
        self._days = Remembered[tuple[str, str], int](lambda of: self._whole_dates.of(month_and_day_tokens(*of)))
        self._dates = Remembered(self._of_date)
        self._places = Remembered[str, FieldBits](lambda text: self._of_tokens("place", _place_tokens(text)))
        self._nationalities = Remembered[str, FieldBits](lambda code: self._of_tokens("nationality", [("value", code)]))
        self._sexes = Remembered[str, FieldBits](lambda code: self._of_tokens("sex", [("value", code)]))

    def name(self, romans: Romans) -> FieldBits:
        """The bits of one reading of a name."""
        return self._parted(_NAME, self._names.of(romans))

    def beside_the_name(self, identifiers: RecordIdentifiers, explanations: dict[str, tuple[bytes, ...]]) -> int:
        """The bits of all other fields in the profiles' vectors; their explanations are entered by kind."""
        bits = 0
        date = identifiers.birth_date
        if date is not None:
            bits, explanations[_DATE] = self._dates[date.year, date.month, date.day]
        if identifiers.nationality is not None:
            judging, explanations["nationality"] = self._nationalities[identifiers.nationality.code]
            bits |= judging
        if identifiers.sex is not None:
            judging, explanations["sex"] = self._sexes[identifiers.sex.code]
            bits |= judging
        if identifiers.place is not None:
            judging, explanations["place"] = self._places[identifiers.place.text]
            bits |= judging
        return bits

    def _of_date(self, parts: tuple[int, int | None, int | None]) -> FieldBits:
        """A date explains itself however partial it is; its year and, if whole, all of it go into the profiles.

        Few dates are met twice; every year, year and month, and month and day, is.
        """
        date = BirthDate(*parts)
        birth_year, year_of_date = self._years[date.year]
        if not date.is_whole:
            return self._parted(_DATE, birth_year | self._partial_dates.of(birth_date_tokens(date)))
        year, month, day = f"{date.year:04}", f"{date.month:02}", f"{date.day:02}"
        bits = birth_year | year_of_date
        if date.is_new_year:
            return self._parted(_DATE, bits | self._whole_dates.of([unknown_day_token(year)]))
        bits |= self._days[month, day] | self._months[year, month]
        return self._parted(_DATE, bits | self._whole_dates.once(whole_date_tokens(year, month, day)))

    def _of_year(self, year: int) -> tuple[int, int]:
        """What it sets as a year of birth; and as the year of a whole date."""
        birth_year = self._masks["birth_year"].of(birth_year_tokens(year)) if "birth_year" in self._masks else 0
        return birth_year, self._whole_dates.of(year_tokens(f"{year:04}"))

    def _of_tokens(self, field: str, tokens: Iterable[Token]) -> FieldBits:
        return self._parted(field, self._masks[field].of(tokens))

    def _parted(self, kind: str, bits: int) -> FieldBits:
        explanation = bits & self._explaining
        vectors = (explanation.to_bytes(self._explanation_bytes[kind], "little"),) if explanation else _NOTHING
        return bits >> self._judging_from, vectors


def _place_tokens(text: str) -> Iterator[Token]:
    return (token for word in name_words(text) for token in word_tokens(word))
