"""Answers a data subject: shows what is held, has it corrected, has it erased; and proves from the log that it was."""

import json
from enum import StrEnum

from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.data_subjects import DataSubjectAct, DataSubjectKind, ErasureReport, LeafProof
from symbolon.node.domain.purges import PurgeScope
from symbolon.node.domain.records import Publication, Record, RevisionEffect
from symbolon.node.errors import InvalidDraft, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.ask_for_purges import AskForPurges
from symbolon.node.services.gather_held import as_text, gather
from symbolon.node.services.purge_hit import PurgeHit
from symbolon.node.services.record_access import (
    kinds_in_view,
    may_review,
    record_to_act_on,
    refuse_on_legal_hold,
    require,
)
from symbolon.node.services.revise_record import RecordChange, ReviseRecord, Revision
from symbolon.node.services.withdraw_records import WithdrawRecords
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.exchange_terms import PurgeReason
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.references import RecordReference

_SETTLED = frozenset({Publication.WITHDRAWING, Publication.WITHDRAWN})


class ExportForm(StrEnum):
    """How an export is written."""

    JSON = "json"
    TEXT = "text"


class ExportDataSubject:
    """Gives all that is held about a record, for a program or for a person."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, reference: RecordReference, form: ExportForm) -> bytes:
        """The export in UTF-8.

        Raises:
            NotFound: there is no such record that the actor may know of.

        """
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            record = record_to_act_on(work, actor, reference, Right.DATA_SUBJECTS)
            held = gather(work, actor, record, now.date())
            counts = {"hits": len(held["hits"])}
            _note(work, self._draws, DataSubjectAct(DataSubjectKind.EXPORTED, reference, actor.login, now, counts))
        if form is ExportForm.JSON:
            return json.dumps(held, ensure_ascii=False, indent=2).encode()
        return "\n".join((*as_text(held), "")).encode()


class CorrectDataSubject:
    """Corrects what a record says of its subject: a revision like any other, and noted as this."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, revise_record: ReviseRecord) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._revise_record = revise_record

    def __call__(self, actor: Actor, reference: RecordReference, identifiers: RecordIdentifiers) -> RevisionEffect:
        """Put these identifiers in the place of the record's; what it means for the hub.

        Raises:
            NotFound: there is no such record that the actor may know of.
            InvalidDraft: nothing is changed by it.

        """
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            record = record_to_act_on(work, actor, reference, Right.DATA_SUBJECTS)
            content = RecordChange(identifiers=identifiers).applied_to(record.content)
            if content.digest() == record.content_digest:
                raise InvalidDraft("names", "This is what the record says already: change what is wrong.")
            days = max((record.review_date - now.date()).days, 1)
            listed = frozenset(content.comparable_with.members)
            effect = self._revise_record.apply(work, actor, record, Revision(content, days, listed))
            act = DataSubjectAct(DataSubjectKind.CORRECTED, reference, actor.login, now, {"records": 1})
            _note(work, self._draws, act)
        return effect


class EraseDataSubject:
    """Erases a record and all that hangs on it: here at once, at the hub by withdrawal, at every holder by a purge.

    What stays is its opaque reference, for the receipts to stand at, and the log, whose leaves name nobody.
    """

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        draws: Draws,
        withdraw_records: WithdrawRecords,
        ask_for_purges: AskForPurges,
        purge_hit: PurgeHit,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._withdraw_records = withdraw_records
        self._ask_for_purges = ask_for_purges
        self._purge_hit = purge_hit

    def __call__(self, actor: Actor, reference: RecordReference) -> ErasureReport:
        """Erase it.

        Raises:
            NotFound: there is no such record that the actor may know of.
            NotAllowedNow: a legal hold lies on it.

        """
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            record = record_to_act_on(work, actor, reference, Right.DATA_SUBJECTS)
            refuse_on_legal_hold(work, record)
            if record.publication not in _SETTLED:
                self._withdraw_records.within(work, actor.login, (reference,), WithdrawalReason.OWNER_REQUEST)
            counts = {"records": 1, "holders": 0}
            asked: list[str] = []
            for hit in work.hits.lock_of_record(reference):
                for place, gone in self._purge_hit(
                    work, PurgeScope(hit.hit_id, None, PurgeReason.DATA_SUBJECT), own=True
                ).items():
                    counts[place.value] = counts.get(place.value, 0) + gone
                if self._ask_for_purges.of_hit(work, hit, PurgeReason.DATA_SUBJECT, actor.login):
                    asked.append(hit.counterpart)
            counts["holders"] = len(asked)
            counts["contacts"] = work.contacts.purge(reference)
            # Also where it had no hit: a search may have named it.
            work.purges.forget_answers()
            # As it is now: its withdrawal is on its way.
            counts["reviews"] = work.retention.erase(work.records.lock((reference,))[0], now)
            _note(work, self._draws, DataSubjectAct(DataSubjectKind.ERASED, reference, actor.login, now, counts))
            proofs = work.audit.about(reference)
        return ErasureReport(reference, counts, tuple(sorted(set(asked))), proofs)


class ListDataSubjectActs:
    """What was done for data subjects, and the proof of it from the log."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor) -> tuple[DataSubjectAct, ...]:
        """What was done about records that the actor may know of, newest first."""
        require(actor, Right.DATA_SUBJECTS)
        with self._unit_of_work.begin() as work:
            return work.retention.acts(None, kinds_in_view(actor, Right.DATA_SUBJECTS))

    def proofs(self, actor: Actor, reference: RecordReference) -> tuple[LeafProof, ...]:
        """What the log holds about one record, erased or not.

        Raises:
            NotFound: there is no such record that the actor may know of.

        """
        with self._unit_of_work.begin() as work:
            _seen(work, actor, reference)
            return work.audit.about(reference)

    def identifiers(self, actor: Actor, reference: RecordReference) -> RecordIdentifiers | None:
        """What the record says of its subject, to be corrected; None where it was erased. Raises as :meth:`proofs`."""
        with self._unit_of_work.begin() as work:
            record = _seen(work, actor, reference)
            return None if work.retention.is_erased(reference) else record.content.identifiers


def _seen(work: Work, actor: Actor, reference: RecordReference) -> Record:
    require(actor, Right.DATA_SUBJECTS)
    record = work.records.find(reference)
    if record is None or not may_review(actor, record, Right.DATA_SUBJECTS):
        raise NotFound("There is no such record in your queue.")
    return record


_ACTS = {
    DataSubjectKind.EXPORTED: AuditAct.DATA_SUBJECT_EXPORTED,
    DataSubjectKind.CORRECTED: AuditAct.DATA_SUBJECT_CORRECTED,
    DataSubjectKind.ERASED: AuditAct.DATA_SUBJECT_ERASED,
}


def _note(work: Work, draws: Draws, act: DataSubjectAct) -> None:
    work.retention.add_act(draws.uuid(), act)
    detail: Detail = dict(act.counts)
    work.audit.record(_ACTS[act.kind], act.login, act.reference, detail)
