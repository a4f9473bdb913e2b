"""An operator follows the co-signed directory: version by version, as a node does, and believes the hub none of it.

Whose keys sign and open, which epochs there are, and who the other two operators are, it takes from there alone. While
its own card or another operator's is not the directory's, it stands still: then the hub may have told the three of each
other what the members never signed, and could sit between them.
"""

import threading
from collections.abc import Sequence

from symbolon.hub.operators.errors import CardsDiffer, DirectoryRefused, NotConfirmed, NotJoined
from symbolon.hub.operators.storage.directory import FOUNDING
from symbolon.hub.operators.storage.shares import OperatorStore
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.federation import verify_succession
from symbolon.protocol.membership_problems import BrokenSuccession
from symbolon.protocol.messages_comparison import OperatorCard
from symbolon.protocol.messages_federation import SignedDirectory
from symbolon.protocol.messages_membership import FederationDirectory, directory_fingerprint
from symbolon.protocol.problems import ProtocolError, WrongFederation
from symbolon.protocol.references import HUB
from symbolon.runtime.clock import Clock
from symbolon.runtime.logs import get_logger


class KnowDirectory:
    """The directory in effect, as this operator verified it. Any thread may ask."""

    def __init__(self, store: OperatorStore, cards: Sequence[OperatorCard], clock: Clock) -> None:
        """`cards`: the three operators', by place, as this one joined with them."""
        self._store = store
        self._cards = tuple(cards)
        self._clock = clock
        self._turn = threading.Lock()
        with store.work() as work:
            self._newest = work.directory.newest()

    def newest(self) -> FederationDirectory | None:
        """The directory in effect; None before the founding."""
        return self._newest

    @property
    def version(self) -> int:
        """Its version; 0 before the founding."""
        return 0 if self._newest is None else self._newest.version

    @property
    def cards_differ(self) -> bool:
        """Whether the members signed other operators than those that this one joined with."""
        return self._newest is not None and self._newest.comparison.operators != self._cards

    def refuse_where_cards_differ(self) -> None:
        """Raise `CardsDiffer`."""
        if self.cards_differ:
            raise CardsDiffer("The directory lists other operators' cards than this one joined with: it stands still.")

    def refuse_where_not_confirmed(self) -> None:
        """Raise `NotConfirmed` where this federation is no exercise, and nobody compared its founding with a member."""
        if self._newest is None or self._newest.exercise:
            return
        with self._store.work() as work:
            if work.directory.confirmation().confirmed_at is None:
                raise NotConfirmed("Nobody compared the founding's fingerprint with a member yet: confirm it first.")

    def take(self, versions: Sequence[bytes]) -> int:
        """Take the versions after the known one, oldest first; the newest one's number. One that is known is passed by.

        Raises:
            DirectoryRefused: one does not follow from what is known; nothing of them is taken.

        """
        with self._turn:
            try:
                self._newest = self._follow(versions)
            except ProtocolError as error:
                refused = f"A version of the directory was refused: {error}"
                self._note(refused)
                raise DirectoryRefused(refused) from error
        return self.version

    def _follow(self, versions: Sequence[bytes]) -> FederationDirectory | None:
        known = self._newest
        with self._store.work() as work:
            seat = work.seat()
            if seat is None:
                raise NotJoined("This operator has no place in a federation yet.")
            for content in versions:
                signed = from_wire(SignedDirectory, parse_json(content))
                offered = signed.directory
                if known is not None and offered.version <= known.version:
                    if work.directory.version(offered.version) != offered:
                        raise BrokenSuccession("It has the number of a version that is known, and says something else.")
                    continue
                if (offered.federation, offered.exercise) != (seat.federation, seat.exercise):
                    raise WrongFederation("It is another federation's, or mixes exercise and live data.")
                verify_succession(known, signed)
                work.directory.keep(signed, self._clock.now())
                work.audit(AuditAct.DIRECTORY_IN_EFFECT, HUB, {"version": offered.version})
                known = offered
            work.directory.note_trouble(None)
            if known is not None:
                work.forget_taken_before(known.oldest_epoch.epoch)
        return known

    def _note(self, refused: str) -> None:
        with self._store.work() as work:
            if work.directory.note_trouble(refused):
                get_logger().error("the hub's directory was refused", reason=refused)
                work.audit(AuditAct.DIRECTORY_REFUSED, HUB, {"known": self.version})


def confirm_founding(store: OperatorStore, fingerprint: str, clock: Clock) -> FederationDirectory:
    """Note that the founding here is the one that a member has, by its fingerprint as it was read out.

    Raises:
        DirectoryRefused: there is no founding here yet, or it is another.

    """
    with store.work() as work:
        founding = work.directory.version(FOUNDING)
        if founding is None:
            raise DirectoryRefused("The hub showed no founding directory yet: confirm it once the members signed it.")
        if "".join(fingerprint.split()).lower() != "".join(directory_fingerprint(founding).split()):
            raise DirectoryRefused(
                "This is not the fingerprint of the founding that the hub showed here: do not go on, and ask further"
                " members for theirs."
            )
        work.directory.confirm(clock.now())
        work.audit(AuditAct.DIRECTORY_IN_EFFECT, HUB, {"version": FOUNDING, "compared_with_a_member": True})
    return founding
