"""The TOML mapping of `symbolon evaluate link`: which column of two clear files holds what. A full example::

    [left]
    id = "id"                       # column with the file's own id of each row
    [left.fields]
    given_name = "given_name"       # given_name, middle_name and family_name make one name, in this order
    family_name = "surname"
    birth_date = "date_of_birth"
    [left.file]                     # may be left out: encoding, delimiter, calendar, default_region, language
    language = "th"

    [right]
    id = "number"
    [right.fields]
    name = ["full_name", "alias"]   # whole names, each in a column of its own
    birth_date = { year = "y", month = "m", day = "d" }

Whatever `[fields]` of an import mapping takes (`symbolon.node.domain.import_mapping`) may stand here as well:
nationality, sex, place, documents, phones and the others, in the same form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from symbolon.node.domain.import_mapping import ImportMapping
from symbolon.node.domain.import_mapping_parser import parse_mapping
from symbolon.node.errors import MappingMistake

_SIDES = ("left", "right")
_NAME_PARTS = ("given_name", "middle_name", "family_name")
_WHOLE_NAMES = ("name", "full_name", "names")


@dataclass(frozen=True, slots=True)
class EvaluationMapping:
    """How the left and the right file are read: as an import would read them, the id as the record's own."""

    left: ImportMapping
    right: ImportMapping


def parse_evaluation_mapping(document: Mapping[str, object]) -> EvaluationMapping:
    """Check a parsed TOML document.

    Raises:
        MappingMistake: one sentence with the place in the mapping and what to write there.

    """
    for key in document:
        if key not in _SIDES:
            raise MappingMistake(f"the mapping has an unknown entry {key}: it has the tables [left] and [right]")
    return EvaluationMapping(*(_side(side, document.get(side)) for side in _SIDES))


def _side(side: str, table: object) -> ImportMapping:
    if not isinstance(table, Mapping) or not isinstance(table.get("id"), str):
        raise MappingMistake(f'[{side}] lacks id: name the column with the ids, for example id = "id"')
    for key in table:
        if key not in {"id", "fields", "file"}:
            raise MappingMistake(f"[{side}] has an unknown entry {key}: known are id, fields and file")
    fields = table.get("fields")
    if not isinstance(fields, Mapping) or not fields:
        raise MappingMistake(f'[{side}.fields] is empty: map at least a name, for example name = "full_name"')
    try:
        parsed = parse_mapping(
            {
                "file": table.get("file", {}),
                "record": {"local_id": table["id"], "kind": "person"},
                "fields": _import_fields(side, fields),
            }
        )
    except MappingMistake as mistake:
        raise MappingMistake(f"of [{side}]: {mistake.sentence}") from None
    # Files are compared as they are: nobody is there to put a mistyped date right.
    return replace(parsed, file=replace(parsed.file, impossible_dates_as_written=True))


def _import_fields(side: str, fields: Mapping[str, object]) -> dict[str, object]:
    """The fields as an import mapping has them: parts of a name joined, whole names in one list."""
    columns = []
    for part in _NAME_PARTS:
        column = fields.get(part)
        if isinstance(column, str):
            columns.append(column)
        elif column is not None:
            raise MappingMistake(f"{part} of [{side}.fields] must be the name of a column in quotes")
    names: list[object] = [{"columns": columns, "join": " "}] if columns else []
    for whole in _WHOLE_NAMES:
        entry = fields.get(whole, [])
        names += entry if isinstance(entry, list) else [entry]
    others = {key: value for key, value in fields.items() if key not in {*_NAME_PARTS, *_WHOLE_NAMES}}
    return {"names": names, **others} if names else others
