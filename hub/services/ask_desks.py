"""The hub asks every desk from time to time whether somebody is there, and tells of those that do not answer."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from symbolon.hub.domain.desks import DeskWatch, asked, deputy_address, is_to_be_asked, to_tell_of, told_of
from symbolon.hub.domain.members import Standing
from symbolon.hub.domain.notices import FacilitatorNotice, MailToSend, NoticeKind, deputy_letter
from symbolon.hub.ports import Store, Work
from symbolon.hub.services.sign_message import PostMessage
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.focal_points import ANSWER_WITHIN
from symbolon.protocol.messages import FocalPointDirectory, ProofOfLifePing
from symbolon.protocol.references import HUB, new_ping_id
from symbolon.runtime.clock import Clock
from symbolon.runtime.mail import is_mail_address


class AskDesks:
    """Run each minute. `writes_to_deputies`: the federation's name on mails, None where this hub sends none."""

    def __init__(
        self,
        store: Store,
        post: PostMessage,
        clock: Clock,
        new_uuid: Callable[[], UUID],
        writes_to_deputies: str | None,
    ) -> None:
        self._store = store
        self._post = post
        self._clock = clock
        self._new_uuid = new_uuid
        self._writes_to_deputies = writes_to_deputies

    def __call__(self) -> int:
        """Ask those that are to be asked, tell of those that went stale; how many of both."""
        now = self._clock.now()
        with self._store.work() as work:
            active = {member.code for member in work.members.all() if member.standing is Standing.ACTIVE}
            directories = {signed.directory.member: signed.directory for signed in work.focal_points.all()}
            changed = []
            for watch in work.focal_points.lock_watches(active):
                after = self._tell_if_stale(work, directories[watch.member], watch, now)
                if is_to_be_asked(after, now):
                    after = self._ask(work, after, now)
                if after != watch:
                    changed.append(after)
            work.focal_points.save_watches(changed)
        return len(changed)

    def _ask(self, work: Work, watch: DeskWatch, now: datetime) -> DeskWatch:
        ping_id = new_ping_id(self._new_uuid())
        ping = ProofOfLifePing(ping_id, watch.desk_id, asked_at=now, answer_by=now + ANSWER_WITHIN)
        self._post(work, watch.member, ping, now)
        work.audit(AuditAct.DESK_ASKED, HUB, ping_id, {"member": watch.member, "desk": watch.desk_id})
        return asked(watch, ping_id, now)

    def _tell_if_stale(self, work: Work, directory: FocalPointDirectory, watch: DeskWatch, now: datetime) -> DeskWatch:
        if not to_tell_of(watch, now):
            return watch
        work.notices.add(FacilitatorNotice(NoticeKind.DESK_STALE, watch.member, watch.desk_id, None, None, now))
        self._write_to_deputy(work, directory, watch, now)
        work.audit(AuditAct.DESK_STALE, HUB, watch.ping_id, {"member": watch.member, "desk": watch.desk_id})
        return told_of(watch, now)

    def _write_to_deputy(self, work: Work, directory: FocalPointDirectory, watch: DeskWatch, now: datetime) -> None:
        """The desk's own node sees by itself that its answer is late; this reaches a deputy whose node is away too."""
        address = deputy_address(directory, watch.desk_id)
        if address is None or not is_mail_address(address) or self._writes_to_deputies is None:
            return
        letter = deputy_letter(self._writes_to_deputies, watch.member, watch.desk_id)
        work.notices.add_mail(MailToSend(str(self._new_uuid()), address, letter, now))
