"""What an operator and the others are at: part of its one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from symbolon.protocol.messages_peers import Doing, PeerStanding
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES: Final = load_queries("symbolon.hub.operators.storage", "standings")


@dataclass(frozen=True, slots=True)
class Standing:
    """What an operator is at; `generation` is that of its shares, and during a refresh of those before it."""

    generation: int
    doing: Doing
    agreed: bool = False
    restored: int | None = None
    restored_at_change: int | None = None

    def from_the_beginning(self) -> "Standing":
        """The same, with nothing restored yet."""
        return Standing(self.generation, self.doing)


class KeptStandings:
    """The operator's own standing, and what the other two last said of theirs."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def own(self) -> Standing:
        """What this operator is at."""
        row = self._transaction.fetch_one(_QUERIES["find_standing"])
        if row is None:
            return Standing(0, Doing.WORKING)
        return Standing(
            row["generation"], Doing(row["doing"]), row["agreed"], row["restored"], row["restored_at_change"]
        )

    def note(self, standing: Standing) -> None:
        """Note what this operator is at now."""
        self._transaction.execute(
            _QUERIES["note_standing"],
            generation=standing.generation,
            doing=standing.doing.value,
            agreed=standing.agreed,
            restored=standing.restored,
            restored_at_change=standing.restored_at_change,
        )

    def note_trouble(self, sentence: str | None) -> None:
        """Note why shares could not be restored, for the status command; None when they were."""
        self._transaction.execute(_QUERIES["note_trouble"], trouble=sentence)

    def trouble(self) -> str | None:
        """Why shares could not be restored when that was last tried."""
        found = self._transaction.fetch_value(_QUERIES["find_trouble"])
        return None if found is None else str(found)

    def note_other(self, place: int, standing: PeerStanding, now: datetime) -> None:
        """Keep what another operator said of itself."""
        self._transaction.execute(
            _QUERIES["note_other"],
            place=place,
            doing=standing.doing.value,
            generation=standing.generation,
            number=standing.number,
            now=now,
        )

    def others(self) -> Sequence[Row]:
        """What the others last said of themselves."""
        return self._transaction.fetch_all(_QUERIES["list_others"])

    def others_are_at(self, number: int) -> bool:
        """Whether both others said that they have what the hub told up to this change."""
        return [each["number"] >= number for each in self.others()] == [True, True]
