"""Moves a record's review date: by a person with a reason, or by the worker while a legal hold lies on it."""

from datetime import date
from typing import Final

from symbolon.node.domain.actors import Actor, Right, Role
from symbolon.node.domain.retention import (
    KEPT_BY_LAW_FOR,
    MOVED_BEFORE,
    Renewal,
    RenewalReason,
    latest_renewal,
)
from symbolon.node.errors import InvalidDraft
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.record_access import record_to_act_on, words
from symbolon.node.services.revise_record import ReviseRecord
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import RecordReference

CHUNK: Final = 100
_WORKER: Final = Actor("worker", frozenset({Role.FOCAL_POINT, Role.PROTECTION_OFFICER}))
"""The node's own worker keeps what the law keeps, whoever's record it is."""


class RenewRecord:
    """Renews one record; at the hub its next version takes the place of the last, with the new date."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, revise_record: ReviseRecord) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._revise_record = revise_record

    def __call__(self, actor: Actor, reference: RecordReference, until: date, reason: RenewalReason, text: str) -> None:
        """Keep the record until a day, for a reason from the list and in words.

        Raises:
            NotFound: there is no such record that the actor may know of.
            InvalidDraft: the day or the words are not as they must be.

        """
        today = self._draws.now().date()
        said = words(text, "text", "Say in a few words why the record is still needed.")
        if not today < until <= latest_renewal(today):
            raise InvalidDraft("until", f"Choose a day from tomorrow until {latest_renewal(today).isoformat()}.")
        with self._unit_of_work.begin() as work:
            record = record_to_act_on(work, actor, reference, Right.REVIEW_RETENTION)
            renewal = Renewal(record.review_date, until, reason, said, actor.login, self._draws.now())
            self._revise_record.put_off(work, actor, record, until)
            work.retention.add_renewal(self._draws.uuid(), reference, renewal)
            detail = {"reason": reason.value, "until": until.isoformat()}
            work.audit.record(AuditAct.RECORD_RENEWED, actor.login, reference, detail)


class KeepHeldRecords:
    """Moves on the review dates of records under a legal hold, so that they expire neither here nor at the hub."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, revise_record: ReviseRecord) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._revise_record = revise_record

    def __call__(self) -> int:
        """Move on those that would expire soon; how many."""
        today = self._draws.now().date()
        with self._unit_of_work.begin() as work:
            due = work.retention.held_and_due(today + MOVED_BEFORE, CHUNK)
            for record in work.records.lock(due):
                self._revise_record.put_off(work, _WORKER, record, today + KEPT_BY_LAW_FOR)
        return len(due)
