"""Whose records are sealed at rest: those whom a look into the database could endanger."""

from typing import Final

from symbolon.protocol.handling import SubjectCategory

SEALED_CATEGORIES: Final = frozenset({SubjectCategory.VICTIM, SubjectCategory.WITNESS, SubjectCategory.MINOR})


def is_sealed(category: SubjectCategory | None) -> bool:
    """Whether a record of this category is stored sealed. One without a category stays searchable until it has one."""
    return category in SEALED_CATEGORIES
