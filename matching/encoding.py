"""Identifiers to an encoded record: a composite Bloom filter per profile and name, keyed tokens, explanation vectors.

Record-level Bloom filters (Durham et al. 2014): every token of every field sets bits in one vector, in proportion to
its weight. Plain integers serve as bit sets, and one integer holds side by side the vectors of all profiles that a
record fills, so that a name costs one look-up a word however many vectors it goes into. The same identifiers, schema
and keys give the same bytes on any machine, in any order of fields and of values within a field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from symbolon.matching.encoded_record import TOKEN_BYTES, EncodedRecord
from symbolon.matching.errors import TooLittleToMatch
from symbolon.matching.exact_tokens import exact_tokens
from symbolon.matching.field_masks import FieldMasks
from symbolon.matching.identifier_types import PersonName, RecordIdentifiers
from symbolon.matching.linkage_schema import FIELDS, LinkageSchema, Profile
from symbolon.matching.name_rarity import NameRarity
from symbolon.matching.names import roman_readings, tells_people_apart
from symbolon.matching.readings import require_readings
from symbolon.matching.remembered import Remembered

__all__ = ["EncodedRecord", "RecordEncoder", "TooLittleToMatch"]

_NOTHING: Final[tuple[bytes, ...]] = ()
_Vectors = tuple[bytes, ...]
_Given = tuple[bool, bool, bool, bool, bool]
"""Whether a record has a date, a whole one, nationality, sex, place."""


_Reading = tuple[tuple[str, ...], int, _Vectors, float]
"""One way in which a name is read: its words in Latin letters, in any order; its bits in the profiles' vectors, side by
side; its explanation; its rarity."""


class _Place(NamedTuple):
    """Where a profile's vector lies among those of the profiles that a record fills, and what it must fulfil."""

    profile_id: str
    first_bit: int
    all_bits: int
    rarity: float
    least: int
    most: int


class _FilledProfiles:
    """The profiles that records with the same fields fill, and what was computed for such records before."""

    def __init__(self, schema: LinkageSchema, keys: Mapping[str, bytes], profiles: Sequence[Profile]) -> None:
        all_bits = (1 << schema.vector_bits) - 1
        self.places = [
            _Place(profile.id, place * schema.vector_bits, all_bits, *_bounds(profile))
            for place, profile in enumerate(profiles)
        ]
        self.fields = FieldMasks(schema, keys, profiles)
        self._rarity = NameRarity(schema.rarity)
        self._known = Remembered(self._of_name)

    def readings(self, name: PersonName) -> tuple[_Reading, ...]:
        """The readings of a name, without those that are one title."""
        return self._known[name.text, name.language]

    def _of_name(self, name: tuple[str, str | None]) -> tuple[_Reading, ...]:
        return tuple(
            [
                (tuple(sorted(romans)), *self.fields.name(romans), self._rarity.of(romans))
                for romans in roman_readings(*name)
                if tells_people_apart(romans)
            ]
        )


class RecordEncoder:
    """Encodes records under one schema and one linkage key.

    Args:
        schema: the agreed linkage schema.
        subkey: gives the key of a label (32 bytes), so that each field and token kind has a key of its own.

    Raises:
        SchemaError: the schema was made for other tables of reading names than this program's.

    """

    def __init__(self, schema: LinkageSchema, subkey: Callable[[str], bytes]) -> None:
        require_readings(schema.readings)
        self._schema = schema
        self._max_names = schema.max_names
        self._field_keys = {field: subkey(f"{schema.id}/field/{field}") for field in FIELDS}
        self._token_keys = {kind: subkey(f"{schema.id}/token/{kind}") for kind in schema.token_kinds}
        self._no_profiles = {profile.id: _NOTHING for profile in schema.profiles}
        self._no_explanations = dict.fromkeys(schema.explanations, _NOTHING)
        self._no_tokens = dict.fromkeys(schema.token_kinds, _NOTHING)
        self._filled = Remembered(self._filled_by)
        self._filled_by_fields = Remembered[_Given, _FilledProfiles](lambda given: self._filled[self._profiles(*given)])

    def encode(self, identifiers: RecordIdentifiers) -> EncodedRecord:
        """Encode all that the record gives.

        Raises:
            TooLittleToMatch: nothing in it could be compared with anything, or it would match far too much.

        """
        date = identifiers.birth_date
        filled = self._filled_by_fields[
            date is not None,
            date is not None and date.day is not None,
            identifiers.nationality is not None,
            identifiers.sex is not None,
            identifiers.place is not None,
        ]
        profiles, explanations = self._no_profiles.copy(), self._no_explanations.copy()
        beside = filled.fields.beside_the_name(identifiers, explanations)
        readings = self._readings(filled, identifiers.names)
        if readings:
            explanations["name"] = _distinct(readings)
            for place in filled.places:
                profiles[place[0]] = _vectors(place, readings, beside)
        tokens = self._no_tokens.copy()
        if identifiers.has_numbers:
            for kind, values in exact_tokens(identifiers).items():
                if kind in tokens:
                    tokens[kind] = self._tokens(kind, values)
        record = EncodedRecord(profiles, explanations, tokens)
        if not any(profiles.values()):
            self._refuse_if_too_little(record, identifiers, [rarity for _, _, _, rarity in readings])
        return record

    def _profiles(self, dated: bool, wholly: bool, nationality: bool, sex: bool, place: bool) -> tuple[Profile, ...]:
        """The profiles that a name fills beside these fields."""
        given = zip(FIELDS, (True, wholly, dated, nationality, sex, place), strict=True)
        filled = {field for field, is_given in given if is_given}
        return tuple(profile for profile in self._schema.profiles if filled.issuperset(profile.beside_name))

    def _filled_by(self, profiles: tuple[Profile, ...]) -> _FilledProfiles:
        return _FilledProfiles(self._schema, self._field_keys, profiles)

    def _readings(self, filled: _FilledProfiles, names: tuple[PersonName, ...]) -> Sequence[_Reading]:
        """The readings of all names, without those that are one title.

        First readings come before second ones; of more than the schema allows, the first in sorted order.
        """
        if len(names) == 1:
            readings = filled.readings(names[0])
            return readings if len(readings) <= self._max_names else readings[: self._max_names]
        by_name = [filled.readings(name) for name in names]
        kept: dict[tuple[str, ...], _Reading] = {}
        for rank in range(max(map(len, by_name), default=0)):
            for reading in sorted([readings[rank] for readings in by_name if len(readings) > rank], key=_order):
                kept.setdefault(reading[0], reading)
        return list(kept.values())[: self._max_names]

    def _tokens(self, kind: str, values: frozenset[str]) -> tuple[bytes, ...]:
        key = self._token_keys[kind]
        return tuple(sorted(blake2b(value.encode(), key=key, digest_size=TOKEN_BYTES).digest() for value in values))

    def _refuse_if_too_little(
        self, record: EncodedRecord, identifiers: RecordIdentifiers, rarities: list[float]
    ) -> None:
        if any(record.tokens[kind] for kind in self._schema.decisive_tokens):
            return
        if rarities and any(record.tokens.values()):
            return
        if rarities and identifiers.birth_date and identifiers.birth_date.is_whole:
            raise TooLittleToMatch(
                "the name is too common or too short to tell people apart: add the rest of it, or a number"
            )
        if rarities and max(rarities) < self._schema.least_name_rarity:
            raise TooLittleToMatch("the name is so common that it would match a crowd: add a whole date of birth")
        if rarities:
            raise TooLittleToMatch("add a date of birth, or a nationality beside a year of birth and a rarer name")
        if identifiers.documents:
            raise TooLittleToMatch("add the state that issued the document, or a name")
        if identifiers.names:
            raise TooLittleToMatch("the name holds only titles, particles or initials: add the rest of it")
        raise TooLittleToMatch("add a name with a date of birth, or the number of a document, phone, ship or account")


def _bounds(profile: Profile) -> tuple[float, int, int]:
    return profile.min_name_rarity, profile.popcount_min, profile.popcount_max


def _order(reading: _Reading) -> tuple[tuple[str, ...], list[int], int]:
    """By words; the same words written in another order make other bits, which decide then."""
    words, judging, explanation, _ = reading
    return words, [int.from_bytes(vector, "little") for vector in explanation], judging


def _vectors(place: _Place, readings: Sequence[_Reading], beside: int) -> _Vectors:
    """The vectors of one profile, of all readings of a name that tell enough."""
    _, first_bit, all_bits, rarity, least, most = place
    vectors = []
    for _, judging, _, told in readings:
        if told < rarity:
            continue
        bits = (judging | beside) >> first_bit & all_bits
        count = bits.bit_count()
        if count > most:
            bits = _capped(bits, count - most)
        if count >= least:
            vectors.append(bits.to_bytes(all_bits.bit_length() // 8, "little"))
    return tuple(vectors) if len(vectors) < 2 else tuple(sorted(set(vectors)))


def _distinct(readings: Sequence[_Reading]) -> _Vectors:
    """The explanations of all readings."""
    if len(readings) == 1:
        return readings[0][2]
    return tuple(sorted({vector for _, _, explanation, _ in readings for vector in explanation}))


def _capped(bits: int, over: int) -> int:
    """Without the `over` highest bits: the same ones in vectors that are alike, and as good as random."""
    for _ in range(over):
        bits ^= 1 << (bits.bit_length() - 1)
    return bits
