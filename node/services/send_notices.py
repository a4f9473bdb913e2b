"""Writes and sends the mails that tell officers to look at their desk.

Each person's mail is made of what that person may see, in a transaction of its own, with the note that it is told. Then
it goes out, and is tried again until the server takes it. Whether a mail was taken whose connection broke, nobody can
say: it goes again under the same id; what the server has taken goes no second time.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from symbolon.node.domain.notices import KEPT_FOR, Reader, WaitingMail, is_due, is_for, write
from symbolon.node.domain.outbox import next_attempt
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime.logs import get_logger
from symbolon.runtime.mail import Mail, MailRefused, MailUnavailable

WORKER: Final = "worker"
MAILS_AT_ONCE: Final = 50
UNAVAILABLE_AT_ONCE: Final = 3
"""After so many in a row the server is taken for being away: what is left waits for the next round."""
GIVEN_UP_AFTER: Final = timedelta(days=3)


class SendNotices:
    """One round: write what is due, send what waits. `post` None: no server is set up, and nothing is written."""

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        draws: Draws,
        post: Callable[[Mail], None] | None,
        *,
        desk: str,
        desk_url: str | None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._post = post
        self._desk = desk
        self._desk_url = desk_url

    def __call__(self) -> int:
        """Write and send; how many mails the server took."""
        if self._post is None:
            return 0
        with self._unit_of_work.begin() as work:
            readers = work.notices.readers()
            work.notices.prune(self._draws.now() - KEPT_FOR)
        for reader in readers:
            with self._unit_of_work.begin() as work:
                self._write(work, reader)
        return self._send(self._post)

    def _write(self, work: Work, reader: Reader) -> None:
        now, login = self._draws.now(), reader.actor.login
        since = max(reader.preference.since, now - KEPT_FOR)
        notices = tuple(each for each in work.notices.untold(login, since) if is_for(each, reader.actor))
        if not is_due(reader.preference, notices, work.notices.last_mail_at(login), now):
            return
        subject, text = write(notices, self._desk, self._desk_url)
        mail_id = str(self._draws.uuid())
        mail = WaitingMail(
            mail_id=mail_id,
            login=login,
            address=reader.preference.address,
            subject=subject,
            text=text,
            written_at=now,
            attempts=0,
            is_protected=any(notice.protected for notice in notices),
        )
        work.notices.write(mail, [notice.notice_id for notice in notices])
        work.audit.record(AuditAct.MAIL_WRITTEN, WORKER, mail_id, {"to": login, "notices": len(notices)})

    def _send(self, post: Callable[[Mail], None]) -> int:
        with self._unit_of_work.begin() as work:
            waiting = work.notices.due_mails(self._draws.now(), MAILS_AT_ONCE)
        sent = unavailable = 0
        for mail in waiting:
            if unavailable >= UNAVAILABLE_AT_ONCE:
                break
            try:
                post(Mail(mail.mail_id, mail.address, mail.subject, mail.text, mail.written_at))
            except MailUnavailable:
                unavailable += 1
                self._postpone(mail)
            except MailRefused:
                self._close(mail, is_refused=True)
            else:
                unavailable = 0
                sent += 1
                self._close(mail, is_refused=False)
        if unavailable:
            get_logger().warning("waiting", loop="send notices", reason=MailUnavailable.__name__)
        return sent

    def _postpone(self, mail: WaitingMail) -> None:
        now = self._draws.now()
        if now - mail.written_at >= GIVEN_UP_AFTER:
            self._close(mail, is_refused=True)
            return
        with self._unit_of_work.begin() as work:
            work.notices.postpone(mail.mail_id, next_attempt(now, mail.attempts + 1, self._draws.jitter()))

    def _close(self, mail: WaitingMail, *, is_refused: bool) -> None:
        with self._unit_of_work.begin() as work:
            work.notices.close(mail.mail_id, self._draws.now(), is_refused=is_refused)
            if is_refused:
                work.audit.record(AuditAct.MAIL_REFUSED, WORKER, mail.mail_id, {"to": mail.login})
