"""Where desks, agreements of pairs, escalations, interests and notices are kept."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from symbolon.node.domain.actors import Role
from symbolon.node.domain.agreements import KeptProfile
from symbolon.node.domain.clocks import HitHistory
from symbolon.node.domain.desks import BookAge, KeptDirectory, KeptDraft, Ping, RefusedDirectory
from symbolon.node.domain.escalations import Escalation, NewEscalation
from symbolon.node.domain.interests import Interest
from symbolon.node.domain.notices import NewNotice, Notice, NoticePreference, Reader, WaitingMail
from symbolon.protocol.lifecycle_times import Watcher
from symbolon.protocol.messages_focal_points import DeskLife, SignedFocalPoints
from symbolon.protocol.messages_pairs import SignedPairProfile
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import DeskId, HitId, MemberCode, PingId, RecordReference


class FocalPointStore(Protocol):
    """All states' desks, and the own ones while somebody works on them."""

    def directories(self) -> tuple[KeptDirectory, ...]:
        """Every state's newest directory that was verified here."""
        ...

    def directory(self, member: MemberCode) -> KeptDirectory | None:
        """One state's newest directory."""
        ...

    def keep(self, signed: SignedFocalPoints, now: datetime) -> bool:
        """Keep a verified directory; False where a newer one is here."""
        ...

    def drop(self, member: MemberCode) -> None:
        """Forget a state that is no member any more."""
        ...

    def lives(self) -> tuple[DeskLife, ...]:
        """How the desks live, as the hub last said."""
        ...

    def save_lives(self, lives: Sequence[DeskLife]) -> None:
        """Keep how the desks live, in the place of what was."""
        ...

    def age(self) -> BookAge | None:
        """How old the book is; None before the hub was heard."""
        ...

    def note_age(self, age: BookAge) -> None:
        """Note that the hub was heard."""
        ...

    def refused(self) -> tuple[RefusedDirectory, ...]:
        """What was not believed."""
        ...

    def note_refused(self, member: MemberCode, version: int, problem: Problem, now: datetime) -> bool:
        """Note what was not believed; False where it is noted already."""
        ...

    def forget_refused(self, member: MemberCode) -> None:
        """What came since is believed."""
        ...

    def draft(self) -> KeptDraft | None:
        """The own directory as somebody works on it; locked."""
        ...

    def save_draft(self, draft: KeptDraft | None) -> None:
        """Keep the draft, or forget it."""
        ...

    def staff(self) -> Mapping[DeskId, frozenset[str]]:
        """Who works at which of the own desks."""
        ...

    def set_staff(self, desk_id: DeskId, logins: Collection[str]) -> None:
        """Say who works at a desk."""
        ...

    def add_ping(self, ping: Ping) -> bool:
        """Keep a question of the hub; False when it is known."""
        ...

    def ping(self, ping_id: PingId) -> Ping | None:
        """One question; locked."""
        ...

    def pings(self) -> tuple[Ping, ...]:
        """The newest question to each desk, the longest waiting first."""
        ...

    def note_answer(self, ping_id: PingId, answered_by: str, now: datetime) -> None:
        """Note that somebody answered."""
        ...

    def note_stale(self, ping_id: PingId, now: datetime) -> bool:
        """Note that whoever stands in is told; False where they were told before, or somebody answered."""
        ...


class AgreementStore(Protocol):
    """What this state and another one agreed on, or propose."""

    def profiles(self) -> tuple[KeptProfile, ...]:
        """Every version and proposal, by state, the newest first."""
        ...

    def keep(self, counterpart: MemberCode, signed: SignedPairProfile, now: datetime) -> None:
        """Keep a verified proposal, or an agreed version in its place."""
        ...


class EscalationStore(Protocol):
    """Which clock was seen to have run how far."""

    def add(self, escalation: NewEscalation) -> bool:
        """Note it; False where it was noted before."""
        ...

    def end(self, hit_id: HitId, running: Collection[tuple[str | None, str, datetime]], now: datetime) -> None:
        """Note that every other clock of a hit than those (exchange, clock, start) runs no more."""
        ...

    def note_freeze(self, hit_id: HitId, now: datetime, *, holds: bool) -> None:
        """Note that a safety hold lies on a hit from now on, or no more."""
        ...

    def histories(self, hit_ids: Collection[HitId]) -> Mapping[HitId, HitHistory]:
        """What some hits' clocks are read from."""
        ...

    def open(self, protected: Collection[bool], watchers: Collection[Watcher] = ()) -> tuple[Escalation, ...]:
        """Those whose clock still runs, the newest first: of protected hits, of others, or of these watchers."""
        ...


class InterestStore(Protocol):
    """Who wants to be told of whatever concerns a record."""

    def put(self, interest: Interest) -> None:
        """Begin, or end at another time."""
        ...

    def remove(self, reference: RecordReference, login: str) -> None:
        """End it now."""
        ...

    def of_login(self, login: str, now: datetime) -> tuple[Interest, ...]:
        """Those of one person that have not ended, the first to end first."""
        ...

    def holders(self, reference: RecordReference, now: datetime) -> tuple[str, ...]:
        """Who is interested in a record now."""
        ...


class NoticeStore(Protocol):
    """What is to be told by mail, how each person wants it, and the mails that wait."""

    def add(self, notices: Sequence[NewNotice]) -> None:
        """Note what is to be told."""
        ...

    def preference(self, login: str) -> NoticePreference | None:
        """How somebody wants to be told; None: they never said."""
        ...

    def set_preference(self, preference: NoticePreference) -> None:
        """Keep how somebody wants to be told."""
        ...

    def officers(self) -> Mapping[str, frozenset[Role]]:
        """The logins of everybody who may sign in here, with their roles."""
        ...

    def readers(self) -> tuple[Reader, ...]:
        """Everybody who is to be told by mail, with their roles; nobody whose account is disabled."""
        ...

    def untold(self, login: str, since: datetime) -> tuple[Notice, ...]:
        """What a person was not told yet, whoever it is for, the oldest first."""
        ...

    def write(self, mail: WaitingMail, told: Sequence[int]) -> None:
        """Keep a mail that is to go out; what it tells of is told."""
        ...

    def last_mail_at(self, login: str) -> datetime | None:
        """When the last mail for somebody was written."""
        ...

    def due_mails(self, now: datetime, limit: int) -> tuple[WaitingMail, ...]:
        """Mails that may be tried now, the longest waiting first."""
        ...

    def postpone(self, mail_id: str, until: datetime) -> None:
        """Try a mail again then."""
        ...

    def close(self, mail_id: str, now: datetime, *, is_refused: bool) -> None:
        """A mail was taken, or refused for good; its text is kept no longer."""
        ...

    def forget_hit(self, hit_id: HitId) -> int:
        """Forget what is told of a hit, but for its end; how many notices there were. A mail names no hit."""
        ...

    def prune(self, before: datetime) -> int:
        """Forget notices and mails that are older; how many notices there were."""
        ...
