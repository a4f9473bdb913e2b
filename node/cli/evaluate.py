"""`symbolon evaluate`: how well encodings would match, measured on clear files before a state joins. No node is needed.

All goes through the production encoder under a key that ends with the process; encodings alone are compared.
"""

import json
import secrets
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from rich.console import Console
from rich.progress import Progress

from symbolon.matching.linkage_schema import LinkageSchema, schema_digest
from symbolon.node.bootstrap.services import schema_bytes
from symbolon.node.cli.evaluation_page import write_page
from symbolon.node.domain.evaluation_mapping import parse_evaluation_mapping
from symbolon.node.domain.import_mapping import FileFormat, ImportMapping, missing_columns
from symbolon.node.domain.import_rows import Row, RowReader
from symbolon.node.errors import MappingMistake, UnreadableFile
from symbolon.node.gateway.csv_rows import CsvRows
from symbolon.node.services.evaluate_link import EvaluateLink, FileRecord, LinkEvaluation
from symbolon.node.services.evaluate_load import EvaluateLoad, LoadQuality
from symbolon.node.services.evaluate_names import EvaluateNames, NamePair, NamesEvaluation, NamesQuality
from symbolon.node.services.evaluate_search import EvaluateSearch, NamedPerson
from symbolon.node.services.evaluation_encoding import EncodingForEvaluation, NameCell
from symbolon.node.services.evaluation_report import link_report, names_report

app: Final = typer.Typer(
    no_args_is_help=True, help="Measure, on clear files of your own, how well encodings would match."
)

ReportOption = Annotated[
    Path | None, typer.Option("--report", metavar="FILE.html", help="Write a page with charts and the worst cases.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_LABELS: Final = {"1": True, "true": True, "0": False, "false": False}
_PLAIN: Final = FileFormat(encoding="utf-8", delimiter=",", calendar=None, default_region="", language=None)
_SEED: Final = 2026
"""Of the bootstrap's resamples, so that the same scores give the same intervals."""


@app.command("names")
def evaluate_names(
    pairs: Annotated[Path, typer.Option(help="CSV file of pairs of names, .csv or .csv.gz.")],
    columns: Annotated[
        str,
        typer.Option(metavar="LABEL,NAME,NAME", help="Its columns: is it one person (1, 0, true, false); the names."),
    ] = "label,name1,name2",
    by: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Measure each value of this column apart too.")
    ] = None,
    report: ReportOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure pairs of names: recall at few false positives, and at the schema's threshold for names alone."""
    label, first, second = _columns(columns, 3)
    rows = CsvRows(pairs, _PLAIN)
    _need_columns(pairs, rows.header, [label, first, second, *([by] if by else [])])
    started = time.perf_counter()
    evaluate = EvaluateNames(_encoding(), np.random.default_rng(_SEED))
    found = evaluate((_name_pair(row, label, first, second, by) for row in rows.rows()), by is not None)
    if report is not None:
        write_page(report, names_report(found), *_schema_fields().values())
    fields = {**_names_fields(found), "seconds": _seconds(started), **_schema_fields()}
    _print(fields, as_json)


@app.command("link")
def evaluate_link(
    left: Annotated[Path, typer.Option(help="CSV file of records, .csv or .csv.gz.")],
    right: Annotated[Path, typer.Option(help="The CSV file to link it with.")],
    truth: Annotated[Path, typer.Option(help="CSV file whose first two columns are the ids of the same person.")],
    mapping: Annotated[Path, typer.Option(help="TOML file that says which columns hold what.")],
    report: ReportOption = None,
    as_json: JsonOption = False,
) -> None:
    """Link two files and measure it: every pair, or one partner at most, at the schema's and the best threshold."""
    read = parse_evaluation_mapping(_toml(mapping))
    started = time.perf_counter()
    with _named(left):
        left_records, left_cells = _records(CsvRows(left, read.left.file), read.left)
    with _named(right):
        right_records, right_cells = _records(CsvRows(right, read.right.file), read.right)
    with _named(truth):
        true_pairs = _truth(CsvRows(truth, _PLAIN))
    found = EvaluateLink(_encoding())(left_records, right_records, true_pairs)
    if report is not None:
        write_page(report, link_report(found, left_records, right_records), *_schema_fields().values())
    fields = {
        **_link_fields(found),
        "left": len(left_records),
        "right": len(right_records),
        "cells_left_out": left_cells + right_cells,
        "seconds": _seconds(started),
        **_schema_fields(),
    }
    _print(fields, as_json)


@app.command("search")
def evaluate_search(
    queries: Annotated[Path, typer.Option(help="CSV file of the names to search for, .csv or .csv.gz.")],
    corpus: Annotated[Path, typer.Option(help="CSV file of the names to search in; a person may have several.")],
    columns: Annotated[str, typer.Option(metavar="ID,NAME", help="The columns of both.")] = "id,name",
    as_json: JsonOption = False,
) -> None:
    """Search names among names: how often the right person comes first, or among the first ten."""
    identifier, name = _columns(columns, 2)
    started = time.perf_counter()
    found = EvaluateSearch(_encoding())(
        _named_persons(queries, identifier, name), _named_persons(corpus, identifier, name)
    )
    _print({**asdict(found), "seconds": _seconds(started), **_schema_fields()}, as_json)


@app.command("load")
def evaluate_load(
    population: Annotated[int, typer.Option(min=1_000, max=10_000_000, help="People on the other side.")] = 100_000,
    queries: Annotated[
        int, typer.Option(min=100, help="Submissions: some of them once more, with variations.")
    ] = 1_000,
    seed: Annotated[int, typer.Option(help="Another number draws another population.")] = _SEED,
    as_json: JsonOption = False,
) -> None:
    """Measure false alerts and recall against a synthetic population of the region, at the schema's thresholds."""
    if queries > population:
        raise typer.BadParameter("no more queries than people", param_hint="--queries")
    started = time.perf_counter()
    with Progress(*Progress.get_default_columns(), console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("people", total=population)
        found = EvaluateLoad(_encoding(), seed)(population, queries, lambda done: progress.update(task, completed=done))
    fields = {
        "population": population, **asdict(found.overall), "kinds": _each(found.kinds),
        "languages": _each(found.languages), "refused": found.refused,
    }  # fmt: skip
    _print({**fields, "seconds": _seconds(started), **_schema_fields()}, as_json)


def _encoding() -> EncodingForEvaluation:
    return EncodingForEvaluation(LinkageSchema.from_bytes(schema_bytes()), secrets.token_bytes(32))


def _schema_fields() -> dict[str, str]:
    data = schema_bytes()
    return {"schema": LinkageSchema.from_bytes(data).id, "schema_digest": schema_digest(data)}


def _seconds(started: float) -> float:
    return round(time.perf_counter() - started, 3)


def _columns(text: str, count: int) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if len(names) != count or not all(names):
        raise typer.BadParameter(f"give {count} names of columns with commas between", param_hint="--columns")
    return names


def _need_columns(path: Path, header: tuple[str, ...], needed: list[str]) -> None:
    lacking = [name for name in needed if name not in header]
    if lacking:
        raise MappingMistake(
            f"{path.name} has no column {', '.join(lacking)}: it has {', '.join(header)};"
            " say with --columns which to read"
        )


def _name_pair(row: Row, label: str, first: str, second: str, by: str | None) -> NamePair:
    same_person = _LABELS.get(row.cells.get(label, "").strip().lower())
    if same_person is None:
        raise UnreadableFile(row.line, "the label is none of 1, 0, true and false", "correct it, or name its column")
    group = row.cells.get(by, "") if by else ""
    return NamePair(_name_cell(row, first), _name_cell(row, second), same_person, group)


def _name_cell(row: Row, column: str) -> NameCell:
    if column not in row.cells:
        raise UnreadableFile(row.line, "the row has fewer cells than the header", "fill in what is missing")
    return NameCell(row.cells[column], all(problem.column != column for problem in row.problems))


def _named_persons(path: Path, identifier: str, name: str) -> Iterator[NamedPerson]:
    with _named(path):
        rows = CsvRows(path, _PLAIN)
        _need_columns(path, rows.header, [identifier, name])
        for row in rows.rows():
            yield NamedPerson(row.cells.get(identifier, ""), _name_cell(row, name))


def _records(rows: CsvRows, mapping: ImportMapping) -> tuple[list[FileRecord], int]:
    """The file's records, and how many cells could not be read and were left out."""
    for column, what_to_do in missing_columns(mapping, rows.header):
        raise MappingMistake(f"{rows.name} has no column {column}: {what_to_do}")
    reader = RowReader(mapping)
    records: dict[str, FileRecord] = {}
    left_out = 0
    for row in rows.rows():
        identifier = mapping.record.local_id.read(row.cells)
        if not identifier or identifier in records:
            raise UnreadableFile(row.line, "the id is missing, or stands in an earlier row", "give each row its own id")
        identifiers, problems = reader.read_identifiers(row)
        records[identifier] = FileRecord(identifier, identifiers)
        left_out += len(problems)
    return list(records.values()), left_out


def _truth(rows: CsvRows) -> list[tuple[str, str]]:
    if len(rows.header) < 2:
        raise UnreadableFile(1, "the truth has one column", "give it two: the left id and the right id")
    left, right = rows.header[:2]
    return [(row.cells.get(left, "").strip(), row.cells.get(right, "").strip()) for row in rows.rows()]


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise MappingMistake(f"the mapping {path.name} cannot be opened: check its path") from None
    except UnicodeDecodeError:
        raise MappingMistake(f"the mapping {path.name} is not UTF-8: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise MappingMistake(f"the mapping {path.name} is not TOML: {error}") from None


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Say which of several files a line is of."""
    try:
        yield
    except UnreadableFile as error:
        raise UnreadableFile(error.line, f"of {path.name}: {error.what}", error.what_to_do) from None


def _names_fields(found: NamesEvaluation) -> dict[str, Any]:
    fields = {**_quality_fields(found.overall), "threshold": found.threshold, "refused": found.refused}
    if found.groups:
        fields["groups"] = {name: _quality_fields(quality) for name, quality in found.groups.items()}
    return fields


def _quality_fields(quality: NamesQuality) -> dict[str, Any]:
    ranking = asdict(quality.ranking) if quality.ranking else {}
    measures = ("auc", "recall_at_1pct_fpr", "recall_at_01pct_fpr")
    return {
        **{measure: ranking.get(measure) for measure in measures},
        **{f"{measure}_interval": ranking.get(f"{measure}_interval") for measure in measures},
        "recall": quality.recall,
        "fpr": quality.false_positive_rate,
        "positives": quality.positives,
        "negatives": quality.negatives,
    }


def _each(qualities: dict[str, LoadQuality]) -> dict[str, Any]:
    return {name: asdict(quality) for name, quality in qualities.items()}


def _link_fields(found: LinkEvaluation) -> dict[str, Any]:
    counted = ("all_pairs", "one_to_one", "best_all_pairs", "best_one_to_one")
    return {
        **{name: asdict(getattr(found, name)) for name in counted},
        "positives": found.positives,
        "outside": found.outside,
        "refused": found.refused,
    }


def _print(fields: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(fields, ensure_ascii=False))
        return
    _print_lines(fields, "", typer.echo)


def _print_lines(fields: dict[str, Any], indent: str, echo: Callable[[str], None]) -> None:
    for name, value in fields.items():
        if isinstance(value, dict):
            echo(f"{indent}{name}{'' if value else ': none'}")
            _print_lines(value, indent + "  ", echo)
        elif isinstance(value, tuple | list):
            echo(f"{indent}{name}: {' to '.join(f'{part:.4f}' for part in value)}")
        else:
            echo(f"{indent}{name}: {f'{value:.4f}' if isinstance(value, float) else '-' if value is None else value}")
