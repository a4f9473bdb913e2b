"""What the operators signed about erased shares goes to the owners of the records; the hub only carries it."""

from typing import Final

from symbolon.hub.ports import Store
from symbolon.hub.services.sign_message import PostMessage
from symbolon.runtime.clock import Clock

RECEIPTS_PER_RUN: Final = 100


class ForwardErasures:
    """Run every other second; a receipt that is not forwarded waits for the next run."""

    def __init__(self, store: Store, post: PostMessage, clock: Clock) -> None:
        self._store = store
        self._post = post
        self._clock = clock

    def __call__(self) -> int:
        """Forward until nothing waits; how many receipts."""
        forwarded = 0
        while True:
            with self._store.work() as work:
                receipts = work.operators.take_erasures(RECEIPTS_PER_RUN)
                for owner, receipt in receipts:
                    self._post(work, owner, receipt, self._clock.now())
            if not receipts:
                return forwarded
            forwarded += len(receipts)
