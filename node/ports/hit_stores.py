"""Where hits, and what comes in about them, are kept."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import VoteView
from symbolon.node.domain.kept_delivery import KeptDelivery, WaitingDelivery
from symbolon.protocol.hit_ledger import TrackStep
from symbolon.protocol.messages import SideOfPair
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import (
    DeliveryId,
    HitId,
    MessageId,
    RecordReference,
)


class InboxStore(Protocol):
    """Deliveries from the hub."""

    def note_done(self, delivery_id: DeliveryId, hit_id: HitId | None, now: datetime) -> bool:
        """Mark a delivery as taken; False when it came before."""
        ...

    def note_waiting(self, delivery_id: DeliveryId, hit_id: HitId | None, envelope: bytes, now: datetime) -> None:
        """Keep a delivery that came before what it needs."""
        ...

    def note_refused(self, delivery_id: DeliveryId, problem: Problem, envelope: bytes, now: datetime) -> None:
        """Keep a delivery that was refused, with its problem."""
        ...

    def lock_waiting(self, hit_id: HitId | None, after: int, limit: int) -> tuple[WaitingDelivery, ...]:
        """Kept deliveries of a hit, or of all, that lie after a place, oldest first."""
        ...

    def settle(self, delivery_id: DeliveryId, problem: Problem | None) -> None:
        """Note what became of a kept delivery."""
        ...

    def kept(self) -> tuple[KeptDelivery, ...]:
        """The deliveries that wait, and those that were refused, oldest first."""
        ...

    def note_slow_clock(self, now: datetime) -> None:
        """Note that a delivery came from the future of this node's clock."""
        ...

    def slow_clock_at(self) -> datetime | None:
        """When a delivery last came from the future of this node's clock."""
        ...

    def take_up_again(self, problem: Problem | None) -> int:
        """Let what was refused (for one problem, or for any) be tried again; how many deliveries that is."""
        ...

    def count(self) -> Mapping[str, int]:
        """Deliveries that wait, and that were refused."""
        ...


class HitStore(Protocol):
    """Hits and votes."""

    def name_counterpart(self, hit_id: HitId, side: SideOfPair) -> None:
        """Note what the other side told of its record, in the place of what stood for it."""
        ...

    def add(self, hit: Hit) -> bool:
        """Store a hit; False when it is known."""
        ...

    def find(self, hit_id: HitId) -> Hit | None:
        """One hit."""
        ...

    def many(self, hit_ids: Collection[HitId]) -> Mapping[HitId, Hit]:
        """Some hits, by their ids; those that are not there are left out."""
        ...

    def lock(self, hit_id: HitId) -> Hit | None:
        """One hit that is about to change."""
        ...

    def lock_of_record(self, reference: RecordReference) -> tuple[Hit, ...]:
        """The hits of a record that are about to change."""
        ...

    def all(self) -> tuple[Hit, ...]:
        """Every hit, for the node's own worker."""
        ...

    def seen(self, protected: Collection[bool], *, marked: bool) -> tuple[Hit, ...]:
        """The hits that are protected, or are not; `marked`: also those on which a mark or a safety hold lies."""
        ...

    def digest(self, protected: Collection[bool], *, marked: bool) -> str:
        """A short text that changes with the hits that are protected, or are not, and with what a list says of them.

        `marked`: those count too on which a victim's mark or a safety hold lies.
        """
        ...

    def save(self, hit: Hit) -> None:
        """Store the changed states of a hit."""
        ...

    def count_by_state(self) -> Mapping[str, int]:
        """Hits by joint state, but for those of which the protection officer alone may know."""
        ...

    def add_vote(self, hit_id: HitId, vote: VoteView, message_id: MessageId | None) -> bool:
        """Store a vote (the counterpart's has no voter and no message); False when that side has voted in that round.

        A vote whose message the hub refused is no vote: another one takes its place.
        """
        ...

    def note_step(self, hit_id: HitId, step: TrackStep) -> None:
        """Keep a step of the confirmed order for the hit's timeline."""
        ...

    def steps(self, hit_id: HitId) -> tuple[TrackStep, ...]:
        """The steps of a hit and its exchanges, in the order in which they were followed here."""
        ...

    def votes(self, hit_id: HitId) -> tuple[tuple[VoteView, ...], tuple[VoteView, ...]]:
        """The own votes and the counterpart's, by round."""
        ...
