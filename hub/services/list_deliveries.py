"""A member's node asks what waits for it."""

from symbolon.hub.ports import Store, WaitingDelivery
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class ListDeliveries:
    """The use case of `GET /v1/deliveries`: at least once, until they are acknowledged."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, member: MemberCode, limit: int) -> tuple[WaitingDelivery, ...]:
        """The oldest unacknowledged deliveries of this member, and nobody else's."""
        with self._store.work() as work:
            work.members.note_visit(member, self._clock.now())
            return work.mail.waiting(member, limit)
