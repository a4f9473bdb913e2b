"""An in-memory index of encoded records, from which exact candidate pairs are scanned.

Derived data: whoever holds the encodings can rebuild it. Not safe for use from two threads at once.

Records lie in segments by (partition, the set of profiles they fill, profile). Two records are judged by the first
profile that both fill, so a query meets each segment group in one profile only, and no pair is compared twice.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from symbolon.matching import kernel
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.linkage_schema import WORD_BITS, LinkageSchema

Handle = int
FilledProfiles = frozenset[str]
_FIRST_CAPACITY = 256
"""Rows of a new segment; it doubles when full. A row takes 200 bytes at 1,024 bits."""


@dataclass(frozen=True, slots=True)
class CandidatePair:
    """Two records alike by the profile that judges them."""

    query: Handle
    target: Handle


@dataclass(frozen=True, slots=True)
class TokenMatch:
    """Two records with the same keyed token; a supporting kind is a candidate only (`decision.explain` decides)."""

    query: Handle
    target: Handle
    kind: str


class _Segment:
    """Packed vectors of one profile, with free rows reused. A removed row is all zero and matches nothing."""

    def __init__(self, words: int, threshold: Fraction) -> None:
        self._threshold = threshold
        self._vectors = np.zeros((_FIRST_CAPACITY, words), dtype=np.uint64)
        self._folds = np.zeros((_FIRST_CAPACITY // kernel.LANES, kernel.FOLDED_WORDS, kernel.LANES), dtype=np.uint64)
        self._limits = np.full(_FIRST_CAPACITY, kernel.NEVER, dtype=np.int64)
        self._handles = np.full(_FIRST_CAPACITY, -1, dtype=np.int64)
        self._used = 0
        self._free: list[int] = []

    def add(self, handle: Handle, vector: bytes) -> int:
        row = self._free.pop() if self._free else self._next_row()
        words = np.frombuffer(vector, dtype="<u8")
        self._write(row, handle, words)
        return row

    def remove(self, row: int) -> None:
        self._write(row, -1, np.zeros(self._vectors.shape[1], dtype=np.uint64))
        self._free.append(row)

    def scan(self, queries: kernel.Words) -> Iterator[tuple[int, Handle]]:
        """(row of `queries`, handle) of every match."""
        end = self._used + -self._used % kernel.TILE_RECORDS
        rows = kernel.scan(
            queries, self._vectors[:end], self._folds[: end // kernel.LANES], self._limits[:end], self._threshold
        )
        yield from zip(rows[:, 0].tolist(), self._handles[rows[:, 1]].tolist(), strict=True)

    def _next_row(self) -> int:
        capacity = len(self._vectors)
        if self._used == capacity:
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
            self._folds = np.concatenate([self._folds, np.zeros_like(self._folds)])
            self._limits = np.concatenate([self._limits, np.full(capacity, kernel.NEVER, dtype=np.int64)])
            self._handles = np.concatenate([self._handles, np.full(capacity, -1, dtype=np.int64)])
        self._used += 1
        return self._used - 1

    def _write(self, row: int, handle: Handle, words: kernel.Words) -> None:
        self._vectors[row] = words
        self._folds[row // kernel.LANES, :, row % kernel.LANES] = kernel.fold_rows(words[np.newaxis])[0]
        self._limits[row] = kernel.limits_of(words[np.newaxis], self._threshold)[0]
        self._handles[row] = handle


class EncodingIndex:
    """Encodings of one schema and key epoch, by partition and handle."""

    def __init__(self, schema: LinkageSchema) -> None:
        self._schema = schema
        self._segments: dict[Hashable, dict[tuple[FilledProfiles, str], _Segment]] = {}
        self._holders: dict[Hashable, dict[tuple[str, bytes], set[Handle]]] = {}
        self._rows: dict[Handle, list[tuple[_Segment, int]]] = {}
        self._tokens: dict[Handle, tuple[Hashable, list[tuple[str, bytes]]]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, handle: object) -> bool:
        return handle in self._rows

    def add(self, partition: Hashable, handle: Handle, record: EncodedRecord) -> None:
        """Add a record under a handle that is not in the index (ValueError otherwise)."""
        if handle in self._rows:
            raise ValueError("the handle is in the index already")
        segments = self._segments.setdefault(partition, {})
        filled = _filled(record)
        rows = self._rows[handle] = []
        for profile in self._schema.profiles:
            for vector in record.profiles[profile.id]:
                segment = segments.get((filled, profile.id))
                if segment is None:
                    words = self._schema.vector_bits // WORD_BITS
                    segment = segments[filled, profile.id] = _Segment(words, profile.threshold)
                rows.append((segment, segment.add(handle, vector)))
        tokens = [(kind, token) for kind, found in record.tokens.items() for token in found]
        holders = self._holders.setdefault(partition, {})
        for token in tokens:
            holders.setdefault(token, set()).add(handle)
        self._tokens[handle] = (partition, tokens)

    def remove(self, handle: Handle) -> int:
        """Forget a record at once, its bits overwritten; returns the number of vectors and tokens (0 if unknown)."""
        rows = self._rows.pop(handle, [])
        for segment, row in rows:
            segment.remove(row)
        partition, tokens = self._tokens.pop(handle, (None, []))
        for token in tokens:
            holders = self._holders[partition]
            holders[token].discard(handle)
            if not holders[token]:
                del holders[token]
        return len(rows) + len(tokens)

    def scan(
        self, queries: Mapping[Handle, EncodedRecord], target_partitions: Iterable[Hashable]
    ) -> list[CandidatePair]:
        """Every (query, target) at the threshold of the profile that judges it; a query never meets itself."""
        targets = [self._segments[partition] for partition in set(target_partitions) if partition in self._segments]
        pairs: dict[CandidatePair, None] = {}
        for filled, handles in _by_filled_profiles(queries).items():
            for profile in self._schema.profiles:
                if profile.id not in filled:
                    continue
                vectors = [(handle, vector) for handle in handles for vector in queries[handle].profiles[profile.id]]
                packed = np.frombuffer(b"".join(vector for _, vector in vectors), dtype="<u8")
                packed = packed.reshape(len(vectors), -1)
                for segments in targets:
                    for (target_filled, segment_profile), segment in segments.items():
                        if segment_profile == profile.id == self._judging_profile(filled & target_filled):
                            for row, target in segment.scan(packed):
                                if vectors[row][0] != target:
                                    pairs[CandidatePair(vectors[row][0], target)] = None
        return list(pairs)

    def lookup_tokens(
        self, queries: Mapping[Handle, EncodedRecord], target_partitions: Iterable[Hashable]
    ) -> list[TokenMatch]:
        """Every (query, target, kind) with a token in common; a query never meets itself."""
        targets = [self._holders[partition] for partition in set(target_partitions) if partition in self._holders]
        return [
            TokenMatch(query, target, kind)
            for query, record in queries.items()
            for kind, tokens in record.tokens.items()
            for target in sorted({t for token in tokens for holders in targets for t in holders.get((kind, token), ())})
            if target != query
        ]

    def _judging_profile(self, common: FilledProfiles) -> str | None:
        return next((profile.id for profile in self._schema.profiles if profile.id in common), None)


def _filled(record: EncodedRecord) -> FilledProfiles:
    return frozenset(name for name, vectors in record.profiles.items() if vectors)


def _by_filled_profiles(queries: Mapping[Handle, EncodedRecord]) -> dict[FilledProfiles, list[Handle]]:
    groups: dict[FilledProfiles, list[Handle]] = {}
    for handle, record in queries.items():
        groups.setdefault(_filled(record), []).append(handle)
    return groups


def warm_up(schema: LinkageSchema) -> None:
    """Compile the kernel, or load it from numba's cache, so that the first real scan does not wait for it."""
    vectors = np.ones((1, schema.vector_bits // WORD_BITS), dtype=np.uint64)
    segment = _Segment(vectors.shape[1], schema.profiles[0].threshold)
    segment.add(0, vectors.tobytes())
    list(segment.scan(vectors))
