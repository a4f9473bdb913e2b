"""The TOML mapping that says how a national CSV file is to be read. A full example::

    [file]
    encoding = "tis-620"          # default "utf-8"; a byte order mark is taken off
    delimiter = ";"               # default ","
    calendar = "buddhist"         # of the dates; when left out, years from 2400 to 2600 are taken for it
    default_region = "TH"         # ISO 3166 country of telephone numbers that are written without one
    language = "th"               # of the names, unless a name says its own; default: not said

    [record]
    local_id = "case_no"          # column: this state's own id of the record, unique in the file
    case = "file_no"              # column, may be left out: groups records into a case
    kind = "person"               # a fixed value ...
    category = { column = "role", values = { "ผู้เสียหาย" = "victim", "ผู้ต้องหา" = "suspect" } }   # ... or a column
    offence_group = { column = "offence", values = { "TIP" = "trafficking_labour" }, default = "other" }
    urgency = "U3"
    review_date = { column = "review" }          # or { days = 365 }, counted from the import; default { days = 365 }
    comparable_with = { except = ["XC"] }        # or "all" (default), { only = ["XA"] },
                                                 # or { column = "share", values = { "1" = "all", "2" = "only XA XB" } }

    [fields]
    names = ["full_name", { columns = ["given", "family"], join = " " }, { column = "alias", separator = ";" }]
    birth_date = "born"                          # or { year = "y", month = "m", day = "d" }
    nationality = "nat"
    sex = { column = "sex", values = { "ช" = "male" } }
    place = "province"
    documents = [{ type = "passport", issuer = "XA", number = "passport_no" }]
    phones = ["mobile", "phone_2"]
    vessels = { imo = "imo", mmsi = "mmsi", name = "vessel" }
    vehicles = { plate = "plate", state = "XA", vin = "vin" }
    accounts = { scheme = "iban", number = "account" }
    online_handles = { platform = { column = "app" }, handle = "handle" }

Where a plain string is a *column*: `local_id`, `case`, and in `[fields]` what holds the identifier itself. Where it is
a *fixed value*: the coded entries of `[record]`, and `language`, `type`, `issuer`, `state`, `scheme`, `platform`. A
table `{ column = ..., values = { ... }, default = "..." }` always reads a column; `values` translates cells (a cell
that is not listed is reported, unless it is already the code), `default` stands for an empty cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process

from symbolon.matching.identifiers import Calendar


class FieldGroup(StrEnum):
    """The groups of identifiers that `[fields]` may fill."""

    NAMES = "names"
    BIRTH_DATE = "birth_date"
    NATIONALITY = "nationality"
    SEX = "sex"
    PLACE = "place"
    DOCUMENTS = "documents"
    PHONES = "phones"
    VESSELS = "vessels"
    VEHICLES = "vehicles"
    ACCOUNTS = "accounts"
    ONLINE_HANDLES = "online_handles"


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How the bytes of the file become rows."""

    encoding: str
    delimiter: str
    calendar: Calendar | None
    """None: Gregorian, and years that can only be Buddhist era are recognised."""
    default_region: str
    language: str | None
    impossible_dates_as_written: bool = False
    """Whether a date that no calendar has is kept, where files are only compared; an import refuses it."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where one value comes from: one or several columns, or (with no columns) a fixed value.

    `values` translates cells, `default` stands for empty cells, `separator` splits one cell into several values.
    """

    columns: tuple[str, ...]
    join: str
    values: Mapping[str, str]
    default: str
    separator: str

    def read(self, row: Mapping[str, str]) -> str:
        """Give the row's text for this source, stripped and translated; empty when there is none."""
        cells = (row.get(column, "").strip() for column in self.columns)
        text = self.join.join(cell for cell in cells if cell)
        return self.values.get(text, text) or self.default

    @property
    def shown_column(self) -> str:
        """Name of the column for a report; empty for a fixed value."""
        return " + ".join(self.columns)


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One identifier to read from each row: its group and the sources of its parts."""

    group: FieldGroup
    parts: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class RecordMapping:
    """Where a record's own attributes come from; None = not mapped."""

    local_id: Source
    case: Source | None
    kind: Source
    category: Source | None
    offence_group: Source
    urgency: Source
    comparable_with: Source
    review_date: Source | None
    review_days: int


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """A whole mapping, checked."""

    file: FileFormat
    record: RecordMapping
    fields: tuple[FieldMapping, ...]

    def columns(self) -> tuple[str, ...]:
        """All columns that the mapping reads, each once, in the mapping's order."""
        record = self.record
        sources = [
            record.local_id,
            record.case,
            record.kind,
            record.category,
            record.offence_group,
            record.urgency,
            record.comparable_with,
            record.review_date,
            *(source for field in self.fields for source in field.parts.values()),
        ]
        return tuple(dict.fromkeys(column for source in sources if source is not None for column in source.columns))


def missing_columns(mapping: ImportMapping, header: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Name each mapped column that the file lacks, with a sentence that says what to do."""
    known = set(header)
    return tuple((column, _suggestion(column, header)) for column in mapping.columns() if column not in known)


def _suggestion(column: str, header: tuple[str, ...]) -> str:
    nearest = process.extractOne(column, header, scorer=fuzz.WRatio, score_cutoff=60)
    if nearest is not None:
        return f"did you mean the column “{nearest[0]}”? Correct the mapping."
    return f"the file has the columns {', '.join(header) or '(none)'}: correct the mapping, or the file's delimiter."
