"""`symbolon hub federation`: the directory that the members sign, and its policies."""

import json
from typing import Annotated

import typer

from symbolon.hub.bootstrap.commands import change_policies, drop_rotation, show_directory
from symbolon.hub.bootstrap.opening import open_hub
from symbolon.hub.cli.app import app
from symbolon.hub.cli.outlooks import DryRunOption, HomeOption, JsonOption, read_member, sentences_of, tell
from symbolon.protocol.codec import to_wire
from symbolon.protocol.messages import FederationDirectory, directory_fingerprint
from symbolon.protocol.references import MemberCode
from symbolon.runtime.home import PartyHome

federation_app = typer.Typer(no_args_is_help=True, help="The directory in effect, what is proposed, and policies.")
app.add_typer(federation_app, name="federation")


@federation_app.command("show")
def show(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show the version in effect, and what is proposed in its place."""
    known, proposed = show_directory(open_hub(PartyHome(home), "command"))()
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "in_effect": None if known is None else to_wire(known),
                    "fingerprint": None if known is None else directory_fingerprint(known),
                    "proposed": proposed.version,
                    "changes": proposed.changes,
                    "signed_by": proposed.signed_by,
                    "signers": proposed.signers,
                    "quorum": proposed.quorum,
                }
            )
        )
        return
    typer.echo("The federation is not founded yet." if known is None else _told(known))
    if proposed.version is not None:
        typer.echo("\n".join(sentences_of(proposed)))


@federation_app.command("policy")
def policy(
    home: HomeOption,
    quorum: Annotated[int | None, typer.Option(min=1, help="How many members sign the next version.")] = None,
    key_days: Annotated[int | None, typer.Option(min=1, max=3650, help="How many days a member's keys serve.")] = None,
    certificate_days: Annotated[
        int | None,
        typer.Option(min=1, max=3650, help="How many days a certificate serves that is issued later."),
    ] = None,
    dry_run: DryRunOption = False,
) -> None:
    """Propose other policies; a quorum that is the majority stays the majority when members come and go."""
    if (quorum, key_days, certificate_days) == (None, None, None):
        raise typer.BadParameter("give --quorum, --key-days or --certificate-days")
    outlook = change_policies(open_hub(PartyHome(home), "command"))(
        quorum=quorum, key_lifetime_days=key_days, certificate_lifetime_days=certificate_days, dry_run=dry_run
    )
    tell(outlook, dry_run=dry_run)


@federation_app.command("drop")
def drop(
    rotation: Annotated[
        MemberCode, typer.Option("--rotation", parser=read_member, metavar="CODE", help="The member, as XC.")
    ],
    home: HomeOption,
    dry_run: DryRunOption = False,
) -> None:
    """Take a member's new card off the proposal; it keeps the one in effect, and may ask again."""
    tell(drop_rotation(open_hub(PartyHome(home), "command"))(rotation, dry_run=dry_run), dry_run=dry_run)


def _told(known: FederationDirectory) -> str:
    epochs = " and ".join(f"{epoch.epoch} ({epoch.schema_id})" for epoch in known.epochs)
    lines = [
        f"Version {known.version} of the directory of {known.federation} is in effect.",
        f"Its fingerprint is {directory_fingerprint(known)}.",
        *(f"  {member.code}  {member.standing.value}  {member.name}" for member in known.members),
        f"Key epochs: {epochs}. {known.policies.signing_quorum} members sign the next version.",
    ]
    return "\n".join(lines)
