"""The deliveries that a node could not take: which they are, and another try."""

import json
from pathlib import Path
from typing import Annotated

import typer

from symbolon.node.bootstrap.opening import COMMAND
from symbolon.node.cli.app import HomeOption, JsonOption, app, open_node
from symbolon.node.domain.kept_delivery import KeptState

deliveries_app = typer.Typer(invoke_without_command=True, help="Deliveries that could not be taken, and another try.")
app.add_typer(deliveries_app, name="deliveries")


@deliveries_app.callback()
def deliveries(
    context: typer.Context,
    home: Annotated[Path | None, typer.Option("--home", envvar="SYMBOLON_HOME", help="The node's home folder.")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only those that were refused.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the deliveries that wait for another, or were refused."""
    if context.invoked_subcommand is not None:
        return
    if home is None:
        raise typer.BadParameter("--home is missing: name the node's home folder")
    with open_node(home) as node:
        for kept in node.services.list_deliveries(KeptState.REFUSED if refused else None):
            problem = None if kept.problem is None else kept.problem.value
            if as_json:
                line = {
                    "delivery_id": kept.delivery_id,
                    "state": kept.state.value,
                    "purpose": kept.purpose,
                    "problem": problem,
                    "received_at": kept.received_at.isoformat(),
                }
                typer.echo(json.dumps(line, ensure_ascii=False))
                continue
            moment = kept.received_at.isoformat(timespec="seconds")
            typer.echo(f"{kept.delivery_id}  {moment}  {kept.purpose:<20} {problem or kept.state.value}")


@deliveries_app.command()
def retry(home: HomeOption) -> None:
    """Let the worker try again what was refused."""
    with open_node(home) as node:
        count = node.services.retry_deliveries(COMMAND)
        typer.echo(f"{count} deliveries are tried again: `symbolon node deliveries` shows what comes of it.")
