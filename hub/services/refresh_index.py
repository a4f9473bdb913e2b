"""A worker keeps its index as new as the database, also while nothing waits to be compared."""

from symbolon.hub.ports import PairFinder, Store
from symbolon.runtime.clock import Clock


class RefreshIndex:
    """Run each second or so by every worker: erased encodings leave its memory, and its comparisons start warm."""

    def __init__(self, store: Store, finder: PairFinder, clock: Clock, worker_id: str) -> None:
        self._store = store
        self._finder = finder
        self._clock = clock
        self._worker_id = worker_id

    def __call__(self) -> None:
        """Load what is new, and leave word that this worker is alive."""
        with self._store.work() as work:
            number = self._finder.refresh(work)
            work.status.note_worker(self._worker_id, number, self._clock.now())
