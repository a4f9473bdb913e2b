"""The list of records: filtered, sorted, and exported as JSON or CSV."""

import csv
import io
import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import Annotated, Any

import typer

from symbolon.node.bootstrap.opening import COMMAND
from symbolon.node.cli.app import HomeOption, JsonOption, OptionalAsOption, app, open_node
from symbolon.node.domain.record_list import ListedRecord, RecordFilter, RecordOrder
from symbolon.node.domain.records import Publication

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@app.command()
def records(
    home: HomeOption,
    refused: Annotated[bool, typer.Option("--refused", help="Only what the hub or this node refused.")] = False,
    unpublished: Annotated[bool, typer.Option("--unpublished", help="Only what was not published.")] = False,
    publication: Annotated[list[Publication] | None, typer.Option(help="Only records in this state.")] = None,
    category_not_set: Annotated[
        bool, typer.Option("--category-not-set", help="Only records whose subject category nobody has set.")
    ] = False,
    case: Annotated[str | None, typer.Option("--case", help="Only records of this case.")] = None,
    review_before: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only records to be reviewed before this day.")
    ] = None,
    sort: Annotated[RecordOrder, typer.Option(help="What the list is sorted by.")] = RecordOrder.LOCAL_ID,
    login: OptionalAsOption = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """List records: how far each has come, why it was refused, and what to do. No names or numbers are shown.

    The ids of victims' and minors' records are shown to the protection officer (--as).
    """
    publications = set(publication or ())
    if unpublished:
        publications.add(Publication.UNPUBLISHED)
    wanted = RecordFilter(
        publications=frozenset(publications),
        refused=refused,
        category_not_set=category_not_set,
        case_id=case,
        review_before=None if review_before is None else review_before.date(),
        order=sort,
    )
    with open_node(home) as node:
        listed = node.services.list_records(COMMAND if login is None else node.actor(login), wanted)
    if as_json:
        typer.echo(json.dumps([_row(record) for record in listed], ensure_ascii=False))
    elif as_csv:
        typer.echo(_as_csv(listed), nl=False)
    else:
        for record in listed:
            typer.echo(_line(record))
        typer.echo(f"{len(listed)} records.", err=True)


def _row(record: ListedRecord) -> dict[str, Any]:
    row = {**asdict(record), "what_to_do": record.what_to_do}
    row["review_date"] = record.review_date.isoformat()
    row["changed_at"] = record.changed_at.isoformat(timespec="seconds")
    return row


def _as_csv(listed: tuple[ListedRecord, ...]) -> str:
    text = io.StringIO()
    columns = [field.name for field in fields(ListedRecord)] + ["what_to_do"]
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: _cell(value) for column, value in _row(record).items()} for record in listed)
    return text.getvalue()


def _cell(value: object) -> object:
    # A spreadsheet would run a cell that begins so: a local id comes from a file that somebody else wrote.
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTS_A_FORMULA) else value


def _line(record: ListedRecord) -> str:
    state = f"{record.publication.value}, version {record.version}, review {record.review_date.isoformat()}"
    parts = [f"{record.local_id}: {record.category.value if record.category else 'category not set'}, {state}"]
    if record.reason is not None:
        parts.append(f"  why: {record.reason}")
    if record.what_to_do:
        parts.append(f"  to do: {record.what_to_do}")
    return "\n".join(parts)
