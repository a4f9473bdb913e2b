"""Records: import, publish, revise, withdraw."""

import json
import tomllib
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.node.bootstrap.opening import COMMAND, Node
from symbolon.node.cli.app import HomeOption, JsonOption, OptionalAsOption, app, open_node
from symbolon.node.domain.actors import Actor
from symbolon.node.domain.import_mapping import ImportMapping
from symbolon.node.domain.import_mapping_parser import parse_mapping
from symbolon.node.domain.import_report import ImportChoices, ImportOutcome, ImportReport
from symbolon.node.domain.receipts import OperatorProof
from symbolon.node.errors import MappingMistake
from symbolon.node.gateway.csv_rows import CsvRows
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.handling import (
    ComparableWith,
    ComparisonMode,
    OffenceGroup,
    SubjectCategory,
    Urgency,
)
from symbolon.protocol.references import MemberCode, parse_member_code

LocalIds = Annotated[list[str] | None, typer.Argument(help="Local ids of records.")]
ExpectOption = Annotated[
    list[str] | None,
    typer.Option("--expect", metavar="CODE", help="A state that a record may list although it has not joined yet."),
]
CaseOption = Annotated[str | None, typer.Option("--case", help="All records of this case.")]


@app.command("import")
def import_file(
    home: HomeOption,
    file: Annotated[Path, typer.Argument(help="The CSV file.")],
    mapping: Annotated[Path, typer.Option("--mapping", help="The TOML file that says how to read it.")],
    good_rows: Annotated[bool, typer.Option("--good-rows", help="Take the good rows of a file with bad ones.")] = False,
    revise: Annotated[bool, typer.Option("--revise", help="Take changed rows as revisions of their records.")] = False,
    expect: ExpectOption = None,
    login: OptionalAsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a file: whole, or not at all with a report of its rows. The same file again changes nothing."""
    parsed = _read_mapping(mapping)
    with open_node(home) as node:
        with _progress("rows") as progress:
            task = progress.add_task(file.name, total=None)
            report = node.services.import_records(
                _actor(node, login),
                parsed,
                CsvRows(file, parsed.file),
                ImportChoices(good_rows, revise, _states(expect)),
                lambda done: progress.update(task, completed=done),
            )
        if as_json:
            typer.echo(json.dumps(asdict(report), ensure_ascii=False))
        else:
            _print_report(report)
        if report.outcome is ImportOutcome.NOT_TAKEN:
            raise typer.Exit(1)


@app.command()
def publish(
    home: HomeOption,
    local_ids: LocalIds = None,
    case: CaseOption = None,
    expect: ExpectOption = None,
    login: OptionalAsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish what is not published: all records, those that are named, or a case."""
    with open_node(home) as node:
        with _progress("records") as progress:
            task = progress.add_task("publish", total=None)
            report = node.services.publish_records(
                _actor(node, login),
                local_ids or None,
                case,
                lambda done: progress.update(task, completed=done),
                _states(expect),
            )
        if as_json:
            typer.echo(json.dumps(asdict(report), ensure_ascii=False))
            return
        typer.echo(f"{report.queued} records are on their way to the hub.")
        for refused in report.refused:
            typer.echo(f"not published: {refused.local_id}: {refused.what_to_do}")
        for local_id in report.without_category:
            typer.echo(f"kept here: {local_id}: its subject category is not set")
        if report.refused_earlier:
            typer.echo(
                f"{report.refused_earlier} records that were refused earlier wait: `symbolon node records --refused`"
                " shows why, and what to do."
            )


@app.command()
def revise(
    home: HomeOption,
    local_id: str,
    category: Annotated[SubjectCategory | None, typer.Option(help="The new subject category.")] = None,
    offence_group: Annotated[OffenceGroup | None, typer.Option(help="The new offence group.")] = None,
    urgency: Annotated[Urgency | None, typer.Option(help="The new urgency.")] = None,
    review_date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The new review date.")] = None,
    comparable_with: Annotated[str | None, typer.Option(help='"all", "only XA XB" or "except XC".')] = None,
    identifiers: Annotated[
        Path | None, typer.Option(help="A JSON file with all identifiers as they are to be.")
    ] = None,
    expect: ExpectOption = None,
    login: OptionalAsOption = None,
) -> None:
    """Revise a record: its next version replaces the last. Reclassified as a victim, it is withdrawn at once."""
    change = RecordChange(
        category=category,
        offence_group=offence_group,
        urgency=urgency,
        review_date=None if review_date is None else review_date.date(),
        comparable_with=None if comparable_with is None else _comparable_with(comparable_with),
        identifiers=None if identifiers is None else RecordIdentifiers.from_json(json.loads(identifiers.read_bytes())),
    )
    with open_node(home) as node:
        effect = node.services.revise_record(_actor(node, login), local_id, change, _states(expect))
        typer.echo(f"{local_id}: {effect.value}")


@app.command()
def withdraw(
    home: HomeOption,
    local_ids: LocalIds = None,
    case: CaseOption = None,
    login: OptionalAsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take records back from the hub. `receipts` shows the hub's signed word that they are gone.

    A victim's or minor's record is withdrawn by the protection officer (--as).
    """
    with open_node(home) as node:
        report = node.services.withdraw_records(_actor(node, login), local_ids or (), case)
        if as_json:
            typer.echo(json.dumps(asdict(report)))
            return
        typer.echo(f"{report.withdrawn} records are withdrawn; {report.on_its_way} of them wait for the hub's receipt.")


@app.command()
def receipts(home: HomeOption, local_id: str, login: OptionalAsOption = None, as_json: JsonOption = False) -> None:
    """Show the hub's signed receipts for a record's withdrawals; for a victim's or minor's to its officer (--as)."""
    with open_node(home) as node:
        for proof in node.services.withdraw_records.proofs(_actor(node, login), local_id):
            if as_json:
                typer.echo(proof.envelope.decode("utf-8"))
                continue
            outcome = "refused" if proof.problem else f"{proof.erased_encodings} encodings erased"
            moment = proof.withdrawn_at.isoformat(timespec="seconds")
            typer.echo(f"{moment}  {outcome}, {proof.hits_closed} hits ended  batch {proof.batch_id}")
            for operator in proof.operators:
                typer.echo(f"  operator {operator.place} ({operator.name}): {_erased(operator)}")


def _erased(operator: OperatorProof) -> str:
    if operator.erased_at is not None:
        return f"its share is erased since {operator.erased_at.isoformat(timespec='seconds')}, it signed"
    return "OVERDUE: it has not signed that its share is erased; ask it" if operator.is_overdue else "waited for"


def _actor(node: Node, login: str | None) -> Actor:
    return COMMAND if login is None else node.actor(login)


def _states(codes: list[str] | None) -> frozenset[MemberCode]:
    return frozenset(parse_member_code(code) for code in codes or ())


def _read_mapping(path: Path) -> ImportMapping:
    try:
        return parse_mapping(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError:
        raise MappingMistake(f"the mapping {path.name} cannot be opened: check its path") from None
    except UnicodeDecodeError:
        raise MappingMistake(f"the mapping {path.name} is not UTF-8: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise MappingMistake(f"the mapping {path.name} is not TOML: {error}") from None
    except (ValueError, RecursionError):
        raise MappingMistake(f"the mapping {path.name} holds a huge number or endless nesting: correct it") from None


def _comparable_with(text: str) -> ComparableWith:
    mode, *members = text.replace(",", " ").split() or [""]
    if mode not in set(ComparisonMode):
        raise typer.BadParameter("write all, only XA XB, or except XC", param_hint="--comparable-with")
    return ComparableWith(ComparisonMode(mode), tuple(parse_member_code(member) for member in members))


def _progress(unit: str) -> Progress:
    # On standard error, so that what a command prints can be piped; without a terminal it stays silent.
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TextColumn(unit))
    return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)


def _print_report(report: ImportReport) -> None:
    for problem in report.problems:
        place = f"{report.file_name}, line {problem.row}"
        column = f", column “{problem.column}”" if problem.column else ""
        typer.echo(f"{place}{column}: {problem.what}; {problem.what_to_do}")
    if report.problems_not_listed:
        typer.echo("… and more: correct these first.")
    typer.echo(
        f"{report.file_name}: {report.outcome.value.replace('-', ' ')}. {report.rows} rows: {report.new} new,"
        f" {report.revised} revised, {report.unchanged} unchanged, {report.bad_rows} not good."
    )
    if report.without_category:
        typer.echo(f"{report.without_category} have no subject category: they are kept here and not published.")
    if report.outcome is ImportOutcome.NOT_TAKEN:
        typer.echo("Nothing was stored. Correct the file, or take the good rows alone with --good-rows.")
