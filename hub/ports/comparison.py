"""The comparator, which alone sees encodings, and the wake-up of those who work with it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from symbolon.hub.domain.hits import Explanation
from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.scope import Scope
from symbolon.hub.ports.work import Work


@dataclass(frozen=True, slots=True)
class HandleEnvelopes:
    """A record version's encoding under one epoch: an envelope for each operator that compares (open: one)."""

    handle: RecordHandle
    partition_id: PartitionId
    key_epoch: int
    envelopes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class CandidatePair:
    """Two record versions that the comparator found alike, under one epoch."""

    query: RecordHandle
    target: RecordHandle


class EncodingIntake(Protocol):
    """The half of the comparator that takes and gives up encodings."""

    def check(self, envelopes: Sequence[bytes], schema_digest: str) -> str | None:
        """A sentence that says what to do with an encoding that is not taken; it takes its time, but no transaction."""

    def takes_canaries(self) -> bool:
        """Whether there are operators whose answers are to be checked."""

    def submit(self, work: Work, encodings: Sequence[HandleEnvelopes]) -> None:
        """Store encodings that were checked, in the transaction that holds the turn of `RecordStore.order_commits`."""

    def withdraw(self, work: Work, handles: Collection[RecordHandle]) -> frozenset[RecordHandle]:
        """Erase encodings in the transaction (it holds the turn); the handles of those that were here."""


class PairFinder(Protocol):
    """The half of the comparator that compares."""

    def refresh(self, work: Work) -> int:
        """Bring the index to the newest committed change and return its number."""

    def forget_removals(self, work: Work, number: int) -> int:
        """Forget removals up to this number, which every index at work has made; how many."""

    def compare(self, work: Work, handles: Collection[RecordHandle], scope: Scope) -> Sequence[CandidatePair]:
        """Compare these with everything of their own epoch that the scope allows, and nothing else; each pair once."""

    def explain(self, work: Work, pairs: Sequence[CandidatePair]) -> Sequence[Explanation | None]:
        """Why the pairs are alike, in their order; None where an encoding is gone by now."""


class Comparator(EncodingIntake, PairFinder, Protocol):
    """Open or blind comparison of encodings; nothing outside an implementation sees one."""


class WakeUp(Protocol):
    """Tells the workers that something waits: to be compared, or to be erased."""

    def __call__(self) -> None:
        """Best effort and at once: never raises, never waits for a broker. The sweep finds what was not told."""
