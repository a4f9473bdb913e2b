"""The line between a node and the hub at its worst: it loses, doubles, delays and reorders, and a party dies."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from symbolon.node.errors import HubUnavailable
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import Delivery
from symbolon.protocol.references import HUB


class Died(BaseException):
    """The process ended here: whatever it had not committed is gone."""


@dataclass
class BrokenLine:
    """What a node's services get for the hub; ``inner`` is the one that works."""

    inner: Any
    chance: Random
    is_calm: bool = False
    faults: dict[str, int] = field(default_factory=dict)

    def _befalls(self, fault: str, share: float) -> bool:
        if self.is_calm or self.chance.random() >= share:
            return False
        self.faults[fault] = self.faults.get(fault, 0) + 1
        return True

    def post(self, path: str, envelope: Envelope) -> bytes:
        """Hand in an envelope: it may not arrive, may arrive without an answer, and the node may die of either."""
        if self._befalls("lost", 0.08):
            raise HubUnavailable("lost on its way")
        answer: bytes = self.inner.post(path, envelope)
        if self._befalls("answer lost", 0.08):
            raise HubUnavailable("the answer was lost")
        if self._befalls("died", 0.04):
            raise Died
        return answer

    def fetch_deliveries(self, wait_s: int, limit: int) -> tuple[Delivery, ...]:
        """Some of what waits, doubled and in another order; what one member says keeps its own, as its lane does."""
        waiting = list(self.inner.fetch_deliveries(wait_s, limit))
        if self._befalls("delayed", 0.2):
            waiting = waiting[: self.chance.randint(0, len(waiting))]
        if self._befalls("doubled", 0.2):
            waiting += waiting
        if self._befalls("reordered", 0.3):
            waiting = self._reordered(waiting)
        return tuple(waiting)

    def _reordered(self, waiting: list[Delivery]) -> list[Delivery]:
        of_hub = [each for each in waiting if each.envelope.get("sender") == HUB]
        of_members = [each for each in waiting if each.envelope.get("sender") != HUB]
        self.chance.shuffle(of_hub)
        merged: list[Delivery] = []
        while of_hub or of_members:
            source = of_hub if of_hub and (not of_members or self.chance.random() < 0.5) else of_members
            merged.append(source.pop(0))
        return merged

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)
