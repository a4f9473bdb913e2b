"""The hub's state at a glance, without anything that identifies a person, a record or a hit."""

from symbolon.hub.domain.status import HubStatus
from symbolon.hub.ports import Store
from symbolon.runtime.clock import Clock


class ShowStatus:
    """The use case of the operator's page and of `symbolon hub status`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self) -> HubStatus:
        """Members, records, queues, hits and workers in numbers."""
        with self._store.work() as work:
            return work.status.read(self._clock.now())
