"""Time and randomness from the system."""

import os
import random
from datetime import datetime
from uuid import UUID, uuid4

from symbolon.runtime.clock import Clock


class SystemDraws:
    """Draws from the operating system's sources."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """The present moment in UTC."""
        return self._clock.now()

    def uuid(self) -> UUID:
        """A fresh random UUID."""
        return uuid4()

    def random_bytes(self, count: int) -> bytes:
        """Bytes from the system's cryptographic source."""
        return os.urandom(count)

    def jitter(self) -> float:
        """A number drawn uniformly from [0, 1)."""
        return random.random()  # noqa: S311 - spreads retries, guards nothing
