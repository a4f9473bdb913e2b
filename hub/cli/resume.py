"""`symbolon hub resume`: compare again after the operators did not agree."""

import typer

from symbolon.hub.bootstrap.commands import resume_comparison
from symbolon.hub.bootstrap.opening import open_hub
from symbolon.hub.cli.app import app
from symbolon.hub.cli.outlooks import HomeOption
from symbolon.runtime.home import PartyHome


@app.command()
def resume(home: HomeOption) -> None:
    """Compare again, once it is known which operator computed wrongly and that it does no more."""
    hub = open_hub(PartyHome(home), "command")
    with hub.database:
        resume_comparison(hub)()
    typer.echo("It is compared again: what waited is taken up within seconds.")
