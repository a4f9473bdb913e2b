"""Which vectors an encoding may hold, and with which weights each field takes part in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.matching.token_masks import Lane
from symbolon.matching.token_weights import DateWeights, NameWeights, YearWeights

PARTIAL_DATE = "partial_date"
"""What a date says however partial it is: explained, but no part of a profile."""
_FIELD_OF_KIND = {"birth_date": PARTIAL_DATE}


def profile_vector(profile_id: str) -> str:
    """The name of a profile's vector."""
    return f"profile/{profile_id}"


def explanation_vector(kind: str) -> str:
    """The name of the vector that explains one kind."""
    return f"explanation/{kind}"


def lanes_by_field(schema: LinkageSchema) -> dict[str, tuple[Lane, ...]]:
    """The lanes of each field, in the order in which they share a token's digest: profiles first, then explanations."""
    lanes: dict[str, list[Lane]] = {}
    for profile in schema.profiles:
        for field, scale in profile.fields:
            chosen = profile.name_weights if field == "name" else profile.date_weights
            weights = _weights(schema, field, chosen, scale)
            lanes.setdefault(field, []).append(Lane(profile_vector(profile.id), schema.vector_bits, weights))
    for kind, form in schema.explanations.items():
        field = _FIELD_OF_KIND.get(kind, kind)
        weights = _weights(schema, field, form.weights, form.scale)
        lanes.setdefault(field, []).append(Lane(explanation_vector(kind), form.bits, weights))
    return {field: tuple(of_field) for field, of_field in lanes.items()}


def _weights(schema: LinkageSchema, field: str, chosen: str | None, scale: float) -> Mapping[str, float]:
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
