"""`symbolon hub operator`, with the command that runs at the hub: compare again after the operators did not agree."""

import typer

from symbolon.hub.cli.app import app
from symbolon.hub.cli.operator import operator_app
from symbolon.hub.cli.outlooks import HomeOption
from symbolon.runtime.home import PartyHome


@operator_app.command("resume")
def resume(home: HomeOption) -> None:
    """At the hub: compare again, once it is known which operator computed wrongly and that it does no more."""
    # Imported here: an operator's own commands need nothing of the hub's.
    from symbolon.hub.bootstrap.commands import resume_comparison
    from symbolon.hub.bootstrap.opening import open_hub

    hub = open_hub(PartyHome(home), "command")
    with hub.database:
        resume_comparison(hub)()
    typer.echo("It is compared again: what waited is taken up within seconds.")


app.add_typer(operator_app, name="operator")
