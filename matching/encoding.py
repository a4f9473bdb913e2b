"""Identifiers to an encoded record: a composite Bloom filter per profile and name, keyed tokens, explanation vectors.

Record-level Bloom filters (Durham et al. 2014): every token of every field sets bits in one vector, in proportion to
its weight. Plain integers serve as bit sets, and one integer holds all vectors side by side, so that a name costs one
look-up a word however many vectors it goes into. The same identifiers, schema and keys give the same bytes on any
machine, in any order of fields and of values within a field.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from symbolon.matching.encoded_record import TOKEN_BYTES, EncodedRecord
from symbolon.matching.errors import TooLittleToMatch
from symbolon.matching.exact_tokens import exact_tokens
from symbolon.matching.field_masks import FieldMasks
from symbolon.matching.identifier_types import RecordIdentifiers
from symbolon.matching.lanes import VectorLayout
from symbolon.matching.linkage_schema import LinkageSchema, Profile
from symbolon.matching.name_rarity import NameRarity
from symbolon.matching.names import NameWord, name_readings, tells_people_apart

__all__ = ["EncodedRecord", "RecordEncoder", "TooLittleToMatch"]

Name = tuple[NameWord, ...]
_NOTHING: Final[tuple[bytes, ...]] = ()


class RecordEncoder:
    """Encodes records under one schema and one linkage key.

    Args:
        schema: the agreed linkage schema.
        subkey: gives the key of a label (32 bytes), so that each field and token kind has a key of its own.

    """

    def __init__(self, schema: LinkageSchema, subkey: Callable[[str], bytes]) -> None:
        self._schema = schema
        self._layout = VectorLayout.of(schema)
        self._fields = FieldMasks(schema, self._layout, subkey)
        self._rarity = NameRarity(schema.rarity)
        self._beside_name = {profile.id: frozenset(profile.beside_name) for profile in schema.profiles}
        self._no_tokens = dict.fromkeys(schema.token_kinds, _NOTHING)
        self._token_keys = {kind: subkey(f"{schema.id}/token/{kind}") for kind in schema.token_kinds}

    def encode(self, identifiers: RecordIdentifiers) -> EncodedRecord:
        """Encode all that the record gives.

        Raises:
            TooLittleToMatch: nothing in it could be compared with anything, or it would match far too much.

        """
        names = self._names(identifiers)
        shared, filled = self._fields.beside_the_name(identifiers)
        name_bits = [self._fields.name(words) for words in names]
        wholes = [bits | shared for bits in name_bits]
        rarities = [self._rarity.of(words) for words in names]
        profiles = {
            profile.id: self._profile(profile, rarities, wholes)
            if wholes and self._beside_name[profile.id] <= filled
            else _NOTHING
            for profile in self._schema.profiles
        }
        explanations = self._explanations(wholes, shared)
        tokens = self._no_tokens.copy()
        if identifiers.has_numbers:
            for kind, values in exact_tokens(identifiers).items():
                if kind in tokens:
                    tokens[kind] = self._tokens(kind, values)
        record = EncodedRecord(profiles, explanations, tokens)
        if not any(profiles.values()):
            self._refuse_if_too_little(record, identifiers, rarities)
        return record

    def _names(self, identifiers: RecordIdentifiers) -> list[Name]:
        """The readings of all names, without those that are one title.

        First readings come before second ones; of more than the schema allows, the first in sorted order.
        """
        readings = [name_readings(name.text, name.language) for name in identifiers.names]
        if len(readings) == 1 and len(readings[0]) == 1:
            return [words for words in readings[0] if tells_people_apart(words)]
        kept: dict[tuple[NameWord, ...], Name] = {}
        for rank in range(max(map(len, readings), default=0)):
            of_rank = {reading[rank] for reading in readings if len(reading) > rank}
            for words in sorted(of_rank, key=lambda words: [word.roman for word in words]):
                if tells_people_apart(words):
                    kept.setdefault(tuple(sorted(words, key=lambda word: (word.roman, word.occurrence))), words)
        return list(kept.values())[: self._schema.max_names]

    def _profile(self, profile: Profile, rarities: list[float], wholes: list[int]) -> tuple[bytes, ...]:
        offset, _, size, ones = self._layout.profiles[profile.id]
        vectors = []
        for rarity, whole in zip(rarities, wholes, strict=True):
            if rarity < profile.min_name_rarity:
                continue
            bits = whole >> offset & ones
            count = bits.bit_count()
            if count > profile.popcount_max:
                bits = _capped(bits, profile.popcount_max)
            if count >= profile.popcount_min:
                vectors.append(bits.to_bytes(size, "little"))
        return tuple(vectors) if len(vectors) < 2 else tuple(sorted(set(vectors)))

    def _explanations(self, wholes: list[int], shared: int) -> dict[str, tuple[bytes, ...]]:
        found = {}
        for kind, (offset, _, size, ones) in self._layout.explanations.items():
            if kind == "name":
                vectors = [whole >> offset & ones for whole in wholes]
            else:
                bits = shared >> offset & ones
                vectors = [bits] if bits else []
            if len(vectors) < 2:
                found[kind] = tuple([bits.to_bytes(size, "little") for bits in vectors])
            else:
                found[kind] = tuple(sorted({bits.to_bytes(size, "little") for bits in vectors}))
        return found

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


def _capped(bits: int, most: int) -> int:
    """Drop the highest bits beyond `most`: the same ones in vectors that are alike, and as good as random."""
    excess = bits.bit_count() - most
    while excess > 0:
        bits ^= 1 << (bits.bit_length() - 1)
        excess -= 1
    return bits
