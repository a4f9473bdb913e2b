"""What each step of the three together stands on: who this operator is, what it heard of the others, where it keeps."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from symbolon.hub.operators.errors import StandingStill
from symbolon.hub.operators.services.held_rows import RowsInUse
from symbolon.hub.operators.storage.secrets import OperatorSecrets
from symbolon.hub.operators.storage.shares import OperatorStore
from symbolon.hub.operators.storage.standings import Standing
from symbolon.protocol.messages_peers import Doing, PeerMessage, PeerStanding
from symbolon.protocol.oprf_sharing import Commitment
from symbolon.runtime.clock import Clock

NEED_PARTS: Final = frozenset({Doing.LOST, Doing.RESTORING})
"""Whoever is at this lost its shares: nobody compares meanwhile."""

Tell = Callable[[int, PeerMessage], None]
"""Says something to another operator, if it is there."""


class PairKeys(Mapping[int, bytes]):
    """By each other operator, the key that only the two have now: whoever looks has that of the present generation."""

    def __init__(self, others: tuple[int, ...], end_sessions: Callable[[], None]) -> None:
        """`end_sessions`: called when a key takes the place of one that batches may have been masked by."""
        self._keys: dict[int, bytes | None] = dict.fromkeys(others)
        self._end_sessions = end_sessions

    def __getitem__(self, other: int) -> bytes:
        key = self._keys[other]
        if key is None:
            raise StandingStill("The key with another operator is not agreed yet: ask again in a moment.")
        return key

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def held(self, other: int) -> bytes | None:
        """The key with another operator, if there is one."""
        return self._keys[other]

    def hold(self, other: int, key: bytes) -> None:
        """Use this key from now on. Sessions under another one of the same generation end."""
        replaced = self._keys[other] is not None
        self._keys[other] = key
        if replaced:
            self._end_sessions()

    def forget(self) -> None:
        """Those of another generation follow."""
        self._keys = dict.fromkeys(self._keys)


@dataclass(frozen=True, slots=True)
class AmongOperators:
    """Who this operator is among the three."""

    place: int
    card_secrets: Mapping[int, bytes] = field(repr=False)
    """By each other operator, what follows from the two cards: it says who agrees on a pair key."""
    pair_keys: PairKeys = field(repr=False)
    commitments: Mapping[int, Commitment]
    """To the lines of the token key that each deals, by place."""

    @property
    def others(self) -> tuple[int, ...]:
        """The other two places."""
        return tuple(sorted(self.card_secrets))

    def third(self, other: int) -> int:
        """The one beside this operator and that one."""
        (found,) = set(self.card_secrets) - {other}
        return found


@dataclass(frozen=True, slots=True)
class Circle:
    """What the steps share. One thread at a time: whoever keeps the operator in step has the turn."""

    operator: AmongOperators
    store: OperatorStore
    rows: RowsInUse
    secrets: OperatorSecrets
    tell: Tell
    clock: Clock
    random_bytes: Callable[[int], bytes]
    heard: dict[int, PeerStanding] = field(default_factory=dict)
    """What each other operator said last, since this process began."""

    @property
    def others_heard(self) -> tuple[PeerStanding | None, ...]:
        """What the other two said last, in the order of their places; None before they said anything."""
        return tuple(self.heard.get(other) for other in self.operator.others)

    @property
    def someone_lost_shares(self) -> bool:
        """Whether another operator has to be restored."""
        return any(each.doing in NEED_PARTS for each in self.heard.values())

    def both_are_beyond(self, generation: int) -> bool:
        """Whether both others refreshed their shares since: one alone may claim what it likes."""
        return all(each is not None and each.generation > generation for each in self.others_heard)

    def standing(self) -> tuple[Standing, int]:
        """What this operator is at, and the newest change that is here."""
        with self.store.work() as work:
            return work.standings.own(), work.progress()

    def note(self, standing: Standing) -> None:
        """Keep what this operator is at."""
        with self.store.work() as work:
            work.standings.note(standing)
