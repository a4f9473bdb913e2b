"""Keeping and purging: retention list|renew|hold|release, purges, data-subject find|export|erase."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from symbolon.node.bootstrap.opening import Node
from symbolon.node.cli.app import AsOption, HomeOption, JsonOption, app, open_node
from symbolon.node.domain.data_subjects import FoundRecord, SubjectQuery
from symbolon.node.domain.purges import PurgeLine
from symbolon.node.domain.retention import Due, RenewalReason, ReviewLine, ReviewOrder, ReviewQuery
from symbolon.node.services.answer_data_subject import ExportForm
from symbolon.protocol.references import RecordReference
from symbolon.runtime.secret_files import write_new_secret

retention: Final = typer.Typer(no_args_is_help=True, help="Records that come up for review: keep them, or hold them.")
data_subject: Final = typer.Typer(
    no_args_is_help=True, help="What is held about a person: find it, give it, erase it, prove that it was done."
)
app.add_typer(retention, name="retention")
app.add_typer(data_subject, name="data-subject")

CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
LocalId = Annotated[str, typer.Argument(help="The record's local id.")]
_NO_RECORD: Final = RecordReference(str(UUID(int=0)))
Words = Annotated[str, typer.Option("--text", help="The reason in words; it stays at this node, sealed.")]
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@retention.command("list")
def list_reviews(
    home: HomeOption,
    login: AsOption,
    due: Annotated[Due, typer.Option(help="Which part of the queue.")] = Due.WITHIN_60,
    case: Annotated[str, typer.Option("--case", help="Only records of this case.")] = "",
    sort: Annotated[ReviewOrder, typer.Option(help="What the list is sorted by.")] = ReviewOrder.REVIEW_DATE,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """List the records that come up for review, with who keeps them."""
    with open_node(home) as node:
        lines = node.services.retention.list_reviews(node.actor(login), ReviewQuery(due, case, sort))
    _print([_review(line) for line in lines], as_json=as_json, as_csv=as_csv)
    typer.echo(f"{len(lines)} records.", err=True)


@retention.command()
def renew(
    home: HomeOption,
    local_id: LocalId,
    login: AsOption,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The new review date.")],
    reason: Annotated[RenewalReason, typer.Option(help="Why it is kept.")],
    text: Words,
) -> None:
    """Keep a record beyond its review date."""
    with open_node(home) as node:
        reference = _reference(node, local_id)
        node.services.retention.renew_record(node.actor(login), reference, until.date(), reason, text)
    typer.echo(f"kept until {until.date().isoformat()}")


@retention.command()
def hold(home: HomeOption, local_id: LocalId, login: AsOption, text: Words) -> None:
    """Put a legal hold on a record: it neither expires nor is withdrawn or erased."""
    _set_hold(home, (local_id, login, text), holds=True)


@retention.command()
def release(home: HomeOption, local_id: LocalId, login: AsOption, text: Words) -> None:
    """Lift a record's legal hold."""
    _set_hold(home, (local_id, login, text), holds=False)


@app.command()
def purges(home: HomeOption, login: AsOption, as_json: JsonOption = False, as_csv: CsvOption = False) -> None:
    """List what was to be purged: who has given a receipt, and who is overdue."""
    with open_node(home) as node:
        lines = node.services.retention.list_purges(node.actor(login))
    _print([_purge(line) for line in lines], as_json=as_json, as_csv=as_csv)


@data_subject.command()
def find(
    home: HomeOption,
    login: AsOption,
    name: Annotated[str, typer.Option(help="A name, in any script; together with --born.")] = "",
    born: Annotated[str, typer.Option(help="The date of birth, such as 1990-05-03, or 1990.")] = "",
    document: Annotated[str, typer.Option(help="A document's number.")] = "",
    local_id: Annotated[str, typer.Option("--local-id", help="The state's own id of the record.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Find the records that may be a person's."""
    query = SubjectQuery(local_id, name, born, document)
    with open_node(home) as node:
        found = node.services.retention.find_data_subject(node.actor(login), query)
    _print([_found(record) for record in found], as_json=as_json, as_csv=False)
    typer.echo(f"{len(found)} records.", err=True)


@data_subject.command()
def export(
    home: HomeOption,
    local_id: LocalId,
    login: AsOption,
    out: Annotated[Path, typer.Option("--out", help="The file to write; for its owner alone.")],
    as_json: JsonOption = False,
) -> None:
    """Write all that is held about a record into a file: for a person to read, or as JSON."""
    with open_node(home) as node:
        form = ExportForm.JSON if as_json else ExportForm.TEXT
        content = node.services.retention.export_data_subject(node.actor(login), _reference(node, local_id), form)
    write_new_secret(out, content)
    typer.echo(f"written: {out.name}")


@data_subject.command()
def erase(
    home: HomeOption,
    local_id: LocalId,
    login: AsOption,
    sure: Annotated[bool, typer.Option("--yes", help="Say that it is meant: nothing brings it back.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Erase a record with all that hangs on it, here, at the hub and at every holder; prints the proof."""
    if not sure:
        raise typer.BadParameter("what is erased cannot be brought back: say --yes", param_hint="--yes")
    with open_node(home) as node:
        report = node.services.retention.erase_data_subject(node.actor(login), _reference(node, local_id))
    proofs = [{"leaf_id": each.leaf_id, "act": each.act, "leaf_hash": each.leaf_hash} for each in report.proofs]
    if as_json:
        asked = list(report.asked_of)
        whole = {"reference": report.reference, "counts": dict(report.counts), "asked_of": asked, "proofs": proofs}
        typer.echo(json.dumps(whole))
        return
    typer.echo(f"erased: record {report.reference}")
    for place, count in report.counts.items():
        typer.echo(f"  {place}: {count}")
    typer.echo(f"asked to purge: {', '.join(report.asked_of) or 'nobody had received anything'}")
    for proof in proofs:
        typer.echo(f"in the log: {proof['act']}  {proof['leaf_id']}  {proof['leaf_hash']}")


def _set_hold(home: Path, what: tuple[str, str, str], *, holds: bool) -> None:
    local_id, login, text = what
    with open_node(home) as node:
        reference = _reference(node, local_id)
        node.services.retention.set_legal_hold(node.actor(login), reference, holds=holds, reason=text)
    typer.echo("a legal hold lies on it" if holds else "the legal hold is lifted")


def _reference(node: Node, local_id: str) -> RecordReference:
    """The record of an id, or a reference that no record has: what its officer may know, the service alone says."""
    with node.unit_of_work.begin() as work:
        record = work.records.find_by_local_id(local_id)
    return _NO_RECORD if record is None else record.reference


def _review(line: ReviewLine) -> dict[str, object]:
    return {
        "record": line.local_id,
        "case": line.case_id,
        "review_date": line.review_date.isoformat(),
        "days_left": line.days_left,
        "state": line.publication.value,
        "legal_hold": line.on_legal_hold,
        "renewals": line.renewals,
        "reference": line.reference,
    }


def _purge(line: PurgeLine) -> dict[str, object]:
    return {
        "holder": line.holder,
        "direction": line.direction.value,
        "record": line.own_local_id,
        "reason": line.reason.value,
        "state": line.state.value,
        "due_at": line.due_at.isoformat(timespec="seconds"),
        "purged_at": None if line.purged_at is None else line.purged_at.isoformat(timespec="seconds"),
        "hit": line.hit_id,
    }


def _found(record: FoundRecord) -> dict[str, object]:
    return {
        "record": record.local_id,
        "case": record.case_id,
        "found_by": record.found_by.value,
        "state": record.publication.value,
        "legal_hold": record.on_legal_hold,
        "identifiers": "; ".join(f"{line.kind.value} {line.text}" for line in record.identifiers),
        "reference": record.reference,
    }


def _print(rows: list[dict[str, object]], *, as_json: bool, as_csv: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif as_csv:
        text = io.StringIO()
        if rows:
            writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
        typer.echo(text.getvalue(), nl=False)
    else:
        for row in rows:
            typer.echo("  ".join(f"{name.replace('_', ' ')} {value}" for name, value in row.items() if value != ""))


def _cell(value: object) -> object:
    # A spreadsheet would run a cell that begins so.
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTS_A_FORMULA) else value
