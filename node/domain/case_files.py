"""A case as a file, out and in again: JSON, or CSV with one row for each record. What was written reads back the same.

JSON: ``{"format": …, "case_id": …, "records": […], "received": […]}``; ``received`` is what other states
gave about the case, as far as its handling lets it leave, and is not read back. In CSV each kind of identifier has a
column, whose cell holds it as JSON. A cell that a spreadsheet would take for a formula stands behind a ``'``.
"""

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from symbolon.matching.errors import IdentifierError
from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.node.domain.import_report import RowProblem
from symbolon.node.domain.import_rows import LONGEST_CASE_ID, LONGEST_LOCAL_ID
from symbolon.node.domain.records import RecordContent
from symbolon.node.errors import UnreadableFile
from symbolon.protocol.canonical import JsonObject, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.handling import ComparableWith, OffenceGroup, RecordKind, SubjectCategory, Urgency
from symbolon.protocol.problems import MalformedMessage

Code = TypeVar("Code", bound=StrEnum)
Other = TypeVar("Other")
FORMAT: Final = "symbolon/1 case"
MOST_RECORDS: Final = 10_000
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")
_PLAIN: Final = (
    "local_id", "case_id", "kind", "category", "offence_group", "urgency", "review_date", "comparable_with",
)  # fmt: skip
# A cell may hold what Python takes for the end of a line, and CSV does not.
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_IDENTIFIERS: Final = tuple(each.name for each in fields(RecordIdentifiers))
COLUMNS: Final = (*_PLAIN, *_IDENTIFIERS)


class CaseFormat(StrEnum):
    """How a case is written."""

    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case: its records, and what other states gave about it, as plain values."""

    case_id: str = field(repr=False)
    records: tuple[RecordContent, ...] = field(repr=False)
    received: tuple[JsonObject, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ReadCase:
    """What a file holds: the records that can be read, each with its row, and what is wrong with the others."""

    rows: tuple[tuple[int, RecordContent], ...] = field(repr=False)
    problems: tuple[RowProblem, ...]


def write_case(case: CaseFile, form: CaseFormat) -> bytes:
    """The file, UTF-8."""
    if form is CaseFormat.JSON:
        document = {
            "format": FORMAT,
            "case_id": case.case_id,
            "records": [_object(record) for record in case.records],
            "received": list(case.received),
        }
        return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    out = _Lines()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for record in case.records:
        row = _object(record)
        held = row["identifiers"]
        compared = " ".join((record.comparable_with.mode.value, *record.comparable_with.members))
        cells = [row[name] or "" for name in _PLAIN[:-1]]
        identifiers = (json.dumps(held[name], ensure_ascii=False) if name in held else "" for name in _IDENTIFIERS)
        writer.writerow([_safe(cell) for cell in (*cells, compared, *identifiers)])
    return "".join(out.lines).encode()


def read_case(data: bytes, form: CaseFormat) -> ReadCase:
    """Read a file as :func:`write_case` writes it. Raises `UnreadableFile` for what is no such file at all."""
    rows = _json_rows(data) if form is CaseFormat.JSON else _csv_rows(data)
    if len(rows) > MOST_RECORDS:
        raise UnreadableFile(1, f"more than {MOST_RECORDS} records", "send them in several files")
    good: list[tuple[int, RecordContent]] = []
    problems: list[RowProblem] = []
    first: dict[str, int] = {}
    for line, row in rows:
        reading = _Reading(line, row)
        content = reading.content()
        if not reading.problems and first.setdefault(content.local_id, line) != line:
            reading.wrong("local_id", f"row {first[content.local_id]} has the same id", "give each an id of its own")
        problems += reading.problems
        if not reading.problems:
            good.append((line, content))
    return ReadCase(tuple(good), tuple(problems))


class _Lines:
    """What a CSV writer writes to."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        """Take one line."""
        self.lines.append(line)


class _Reading:
    """Reads one record and collects what is wrong with it."""

    def __init__(self, line: int, row: Mapping[str, Any]) -> None:
        self._line = line
        self._row = row
        self.problems: list[RowProblem] = []

    def content(self) -> RecordContent:
        unknown = self._row.keys() - {*_PLAIN, "identifiers"}
        if unknown:
            self.wrong("", "a field that records do not have", f"write only {', '.join((*_PLAIN, 'identifiers'))}")
        return RecordContent(
            local_id=self._id("local_id", LONGEST_LOCAL_ID, needed=True),
            case_id=self._id("case_id", LONGEST_CASE_ID, needed=False),
            kind=self._code("kind", RecordKind, RecordKind.PERSON),
            category=None if self._row.get("category") in (None, "") else self._code("category", SubjectCategory, None),
            offence_group=self._code("offence_group", OffenceGroup, OffenceGroup.OTHER),
            urgency=self._code("urgency", Urgency, Urgency.U3),
            review_date=self._day(),
            comparable_with=self._compared(),
            identifiers=self._identifiers(),
        )

    def wrong(self, column: str, what: str, what_to_do: str) -> None:
        self.problems.append(RowProblem(self._line, column, what, what_to_do))

    def _id(self, name: str, longest: int, *, needed: bool) -> str:
        text = self._row.get(name, "")
        if not isinstance(text, str) or len(text) > longest or not text.isprintable() or (needed and not text.strip()):
            self.wrong(name, "it cannot be used as an id", f"use at most {longest} printable characters")
            return ""
        return text

    def _code(self, name: str, codes: type[Code], otherwise: Other) -> Code | Other:
        text = self._row.get(name)
        if isinstance(text, str) and text in set(codes):
            return codes(text)
        self.wrong(name, "the code is not known", f"use one of {', '.join(codes)}")
        return otherwise

    def _day(self) -> date | None:
        text = self._row.get("review_date")
        if text in (None, ""):
            return None
        try:
            return date.fromisoformat(text) if isinstance(text, str) and len(text) == len("2026-01-31") else _refuse()
        except ValueError:
            self.wrong("review_date", "not a day", "write it as YYYY-MM-DD")
            return None

    def _compared(self) -> ComparableWith:
        try:
            return from_wire(ComparableWith, self._row.get("comparable_with"))
        except MalformedMessage:
            # It must never widen to "all" (invariant 11): the row is refused.
            self.wrong("comparable_with", "the states cannot be read", "write all, only XA XB, or except XC")
            return ComparableWith.all_members()

    def _identifiers(self) -> RecordIdentifiers:
        held = self._row.get("identifiers")
        try:
            found = RecordIdentifiers.from_json(held) if isinstance(held, dict) else RecordIdentifiers()
        except IdentifierError as error:
            self.wrong(error.field if error.field in _IDENTIFIERS else "identifiers", error.what, error.what_to_do)
            return RecordIdentifiers()
        if found == RecordIdentifiers():
            self.wrong("identifiers", "there is no identifier", "give at least one")
        return found


def _refuse() -> date:
    raise ValueError


def _object(record: RecordContent) -> dict[str, Any]:
    return {
        "local_id": record.local_id,
        "case_id": record.case_id,
        "kind": record.kind.value,
        "category": None if record.category is None else record.category.value,
        "offence_group": record.offence_group.value,
        "urgency": record.urgency.value,
        "review_date": None if record.review_date is None else record.review_date.isoformat(),
        "comparable_with": to_wire(record.comparable_with),
        "identifiers": record.identifiers.to_json(),
    }


def _json_rows(data: bytes) -> list[tuple[int, Mapping[str, Any]]]:
    try:
        document = parse_json(data)
    except MalformedMessage as malformed:
        raise UnreadableFile(1, f"the file is no JSON: {malformed}", "export the case again") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UnreadableFile(1, f'its format is not "{FORMAT}"', "send a case as this node exports it")
    records = document.get("records")
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise UnreadableFile(1, "records is no list of objects", "send a case as this node exports it")
    return [(number, each) for number, each in enumerate(records, 1) if isinstance(each, dict)]


def _csv_rows(data: bytes) -> list[tuple[int, Mapping[str, Any]]]:
    try:
        reader = csv.reader(_LINE.findall(data.decode("utf-8-sig")), strict=True)
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise UnreadableFile(1, "the header is another", f"write exactly {','.join(COLUMNS)}")
        rows: list[tuple[int, Mapping[str, Any]]] = []
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) != len(COLUMNS):
                raise UnreadableFile(line, f"{len(cells)} cells", f"write {len(COLUMNS)} cells in each row")
            rows.append((line, _csv_row(dict(zip(COLUMNS, map(_plain, cells), strict=True)), line)))
            line = reader.line_num + 1
    except UnicodeDecodeError:
        raise UnreadableFile(1, "the file is not UTF-8", "save it as UTF-8") from None
    except csv.Error:
        raise UnreadableFile(1, "a quoted cell does not end, or a cell is huge", "check the quotes") from None
    return rows


def _csv_row(cells: Mapping[str, str], line: int) -> Mapping[str, Any]:
    row: dict[str, Any] = {name: cells[name] for name in _PLAIN[:-1]}
    mode, *members = cells["comparable_with"].split() or [""]
    row["comparable_with"] = {"mode": mode, "members": members}
    row["identifiers"] = {name: _cell(name, cells[name], line) for name in _IDENTIFIERS if cells[name]}
    return row


def _cell(name: str, cell: str, line: int) -> Any:
    try:
        return parse_json(cell.encode())
    except MalformedMessage:
        raise UnreadableFile(line, f"the cell of {name} is no JSON", "write it as an export writes it") from None


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _plain(cell: str) -> str:
    return cell.removeprefix("'")
