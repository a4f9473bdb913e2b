"""Every state's desks and how they live, for each node to keep and to read offline."""

from symbolon.hub.ports import Store
from symbolon.hub.services.sign_message import SignMessage
from symbolon.protocol.messages import FocalPointBook
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class ShowFocalPoints:
    """The use case of `GET /v1/focal-points`."""

    def __init__(self, store: Store, sign_message: SignMessage, clock: Clock) -> None:
        self._store = store
        self._sign = sign_message
        self._clock = clock

    def __call__(self, member: MemberCode) -> bytes:
        """The book, signed for this member; each directory in it is signed by its own state."""
        with self._store.work() as work:
            book = FocalPointBook(
                directories=work.focal_points.all(),
                lives=tuple(watch.life for watch in work.focal_points.watches()),
            )
        return self._sign(book, member, self._clock.now()).to_bytes()
