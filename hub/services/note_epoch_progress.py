"""A member's node tells how far it is with an epoch."""

from symbolon.hub.errors import EpochNotOpen
from symbolon.hub.ports import Store
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import EpochProgress
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class NoteEpochProgress:
    """The use case of `POST /v1/epochs/progress`."""

    def __init__(self, store: Store, open_envelope: OpenEnvelope, clock: Clock) -> None:
        self._store = store
        self._open = open_envelope
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> None:
        """Keep what the member says, in the place of what it said before. Of an epoch that is not open it is refused.

        It leaves no leaf: it is no act, and comes every few seconds.
        """
        now = self._clock.now()
        with self._store.work() as work:
            progress = self._open(work, envelope, member, EpochProgress, now)
            if progress.epoch not in work.epochs.open_epochs():
                raise EpochNotOpen
            work.epochs.note_progress(member, progress, now)
