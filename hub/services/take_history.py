"""A restored hub takes the versions of the directory that came into effect after its backup, from any member.

The members signed them: they need no trust in whoever hands them over, nor in the hub.
"""

from collections.abc import Sequence
from datetime import datetime

from symbolon.hub.domain.members import EnrolledMember, standing_of
from symbolon.hub.ports import Enrolment, Store, Work
from symbolon.hub.services.put_directory_in_effect import PutDirectoryInEffect
from symbolon.protocol.messages import SignedDirectory
from symbolon.runtime.clock import Clock


class TakeHistory:
    """The use case of `symbolon hub reconcile --directory`."""

    def __init__(self, store: Store, put_in_effect: PutDirectoryInEffect, clock: Clock) -> None:
        self._store = store
        self._put_in_effect = put_in_effect
        self._clock = clock

    def __call__(self, versions: Sequence[SignedDirectory], *, rehearse: bool = False) -> int:
        """Put every version in effect that follows the hub's own; how many. Takes none and raises a `ProtocolError`."""
        now = self._clock.now()
        taken = 0
        with self._store.work(rehearse=rehearse) as work:
            work.records.order_commits()
            known = work.directory.in_effect()
            for signed in sorted(versions, key=lambda each: each.directory.version):
                if known is not None and signed.directory.version <= known.version:
                    continue
                _enrol_unknown(work, signed, now)
                self._put_in_effect(work, known, signed, now)
                known = signed.directory
                taken += 1
        return taken


def _enrol_unknown(work: Work, signed: SignedDirectory, now: datetime) -> None:
    """Know states again that were enrolled after the backup: by the card that the members signed."""
    for member in signed.directory.members:
        if work.members.find(member.code) is None:
            enrolled = EnrolledMember(
                member.card,
                standing_of(member),
                member.standing_since,
                member.keys_expire_on,
                member.certificate_expires_on,
            )
            # Its request and certificate are lost here; the state has them.
            work.members.enrol(enrolled, Enrolment(request_fingerprint="", certificate_pem=""), now)
