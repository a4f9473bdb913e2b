"""An encoded record as a blind federation sees it: an outline for all, and a bundle of shares for each operator.

The outline says how many vectors of which kind there are, and holds the tokens (values of the oblivious function, which
nobody can try alone), or, where nobody but the members may learn of a pair, how many there are: they are shared as
vectors then (`number_vectors`). The bundles hold every vector's three shares, in the outline's order.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from symbolon.matching.blind.errors import MalformedShare
from symbolon.matching.blind.number_vectors import NUMBER_BITS, vector_of_number
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.sharing import OPERATORS, share
from symbolon.matching.encoded_record import TOKEN_BYTES, EncodedRecord
from symbolon.matching.linkage_schema import LinkageSchema

FORMAT_VERSION: Final = 1
WITH_NUMBERS: Final = 2
"""The version of an outline whose tokens are shared as vectors."""
EXPLAINED: Final = "explain/"
"""Stands before an explanation kind where vectors are named."""
NUMBERED: Final = "number/"
"""Stands before a token kind where the vectors of its values are named."""
MOST_NUMBERS: Final = 32
TokenValues = Mapping[tuple[str, bytes], bytes]
"""By token kind and keyed token: the oblivious function's value, `TOKEN_BYTES` bytes."""


@dataclass(frozen=True, slots=True)
class VectorPlace:
    """One vector of a record: of which profile or explanation kind, the how manieth, and how wide."""

    what: str
    """A profile's id, or `explain/` and an explanation kind."""
    number: int
    bits: int

    @property
    def share_bytes(self) -> int:
        """Length of one share of it."""
        return RowOfElements(RING_16, self.bits).size


@dataclass(frozen=True, slots=True)
class Outline:
    """How many vectors a record has by profile and explanation kind, of which kinds they are whole, and its tokens.

    Each mapping holds every profile or kind of its schema, in the schema's order.
    """

    profiles: Mapping[str, int]
    explanations: Mapping[str, int]
    whole: frozenset[str]
    """Explanation kinds whose vectors all have the bits beside which a near number counts (`whole_bits`)."""
    tokens: Mapping[str, tuple[bytes, ...]] = field(repr=False)
    numbers: Mapping[str, int] = field(default_factory=dict)
    """How many vectors of token values, by decisive token kind; empty where tokens are compared as they are."""

    def places(self, schema: LinkageSchema) -> Iterator[VectorPlace]:
        """Every vector, in the order of a bundle."""
        for profile, count in self.profiles.items():
            yield from (VectorPlace(profile, number, schema.vector_bits) for number in range(count))
        for kind, count in self.explanations.items():
            bits = schema.explanations[kind].bits
            yield from (VectorPlace(EXPLAINED + kind, number, bits) for number in range(count))
        for kind, count in self.numbers.items():
            yield from (VectorPlace(NUMBERED + kind, number, NUMBER_BITS) for number in range(count))

    def bundle_bytes(self, schema: LinkageSchema) -> int:
        """Length of one operator's bundle."""
        return sum(place.share_bytes for place in self.places(schema))

    def to_bytes(self) -> bytes:
        """The canonical bytes."""
        counts = [*self.profiles.values(), *self.explanations.values()]
        flags = [int(kind in self.whole) for kind in self.explanations]
        version = WITH_NUMBERS if self.numbers else FORMAT_VERSION
        parts = [bytes([version, *counts, *flags, *self.numbers.values()])]
        for values in self.tokens.values():
            parts += (bytes([len(values)]), *values)
        return b"".join(parts)

    @staticmethod
    def from_bytes(schema: LinkageSchema, data: bytes) -> Outline:
        """Read canonical bytes, and nothing else.

        Raises:
            MalformedShare: another version, length or order, more vectors than the schema allows, or none at all.

        """
        profiles, kinds = [profile.id for profile in schema.profiles], list(schema.explanations)
        numbered = list(schema.decisive_tokens) if data[:1] == bytes([WITH_NUMBERS]) else []
        plain = 1 + len(profiles) + 2 * len(kinds)
        fixed = plain + len(numbered)
        if len(data) < fixed or data[0] not in (FORMAT_VERSION, WITH_NUMBERS):
            raise MalformedShare("not version 1 or 2 of an outline")
        counts = dict(zip(profiles, data[1:], strict=False))
        explained = dict(zip(kinds, data[1 + len(profiles) :], strict=False))
        flags = dict(zip(kinds, data[1 + len(profiles) + len(kinds) :], strict=False))
        most = {kind: schema.max_names if kind == "name" else 1 for kind in kinds}
        if any(count > schema.max_names for count in counts.values()) or any(
            explained[kind] > most[kind] or flags[kind] > min(1, explained[kind]) for kind in kinds
        ):
            raise MalformedShare("more vectors than the schema allows, or a mark of one that is not there")
        numbers = dict(zip(numbered, data[plain:], strict=False))
        if any(count > MOST_NUMBERS for count in numbers.values()):
            raise MalformedShare("more vectors of numbers than a record may have")
        tokens, end = _read_tokens(schema, data, fixed)
        if end != len(data) or not (any(counts.values()) or any(tokens.values()) or any(numbers.values())):
            raise MalformedShare("an outline is longer than it says, or has nothing to compare")
        if numbered and any(tokens.values()):
            raise MalformedShare("tokens are shared as vectors or stand in the outline, never both")
        return Outline(counts, explained, frozenset(kind for kind in kinds if flags[kind]), tokens, numbers)


def outline_of(schema: LinkageSchema, record: EncodedRecord, values: TokenValues) -> Outline:
    """The outline of an encoding.

    Args:
        schema: what it was encoded by.
        record: the encoding, tokens keyed as in an open federation.
        values: of each of its tokens.

    """
    forms = schema.explanations
    return Outline(
        profiles={name: len(vectors) for name, vectors in record.profiles.items()},
        explanations={kind: len(vectors) for kind, vectors in record.explanations.items()},
        whole=frozenset(
            kind
            for kind, vectors in record.explanations.items()
            if vectors and all(_popcount(vector) >= forms[kind].whole_bits for vector in vectors)
        ),
        tokens={
            kind: tuple(sorted({values[kind, token] for token in tokens})) for kind, tokens in record.tokens.items()
        },
    )


def with_numbers(schema: LinkageSchema, outline: Outline) -> tuple[Outline, tuple[bytes, ...]]:
    """The outline without its tokens' values, and the vectors to share in their place, in its order.

    Of the kinds that make a hit alone; what only supports one (a number that nearly agrees) is left out.
    """
    values = {kind: outline.tokens[kind][:MOST_NUMBERS] for kind in schema.decisive_tokens}
    counted = Outline(
        outline.profiles,
        outline.explanations,
        outline.whole,
        dict.fromkeys(outline.tokens, ()),
        {kind: len(found) for kind, found in values.items()},
    )
    return counted, tuple(vector_of_number(value) for found in values.values() for value in found)


def share_bundles(
    record: EncodedRecord, random_bytes: Callable[[int], bytes], numbers: Iterable[bytes] = ()
) -> tuple[bytes, bytes, bytes]:
    """The shares of all vectors for operators 0, 1 and 2.

    Args:
        record: the encoding.
        random_bytes: uniform bytes from the operating system's generator, or expanded of a seed from it.
        numbers: vectors of token values (`with_numbers`), where those are shared too.

    """
    bundles: tuple[list[bytes], ...] = tuple([] for _ in OPERATORS)
    for vector in itertools.chain(*record.profiles.values(), *record.explanations.values(), numbers):
        row = RowOfElements(RING_16, len(vector) * 8)
        for bundle, part in zip(bundles, share(row, vector, random_bytes(row.size)), strict=True):
            bundle.append(part)
    first, second, third = (b"".join(bundle) for bundle in bundles)
    return first, second, third


def shares_in(schema: LinkageSchema, outline: Outline, bundle: bytes) -> dict[VectorPlace, bytes]:
    """One operator's shares by vector.

    Raises:
        MalformedShare: the bundle has another length than the outline says.

    """
    if len(bundle) != outline.bundle_bytes(schema):
        raise MalformedShare("a bundle has another length than its outline says")
    shares, start = {}, 0
    for place in outline.places(schema):
        shares[place] = bundle[start : start + place.share_bytes]
        start += place.share_bytes
    return shares


def _read_tokens(schema: LinkageSchema, data: bytes, at: int) -> tuple[dict[str, tuple[bytes, ...]], int]:
    tokens: dict[str, tuple[bytes, ...]] = {}
    for kind in schema.token_kinds:
        if at >= len(data):
            raise MalformedShare("an outline is shorter than it says")
        count, start = data[at], at + 1
        at = start + count * TOKEN_BYTES
        if at > len(data):
            raise MalformedShare("an outline is shorter than it says")
        found = tuple(data[place : place + TOKEN_BYTES] for place in range(start, at, TOKEN_BYTES))
        if any(one >= other for one, other in itertools.pairwise(found)):
            raise MalformedShare("tokens are not sorted and distinct")
        tokens[kind] = found
    return tokens, at


def _popcount(vector: bytes) -> int:
    return int.from_bytes(vector, "little").bit_count()
