"""An operator follows one life of the hub: after a restore the next one, which it begins with nothing.

What the hub calls by a number means another record then, so all shares go, with a receipt for each owner; the members,
whom the restored hub tells that it lacks their encodings, share them out anew. Erasing is not done on a certificate's
word: the hub signs its life with the key that the members listed, and lives only ever follow younger ones.
"""

from datetime import datetime

from symbolon.hub.operators.errors import AnotherHub
from symbolon.hub.operators.services.held_rows import HeldRows, fill
from symbolon.hub.operators.services.know_directory import KnowDirectory
from symbolon.hub.operators.services.sign_erasures import SignErasures
from symbolon.hub.operators.storage.shares import FollowedLife, OperatorStore, OperatorWork, Seat
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.hub_life import HubLife, verify_life
from symbolon.protocol.messages_operators import Feed
from symbolon.protocol.messages_peers import Doing
from symbolon.protocol.problems import ProtocolError
from symbolon.protocol.references import HUB, IncarnationId
from symbolon.runtime.clock import Clock
from symbolon.runtime.logs import get_logger


class FollowHub:
    """Sees to it that a feed is of the life that is followed, or begins to follow the one that it is of."""

    def __init__(
        self, store: OperatorStore, directory: KnowDirectory, sign_erasures: SignErasures, clock: Clock
    ) -> None:
        self._store = store
        self._directory = directory
        self._sign_erasures = sign_erasures
        self._clock = clock

    def __call__(self, held: HeldRows, feed: Feed) -> None:
        """Raises `AnotherHub` where the feed is of a life that is not to be followed."""
        if feed.incarnation is None:
            return
        with self._store.work() as work:
            seat, known = work.seat(), work.hub_life()
            if seat is None or known.incarnation == feed.incarnation:
                return
            if known.incarnation is None:
                work.follow(FollowedLife(feed.incarnation, None if feed.life is None else feed.life.begun_at))
                return
            if held.contributed:
                # The others count on what this operator refreshes.
                held.refuse_where_still()
            begun_at = self._verified(feed, feed.incarnation, seat, known)
            work.lock_progress()
            records = self._empty(work, held, seat)
            work.follow(FollowedLife(feed.incarnation, begun_at, self._clock.now(), records))
        get_logger().warning("the hub was restored: the shares of its former life are erased", records=records)

    def _verified(self, feed: Feed, incarnation: IncarnationId, seat: Seat, known: FollowedLife) -> datetime:
        directory = self._directory.newest()
        if feed.life is None or directory is None:
            raise AnotherHub("The hub's numbers mean other records than here, and it did not sign why.")
        life = HubLife(seat.federation, seat.exercise, incarnation, feed.life.begun_at)
        try:
            verify_life(life, feed.life.signature, directory, known.begun_at, self._clock.now())
        except ProtocolError as error:
            raise AnotherHub(f"The hub's numbers mean other records than here: {error}") from error
        return life.begun_at

    def _empty(self, work: OperatorWork, held: HeldRows, seat: Seat) -> int:
        """Erase every share; how many records had some."""
        gone, standing = work.held_versions(), work.standings.own()
        records = sum(map(len, gone.values()))
        self._sign_erasures(work, seat, max(1, work.progress()), gone)
        work.audit(AuditAct.SHARES_TAKEN, HUB, {"taken": 0, "erased": records, "another_life": True})
        work.forget_all()
        work.segments.forget_all()
        if standing.doing is Doing.RESTORING:
            # What was restored so far went too.
            work.standings.note(standing.from_the_beginning())
        held.described.clear()
        fill(work, held, 0)
        return records
