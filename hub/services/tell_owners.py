"""Owners learn which of their records nobody is compared with, since an operator cannot use its shares."""

from typing import Final

from symbolon.hub.domain.members import Standing
from symbolon.hub.ports import Store
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages_comparison import NotCompared
from symbolon.protocol.references import HUB
from symbolon.runtime.clock import Clock

VERSIONS_PER_RUN: Final = 100


class TellOwners:
    """Run every other second; once for each version and operator."""

    def __init__(self, store: Store, post: PostMessage, clock: Clock) -> None:
        self._store = store
        self._post = post
        self._clock = clock

    def __call__(self) -> int:
        """Tell until nobody is left to tell; of how many versions."""
        told = 0
        while True:
            with self._store.work() as work:
                unread = work.operators.take_unread(VERSIONS_PER_RUN)
                for owner, versions in unread.items():
                    member = work.members.find(owner)
                    if member is None or member.standing is Standing.EXPELLED:
                        # What an expelled member left is erased, and nobody is there to be told.
                        continue
                    self._post(work, owner, NotCompared(tuple(versions)), self._clock.now())
                    work.audit(AuditAct.RECORDS_NOT_COMPARED, HUB, owner, {"records": len(versions)})
            if not unread:
                return told
            told += sum(map(len, unread.values()))
