"""`symbolon hub serve`, `worker` and `beat`: the processes of a hub."""

from symbolon.hub.cli.app import app
from symbolon.hub.cli.outlooks import HomeOption
from symbolon.runtime.home import PartyHome


@app.command()
def serve(home: HomeOption) -> None:
    """Serve the members' API and the operator's desk."""
    # Imported here, as below: each process brings only what it needs.
    from symbolon.hub.bootstrap.web import build_listeners
    from symbolon.runtime.serving import serve as serve_listeners

    serve_listeners(build_listeners(PartyHome(home)))


@app.command()
def worker(home: HomeOption) -> None:
    """Compare what the members publish, and keep the audit log in order."""
    from symbolon.hub.bootstrap.worker import run_worker

    run_worker(PartyHome(home))


@app.command()
def beat(home: HomeOption) -> None:
    """Wake the workers at regular times."""
    from symbolon.hub.bootstrap.beat import run_beat

    run_beat(PartyHome(home))
