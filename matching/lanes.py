"""Where each vector of an encoding lies in the one wide integer that holds them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple, Self

from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.matching.token_masks import Lane
from symbolon.matching.token_weights import DateWeights, NameWeights, YearWeights

_FIELD_OF_KIND = {"birth_date": "partial_date"}


class Place(NamedTuple):
    """A vector's first byte, the byte after its last, and the vector without bits."""

    start: int
    end: int
    nothing: bytes

    @classmethod
    def at(cls, offset: int, bits: int) -> Self:
        """The place of `bits` bits from bit `offset` on; both are whole words of 64."""
        return cls(offset // 8, (offset + bits) // 8, bytes(bits // 8))

    def lane(self, weights: Mapping[str, float]) -> Lane:
        """The lane of a field with these weights here."""
        return Lane(8 * self.start, 8 * (self.end - self.start), weights)


@dataclass(frozen=True, slots=True)
class VectorLayout:
    """The places of all vectors, and the lanes of each field.

    Vectors with names lie lowest, so that the integers of names stay short.
    """

    profiles: dict[str, Place]
    explanations: dict[str, Place]
    lanes: dict[str, tuple[Lane, ...]]
    size: int
    """Bytes of all vectors together."""

    @classmethod
    def of(cls, schema: LinkageSchema) -> Self:
        """Lay out the vectors of a schema."""
        profiles, explanations = {}, {}
        end = 0
        for profile in schema.profiles:
            profiles[profile.id] = Place.at(end, schema.vector_bits)
            end += schema.vector_bits
        for kind in sorted(schema.explanations, key=lambda kind: kind != "name"):
            explanations[kind] = Place.at(end, schema.explanations[kind].bits)
            end += schema.explanations[kind].bits
        lanes: dict[str, list[Lane]] = {}
        for profile in schema.profiles:
            place = profiles[profile.id]
            for field, scale in profile.fields:
                chosen = profile.name_weights if field == "name" else profile.date_weights
                weights = _weights(schema, field, chosen, scale)
                lanes.setdefault(field, []).append(place.lane(weights))
        for kind, place in explanations.items():
            form = schema.explanations[kind]
            field = _FIELD_OF_KIND.get(kind, kind)
            weights = _weights(schema, field, form.weights, form.scale)
            lanes.setdefault(field, []).append(place.lane(weights))
        return cls(profiles, explanations, {field: tuple(of_field) for field, of_field in lanes.items()}, end // 8)


def _weights(schema: LinkageSchema, field: str, chosen: str | None, scale: float) -> dict[str, float]:
    source: NameWeights | DateWeights | YearWeights
    match field:
        case "name" if chosen:
            source = schema.names[chosen]
        case "birth_date" | "partial_date" if chosen:
            source = schema.dates[chosen]
        case "birth_year":
            source = schema.year
        case "place":
            source = schema.place
        case _:
            return {"value": schema.category_value * scale}
    return {member.name: weight for member in fields(source) if (weight := getattr(source, member.name) * scale)}
