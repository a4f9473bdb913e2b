"""A few batches at once, a few more in a queue, and the rest come again.

Batches take turns at the records anyway. Without a bound, each that waits for its turn would hold a connection and a
thread, and whoever only asks for its deliveries would stand behind all of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from symbolon.hub.errors import TooManyBatches

# While one has its turn at the records, the next is verified and read.
BATCHES_AT_ONCE: Final = 2
# Each waits on a thread of the web's pool, which has 40.
BATCHES_WAITING: Final = 16


class AdmitBatches:
    """Lets batches in, from any number of threads."""

    def __init__(self, at_once: int = BATCHES_AT_ONCE, waiting: int = BATCHES_WAITING) -> None:
        self._places = BoundedSemaphore(at_once + waiting)
        self._turns = BoundedSemaphore(at_once)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Wait for one of the turns, and keep it for the block; raises `TooManyBatches` where the queue is full."""
        if not self._places.acquire(blocking=False):
            raise TooManyBatches
        try:
            with self._turns:
                yield
        finally:
            self._places.release()
