"""Checks a TOML mapping (its language is described in `symbolon.node.domain.import_mapping`)."""

from collections.abc import Mapping

from rapidfuzz import fuzz, process

from symbolon.matching.identifiers import Calendar
from symbolon.node.domain.import_mapping import (
    FieldGroup,
    FieldMapping,
    FileFormat,
    ImportMapping,
    RecordMapping,
    Source,
)
from symbolon.node.errors import MappingMistake

DEFAULT_REVIEW_DAYS = 365

_COLUMN_PARTS: Mapping[FieldGroup, tuple[str, ...]] = {
    FieldGroup.NAMES: ("text",),
    FieldGroup.BIRTH_DATE: ("text", "year", "month", "day"),
    FieldGroup.NATIONALITY: ("text",),
    FieldGroup.SEX: ("text",),
    FieldGroup.PLACE: ("text",),
    FieldGroup.DOCUMENTS: ("number",),
    FieldGroup.PHONES: ("text",),
    FieldGroup.VESSELS: ("imo", "mmsi", "name"),
    FieldGroup.VEHICLES: ("plate", "vin"),
    FieldGroup.ACCOUNTS: ("number",),
    FieldGroup.ONLINE_HANDLES: ("handle",),
}
_FIXED_PARTS: Mapping[FieldGroup, tuple[str, ...]] = {
    FieldGroup.NAMES: ("language",),
    FieldGroup.DOCUMENTS: ("type", "issuer"),
    FieldGroup.PHONES: ("region",),
    FieldGroup.VEHICLES: ("state",),
    FieldGroup.ACCOUNTS: ("scheme",),
    FieldGroup.ONLINE_HANDLES: ("platform",),
}
_REQUIRED_PARTS: Mapping[FieldGroup, tuple[str, ...]] = {
    FieldGroup.DOCUMENTS: ("number", "type"),
    FieldGroup.ACCOUNTS: ("number", "scheme"),
    FieldGroup.ONLINE_HANDLES: ("handle", "platform"),
}
_SINGLE_GROUPS = (FieldGroup.BIRTH_DATE, FieldGroup.NATIONALITY, FieldGroup.SEX, FieldGroup.PLACE)
_NO_DELIMITERS = frozenset('"\r\n')
_SOURCE_KEYS = frozenset({"column", "columns", "join", "values", "default", "separator"})


def parse_mapping(document: Mapping[str, object]) -> ImportMapping:
    """Check a parsed TOML document and make it an `ImportMapping`.

    Raises:
        MappingMistake: one sentence with the place in the mapping and what to write there.

    """
    _refuse_unknown("the mapping", document, ("file", "record", "fields"))
    mapping = ImportMapping(
        file=_file_format(_table(document, "file")),
        record=_record(_table(document, "record")),
        fields=_fields(_table(document, "fields")),
    )
    if not mapping.fields:
        raise MappingMistake('[fields] is empty: map at least one identifier, for example names = "full_name"')
    return mapping


def _file_format(table: Mapping[str, object]) -> FileFormat:
    _refuse_unknown("[file]", table, ("encoding", "delimiter", "calendar", "default_region", "language"))
    delimiter = _text("file.delimiter", table.get("delimiter", ","))
    if len(delimiter) != 1 or delimiter in _NO_DELIMITERS:
        raise MappingMistake('file.delimiter must be one character, for example ";" or "\\t"')
    calendar = _text("file.calendar", table.get("calendar", ""))
    if calendar and calendar not in set(Calendar):
        raise MappingMistake(f"file.calendar must be one of {', '.join(Calendar)}")
    return FileFormat(
        encoding=_text("file.encoding", table.get("encoding", "utf-8")),
        delimiter=delimiter,
        calendar=Calendar(calendar) if calendar else None,
        default_region=_text("file.default_region", table.get("default_region", "")).upper(),
        language=_text("file.language", table.get("language", "")) or None,
    )


def _record(table: Mapping[str, object]) -> RecordMapping:
    known = ("local_id", "case", "kind", "category", "offence_group", "urgency", "comparable_with", "review_date")
    _refuse_unknown("[record]", table, known)
    for name in ("local_id", "kind"):
        if name not in table:
            raise MappingMistake(f'[record] lacks {name}: say where it comes from, for example {name} = "..."')
    review_days, review_date = _review(table.get("review_date", {"days": DEFAULT_REVIEW_DAYS}))
    return RecordMapping(
        local_id=_source("record.local_id", table["local_id"], plain_is_column=True),
        case=_source("record.case", table["case"], plain_is_column=True) if "case" in table else None,
        kind=_source("record.kind", table["kind"], plain_is_column=False),
        category=_source("record.category", table["category"], plain_is_column=False) if "category" in table else None,
        offence_group=_source("record.offence_group", table.get("offence_group", "other"), plain_is_column=False),
        urgency=_source("record.urgency", table.get("urgency", "U3"), plain_is_column=False),
        comparable_with=_comparable_with(table.get("comparable_with", "all")),
        review_date=review_date,
        review_days=review_days,
    )


def _review(value: object) -> tuple[int, Source | None]:
    if isinstance(value, Mapping) and "days" in value:
        _refuse_unknown("record.review_date", value, ("days",))
        days = value["days"]
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 3650:
            raise MappingMistake("record.review_date.days must be a whole number from 1 to 3650")
        return days, None
    return DEFAULT_REVIEW_DAYS, _source("record.review_date", value, plain_is_column=True)


def _comparable_with(value: object) -> Source:
    if isinstance(value, Mapping) and len(value) == 1 and set(value) <= {"only", "except"}:
        mode, members = next(iter(value.items()))
        if not isinstance(members, list) or not members:
            raise MappingMistake(f'record.comparable_with.{mode} must be a list of states, for example ["XA", "XB"]')
        names = [_text(f"record.comparable_with.{mode}", member) for member in members]
        return _fixed(" ".join((mode, *names)))
    return _source("record.comparable_with", value, plain_is_column=False)


def _fields(table: Mapping[str, object]) -> tuple[FieldMapping, ...]:
    _refuse_unknown("[fields]", table, tuple(FieldGroup))
    mappings: list[FieldMapping] = []
    for name, value in table.items():
        group = FieldGroup(name)
        entries = value if isinstance(value, list) else [value]
        if group in _SINGLE_GROUPS and len(entries) != 1:
            raise MappingMistake(f"fields.{name} takes one entry, not a list of {len(entries)}")
        mappings.extend(_field(group, entry) for entry in entries)
    return tuple(mappings)


def _field(group: FieldGroup, entry: object) -> FieldMapping:
    place = f"fields.{group}"
    column_parts, fixed_parts = _COLUMN_PARTS[group], _FIXED_PARTS.get(group, ())
    if isinstance(entry, str):
        entry = {column_parts[0]: entry}
    if not isinstance(entry, Mapping):
        raise MappingMistake(f"{place} must be a column name or a table")
    own_source = {key: value for key, value in entry.items() if key in _SOURCE_KEYS}
    parts = {key: value for key, value in entry.items() if key not in _SOURCE_KEYS}
    if own_source:
        parts[column_parts[0]] = own_source
    _refuse_unknown(place, parts, column_parts + fixed_parts)
    for required in _REQUIRED_PARTS.get(group, ()):
        if required not in parts:
            raise MappingMistake(f"{place} lacks {required}: say where it comes from")
    if not any(part in parts for part in column_parts):
        raise MappingMistake(f"{place} reads no column: give one of {', '.join(column_parts)}")
    sources = {
        part: _source(f"{place}.{part}", value, plain_is_column=part in column_parts) for part, value in parts.items()
    }
    return FieldMapping(group, sources)


def _source(place: str, value: object, *, plain_is_column: bool) -> Source:
    if isinstance(value, str):
        return _column(value) if plain_is_column else _fixed(value)
    if not isinstance(value, Mapping):
        raise MappingMistake(f'{place} must be a text or a table such as {{ column = "..." }}')
    _refuse_unknown(place, value, tuple(_SOURCE_KEYS))
    columns = value.get("columns", [value["column"]] if "column" in value else [])
    if not isinstance(columns, list) or not columns or ("column" in value and "columns" in value):
        raise MappingMistake(f'{place} needs either column = "..." or columns = ["...", "..."]')
    values = value.get("values", {})
    if not isinstance(values, Mapping):
        raise MappingMistake(f"{place}.values must be a table from cell texts to codes")
    return Source(
        columns=tuple(_text(f"{place}.column", column) for column in columns),
        join=_text(f"{place}.join", value.get("join", " ")),
        values={str(cell): _text(f"{place}.values", code) for cell, code in values.items()},
        default=_text(f"{place}.default", value.get("default", "")),
        separator=_text(f"{place}.separator", value.get("separator", "")),
    )


def _column(name: str) -> Source:
    return Source(columns=(name,), join=" ", values={}, default="", separator="")


def _fixed(text: str) -> Source:
    return Source(columns=(), join=" ", values={}, default=text, separator="")


def _table(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = document.get(name, {})
    if not isinstance(value, Mapping):
        raise MappingMistake(f"[{name}] must be a table")
    return value


def _text(place: str, value: object) -> str:
    if not isinstance(value, str):
        raise MappingMistake(f"{place} must be a text in quotes")
    return value


def _refuse_unknown(place: str, table: Mapping[str, object], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            nearest = process.extractOne(str(key), known, scorer=fuzz.WRatio, score_cutoff=60)
            hint = f"did you mean {nearest[0]}?" if nearest else f"known are {', '.join(known)}."
            raise MappingMistake(f"{place} has an unknown entry {key}: {hint}")
