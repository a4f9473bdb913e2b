"""Identifiers to an encoded record: a composite Bloom filter per profile and name, keyed tokens, explanation vectors.

Record-level Bloom filters (Durham et al. 2014): every token of every field sets bits in one vector, in proportion to
its weight. Positions come from HMAC-SHA-512 under a key of that vector's own label. Plain integers serve as bit sets;
each distinct word's bits are computed once and kept, so a warm encoder only combines them. The same identifiers, schema
and keys give the same bytes on any machine, in any order of names' words and of fields.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from functools import partial
from itertools import combinations
from typing import Final

from symbolon.matching.bit_sets import BitSets
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.errors import TooLittleToMatch
from symbolon.matching.exact_tokens import exact_tokens
from symbolon.matching.identifier_types import RecordIdentifiers
from symbolon.matching.linkage_schema import LinkageSchema, Profile
from symbolon.matching.names import NameWord, name_words, tells_people_apart
from symbolon.matching.tokens import (
    WeightedToken,
    birth_date_tokens,
    birth_year_tokens,
    name_pair_tokens,
    name_word_tokens,
    place_tokens,
)

__all__ = ["EncodedRecord", "RecordEncoder", "TooLittleToMatch"]

TOKEN_BYTES: Final = 16


class RecordEncoder:
    """Encodes records under one schema and one linkage key.

    Args:
        schema: the agreed linkage schema.
        subkey: gives the key of a label (32 bytes), so that each vector and token kind has a key of its own.

    """

    def __init__(self, schema: LinkageSchema, subkey: Callable[[str], bytes]) -> None:
        self._schema = schema
        self._profiles = {
            profile.id: BitSets(subkey(f"{schema.id}/profile/{profile.id}"), schema.vector_bits)
            for profile in schema.profiles
        }
        self._explanations = {
            kind: BitSets(subkey(f"{schema.id}/explanation/{kind}"), vector.bits)
            for kind, vector in schema.explanations.items()
        }
        self._token_keys = {kind: subkey(f"{schema.id}/token/{kind}") for kind in schema.token_kinds}

    def encode(self, identifiers: RecordIdentifiers) -> EncodedRecord:
        """Encode all that the record gives.

        Raises:
            TooLittleToMatch: no profile is filled and no token is decisive.

        """
        names = self._names(identifiers)
        profiles = {profile.id: self._profile(profile, identifiers, names) for profile in self._schema.profiles}
        # What a schema leaves out is not compared.
        compared = ((kind, values) for kind, values in exact_tokens(identifiers).items() if kind in self._token_keys)
        tokens = {kind: self._tokens(kind, values) for kind, values in compared}
        explanations = {kind: self._explanation(kind, identifiers, names) for kind in self._schema.explanations}
        record = EncodedRecord(
            profiles, explanations, {kind: tokens.get(kind, ()) for kind in self._schema.token_kinds}
        )
        self._refuse_if_too_little(record, identifiers)
        return record

    def _names(self, identifiers: RecordIdentifiers) -> tuple[tuple[NameWord, ...], ...]:
        """The names as words, without those that are one title; of too many, the first in sorted order."""
        distinct = {name_words(name.text) for name in identifiers.names}
        telling = (words for words in distinct if tells_people_apart(words))
        return tuple(sorted(telling, key=lambda words: [word.roman for word in words]))[: self._schema.max_names]

    def _profile(
        self, profile: Profile, identifiers: RecordIdentifiers, names: tuple[tuple[NameWord, ...], ...]
    ) -> tuple[bytes, ...]:
        bit_sets = self._profiles[profile.id]
        scales = dict(profile.fields)
        shared = 0
        for field, scale in profile.fields:
            if field == "name":
                continue
            bits = self._field(bit_sets, field, scale, identifiers)
            if not bits:
                return ()
            shared |= bits
        vectors = []
        for words in names:
            name_bits = self._name(bit_sets, words, scales["name"])
            bits = _capped(name_bits | shared, profile.popcount_max)
            if name_bits.bit_count() >= profile.min_name_bits and bits.bit_count() >= profile.popcount_min:
                vectors.append(bits)
        return self._as_bytes(vectors, self._schema.vector_bits)

    def _explanation(
        self, kind: str, identifiers: RecordIdentifiers, names: tuple[tuple[NameWord, ...], ...]
    ) -> tuple[bytes, ...]:
        bit_sets = self._explanations[kind]
        vector = self._schema.explanations[kind]
        if kind == "name":
            vectors = [self._name(bit_sets, words, vector.scale) for words in names]
        else:
            field = "partial_date" if kind == "birth_date" else kind
            vectors = [self._field(bit_sets, field, vector.scale, identifiers)]
        return self._as_bytes([bits for bits in vectors if bits], vector.bits)

    def _name(self, bit_sets: BitSets, words: tuple[NameWord, ...], scale: float) -> int:
        bits = 0
        for word in words:
            bits |= bit_sets.of_value("name", word, partial(name_word_tokens, word, self._schema.name), scale)
        full_words = [word for word in words if not word.is_particle]
        for pair in combinations(full_words, 2):
            key = (*pair, len(full_words))
            bits |= bit_sets.of_value(
                "name", key, partial(name_pair_tokens, pair, len(full_words), self._schema.name), scale
            )
        return bits

    def _field(self, bit_sets: BitSets, field: str, scale: float, identifiers: RecordIdentifiers) -> int:
        value, tokens = self._field_tokens(field, identifiers)
        return bit_sets.of_value(field, value, tokens, scale) if tokens else 0

    def _field_tokens(
        self, field: str, identifiers: RecordIdentifiers
    ) -> tuple[object, Callable[[], Iterable[WeightedToken]] | None]:
        schema = self._schema
        date, place = identifiers.birth_date, identifiers.place
        if field == "birth_date" and date and date.day:
            return date, lambda: birth_date_tokens(date, schema.date)
        if field == "partial_date" and date:
            return date, lambda: birth_date_tokens(date, schema.date)
        if field == "birth_year" and date:
            return date.year, lambda: birth_year_tokens(date.year, schema.year)
        if field == "place" and place:
            return place.text, lambda: place_tokens(place.text, schema.name)
        category = identifiers.nationality if field == "nationality" else identifiers.sex if field == "sex" else None
        if category:
            return category.code, lambda: ((category.code, schema.category_value),)
        return None, None

    def _tokens(self, kind: str, values: frozenset[str]) -> tuple[bytes, ...]:
        key = self._token_keys[kind]
        return tuple(sorted(hmac.digest(key, value.encode(), "sha256")[:TOKEN_BYTES] for value in values))

    @staticmethod
    def _as_bytes(vectors: list[int], bits: int) -> tuple[bytes, ...]:
        return tuple(sorted({vector.to_bytes(bits // 8, "little") for vector in vectors}))

    def _refuse_if_too_little(self, record: EncodedRecord, identifiers: RecordIdentifiers) -> None:
        named = any(record.explanations["name"])
        decisive = any(record.tokens[kind] for kind in self._schema.decisive_tokens)
        if any(record.profiles.values()) or decisive or (named and any(record.tokens.values())):
            return
        if named and identifiers.birth_date and identifiers.birth_date.day:
            raise TooLittleToMatch("the name is too short to tell people apart: add the rest of it, or a number")
        if named:
            raise TooLittleToMatch("add a date of birth, or a nationality beside a year of birth and a long name")
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
