"""The node's own keys and certificate: status, rotate."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from symbolon.node.bootstrap.opening import COMMAND
from symbolon.node.cli.app import DryRunOption, HomeOption, JsonOption, app, hub_services, open_node

keys_app = typer.Typer(no_args_is_help=True, help="The keys that this node signs with and opens what is sealed for it.")
app.add_typer(keys_app, name="keys")


@keys_app.command("status")
def show_keys(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show every generation of this node's keys, and which is in use."""
    with open_node(home) as node:
        for key in node.services.show_keys():
            if as_json:
                typer.echo(json.dumps(asdict(key)))
                continue
            use = "in use" if key.in_use else "not in use"
            typer.echo(f"generation {key.number} ({use})  card {key.card_fingerprint or 'without a certificate yet'}")
            typer.echo(
                f"  signing {key.signing_key_id}  sealing {key.sealing_key_id}  hybrid {key.hybrid_sealing_key_id}"
            )


@keys_app.command()
def rotate(
    home: HomeOption,
    compromised: Annotated[
        bool, typer.Option("--compromised", help="Somebody else may know the present keys: they shall count no more.")
    ] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Make new keys and ask for their certificate; they are used once the members have signed for them.

    May be repeated until then: no further keys are made.
    """
    with open_node(home) as node, hub_services(node) as services:
        report = services.rotate_keys(COMMAND, compromised=compromised, dry_run=dry_run)
        made = "were made before" if report.was_made_before else "are new"
        if dry_run:
            typer.echo(f"The keys of generation {report.generation} would be asked for; nothing was changed.")
            return
        typer.echo(f"The keys of generation {report.generation} {made}, and wait for the members' signatures.")
        typer.echo(f"Read out to them the fingerprint of the new card: {report.card_fingerprint}")
