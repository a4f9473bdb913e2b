"""Shows how the node stands, in counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from symbolon.node.ports.outside import Draws, LinkageKeys
from symbolon.node.ports.storage import UnitOfWork

_LATELY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """Counts only: nothing in it identifies anybody."""

    federation: str | None
    exercise: bool
    directory_version: int
    members: tuple[str, ...]
    key_epoch: int
    linkage_key_check: str | None
    """Hexadecimal check value of the linkage key, the same at each node that holds it; None while it is not here."""
    keys_to_accept: tuple[str, ...]
    """Members whose linkage key came and waits for `symbolon node linkage-key accept`."""
    cards_not_taken: tuple[str, ...]
    """Members whose card the hub changed: the old one is in use until `symbolon node trust`."""
    records: Mapping[str, int]
    without_category: int
    hits: Mapping[str, int]
    outbox: Mapping[str, int]
    inbox: Mapping[str, int]
    clock_seems_slow: bool
    """Whether deliveries came lately that were issued in the future of this node's clock: they wait at the hub."""


class ShowStatus:
    """The node at a glance."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, linkage_keys: LinkageKeys) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._linkage_keys = linkage_keys

    def __call__(self) -> NodeStatus:
        """The counts now."""
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
            keys_to_accept = work.directory.key_offers()
            cards_not_taken = tuple(card.code for card in work.directory.refused_cards())
            records = work.records.count_by_publication()
            without_category = len(work.records.without_category())
            hits = work.hits.count_by_state()
            outbox = work.outbox.count_waiting()
            inbox = work.inbox.count()
            slow_clock_at = work.inbox.slow_clock_at()
        epoch = 0 if directory is None else directory.key_epoch
        key = self._linkage_keys.find(epoch) if epoch else None
        return NodeStatus(
            federation=None if directory is None else directory.federation,
            exercise=directory is not None and directory.exercise,
            directory_version=0 if directory is None else directory.version,
            members=() if directory is None else tuple(card.code for card in directory.members),
            key_epoch=epoch,
            linkage_key_check=None if key is None else key.check_value().hex(),
            keys_to_accept=keys_to_accept,
            cards_not_taken=cards_not_taken,
            records=records,
            without_category=without_category,
            hits=hits,
            outbox=outbox,
            inbox=inbox,
            clock_seems_slow=slow_clock_at is not None and self._draws.now() - slow_clock_at < _LATELY,
        )
