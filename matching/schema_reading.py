"""Reading validated values out of a schema's JSON, each refusal naming its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from symbolon.matching.errors import SchemaError


@dataclass(frozen=True, slots=True)
class Section:
    """One JSON object and where it stands."""

    path: str
    content: dict[str, Any]

    @classmethod
    def root(cls, document: object) -> Self:
        """The whole document."""
        return cls._at("$", document)

    @classmethod
    def _at(cls, path: str, value: object) -> Self:
        if not isinstance(value, dict):
            raise SchemaError(path, "must be an object")
        return cls(path, value)

    @property
    def keys(self) -> frozenset[str]:
        """The names of the fields that are there."""
        return frozenset(self.content)

    def only(self, known: tuple[str, ...], renamed: Mapping[str, str] | None = None) -> None:
        """Refuse any field that is not known: a typing mistake must not silently change nothing."""
        names = {(renamed or {}).get(name, name) for name in known}
        for unknown in sorted(self.keys - names):
            raise SchemaError(f"{self.path}.{unknown}", "is not known")

    def section(self, name: str) -> Section:
        """A field that is an object."""
        return Section._at(f"{self.path}.{name}", self._value(name))

    def items(self, name: str) -> Iterator[Section]:
        """A field that is a list of objects, one at least."""
        values = self._value(name)
        if not isinstance(values, list) or not values:
            raise SchemaError(f"{self.path}.{name}", "must be a list of objects, one at least")
        return (Section._at(f"{self.path}.{name}[{place}]", value) for place, value in enumerate(values))

    def text(self, name: str) -> str:
        """A field that is a short identifier."""
        value = self._value(name)
        if not isinstance(value, str) or not 0 < len(value) <= 64:
            raise SchemaError(f"{self.path}.{name}", "must be a text of 1 to 64 characters")
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """A field that is one of a few words."""
        value = self._value(name)
        if value not in allowed:
            raise SchemaError(f"{self.path}.{name}", f"must be one of {', '.join(allowed)}")
        return str(value)

    def integer(self, name: str, least: int, most: int) -> int:
        """A field that is an integer within bounds."""
        value = self._value(name)
        if type(value) is not int or not least <= value <= most:
            raise SchemaError(f"{self.path}.{name}", f"must be an integer from {least} to {most}")
        return value

    def number(self, name: str, least: float, most: float) -> float:
        """A field that is a number within bounds."""
        value = self._value(name)
        if type(value) not in {int, float} or not least <= value <= most:
            raise SchemaError(f"{self.path}.{name}", f"must be a number from {least} to {most}")
        return float(value)

    def pair(self, name: str) -> tuple[int, int]:
        """A field that is a list of two integers."""
        value = self._value(name)
        if not isinstance(value, list) or [type(item) for item in value] != [int, int]:
            raise SchemaError(f"{self.path}.{name}", "must be a list of two integers")
        return value[0], value[1]

    def fraction(self, name: str) -> Fraction:
        """A field that is [numerator, denominator], over 0 and at most 1."""
        numerator, denominator = self.pair(name)
        if not 0 < numerator <= denominator:
            raise SchemaError(f"{self.path}.{name}", "must be [numerator, denominator], over 0 and at most 1")
        return Fraction(numerator, denominator)

    def points(self, name: str) -> tuple[tuple[int, float], ...]:
        """A field that is a list of [integer from 0 to 1000, number], one at least."""
        value = self._value(name)
        if not isinstance(value, list) or not value or not all(map(_is_point, value)):
            raise SchemaError(f"{self.path}.{name}", "must be a list of [integer from 0 to 1000, number], one at least")
        return tuple((score, float(number)) for score, number in value)

    def _value(self, name: str) -> Any:
        if name not in self.content:
            raise SchemaError(f"{self.path}.{name}", "is missing")
        return self.content[name]


def _is_point(item: object) -> bool:
    if not isinstance(item, list) or len(item) != 2:
        return False
    score, number = item
    return type(score) is int and 0 <= score <= 1000 and type(number) in {int, float}
