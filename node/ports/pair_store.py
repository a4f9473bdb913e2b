"""Where pairs are kept that were found past the hub, and the numbers by which it speaks of this node's records."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from symbolon.node.domain.pairs import NumberedVersion, Pair, PairNames
from symbolon.node.domain.pairs_standing import PairsStanding
from symbolon.protocol.references import HitId, MemberCode, PairId, RecordReference


class PairStore(Protocol):
    """Pairs and numbers."""

    def number(self, versions: Sequence[NumberedVersion]) -> None:
        """Keep what the hub calls these versions; the same again changes nothing."""
        ...

    def numbered(self, handle: int) -> NumberedVersion | None:
        """The own version of this number."""
        ...

    def names_of(self, own_handle: int, other_handle: int, key_epoch: int) -> PairNames:
        """What a pair that this side finds is called: the same whenever it is found, also after a restore."""
        ...

    def add(self, pair: Pair) -> bool:
        """Keep a pair; False where it was found before."""
        ...

    def save(self, pair: Pair) -> None:
        """Keep how far it has come."""
        ...

    def find(self, pair_id: PairId) -> Pair | None:
        """One pair, locked."""
        ...

    def of_alias(self, alias: RecordReference) -> Pair | None:
        """The pair of which this stands for the own side, locked."""
        ...

    def of_hit(self, hit_id: HitId) -> Pair | None:
        """The pair that a hit is on, locked."""
        ...

    def of_record(self, reference: RecordReference) -> tuple[Pair, ...]:
        """The pairs of an own record, oldest first."""
        ...

    def to_tell(self, members: Collection[MemberCode], limit: int) -> tuple[Pair, ...]:
        """Pairs that these are told of, or answered about, locked; those told before without an answer come last."""
        ...

    def note_told(self, member: MemberCode, pair_ids: Collection[PairId], now: datetime) -> None:
        """A message for a member was queued that tells of these."""
        ...

    def note_heard(self, member: MemberCode, now: datetime) -> None:
        """A message of a member was taken."""
        ...

    def note_problem(self, session: bytes, number: int, now: datetime) -> None:
        """An opening cannot be true."""
        ...

    def standing(self, since: datetime) -> PairsStanding:
        """What waits of pairs that everybody here may know of; complaints of openings since then."""
        ...

    def to_declare(self, now: datetime, limit: int) -> tuple[Pair, ...]:
        """Pairs whose declaration is due, locked."""
        ...

    def under_way(self) -> int:
        """How many pairs wait to be told, answered or declared, whoever may know of them."""
        ...

    def ended(self, limit: int) -> tuple[Pair, ...]:
        """Pairs that are not over and whose own record is gone, locked."""
        ...

    def next_round(self) -> datetime | None:
        """When the others are told next; None before the first time."""
        ...

    def set_round(self, next_at: datetime) -> None:
        """Note when the others are told next."""
        ...
