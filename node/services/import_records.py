"""Imports a national file: taken whole, or reported row by row with the good rows taken only at an explicit word."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.import_mapping import ImportMapping, Source, missing_columns
from symbolon.node.domain.import_report import (
    LONGEST_REPORT,
    ImportChoices,
    ImportOutcome,
    ImportReport,
    RowProblem,
)
from symbolon.node.domain.import_rows import Row, RowReader
from symbolon.node.domain.records import Publication, Record, RecordContent, review_date_from
from symbolon.node.errors import Forbidden, UnknownState, UnreadableFile
from symbolon.node.ports.outside import Draws, Progress, RowSource
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.revise_record import ReviseRecord, Revision
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import new_record_reference

CHUNK = 500


@dataclass(slots=True)
class _Tally:
    """What was counted so far in one run."""

    rows: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    bad_rows: int = 0
    without_category: int = 0
    broke_off: bool = False
    problems: list[RowProblem] = field(default_factory=list)

    def refuse(self, problems: tuple[RowProblem, ...]) -> None:
        self.bad_rows += 1
        self.problems.extend(problems[: max(LONGEST_REPORT - len(self.problems), 0)])


class _NotTaken(Exception):
    """Rolls back the transaction of a file that is not taken; never leaves this module."""


class ImportRecords:
    """Imports one file in one transaction; the file streams through, some hundred rows at a time."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, revise_record: ReviseRecord) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._revise_record = revise_record

    def __call__(
        self,
        actor: Actor,
        mapping: ImportMapping,
        source: RowSource,
        choices: ImportChoices,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Import the file, or say what keeps it from being imported; the report tells which.

        A row whose record is here with other content is a problem, unless `choices` takes it as a revision. The same
        file again changes nothing.
        """
        if not actor.permits(Right.CHANGE_RECORDS):
            raise Forbidden("Importing records needs the right to change them.")
        tally = _Tally()
        missing = missing_columns(mapping, source.header)
        if missing:
            for column, what_to_do in missing:
                tally.problems.append(
                    RowProblem(1, column, "the mapping names a column that the file lacks", what_to_do)
                )
            return self._not_taken(actor, source, tally)
        try:
            with self._unit_of_work.begin() as work:
                run = _Run(mapping, choices, tally)
                for chunk in run.chunks(source):
                    if not run.hopeless:
                        self._store(work, actor, run, chunk)
                    if progress is not None:
                        progress(tally.rows)
                run.refuse_if_hopeless()
                return self._taken(work, actor, source, tally)
        except _NotTaken:
            return self._not_taken(actor, source, tally)

    def _store(self, work: Work, actor: Actor, run: "_Run", chunk: list[tuple[int, RecordContent]]) -> None:
        tally, now = run.tally, self._draws.now()
        known = work.records.digests([content.local_id for _, content in chunk])
        new: list[Record] = []
        changed: list[tuple[int, RecordContent]] = []
        for line, content in chunk:
            tally.without_category += content.category is None
            if content.local_id not in known:
                new.append(self._new_record(content, run.mapping.record.review_days))
            elif known[content.local_id][1] == content.digest():
                tally.unchanged += 1
            else:
                changed.append((line, content))
        tally.new += len(new)
        work.records.add(new, now)
        if not run.choices.revise_changed:
            for line, _ in changed:
                tally.refuse((_changed_row(line, run.mapping.record.local_id.shown_column),))
            return
        locked = work.records.lock([known[content.local_id][0] for _, content in changed])
        rows = {content.local_id: (line, content) for line, content in changed}
        for record in locked:
            line, content = rows[record.content.local_id]
            mapped = run.mapping.record
            revision = Revision(content, mapped.review_days, run.choices.expected_states)
            try:
                self._revise_record.apply(work, actor, record, revision)
            except Forbidden:
                tally.refuse((_protected_row(line, _column(mapped.category)),))
            except UnknownState as unknown:
                what = "the list of states names a code that is no member's"
                tally.refuse((RowProblem(line, mapped.comparable_with.shown_column, what, unknown.sentence),))
            else:
                tally.revised += 1

    def _new_record(self, content: RecordContent, review_days: int) -> Record:
        return Record(
            reference=new_record_reference(self._draws.uuid()),
            version=1,
            publication=Publication.UNPUBLISHED,
            content=content,
            review_date=content.review_date or review_date_from(self._draws.now().date(), review_days),
            content_digest=content.digest(),
            hub_version=None,
            refusal=None,
        )

    def _taken(self, work: Work, actor: Actor, source: RowSource, tally: _Tally) -> ImportReport:
        changed = tally.new + tally.revised
        if tally.bad_rows:
            outcome = ImportOutcome.TAKEN_IN_PART
        else:
            outcome = ImportOutcome.TAKEN if changed else ImportOutcome.NOTHING_NEW
        report = _report(source, outcome, tally)
        run_id = self._draws.uuid()
        work.records.add_import_run(report, run_id, actor.login, source.digest(), self._draws.now())
        detail = {"rows": tally.rows, "new": tally.new, "revised": tally.revised, "bad_rows": tally.bad_rows}
        work.audit.record(AuditAct.RECORDS_IMPORTED, actor.login, str(run_id), detail)
        return report

    def _not_taken(self, actor: Actor, source: RowSource, tally: _Tally) -> ImportReport:
        tally.new = tally.revised = 0
        with self._unit_of_work.begin() as work:
            detail = {"rows": tally.rows, "bad_rows": tally.bad_rows}
            work.audit.record(AuditAct.IMPORT_REFUSED, actor.login, None, detail)
        return _report(source, ImportOutcome.NOT_TAKEN, tally)


class _Run:
    """One reading of the file: its good rows in chunks, its bad rows in the tally."""

    def __init__(self, mapping: ImportMapping, choices: ImportChoices, tally: _Tally) -> None:
        self.mapping = mapping
        self.choices = choices
        self.tally = tally
        self._reader = RowReader(mapping)
        self._first_lines: dict[str, int] = {}

    @property
    def hopeless(self) -> bool:
        """Whether nothing of the file will be taken: then the rest is only read for the report."""
        return self.tally.broke_off or (self.tally.bad_rows > 0 and not self.choices.good_rows_only)

    def refuse_if_hopeless(self) -> None:
        """End the transaction of a file that is not taken."""
        if self.hopeless:
            raise _NotTaken

    def chunks(self, source: RowSource) -> Iterator[list[tuple[int, RecordContent]]]:
        """The good rows with their lines."""
        good = self._good_rows(source)
        while chunk := list(islice(good, CHUNK)):
            yield chunk

    def _good_rows(self, source: RowSource) -> Iterator[tuple[int, RecordContent]]:
        try:
            for row in source.rows():
                self.tally.rows += 1
                content = self._content(row)
                if content is not None:
                    yield row.line, content
        except UnreadableFile as error:
            # What follows is unknown, so even "the good rows" would be a guess.
            self.tally.broke_off = True
            self.tally.refuse((RowProblem(error.line, "", error.what, error.what_to_do),))

    def _content(self, row: Row) -> RecordContent | None:
        read = row.problems or self._reader.read(row)
        if isinstance(read, tuple):
            self.tally.refuse(read)
            return None
        first_line = self._first_lines.setdefault(read.local_id, row.line)
        if first_line != row.line:
            column = self.mapping.record.local_id.shown_column
            what_to_do = "give each record an id of its own, or put its names side by side in one row"
            self.tally.refuse((RowProblem(row.line, column, f"line {first_line} has the same id", what_to_do),))
            return None
        return read


def _changed_row(line: int, column: str) -> RowProblem:
    return RowProblem(
        line,
        column,
        "a record with this id is here with other content",
        "add --revise to make this row its next version, or leave the row out",
    )


def _protected_row(line: int, column: str) -> RowProblem:
    return RowProblem(
        line,
        column,
        "the row would change a victim's or minor's record, or take the seal off a witness's",
        "have the victim-protection officer import it in their own name (--as), or leave the row out",
    )


def _column(source: Source | None) -> str:
    return "" if source is None else source.shown_column


def _report(source: RowSource, outcome: ImportOutcome, tally: _Tally) -> ImportReport:
    return ImportReport(
        file_name=source.name,
        outcome=outcome,
        rows=tally.rows,
        new=tally.new,
        revised=tally.revised,
        unchanged=tally.unchanged,
        bad_rows=tally.bad_rows,
        without_category=tally.without_category,
        problems=tuple(tally.problems),
    )
