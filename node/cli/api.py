"""The API: its clients, the addresses that are told of news, and cases in and out."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from symbolon.node.bootstrap.opening import COMMAND, Node
from symbolon.node.cli.app import AsOption, HomeOption, JsonOption, OptionalAsOption, app, open_node
from symbolon.node.domain.actors import Actor
from symbolon.node.domain.api_clients import USUAL_LIFETIME, ApiClient, ClientDraft, read_roles, read_scopes
from symbolon.node.domain.case_files import CaseFormat
from symbolon.node.domain.import_report import ImportChoices, ImportOutcome
from symbolon.node.errors import NotFound, UnreadableFile
from symbolon.node.services.carry_cases import ExportCase, ImportCase
from symbolon.node.services.manage_api_clients import ManageApiClients
from symbolon.node.services.manage_webhooks import ManageWebhooks

clients = typer.Typer(no_args_is_help=True, help="Programs of this state that act by the API.")
webhooks = typer.Typer(no_args_is_help=True, help="Own systems that are told of what happens to hits.")
cases = typer.Typer(no_args_is_help=True, help="Cases out of the node and into it.")
app.add_typer(clients, name="api-client")
app.add_typer(webhooks, name="webhook")
app.add_typer(cases, name="case")
Name = Annotated[str, typer.Argument(help="The client's name.")]
WebhookId = Annotated[str, typer.Argument(help="The address's id, as `list` shows it.")]


@clients.command("add")
def add_client(
    home: HomeOption,
    name: Name,
    roles: Annotated[str, typer.Option(help="Roles, with commas between: focal_point,investigator …")],
    scopes: Annotated[str, typer.Option(help="Scopes, with commas between: hits:read,drafts …")],
    expires: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its last day; left out: in ninety days.")
    ] = None,
) -> None:
    """Make a client and print its token, this once. Nothing keeps the token: who loses it makes another client."""
    with open_node(home) as node:
        last = node.clock.now() + USUAL_LIFETIME if expires is None else datetime.combine(expires, time.max, UTC)
        draft = ClientDraft(name, read_roles(_words(roles)), read_scopes(_words(scopes)), last)
        typer.echo(_clients(node).add(COMMAND, draft))


@clients.command("list")
def list_clients(home: HomeOption, as_json: JsonOption = False) -> None:
    """List the clients."""
    with open_node(home) as node:
        now = node.clock.now()
        for client in _clients(node).list(COMMAND):
            roles, scopes = sorted(client.roles), sorted(client.scopes)
            ends, used = client.expires_at, client.last_used_at
            line = {
                "name": client.name,
                "standing": _standing(client, now),
                "roles": roles,
                "scopes": scopes,
                "expires_at": ends.isoformat(timespec="seconds"),
                "last_used_at": None if used is None else used.isoformat(timespec="seconds"),
            }
            shown = f"{client.name}  {line['standing']}  until {line['expires_at']}"
            words = f"{shown}  roles {' '.join(roles)}  scopes {' '.join(scopes)}"
            typer.echo(json.dumps(line) if as_json else words)


@clients.command("revoke")
def revoke_client(home: HomeOption, name: Name, login: OptionalAsOption = None) -> None:
    """Let a client's token open nothing from now on."""
    with open_node(home) as node:
        _clients(node).revoke(_actor(node, login), name)
        typer.echo(f"{name} is revoked: its token opens nothing any more.")


@clients.command("grant-protected")
def grant_protected(home: HomeOption, name: Name, login: AsOption) -> None:
    """Let a client with the scope protected see victims' and minors' hits: a protection officer's word (--as)."""
    with open_node(home) as node:
        _clients(node).grant_protected(node.actor(login), name)
        typer.echo(f"{name} sees victims' and minors' hits from now on.")


@webhooks.command("add")
def add_webhook(
    home: HomeOption,
    url: Annotated[str, typer.Argument(help="https://…; in an exercise also http://127.0.0.1…")],
    protected: Annotated[bool, typer.Option("--protected", help="Tell it of victims' and minors' hits too.")] = False,
    authority: Annotated[Path | None, typer.Option(help="A PEM file with the authority that it is trusted by.")] = None,
    login: OptionalAsOption = None,
) -> None:
    """Register an address and print its id and its secret, this once. --protected is a protection officer's (--as)."""
    with open_node(home) as node:
        pem = None if authority is None else _read(authority).decode("ascii", "replace")
        made, secret = _webhooks(node).add(_actor(node, login), url, protected=protected, authority=pem)
        typer.echo(f"{made}\n{secret}")


@webhooks.command("list")
def list_webhooks(home: HomeOption, login: OptionalAsOption = None, as_json: JsonOption = False) -> None:
    """List the addresses, with how many events wait and what went wrong."""
    with open_node(home) as node:
        for line in _webhooks(node).list(_actor(node, login)):
            if as_json:
                typer.echo(json.dumps(asdict(line), default=str))
            else:
                typer.echo(f"{line.webhook_id}  {line.url}  {line.waiting} wait  {line.last_failure or ''}".rstrip())


@webhooks.command("remove")
def remove_webhook(home: HomeOption, webhook_id: WebhookId, login: OptionalAsOption = None) -> None:
    """Tell an address nothing more."""
    with open_node(home) as node:
        _webhooks(node).remove(_actor(node, login), _uuid(webhook_id))
        typer.echo("The address is told nothing more.")


@webhooks.command("test")
def try_webhook(home: HomeOption, webhook_id: WebhookId, login: OptionalAsOption = None) -> None:
    """Let the worker send an event that says nothing; `list` shows whether it was taken."""
    with open_node(home) as node:
        typer.echo(_webhooks(node).try_out(_actor(node, login), _uuid(webhook_id)))


@cases.command("export")
def export_case(
    home: HomeOption,
    case: Annotated[str, typer.Argument(help="The case's id.")],
    out: Annotated[Path, typer.Option(help="Where to write it.")],
    login: AsOption,
    form: Annotated[CaseFormat, typer.Option("--format", help="How to write it.")] = CaseFormat.JSON,
) -> None:
    """Write a case as a file, in an officer's name: records in clear, so the administrator does not."""
    with open_node(home) as node:
        content = ExportCase(node.unit_of_work, node.draws)(node.actor(login), case, form)
        out.touch(0o600)
        out.write_bytes(content)
        typer.echo(f"{out.name}: {len(content)} bytes.")


@cases.command("import")
def import_case(
    home: HomeOption,
    file: Annotated[Path, typer.Argument(help="The file, as an export writes it.")],
    form: Annotated[CaseFormat | None, typer.Option("--format", help="Left out: as its name ends.")] = None,
    revise: Annotated[bool, typer.Option("--revise", help="Take changed records as their next versions.")] = False,
    login: OptionalAsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a case: whole, or not at all with a report of its rows. The same file again changes nothing."""
    with open_node(home) as node:
        written = form or (CaseFormat.CSV if file.suffix.lower() == ".csv" else CaseFormat.JSON)
        take = ImportCase(node.unit_of_work, node.draws, node.services.revise_record)
        choices = ImportChoices(revise_changed=revise)
        report = take(_actor(node, login), _read(file), written, choices, file.name)
        if as_json:
            typer.echo(json.dumps(asdict(report), ensure_ascii=False))
        else:
            for problem in report.problems:
                field = f", field {problem.column}" if problem.column else ""
                typer.echo(f"{file.name}, row {problem.row}{field}: {problem.what}; {problem.what_to_do}")
            typer.echo(
                f"{file.name}: {report.outcome.value.replace('-', ' ')}. {report.rows} records: {report.new} new,"
                f" {report.revised} revised, {report.unchanged} unchanged, {report.bad_rows} not good."
            )
        if report.outcome is ImportOutcome.NOT_TAKEN:
            raise typer.Exit(1)


def _clients(node: Node) -> ManageApiClients:
    return ManageApiClients(node.unit_of_work, node.draws)


def _webhooks(node: Node) -> ManageWebhooks:
    return ManageWebhooks(node.unit_of_work, node.draws)


def _actor(node: Node, login: str | None) -> Actor:
    return COMMAND if login is None else node.actor(login)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _standing(client: ApiClient, now: datetime) -> str:
    if client.revoked_at is not None:
        return "revoked"
    if not client.counts_at(now):
        return "expired"
    if client.awaits_grant:
        return "waits for a protection officer"
    return "active" if client.expires_at - now > timedelta(days=14) else "expires soon"


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise UnreadableFile(1, "the file cannot be opened", "check its path and who may read it") from None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such address: `symbolon node webhook list` shows them.") from None
