"""Turns one row of a national file into a record's content, or into a list of what is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from symbolon.matching.dates import read_date
from symbolon.matching.identifiers import (
    IdentifierError,
    RecordIdentifiers,
    parse_account,
    parse_birth_date,
    parse_document,
    parse_nationality,
    parse_online_handle,
    parse_person_name,
    parse_phone,
    parse_place,
    parse_sex,
    parse_vehicle,
    parse_vessel,
)
from symbolon.node.domain.import_mapping import FieldGroup, FieldMapping, FileFormat, ImportMapping, Source
from symbolon.node.domain.import_report import RowProblem
from symbolon.node.domain.records import RecordContent
from symbolon.protocol.handling import (
    MOST_LISTED_MEMBERS,
    ComparableWith,
    ComparisonMode,
    OffenceGroup,
    RecordKind,
    SubjectCategory,
    Urgency,
)
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import parse_member_code

LONGEST_LOCAL_ID = 200
LONGEST_CASE_ID = 200
_SINGLE = frozenset({FieldGroup.BIRTH_DATE, FieldGroup.NATIONALITY, FieldGroup.SEX, FieldGroup.PLACE})
_MAIN_PARTS: Mapping[FieldGroup, str] = {
    FieldGroup.DOCUMENTS: "number",
    FieldGroup.VESSELS: "imo",
    FieldGroup.VEHICLES: "plate",
    FieldGroup.ACCOUNTS: "number",
    FieldGroup.ONLINE_HANDLES: "handle",
}

Code = TypeVar("Code", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the file has it: the line on which it begins, its cells by column, what is wrong with its bytes."""

    line: int
    cells: Mapping[str, str] = field(repr=False)
    problems: tuple[RowProblem, ...] = ()


class RowReader:
    """Reads rows by one mapping; `read` never raises for what a row holds."""

    def __init__(self, mapping: ImportMapping) -> None:
        self._mapping = mapping

    def read(self, row: Row) -> RecordContent | tuple[RowProblem, ...]:
        """The row's content, or everything that is wrong with it."""
        reading = _Reading(self._mapping, row)
        content = reading.content()
        return tuple(reading.problems) or content

    def read_identifiers(self, row: Row) -> tuple[RecordIdentifiers, tuple[RowProblem, ...]]:
        """What the row can be matched by, without the cells that cannot be read, and what is wrong with those."""
        reading = _Reading(self._mapping, row)
        return reading.identifiers(), tuple(reading.problems)


class _Reading:
    """The reading of one row: collects problems instead of stopping at the first."""

    def __init__(self, mapping: ImportMapping, row: Row) -> None:
        self._mapping = mapping
        self._row = row
        self.problems: list[RowProblem] = []

    def content(self) -> RecordContent:
        record = self._mapping.record
        identifiers = self.identifiers()
        if identifiers == RecordIdentifiers():
            self._problem("", "the row holds no identifier", "fill in at least one of the mapped columns")
        return RecordContent(
            local_id=self._local_id(record.local_id),
            case_id="" if record.case is None else self._case_id(record.case),
            kind=self._code(record.kind, RecordKind, RecordKind.PERSON),
            category=self._category(record.category),
            offence_group=self._code(record.offence_group, OffenceGroup, OffenceGroup.OTHER),
            urgency=self._code(record.urgency, Urgency, Urgency.U3),
            review_date=None if record.review_date is None else self._review_date(record.review_date),
            comparable_with=self._comparable_with(record.comparable_with),
            identifiers=identifiers,
        )

    def _local_id(self, source: Source) -> str:
        text = source.read(self._row.cells)
        if not text:
            self._problem(source.shown_column, "the record's own id is missing", "give each row an id that stays")
        else:
            self._check_id(source, text, "the record's own id cannot be used", LONGEST_LOCAL_ID)
        return text

    def _case_id(self, source: Source) -> str:
        text = source.read(self._row.cells)
        self._check_id(source, text, "the case's id cannot be used", LONGEST_CASE_ID)
        return text

    def _check_id(self, source: Source, text: str, what: str, longest: int) -> None:
        if len(text) > longest or not text.isprintable():
            self._problem(source.shown_column, what, f"use at most {longest} printable characters")

    def _category(self, source: Source | None) -> SubjectCategory | None:
        if source is None or not source.read(self._row.cells):
            return None
        return self._code(source, SubjectCategory, SubjectCategory.UNKNOWN)

    def _code(self, source: Source, codes: type[Code], fallback: Code) -> Code:
        text = source.read(self._row.cells)
        if text in set(codes):
            return codes(text)
        what_to_do = f"use one of {', '.join(codes)}, or translate the cell under `values` in the mapping"
        what = "the code is missing" if not text else "the code is not known"
        self._problem(source.shown_column, what, what_to_do)
        return fallback

    def _review_date(self, source: Source) -> date | None:
        text = source.read(self._row.cells)
        if not text:
            return None
        try:
            year, month, day = read_date(text, self._mapping.file.calendar)
        except IdentifierError as error:
            self._problem(source.shown_column, error.what, error.what_to_do)
            return None
        if month is None or day is None:
            self._problem(source.shown_column, "the review date is not a whole date", "write it as YYYY-MM-DD")
            return None
        return date(year, month, day)

    def _comparable_with(self, source: Source) -> ComparableWith:
        words = source.read(self._row.cells).replace(",", " ").split()
        if len(words) > MOST_LISTED_MEMBERS + 1:
            what_to_do = f"list at most {MOST_LISTED_MEMBERS}, or turn the list round: only instead of except"
            self._problem(source.shown_column, "too many states to compare with", what_to_do)
            return ComparableWith.all_members()
        mode = words[0].lower() if words else ""
        try:
            if mode in set(ComparisonMode):
                return ComparableWith(ComparisonMode(mode), tuple(parse_member_code(word) for word in words[1:]))
            return ComparableWith(ComparisonMode.ONLY, tuple(parse_member_code(word) for word in words))
        except MalformedMessage:
            # A list that cannot be read refuses the row: it must never widen to "all" (invariant 11).
            what_to_do = "write all, only XA XB, except XC, or just the codes of the states that may compare"
            self._problem(source.shown_column, "the states to compare with cannot be read", what_to_do)
            return ComparableWith.all_members()

    def identifiers(self) -> RecordIdentifiers:
        """Whatever identifies, of the cells that can be read."""
        found: dict[str, Any] = {}
        for mapped in self._mapping.fields:
            for value in self._values(mapped):
                if mapped.group in _SINGLE:
                    found[mapped.group] = value
                elif value not in found.setdefault(mapped.group, []):
                    found[mapped.group].append(value)
        parts: dict[str, Any] = {
            group: tuple(value) if isinstance(value, list) else value for group, value in found.items()
        }
        return RecordIdentifiers(**parts)

    def _values(self, mapped: FieldMapping) -> list[object]:
        parts = {part: source.read(self._row.cells) for part, source in mapped.parts.items()}
        if not any(parts[part] for part, source in mapped.parts.items() if source.columns):
            return []
        main = _MAIN_PARTS.get(mapped.group, "text")
        separator = mapped.parts[main].separator if main in mapped.parts else ""
        pieces = [piece.strip() for piece in parts[main].split(separator)] if separator else [parts.get(main, "")]
        values: list[object] = []
        for piece in pieces:
            if not piece and separator:
                continue
            try:
                value = _PARSERS[mapped.group](self._mapping.file, {**parts, main: piece})
            except IdentifierError as error:
                self._problem(_shown_columns(mapped), error.what, error.what_to_do)
                continue
            if value is not None:
                values.append(value)
        return values

    def _problem(self, column: str, what: str, what_to_do: str) -> None:
        self.problems.append(RowProblem(self._row.line, column, what, what_to_do))


def _shown_columns(mapped: FieldMapping) -> str:
    return ", ".join(source.shown_column for source in mapped.parts.values() if source.columns)


def _birth_date(file: FileFormat, parts: Mapping[str, str]) -> object:
    text = parts.get("text") or "-".join(filter(None, (parts.get(part, "") for part in ("year", "month", "day"))))
    return parse_birth_date(text, file.calendar, impossible_as_written=file.impossible_dates_as_written)


_PARSERS: Mapping[FieldGroup, Callable[[FileFormat, Mapping[str, str]], object]] = {
    FieldGroup.NAMES: lambda file, parts: parse_person_name(parts["text"], parts.get("language") or file.language),
    FieldGroup.BIRTH_DATE: _birth_date,
    FieldGroup.NATIONALITY: lambda _file, parts: parse_nationality(parts["text"]),
    FieldGroup.SEX: lambda _file, parts: parse_sex(parts["text"]),
    FieldGroup.PLACE: lambda _file, parts: parse_place(parts["text"]),
    FieldGroup.DOCUMENTS: lambda _file, parts: (
        parse_document(parts["number"], parts["type"], parts.get("issuer", "")) if parts["number"] else None
    ),
    FieldGroup.PHONES: lambda file, parts: parse_phone(
        parts["text"], parts.get("region") or file.default_region or None
    ),
    FieldGroup.VESSELS: lambda _file, parts: parse_vessel(
        parts.get("imo") or None, parts.get("mmsi") or None, parts.get("name") or None
    ),
    FieldGroup.VEHICLES: lambda _file, parts: parse_vehicle(
        parts.get("plate") or None, parts.get("state") or None, parts.get("vin") or None
    ),
    FieldGroup.ACCOUNTS: lambda _file, parts: (
        parse_account(parts["scheme"], parts["number"]) if parts["number"] else None
    ),
    FieldGroup.ONLINE_HANDLES: lambda _file, parts: (
        parse_online_handle(parts["platform"], parts["handle"]) if parts["handle"] else None
    ),
}
