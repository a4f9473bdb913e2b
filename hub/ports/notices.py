"""The clocks of hits, who was told that one was over, and mails that are to be sent."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from symbolon.hub.domain.clocks import ClockTerms, HitClock, HitHistory
from symbolon.hub.domain.escalation import Mark
from symbolon.hub.domain.hits import Hit
from symbolon.hub.domain.notices import FacilitatorNotice, MailsUnsent, MailToSend
from symbolon.protocol.references import HitId, MemberCode


class ClockStore(Protocol):
    """What the clocks of hits are read from."""

    def terms(self) -> ClockTerms:
        """Each state's desks, and what each pair agreed on."""

    def running(self) -> Sequence[tuple[Hit, HitHistory]]:
        """The hits for which a clock may run; none is locked."""

    def of(self, hit_id: HitId) -> tuple[Hit, HitHistory]:
        """One hit; the caller has locked it where it matters. Raises `UnknownHit`."""

    def of_hits(self, hit_ids: Sequence[HitId]) -> Sequence[tuple[Hit, HitHistory]]:
        """Those of these hits that are known, by ascending id; none is locked."""

    def told(self, hit_ids: Collection[HitId]) -> frozenset[Mark]:
        """Of which clocks of these hits somebody was told."""

    def note_told(self, clock: HitClock, now: datetime) -> bool:
        """Note that somebody is told of this clock; False where it was noted before."""

    def note_purge_receipt(self, hit_id: HitId, member: MemberCode, now: datetime) -> None:
        """A side says that it has purged something of the hit."""


class NoticeStore(Protocol):
    """What the facilitator is to be told, and mails on their way."""

    def add(self, notice: FacilitatorNotice) -> None:
        """Something to tell."""

    def take_waiting(self) -> tuple[FacilitatorNotice, ...]:
        """What no mail counts yet, oldest first; nobody else writes of it before this transaction ends."""

    def last_written_at(self) -> datetime | None:
        """When the last mail to the facilitator was written."""

    def mark_written(self, now: datetime) -> None:
        """All that waits is counted by a mail."""

    def add_mail(self, mail: MailToSend) -> None:
        """A mail to send."""

    def take_due_mail(self, now: datetime) -> MailToSend | None:
        """A mail that is due, locked; None where there is none that nobody else is at."""

    def mark_sent(self, mail_id: str, now: datetime) -> None:
        """The mail server took it."""

    def mark_refused(self, mail_id: str, now: datetime) -> None:
        """The mail server refused it for good."""

    def try_again_at(self, mail_id: str, moment: datetime) -> None:
        """It was tried, and is tried again then."""

    def unsent(self) -> MailsUnsent:
        """Mails that the facilitator did not get."""

    def forget(self, before: datetime) -> int:
        """What was told, sent or refused before then is forgotten; how many rows."""
