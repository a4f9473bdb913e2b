"""The facilitator is written to about clocks and desks: at once, or in a digest; then the mails are sent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from symbolon.hub.domain.notices import MailToSend, facilitator_letter, is_time_to_write, pause_after
from symbolon.hub.ports import Store
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HUB
from symbolon.runtime.clock import Clock
from symbolon.runtime.logs import get_logger
from symbolon.runtime.mail import Mail, MailRefused, MailUnavailable, Post


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Whom this hub writes to, and how often. `every`: zero for at once."""

    federation: str
    recipients: tuple[str, ...] = field(repr=False)
    every: timedelta
    desk_url: str


class WriteNotices:
    """Run every few seconds. A mail and what it counts are one transaction: nothing is left out, nothing told twice."""

    def __init__(
        self, store: Store, clock: Clock, new_uuid: Callable[[], UUID], correspondence: Correspondence
    ) -> None:
        self._store = store
        self._clock = clock
        self._new_uuid = new_uuid
        self._to = correspondence

    def __call__(self) -> int:
        """Write of all that waits, if it is time; how many mails."""
        now = self._clock.now()
        with self._store.work() as work:
            notices = work.notices.take_waiting()
            if not is_time_to_write(notices, work.notices.last_written_at(), self._to.every, now):
                return 0
            letter = facilitator_letter(self._to.federation, notices, self._to.desk_url)
            for recipient in self._to.recipients:
                work.notices.add_mail(MailToSend(str(self._new_uuid()), recipient, letter, now))
            work.notices.mark_written(now)
            counts = {"notices": len(notices), "mails": len(self._to.recipients)}
            work.audit(AuditAct.FACILITATOR_TOLD, HUB, None, counts)
        return len(self._to.recipients)


class SendMails:
    """Run every few seconds. A mail is locked while it is handed over, and marked as sent before anybody else looks.

    Where this process dies after the server took it and before that is written down, it is handed over again, with the
    same `Message-ID`: who reads it, or the server, knows the second copy.
    """

    def __init__(self, store: Store, clock: Clock, hand_over: Post) -> None:
        self._store = store
        self._clock = clock
        self._hand_over = hand_over

    def __call__(self) -> int:
        """Send what is due; how many mails the server took."""
        sent = 0
        while True:
            now = self._clock.now()
            with self._store.work() as work:
                mail = work.notices.take_due_mail(now)
                if mail is None:
                    return sent
                try:
                    self._hand_over(_written(mail))
                except MailRefused:
                    work.notices.mark_refused(mail.mail_id, now)
                    get_logger().warning("the mail server refused a mail for good: check the setting 'notice_to'")
                except MailUnavailable:
                    # The others would wait for the same server: they are tried next time.
                    work.notices.try_again_at(mail.mail_id, now + pause_after(mail.tries + 1))
                    get_logger().warning("the mail server does not answer; the mail is tried again later")
                    return sent
                else:
                    work.notices.mark_sent(mail.mail_id, now)
                    sent += 1


def _written(mail: MailToSend) -> Mail:
    return Mail(mail.mail_id, mail.recipient, mail.letter.subject, mail.letter.content, mail.written_at)
