"""What the hub keeps for a while only is forgotten.

Nonces of envelopes that expired, removals that every index made, canaries that serve nothing any more, and what was
delivered or mailed weeks ago.
"""

from datetime import timedelta
from typing import Final

from symbolon.hub.ports import PairFinder, Store
from symbolon.hub.services.erase_canaries import EraseCanaries
from symbolon.hub.services.reconcile_member import forget_delivered
from symbolon.runtime.clock import Clock

NOTICES_KEPT_FOR: Final = timedelta(days=35)
"""How long it is kept what the facilitator was told, and what mails were sent."""


class TidyUp:
    """Run each minute or so."""

    def __init__(self, store: Store, finder: PairFinder, erase_canaries: EraseCanaries, clock: Clock) -> None:
        self._store = store
        self._erase_canaries = erase_canaries
        self._finder = finder
        self._clock = clock

    def __call__(self) -> int:
        """How many rows went."""
        now = self._clock.now()
        canaries = self._erase_canaries()
        with self._store.work() as work:
            nonces = work.replays.forget(now)
            removals = self._finder.forget_removals(work, work.status.oldest_index(now))
            budgets = work.operators.forget_budgets(now.date())
            delivered = forget_delivered(work, now)
            told = work.notices.forget(now - NOTICES_KEPT_FOR)
        return canaries + nonces + removals + budgets + delivered + told
