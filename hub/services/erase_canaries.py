"""Canaries that serve nothing any more are erased, at the operators too, by the next changes."""

from datetime import timedelta
from typing import Final

from symbolon.hub.ports import EncodingIntake, Store
from symbolon.runtime.clock import Clock

REPLACED_FOR: Final = timedelta(days=1)
"""A canary that a newer one replaced stays so long, so that the operators do not see the two come and go together."""
CHECKS_KEPT_FOR: Final = timedelta(days=30)
_MOST: Final = 500


class EraseCanaries:
    """Run each minute or so."""

    def __init__(self, store: Store, intake: EncodingIntake, clock: Clock) -> None:
        self._store = store
        self._intake = intake
        self._clock = clock

    def __call__(self) -> int:
        """How many canaries went."""
        now = self._clock.now()
        with self._store.work() as work:
            work.canaries.forget_answers(now - CHECKS_KEPT_FOR)
            # Looked at before waiting for a turn: mostly there are none.
            if not work.canaries.leftover(now - REPLACED_FOR, 1):
                return 0
            work.records.order_commits()
            leftover = work.canaries.leftover(now - REPLACED_FOR, _MOST)
            return len(self._intake.withdraw(work, leftover))
