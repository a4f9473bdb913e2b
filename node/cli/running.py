"""Running a node: serve, worker, status, expiry."""

import json
import signal
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

import typer

from symbolon.node.cli.app import HomeOption, JsonOption, app, encoding_progress, open_node
from symbolon.node.domain.epochs import EpochStanding
from symbolon.node.domain.pairs_standing import PairsStanding
from symbolon.protocol.federation import ExpiryNotice


@app.command()
def serve(home: HomeOption) -> None:
    """Serve the desk's pages until told to stop."""
    # Imported here, as below: each process brings only what it needs.
    from symbolon.node.bootstrap.web import build_listeners
    from symbolon.runtime.serving import serve as serve_listeners

    with open_node(home, "web") as node:
        serve_listeners(build_listeners(node))


@app.command()
def worker(home: HomeOption) -> None:
    """Deliver, receive and keep time until told to stop. A second worker of the same node waits for the first."""
    from symbolon.node.bootstrap.worker import build_hub_client, build_worker

    with open_node(home, "worker") as node:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        build_worker(node, build_hub_client(node)).run(stop)


@app.command()
def status(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show how the node stands, in counts."""
    with open_node(home, "status") as node:
        found = node.services.show_status()
        if as_json:
            typer.echo(json.dumps(asdict(found), default=_moment))
            return
        for name, value in asdict(found).items():
            if name not in ("epochs", "warnings", "past_hub"):
                typer.echo(f"{name:<20} {_shown(value)}")
        for standing in found.epochs:
            typer.echo(f"{f'epoch {standing.epoch}':<20} {_epoch(standing)}")
        if found.past_hub is not None:
            for line in _past_hub(found.past_hub):
                typer.echo(line)
        if found.awaits_signature is not None:
            typer.echo(
                f"version {found.awaits_signature} of the directory waits for this node:"
                " `symbolon node federation show`"
            )
        if found.clock_seems_slow:
            typer.echo("the clock of this node seems to be slow: deliveries wait at the hub until it is right")
        for warning in found.warnings:
            typer.echo(warning)


@app.command()
def expiry(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show when keys and certificates end, the members' and this node's own, the nearest first."""
    with open_node(home) as node:
        for line in node.services.show_expiry():
            if as_json:
                shown = {
                    "member": line.member,
                    "what": line.what.value,
                    "expires_on": line.expires_on.isoformat(),
                    "days_left": line.days_left,
                    "notice": line.notice.value,
                }
                typer.echo(json.dumps(shown))
                continue
            mark = " " if line.notice is ExpiryNotice.NONE else "!"
            typer.echo(f"{mark} {line.text}")


def _epoch(standing: EpochStanding) -> str:
    if not standing.schema_here:
        return f"this program does not have its linkage schema {standing.schema_id}: install the release that brings it"
    if standing.key_check is None:
        return "its linkage key is not here: `symbolon node ceremony status`"
    return f"key {standing.key_check}, {encoding_progress(standing)}"


def _past_hub(standing: PairsStanding) -> Iterator[str]:
    waiting = f"to_tell={standing.to_tell}  to_answer={standing.to_answer}  to_declare={standing.to_declare}"
    yield f"{'pairs':<20} {waiting}"
    yield f"{'openings':<20} unreadable={standing.unreadable}  complaints={standing.complaints}"
    for each in standing.contacts:
        told, heard = ("never" if at is None else _moment(at) for at in (each.told_at, each.heard_at))
        yield f"{f'pairs with {each.member}':<20} told {told}  heard {heard}"


def _moment(moment: object) -> str:
    return moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else str(moment)


def _shown(value: object) -> object:
    if isinstance(value, dict):
        return "  ".join(f"{key}={count}" for key, count in value.items())
    return " ".join(value) if isinstance(value, tuple | list) else value
