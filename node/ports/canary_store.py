"""Which canaries of blind comparison this node has at the operators."""

from collections.abc import Collection
from typing import Protocol

from symbolon.node.domain.canaries import CanaryGroup, SentCanary
from symbolon.protocol.messages import CanaryForm
from symbolon.protocol.references import RecordReference


class CanaryStore(Protocol):
    """Canaries that the hub took and that no operator has erased since."""

    def sent(self, group: CanaryGroup) -> frozenset[tuple[int, CanaryForm]]:
        """Numbers and forms of those that are among such records."""
        ...

    def keep(self, canaries: Collection[SentCanary]) -> None:
        """Note that the hub took them."""
        ...

    def forget(self, references: Collection[RecordReference]) -> None:
        """Forget those of them that are canaries: they are erased."""
        ...

    def forget_all_but(self, epochs: Collection[int]) -> None:
        """Forget those of other epochs; of no epochs, all."""
        ...
