"""The encoded form of one record, and its bytes.

Layout (version 1), in the schema's order, nothing between: version byte; for each profile, each explanation kind and
each token kind one count byte and that many values (vectors little-endian by bit position, tokens 16 bytes), sorted and
distinct. One value has one byte string.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from symbolon.matching.errors import MalformedEncoding
from symbolon.matching.linkage_schema import LinkageSchema

FORMAT_VERSION: Final = 1
TOKEN_BYTES: Final = 16
_MOST_VALUES: Final = 255

KIND_OF_TOKEN: Final = {
    "document": "document", "document_ocr": "document", "document_near": "document", "phone": "phone",
    "vessel_imo": "vessel", "vessel_mmsi": "vessel", "vehicle_plate": "vehicle", "vehicle_vin": "vehicle",
    "account": "account", "online_handle": "online_handle",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EncodedRecord:
    """Vectors by profile (one per name given), explanation vectors by kind, keyed tokens by kind.

    Each mapping holds every profile or kind of its schema, in the schema's order; of what is lacking, an empty tuple.
    """

    profiles: Mapping[str, tuple[bytes, ...]] = field(repr=False)
    explanations: Mapping[str, tuple[bytes, ...]] = field(repr=False)
    tokens: Mapping[str, tuple[bytes, ...]] = field(repr=False)

    @property
    def kinds_present(self) -> frozenset[str]:
        """The identifier kinds of which the record holds anything."""
        explained = {kind for kind, vectors in self.explanations.items() if vectors}
        return frozenset(explained | {KIND_OF_TOKEN[kind] for kind, found in self.tokens.items() if found})

    def to_bytes(self) -> bytes:
        """The canonical bytes."""
        parts = [bytes([FORMAT_VERSION])]
        for values in (*self.profiles.values(), *self.explanations.values(), *self.tokens.values()):
            if len(values) > _MOST_VALUES:
                raise MalformedEncoding(f"more than {_MOST_VALUES} values of one kind")
            parts += (bytes([len(values)]), *values)
        return b"".join(parts)

    @staticmethod
    def from_bytes(schema: LinkageSchema, data: bytes) -> EncodedRecord:
        """Read canonical bytes, and nothing else.

        Raises:
            MalformedEncoding: another version, length or order, a popcount out of bounds, an empty vector.

        """
        if data[:1] != bytes([FORMAT_VERSION]):
            raise MalformedEncoding("not version 1 of the encoding")
        reader = _Reader(data)
        profiles = {}
        for profile in schema.profiles:
            vectors = reader.values(schema.vector_bits // 8, schema.max_names)
            for vector in vectors:
                if not profile.popcount_min <= _popcount(vector) <= profile.popcount_max:
                    raise MalformedEncoding("a vector holds fewer or more bits than its profile allows")
            profiles[profile.id] = vectors
        explanations = {}
        for kind, form in schema.explanations.items():
            explanations[kind] = reader.values(form.bits // 8, schema.max_names if kind == "name" else 1)
            if not all(map(any, explanations[kind])):
                raise MalformedEncoding("an explanation vector is empty")
        tokens = {kind: reader.values(TOKEN_BYTES, _MOST_VALUES) for kind in schema.token_kinds}
        reader.expect_end()
        return EncodedRecord(profiles, explanations, tokens)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 1

    def values(self, size: int, most: int) -> tuple[bytes, ...]:
        if self._at >= len(self._data):
            raise MalformedEncoding("too short")
        count = self._data[self._at]
        start = self._at + 1
        self._at = start + count * size
        if count > most or self._at > len(self._data):
            raise MalformedEncoding("too many values of one kind, or too short")
        found = tuple(self._data[place : place + size] for place in range(start, self._at, size))
        if any(first >= second for first, second in itertools.pairwise(found)):
            raise MalformedEncoding("values are not sorted and distinct")
        return found

    def expect_end(self) -> None:
        if self._at != len(self._data):
            raise MalformedEncoding("too long")


def _popcount(vector: bytes) -> int:
    return int.from_bytes(vector, "little").bit_count()
