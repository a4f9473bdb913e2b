"""Escalations, interests, notices and mails in PostgreSQL. None of them holds case data."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from symbolon.node.domain.actors import Actor, Right, Role, parse_roles
from symbolon.node.domain.clocks import HitHistory
from symbolon.node.domain.escalations import Escalation, NewEscalation
from symbolon.node.domain.interests import Interest
from symbolon.node.domain.notices import Manner, NewNotice, Notice, NoticeKind, NoticePreference, Reader, WaitingMail
from symbolon.protocol.clocks import Pause
from symbolon.protocol.handling import Urgency
from symbolon.protocol.hit_ledger import TrackStep
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.messages_escalation import EscalationLevel
from symbolon.protocol.references import HitId, MemberCode, RecordReference, RequestId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "watch")


class PostgresEscalations:
    """Escalations within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, escalation: NewEscalation) -> bool:
        """Note it; False where it was noted before."""
        row = self._tx.fetch_one(
            QUERIES["add_escalation"],
            hit_id=escalation.hit_id,
            exchange_id=escalation.exchange_id,
            clock=escalation.clock,
            started_at=escalation.started_at,
            level=escalation.level,
            watcher=escalation.watcher,
            due_at=escalation.due_at,
            noted_at=escalation.noted_at,
        )
        return row is not None

    def end(self, hit_id: HitId, running: Collection[tuple[str | None, str, datetime]], now: datetime) -> None:
        """Note that every other clock of a hit than those (exchange, clock, start) runs no more."""
        for row in self._tx.fetch_all(QUERIES["open_escalations_of"], hit_id=hit_id):
            exchange_id = None if row["exchange_id"] is None else str(row["exchange_id"])
            if (exchange_id, row["clock"], row["started_at"]) not in running:
                self._tx.execute(QUERIES["end_escalation"], escalation_id=row["escalation_id"], ended_at=now)

    def note_freeze(self, hit_id: HitId, now: datetime, *, holds: bool) -> None:
        """Note that a safety hold lies on a hit from now on, or no more."""
        self._tx.execute(QUERIES["begin_freeze" if holds else "end_freeze"], hit_id=hit_id, now=now)

    def histories(self, hit_ids: Collection[HitId]) -> Mapping[HitId, HitHistory]:
        """What some hits' clocks are read from."""
        wanted = list(hit_ids)
        steps: dict[HitId, list[TrackStep]] = {hit_id: [] for hit_id in hit_ids}
        freezes: dict[HitId, list[Pause]] = {hit_id: [] for hit_id in hit_ids}
        for row in self._tx.fetch_all(QUERIES["list_steps"], hit_ids=wanted):
            steps[HitId(str(row["hit_id"]))].append(_step(row))
        for row in self._tx.fetch_all(QUERIES["list_freezes"], hit_ids=wanted):
            freezes[HitId(str(row["hit_id"]))].append(Pause(row["since"], row["until"]))
        return {hit_id: HitHistory(tuple(steps[hit_id]), tuple(freezes[hit_id])) for hit_id in hit_ids}

    def open(self, protected: Collection[bool], watchers: Collection[Watcher] = ()) -> tuple[Escalation, ...]:
        """Those whose clock still runs, the newest first: of protected hits, of others, or of these watchers."""
        return tuple(
            Escalation(
                hit_id=HitId(str(row["hit_id"])),
                exchange_id=None if row["exchange_id"] is None else RequestId(str(row["exchange_id"])),
                clock=ClockName(row["clock"]),
                started_at=row["started_at"],
                level=EscalationLevel(row["level"]),
                watcher=Watcher(row["watcher"]),
                due_at=row["due_at"],
                noted_at=row["noted_at"],
                is_protected=row["protected"],
            )
            for row in self._tx.fetch_all(
                QUERIES["list_open_escalations"],
                protected=list(protected),
                watchers=[watcher.value for watcher in watchers],
            )
        )


class PostgresInterests:
    """Interests within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(self, interest: Interest) -> None:
        """Begin, or end at another time."""
        self._tx.execute(
            QUERIES["put_interest"],
            reference=interest.reference,
            login=interest.login,
            until=interest.until,
            set_at=interest.set_at,
        )

    def remove(self, reference: RecordReference, login: str) -> None:
        """End it now."""
        self._tx.execute(QUERIES["remove_interest"], reference=reference, login=login)

    def of_login(self, login: str, now: datetime) -> tuple[Interest, ...]:
        """Those of one person that have not ended, the first to end first."""
        return tuple(
            Interest(RecordReference(str(row["reference"])), row["login"], row["until"], row["set_at"])
            for row in self._tx.fetch_all(QUERIES["list_interests"], login=login, now=now)
        )

    def holders(self, reference: RecordReference, now: datetime) -> tuple[str, ...]:
        """Who is interested in a record now."""
        rows = self._tx.fetch_all(QUERIES["list_holders"], reference=reference, now=now)
        return tuple(str(row["login"]) for row in rows)


class PostgresNotices:
    """Notices and mails within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, notices: Sequence[NewNotice]) -> None:
        """Note what is to be told."""
        self._tx.execute_many(
            QUERIES["add_notice"],
            [
                {
                    "kind": notice.kind,
                    "right": notice.right,
                    "login": notice.login,
                    "hit_id": notice.hit_id,
                    "urgency": notice.urgency,
                    "state": notice.state,
                    "noted_at": notice.noted_at,
                }
                for notice in notices
            ],
        )

    def preference(self, login: str) -> NoticePreference | None:
        """How somebody wants to be told; None: they never said."""
        row = self._tx.fetch_one(QUERIES["find_preference"], login=login)
        return None if row is None else _preference(row)

    def set_preference(self, preference: NoticePreference) -> None:
        """Keep how somebody wants to be told."""
        self._tx.execute(
            QUERIES["set_preference"],
            login=preference.login,
            address=preference.address,
            manner=preference.manner,
            digest_at=preference.digest_at,
            quiet_from=preference.quiet_from,
            quiet_until=preference.quiet_until,
            zone=preference.zone,
            wake_for_life=preference.wake_for_life,
            since=preference.since,
        )

    def officers(self) -> Mapping[str, frozenset[Role]]:
        """The logins of everybody who may sign in here, with their roles."""
        return {row["login"]: parse_roles(tuple(row["roles"])) for row in self._tx.fetch_all(QUERIES["list_officers"])}

    def readers(self) -> tuple[Reader, ...]:
        """Everybody who is to be told by mail, with their roles; nobody whose account is disabled."""
        return tuple(
            Reader(Actor(row["login"], parse_roles(tuple(row["roles"]))), _preference(row))
            for row in self._tx.fetch_all(QUERIES["list_readers"])
        )

    def untold(self, login: str, since: datetime) -> tuple[Notice, ...]:
        """What a person was not told yet, whoever it is for, the oldest first."""
        return tuple(
            Notice(
                notice_id=row["notice_id"],
                kind=NoticeKind(row["kind"]),
                right=None if row["audience_right"] is None else Right(row["audience_right"]),
                login=row["audience_login"],
                protected=row["protected"],
                urgency=None if row["urgency"] is None else Urgency(row["urgency"]),
                state=None if row["state"] is None else JointState(row["state"]),
                noted_at=row["noted_at"],
            )
            for row in self._tx.fetch_all(QUERIES["list_untold"], login=login, since=since)
        )

    def write(self, mail: WaitingMail, told: Sequence[int]) -> None:
        """Keep a mail that is to go out; what it tells of is told."""
        self._tx.execute(
            QUERIES["write_mail"],
            mail_id=mail.mail_id,
            login=mail.login,
            address=mail.address,
            is_protected=mail.is_protected,
            subject=mail.subject,
            body=mail.text,
            written_at=mail.written_at,
        )
        rows = [{"login": mail.login, "notice_id": notice_id, "mail_id": mail.mail_id} for notice_id in told]
        self._tx.execute_many(QUERIES["note_told"], rows)

    def last_mail_at(self, login: str) -> datetime | None:
        """When the last mail for somebody was written."""
        found: datetime | None = self._tx.fetch_value(QUERIES["find_last_mail"], login=login)
        return found

    def due_mails(self, now: datetime, limit: int) -> tuple[WaitingMail, ...]:
        """Mails that may be tried now, the longest waiting first."""
        return tuple(
            WaitingMail(
                mail_id=str(row["mail_id"]),
                login=row["login"],
                address=row["address"],
                subject=row["subject"],
                text=row["body"],
                written_at=row["written_at"],
                attempts=row["attempts"],
                is_protected=row["is_protected"],
            )
            for row in self._tx.fetch_all(QUERIES["list_due_mails"], now=now, limit=limit)
        )

    def postpone(self, mail_id: str, until: datetime) -> None:
        """Try a mail again then."""
        self._tx.execute(QUERIES["postpone_mail"], mail_id=mail_id, until=until)

    def close(self, mail_id: str, now: datetime, *, is_refused: bool) -> None:
        """A mail was taken, or refused for good; its text is kept no longer."""
        self._tx.execute(QUERIES["close_mail"], mail_id=mail_id, closed_at=now, is_refused=is_refused)

    def forget_hit(self, hit_id: HitId) -> int:
        """Forget what is told of a hit, but for its end; how many notices there were."""
        return self._tx.execute(QUERIES["forget_notices_of_hit"], hit_id=hit_id)

    def prune(self, before: datetime) -> int:
        """Forget notices and mails that are older; how many notices there were."""
        self._tx.execute(QUERIES["prune_mails"], before=before)
        return self._tx.execute(QUERIES["prune_notices"], before=before)


def _step(row: Row) -> TrackStep:
    return TrackStep(
        exchange_id=None if row["exchange_id"] is None else RequestId(str(row["exchange_id"])),
        event=Event(row["event"]),
        by=MemberCode(row["taken_by"]),
        follows=row["follows"],
        at=row["taken_at"],
        urgency=None if row["urgency"] is None else Urgency(row["urgency"]),
    )


def _preference(row: Row) -> NoticePreference:
    return NoticePreference(
        login=row["login"],
        address=row["address"],
        manner=Manner(row["manner"]),
        digest_at=row["digest_at"],
        quiet_from=row["quiet_from"],
        quiet_until=row["quiet_until"],
        zone=row["zone"],
        wake_for_life=row["wake_for_life"],
        since=row["since"],
    )
