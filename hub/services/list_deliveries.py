"""A member's node asks what waits for it."""

from symbolon.hub.domain.members import ACTIVE_ONLY, refuse_unless
from symbolon.hub.errors import UnknownMember
from symbolon.hub.ports import Store, WaitingDelivery
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class ListDeliveries:
    """The use case of `GET /v1/deliveries`: at least once, until they are acknowledged."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, member: MemberCode, limit: int) -> tuple[WaitingDelivery, ...]:
        """The oldest unacknowledged deliveries of this member, and nobody else's.

        Raises a `HubError` for a member that takes part no longer: whoever was waiting is told so at once.
        """
        with self._store.work() as work:
            known = work.members.find(member)
            if known is None:
                raise UnknownMember
            refuse_unless(known.standing, ACTIVE_ONLY)
            work.members.note_visit(member, self._clock.now())
            return work.mail.waiting(member, limit)
