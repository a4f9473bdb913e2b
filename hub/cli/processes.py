"""`symbolon hub serve`, `worker` and `beat`: the processes of a hub."""

import typer

from symbolon.hub.cli.outlooks import HomeOption
from symbolon.runtime.home import PartyHome


def install(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(serve)
    app.command()(worker)
    app.command()(beat)


def serve(home: HomeOption) -> None:
    """Serve the members' API and the operator's desk."""
    # Imported here, as below: each process brings only what it needs.
    from symbolon.hub.bootstrap.web import build_listeners
    from symbolon.runtime.serving import serve as serve_listeners

    serve_listeners(build_listeners(PartyHome(home)))


def worker(home: HomeOption) -> None:
    """Compare what the members publish, and keep the audit log in order."""
    from symbolon.hub.bootstrap.worker import run_worker

    run_worker(PartyHome(home))


def beat(home: HomeOption) -> None:
    """Wake the workers at regular times."""
    from symbolon.hub.bootstrap.worker import run_beat

    run_beat(PartyHome(home))
