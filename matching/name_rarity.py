"""How much a name tells, by the schema's list of common words: what too many people share is not published."""

from __future__ import annotations

from symbolon.matching.names import Romans, is_particle, occurrences
from symbolon.matching.remembered import Remembered
from symbolon.matching.token_weights import RarityTable


class NameRarity:
    """The rarity of names in bits: ten bits are one person in a thousand, if a name's words were independent."""

    def __init__(self, table: RarityTable) -> None:
        self._table = table
        self._first = Remembered(self._of_word)

    def of(self, romans: Romans) -> float:
        """The sum over all words; a word that is said twice tells half as much the second time."""
        if len(set(romans)) == len(romans):
            return sum([self._first[roman] for roman in romans])
        return sum([self._first[roman] / occurrence for roman, occurrence in occurrences(romans)])

    def _of_word(self, roman: str) -> float:
        table = self._table
        unlisted = table.particle if is_particle(roman) else min(table.unlisted, table.per_letter * len(roman))
        return min(table.common.get(roman, unlisted), unlisted)
