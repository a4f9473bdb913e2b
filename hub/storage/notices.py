"""What the facilitator is to be told, and mails on their way."""

from datetime import datetime

from symbolon.hub.domain.notices import FacilitatorNotice, Letter, MailsUnsent, MailToSend, NoticeKind
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_states import JointState
from symbolon.protocol.references import MemberCode
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "notices")


class PostgresNotices:
    """See `symbolon.hub.ports.NoticeStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, notice: FacilitatorNotice) -> None:
        """Something to tell."""
        self._transaction.execute(
            _QUERIES["insert_notice"],
            kind=notice.kind.value,
            member=notice.member,
            subject=notice.subject,
            state=None if notice.state is None else notice.state.value,
            urgency=None if notice.urgency is None else notice.urgency.value,
            noted_at=notice.noted_at,
        )

    def take_waiting(self) -> tuple[FacilitatorNotice, ...]:
        """What no mail counts yet, oldest first; nobody else writes of it before this transaction ends."""
        self._transaction.execute(_QUERIES["hold_pen"])
        return tuple(
            FacilitatorNotice(
                kind=NoticeKind(row["kind"]),
                member=MemberCode(row["member"]),
                subject=row["subject"],
                state=None if row["state"] is None else JointState(row["state"]),
                urgency=None if row["urgency"] is None else Urgency(row["urgency"]),
                noted_at=row["noted_at"],
            )
            for row in self._transaction.fetch_all(_QUERIES["list_waiting"])
        )

    def last_written_at(self) -> datetime | None:
        """When the last mail to the facilitator was written."""
        moment: datetime | None = self._transaction.fetch_value(_QUERIES["find_last_written"])
        return moment

    def mark_written(self, now: datetime) -> None:
        """All that waits is counted by a mail."""
        self._transaction.execute(_QUERIES["mark_written"], now=now)

    def add_mail(self, mail: MailToSend) -> None:
        """A mail to send."""
        self._transaction.execute(
            _QUERIES["insert_mail"],
            mail_id=mail.mail_id,
            recipient=mail.recipient,
            subject=mail.letter.subject,
            content=mail.letter.content,
            written_at=mail.written_at,
        )

    def take_due_mail(self, now: datetime) -> MailToSend | None:
        """A mail that is due, locked; None where there is none that nobody else is at."""
        row = self._transaction.fetch_one(_QUERIES["take_due_mail"], now=now)
        if row is None:
            return None
        letter = Letter(row["subject"], row["content"])
        return MailToSend(row["mail_id"], row["recipient"], letter, row["written_at"], row["tries"])

    def mark_sent(self, mail_id: str, now: datetime) -> None:
        """The mail server took it."""
        self._transaction.execute(_QUERIES["mark_sent"], mail_id=mail_id, now=now)

    def mark_refused(self, mail_id: str, now: datetime) -> None:
        """The mail server refused it for good."""
        self._transaction.execute(_QUERIES["mark_refused"], mail_id=mail_id, now=now)

    def try_again_at(self, mail_id: str, moment: datetime) -> None:
        """It was tried, and is tried again then."""
        self._transaction.execute(_QUERIES["try_again_at"], mail_id=mail_id, moment=moment)

    def unsent(self) -> MailsUnsent:
        """Mails that the facilitator did not get."""
        row = self._transaction.fetch_one(_QUERIES["count_unsent"]) or {"waiting": 0, "refused": 0}
        return MailsUnsent(row["waiting"], row["refused"])

    def forget(self, before: datetime) -> int:
        """What was told, sent or refused before then is forgotten; how many rows."""
        notices = self._transaction.execute(_QUERIES["forget_notices"], before=before)
        return notices + self._transaction.execute(_QUERIES["forget_mails"], before=before)
