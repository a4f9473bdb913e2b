"""Identifiers to an encoded record: a composite Bloom filter per profile and name, keyed tokens, explanation vectors.

Record-level Bloom filters (Durham et al. 2014): every token of every field sets bits in one vector, in proportion to
its weight. Plain integers serve as bit sets, and one integer holds all vectors side by side, so that a name costs one
look-up a word however many vectors it goes into. The same identifiers, schema and keys give the same bytes on any
machine, in any order of fields and of values within a field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from symbolon.matching.encoded_record import TOKEN_BYTES, EncodedRecord
from symbolon.matching.errors import TooLittleToMatch
from symbolon.matching.exact_tokens import exact_tokens
from symbolon.matching.field_masks import FieldMasks
from symbolon.matching.identifier_types import PersonName, RecordIdentifiers
from symbolon.matching.lanes import VectorLayout
from symbolon.matching.linkage_schema import LinkageSchema, Profile
from symbolon.matching.name_rarity import NameRarity
from symbolon.matching.names import name_readings, tells_people_apart

__all__ = ["EncodedRecord", "RecordEncoder", "TooLittleToMatch"]

_NOTHING: Final[tuple[bytes, ...]] = ()
_REMEMBERED: Final = 50_000
"""Names remembered; beyond that the memory starts anew (about 40 MB at most)."""
_Vectors = tuple[bytes, ...]


class _Reading(NamedTuple):
    """One way in which a name is read: its words' key, whatever their order; its bits; its rarity."""

    key: tuple[str, ...]
    bits: int
    rarity: float


class RecordEncoder:
    """Encodes records under one schema and one linkage key.

    Args:
        schema: the agreed linkage schema.
        subkey: gives the key of a label (32 bytes), so that each field and token kind has a key of its own.

    """

    def __init__(self, schema: LinkageSchema, subkey: Callable[[str], bytes]) -> None:
        self._schema = schema
        layout = VectorLayout.of(schema)
        self._fields = FieldMasks(schema, layout, subkey)
        self._rarity = NameRarity(schema.rarity)
        self._width = layout.size
        self._profiles = [
            (profile, frozenset(profile.beside_name), layout.profiles[profile.id]) for profile in schema.profiles
        ]
        self._explanations = [(kind, *place) for kind, place in layout.explanations.items()]
        self._no_tokens = dict.fromkeys(schema.token_kinds, _NOTHING)
        self._token_keys = {kind: subkey(f"{schema.id}/token/{kind}") for kind in schema.token_kinds}
        self._readings_of: dict[PersonName, tuple[_Reading, ...]] = {}

    def encode(self, identifiers: RecordIdentifiers) -> EncodedRecord:
        """Encode all that the record gives.

        Raises:
            TooLittleToMatch: nothing in it could be compared with anything, or it would match far too much.

        """
        readings = self._readings(identifiers.names)
        shared, filled = self._fields.beside_the_name(identifiers)
        wholes = [(reading.bits | shared).to_bytes(self._width, "little") for reading in readings]
        profiles = {
            profile.id: self._profile(profile, start, end, readings, wholes)
            if wholes and needed <= filled
            else _NOTHING
            for profile, needed, (start, end, _) in self._profiles
        }
        beside = shared.to_bytes(self._width, "little")
        explanations = {
            kind: _distinct([whole[start:end] for whole in (wholes if kind == "name" else (beside,))], nothing)
            for kind, start, end, nothing in self._explanations
        }
        tokens = self._no_tokens.copy()
        if identifiers.has_numbers:
            for kind, values in exact_tokens(identifiers).items():
                if kind in tokens:
                    tokens[kind] = self._tokens(kind, values)
        record = EncodedRecord(profiles, explanations, tokens)
        if not any(profiles.values()):
            self._refuse_if_too_little(record, identifiers, [reading.rarity for reading in readings])
        return record

    def _readings(self, names: tuple[PersonName, ...]) -> Sequence[_Reading]:
        """The readings of all names, without those that are one title.

        First readings come before second ones; of more than the schema allows, the first in sorted order.
        """
        if len(names) == 1:
            return self._of_name(names[0])[: self._schema.max_names]
        by_name = [self._of_name(name) for name in names]
        kept: dict[tuple[str, ...], _Reading] = {}
        for rank in range(max(map(len, by_name), default=0)):
            for reading in sorted(readings[rank] for readings in by_name if len(readings) > rank):
                kept.setdefault(reading.key, reading)
        return list(kept.values())[: self._schema.max_names]

    def _of_name(self, name: PersonName) -> tuple[_Reading, ...]:
        known = self._readings_of.get(name)
        if known is None:
            known = tuple(
                _Reading(tuple(sorted(word.roman for word in words)), self._fields.name(words), self._rarity.of(words))
                for words in name_readings(name.text, name.language)
                if tells_people_apart(words)
            )
            if len(self._readings_of) >= _REMEMBERED:
                self._readings_of.clear()
            self._readings_of[name] = known
        return known

    @staticmethod
    def _profile(profile: Profile, start: int, end: int, readings: Sequence[_Reading], wholes: list[bytes]) -> _Vectors:
        vectors = []
        for reading, whole in zip(readings, wholes, strict=True):
            if reading.rarity < profile.min_name_rarity:
                continue
            vector = whole[start:end]
            count = int.from_bytes(vector, "little").bit_count()
            if count > profile.popcount_max:
                vector = _capped(vector, profile.popcount_max)
            if count >= profile.popcount_min:
                vectors.append(vector)
        return tuple(vectors) if len(vectors) < 2 else tuple(sorted(set(vectors)))

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
        raise TooLittleToMatch("add a name with a date of birth, or the number of a document, phone, ship or account")


def _distinct(vectors: list[bytes], nothing: bytes) -> _Vectors:
    if len(vectors) == 1:
        return _NOTHING if vectors[0] == nothing else (vectors[0],)
    return tuple(sorted(set(vectors) - {nothing}))


def _capped(vector: bytes, most: int) -> bytes:
    """Drop the highest bits beyond `most`: the same ones in vectors that are alike, and as good as random."""
    bits = int.from_bytes(vector, "little")
    for _ in range(bits.bit_count() - most):
        bits ^= 1 << (bits.bit_length() - 1)
    return bits.to_bytes(len(vector), "little")
