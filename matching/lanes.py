"""Where each vector of an encoding lies in the one wide integer that holds them all."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

from symbolon.matching.linkage_schema import DateWeights, LinkageSchema, NameWeights, YearWeights
from symbolon.matching.token_masks import Lane

_FIELD_OF_KIND = {"birth_date": "partial_date"}


@dataclass(frozen=True, slots=True)
class Place:
    """A vector's offset and width."""

    offset: int
    bits: int

    @property
    def ones(self) -> int:
        """A mask of the vector's width."""
        return (1 << self.bits) - 1

    @property
    def bytes(self) -> int:
        """The vector's width in bytes."""
        return self.bits // 8


@dataclass(frozen=True, slots=True)
class VectorLayout:
    """The places of all vectors, and the lanes of each field.

    Vectors with names lie lowest, so that the integers of names stay short.
    """

    profiles: dict[str, Place]
    explanations: dict[str, Place]
    lanes: dict[str, tuple[Lane, ...]]

    @classmethod
    def of(cls, schema: LinkageSchema) -> Self:
        """Lay out the vectors of a schema."""
        profiles, explanations = {}, {}
        end = 0
        for profile in schema.profiles:
            profiles[profile.id] = Place(end, schema.vector_bits)
            end += schema.vector_bits
        for kind in sorted(schema.explanations, key=lambda kind: kind != "name"):
            explanations[kind] = Place(end, schema.explanations[kind].bits)
            end += schema.explanations[kind].bits
        lanes: dict[str, list[Lane]] = {}
        for profile in schema.profiles:
            place = profiles[profile.id]
            for field, scale in profile.fields:
                weights = _weights(schema, field, profile.name_weights, scale)
                lanes.setdefault(field, []).append(Lane(place.offset, place.bits, weights))
        for kind, place in explanations.items():
            form = schema.explanations[kind]
            field = _FIELD_OF_KIND.get(kind, kind)
            weights = _weights(schema, field, form.name_weights, form.scale)
            lanes.setdefault(field, []).append(Lane(place.offset, place.bits, weights))
        return cls(profiles, explanations, {field: tuple(of_field) for field, of_field in lanes.items()})


def _weights(schema: LinkageSchema, field: str, name_set: str | None, scale: float) -> dict[str, float]:
    if field in {"nationality", "sex"}:
        return {"value": schema.category_value * scale}
    by_field: dict[str, NameWeights | DateWeights | YearWeights] = {
        "birth_date": schema.date, "partial_date": schema.date, "birth_year": schema.year, "place": schema.place,
    }  # fmt: skip
    source = schema.names[name_set] if field == "name" and name_set else by_field[field]
    return {
        member.name: weight
        for member in fields(source)
        if (weight := getattr(source, member.name) * scale)
    }
