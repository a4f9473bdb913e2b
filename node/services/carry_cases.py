"""Cases out of the node and into it, and the records that somebody may name at all."""

from collections.abc import Sequence

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.case_files import CaseFile, CaseFormat, ReadCase, read_case, write_case
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.disclosure import may_see
from symbolon.node.domain.import_report import ImportChoices, ImportOutcome, ImportReport, RowProblem
from symbolon.node.domain.records import Publication, Record, RecordContent, review_date_from
from symbolon.node.domain.restricted import why_not_exported
from symbolon.node.domain.retention import is_protected
from symbolon.node.errors import Forbidden, NotFound, UnknownState
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.hit_officers import officers_of
from symbolon.node.services.revise_record import ReviseRecord, Revision
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import JsonObject
from symbolon.protocol.codec import to_wire
from symbolon.protocol.disclosure_rules import Export
from symbolon.protocol.messages import Note, Reply, Request, SpontaneousInformation
from symbolon.protocol.references import new_record_reference

_REVIEW_DAYS = 365
_GIVEN = (Request, Reply, SpontaneousInformation, Note)


class KnownRecords:
    """Which of the named records an actor may know of: for all others, a protected one is not there."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    def __call__(self, actor: Actor, local_ids: Sequence[str], case_id: str | None = None) -> tuple[str, ...]:
        """The own ids of the records that are named, or belong to the case.

        Raises:
            Forbidden: the actor changes no records.
            NotFound: one that is named, or the case, is not known here, or the actor may not know of it.

        """
        if not actor.permits(Right.CHANGE_RECORDS):
            raise Forbidden("Naming records needs the right to change them.")
        with self._unit_of_work.begin() as work:
            known = tuple(record.content.local_id for record in _visible(work, actor, local_ids, case_id))
        if not known or not set(local_ids) <= set(known):
            raise NotFound("One of these records is not known here: check the local ids.")
        return known


class ExportCase:
    """Writes a case as a file, with what its handling lets leave."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, case_id: str, form: CaseFormat) -> bytes:
        """The file.

        Raises:
            Forbidden: the actor handles no hits, and so sees no record.
            NotFound: there is no such case, or the actor may know of no record of it.

        """
        if not actor.permits(Right.VIEW_HITS):
            raise Forbidden("Exporting a case needs the right to see hits and their records.")
        with self._unit_of_work.begin() as work:
            records = _visible(work, actor, (), case_id) if case_id else ()
            if not records:
                raise NotFound("There is no such case here: check its id.")
            received = self._received(work, actor, records) if form is CaseFormat.JSON else ()
            detail = {"records": len(records), "received": len(received), "format": form.value}
            work.audit.record(AuditAct.CASE_EXPORTED, actor.login, None, detail)
        contents = tuple(sorted((record.content for record in records), key=lambda content: content.local_id))
        return write_case(CaseFile(case_id, contents, received), form)

    def _received(self, work: Work, actor: Actor, records: Sequence[Record]) -> tuple[JsonObject, ...]:
        references = {record.reference for record in records}
        today = self._draws.now().date()
        given: list[JsonObject] = []
        for hit in work.hits.all():
            if hit.own_reference not in references or not may_see(actor, hit):
                continue
            officers = officers_of(work, hit)
            for stored in work.messages.of_hit(hit.hit_id):
                if stored.direction is not Direction.RECEIVED or not isinstance(stored.message, _GIVEN):
                    continue
                if why_not_exported(stored, hit, actor, officers, (Export.CASE_SYSTEM, today)) is None:
                    given.append(
                        {
                            "from": hit.counterpart,
                            "purpose": stored.purpose.value,
                            "message": to_wire(stored.message),
                        }
                    )
        return tuple(given)


class _NotTaken(Exception):
    """Rolls back the transaction of a file that is not taken; never leaves this module."""


class ImportCase:
    """Takes a case as it was exported: whole, or not at all with a report of its rows."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, revise_record: ReviseRecord) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._revise_record = revise_record

    def __call__(
        self, actor: Actor, data: bytes, form: CaseFormat, choices: ImportChoices, name: str = "case"
    ) -> ImportReport:
        """Import the file; the report names file, row and field of whatever keeps it out.

        Raises:
            Forbidden: the actor changes no records.
            UnreadableFile: it is no such file.

        """
        if not actor.permits(Right.CHANGE_RECORDS):
            raise Forbidden("Importing a case needs the right to change records.")
        read = read_case(data, form)
        problems = list(read.problems)
        counts = {"new": 0, "revised": 0, "unchanged": 0}
        rows = len(read.rows) + len({problem.row for problem in read.problems})
        try:
            with self._unit_of_work.begin() as work:
                self._take(work, actor, read, (choices, problems), counts)
                detail = {"rows": rows, "new": counts["new"], "revised": counts["revised"], "format": form.value}
                work.audit.record(AuditAct.CASE_IMPORTED, actor.login, None, detail)
            outcome = ImportOutcome.TAKEN if counts["new"] + counts["revised"] else ImportOutcome.NOTHING_NEW
        except _NotTaken:
            outcome, counts = ImportOutcome.NOT_TAKEN, dict.fromkeys(counts, 0)
            with self._unit_of_work.begin() as work:
                refused = {"rows": rows, "bad_rows": len(problems), "format": form.value}
                work.audit.record(AuditAct.IMPORT_REFUSED, actor.login, None, refused)
        without = sum(content.category is None for _, content in read.rows)
        bad = len({problem.row for problem in problems})
        return ImportReport(
            name, outcome, rows, **counts, bad_rows=bad, without_category=without, problems=tuple(problems)
        )

    def _take(
        self,
        work: Work,
        actor: Actor,
        read: ReadCase,
        terms: tuple[ImportChoices, list[RowProblem]],
        counts: dict[str, int],
    ) -> None:
        choices, problems = terms
        changes: list[tuple[int, Record, RecordContent]] = []
        new: list[Record] = []
        for line, content in read.rows:
            found = work.records.find_by_local_id(content.local_id)
            if found is None:
                new.append(self._new(content))
            elif found.content_digest == content.digest():
                counts["unchanged"] += 1
            elif not choices.revise_changed or (is_protected(found) and not actor.permits(Right.HANDLE_PROTECTED)):
                problems.append(_is_here(line))
            else:
                changes.append((line, found, content))
        if not problems:
            work.records.add(new, self._draws.now())
            counts["new"] = len(new)
            problems += self._revise(work, actor, changes, choices, counts)
        if problems:
            raise _NotTaken

    def _revise(
        self,
        work: Work,
        actor: Actor,
        changes: Sequence[tuple[int, Record, RecordContent]],
        choices: ImportChoices,
        counts: dict[str, int],
    ) -> list[RowProblem]:
        problems: list[RowProblem] = []
        for line, record, content in changes:
            (locked,) = work.records.lock((record.reference,))
            try:
                revision = Revision(content, _REVIEW_DAYS, choices.expected_states)
                self._revise_record.apply(work, actor, locked, revision)
            except Forbidden:
                problems.append(_is_here(line))
            except UnknownState as unknown:
                what = "the list of states names a code that is no member's"
                problems.append(RowProblem(line, "comparable_with", what, unknown.sentence))
            else:
                counts["revised"] += 1
        return problems

    def _new(self, content: RecordContent) -> Record:
        return Record(
            reference=new_record_reference(self._draws.uuid()),
            version=1,
            publication=Publication.UNPUBLISHED,
            content=content,
            review_date=content.review_date or review_date_from(self._draws.now().date(), _REVIEW_DAYS),
            content_digest=content.digest(),
            hub_version=None,
            refusal=None,
        )


def _is_here(line: int) -> RowProblem:
    # The same words for a record that the actor may not know of: that its id is taken cannot be hidden.
    return RowProblem(
        line,
        "local_id",
        "a record with this id is here with other content",
        "take it as a revision if it is yours to revise, or leave the row out",
    )


def _visible(work: Work, actor: Actor, local_ids: Sequence[str], case_id: str | None) -> tuple[Record, ...]:
    references = tuple(reference for reference, _ in work.records.references(local_ids, case_id))
    records = work.records.many(references)
    if actor.permits(Right.HANDLE_PROTECTED):
        return records
    return tuple(record for record in records if not is_protected(record))
