"""The group of commands, and the options that many of them share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from symbolon.node.bootstrap import opening
from symbolon.node.bootstrap.opening import Node
from symbolon.node.bootstrap.services import HubServices
from symbolon.node.domain.epochs import EpochStanding
from symbolon.runtime.home import PartyHome

app: Final = typer.Typer(no_args_is_help=True, help="A member state's node: its records, its hits, its exchanges.")

HomeOption = Annotated[Path, typer.Option("--home", envvar="SYMBOLON_HOME", help="The node's home folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOption = Annotated[
    str, typer.Option("--as", metavar="LOGIN", help="The officer in whose name this is done: an account of this node.")
]

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be, and change nothing.")]
OptionalAsOption = Annotated[
    str | None,
    typer.Option("--as", metavar="LOGIN", help="An account of this node; left out: the node's administrator."),
]


@contextmanager
def open_node(home: Path, process: str = "command") -> Iterator[Node]:
    """The node of this home, with its connections closed in the end."""
    node = opening.open_node(PartyHome(home), process)
    with node.database:
        yield node


@contextmanager
def hub_services(node: Node) -> Iterator[HubServices]:
    """The services that wait for the hub's answer, with their connections closed in the end."""
    # Imported here: few commands talk to the hub.
    from symbolon.node.bootstrap.worker import build_commands, build_hub_client

    client = build_hub_client(node)
    try:
        yield build_commands(node, client)
    finally:
        client.close()


def encoding_progress(standing: EpochStanding) -> str:
    """How far the records are with an epoch, in words."""
    text = f"{standing.records_encoded} of {standing.records_total} records are encoded under it"
    if standing.records_refused:
        text += f", {standing.records_refused} cannot be"
    if standing.minutes_left is None:
        text += ", none in the last minute"
    elif standing.minutes_left:
        text += f", {standing.encoded_a_minute} a minute, about {standing.minutes_left} minutes left"
    return text
