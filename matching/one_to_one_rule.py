"""What links two files that hold nobody twice. A hub never knows that, so it is for the evaluation of files only."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symbolon.matching.schema_reading import Section


@dataclass(frozen=True, slots=True)
class OneToOneRule:
    """Being each other's best tells as much as a higher score."""

    margin: Fraction
    """How far under its profile's threshold a pair may lie that is the best of both records."""
    left_over_margin: Fraction
    """How far, when only records without a partner are left to choose from."""
    least_lead: Fraction
    """By how much such a pair must score higher than any other that is left of either record."""

    @staticmethod
    def read(section: Section) -> OneToOneRule:
        """The rule of a schema."""
        names = tuple(OneToOneRule.__dataclass_fields__)
        section.only(names)
        return OneToOneRule(**{name: section.fraction(name) for name in names})
