"""`symbolon hub certificate`: the hub's own."""

import typer

from symbolon.hub.bootstrap.commands import renew_certificate
from symbolon.hub.bootstrap.opening import open_hub
from symbolon.hub.cli.app import app
from symbolon.hub.cli.outlooks import DryRunOption, HomeOption
from symbolon.runtime.home import PartyHome

certificate_app = typer.Typer(no_args_is_help=True, help="The certificate of the hub's API and desk.")
app.add_typer(certificate_app, name="certificate")


@certificate_app.callback()
def certificate() -> None:
    """The certificate of the hub's API and desk."""


@certificate_app.command("renew")
def renew(home: HomeOption, dry_run: DryRunOption = False) -> None:
    """Make a new key and certificate, of the same authority and for the same names. Nodes and members do nothing."""
    renewal = renew_certificate(open_hub(PartyHome(home), "command"))(dry_run=dry_run)
    typer.echo(
        f"The hub's certificate for {', '.join(renewal.hosts)} {'would serve' if dry_run else 'serves'} until "
        f"{renewal.ends_on}; the one before until {renewal.ended_on}."
    )
    typer.echo(
        "This was a dry run: nothing was changed."
        if dry_run
        else "A running `symbolon hub serve` takes it at its next start: restart it before the one before ends."
    )
