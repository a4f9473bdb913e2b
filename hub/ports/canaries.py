"""Canaries of blind comparison, and what became of their known answers."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from symbolon.hub.domain.canaries import CanaryStanding, NewCanary
from symbolon.hub.domain.ids import RecordHandle
from symbolon.protocol.references import RecordReference


class CanaryStore(Protocol):
    """Canaries, which are encodings of no record."""

    def used(self, references: Collection[RecordReference]) -> frozenset[RecordReference]:
        """Those of these references that a canary has."""

    def put(self, canaries: Collection[NewCanary], now: datetime) -> None:
        """Keep canaries whose encodings were stored in this transaction."""

    def leftover(self, since: datetime, limit: int) -> Sequence[RecordHandle]:
        """Canaries that should go: of closed epochs and expelled members, beside no record, replaced before then."""

    def note_answers(self, answers: int, now: datetime) -> None:
        """So many known answers were right."""

    def forget_answers(self, before: datetime) -> int:
        """Forget what was checked before then; how many checks."""

    def standing(self) -> CanaryStanding:
        """How many there are, and what was checked."""
