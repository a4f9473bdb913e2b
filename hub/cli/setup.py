"""`symbolon hub init` and `hub enrol`: how a federation begins."""

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from symbolon.hub.bootstrap.commands import replace_card, show_directory
from symbolon.hub.bootstrap.opening import initialise, open_hub
from symbolon.hub.bootstrap.people import people_office
from symbolon.hub.cli.app import app
from symbolon.hub.cli.outlooks import HomeOption, tell
from symbolon.hub.services.initialise_hub import HubDraft
from symbolon.protocol.codec import canonical_bytes, from_wire, parse_json, to_wire
from symbolon.protocol.messages import EnrolmentRequest, Opening, enrolment_fingerprint, welcome_fingerprint
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.people_commands import COMMAND, first_token_text


@app.command()
def init(
    home: HomeOption,
    federation: Annotated[str, typer.Option(help="The federation's name, the same at every party.")],
    hub_url: Annotated[str, typer.Option(help="Where nodes reach the hub, such as https://hub.example:8443.")],
    database: Annotated[str | None, typer.Option(help="PostgreSQL connection string.")] = None,
    database_password_file: Annotated[Path | None, typer.Option(help="A file with the database password.")] = None,
    broker: Annotated[str | None, typer.Option(help="redis://…, redis+socket://… or amqp://…")] = None,
    exercise: Annotated[bool, typer.Option("--exercise/--live", help="Training data, or real cases.")] = True,
    listen_host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    api_port: Annotated[int, typer.Option(help="The members' port.")] = 8443,
    desk_port: Annotated[int, typer.Option(help="The operator's port.")] = 8444,
    opening: Annotated[
        Opening, typer.Option(help="With operators: where match bits open; 'receivers' lets the hub learn no pair.")
    ] = Opening.HUB,
    certificate_host: Annotated[
        list[str] | None, typer.Option(help="Another name or address of the hub; may be repeated.")
    ] = None,
) -> None:
    """Make the hub's home, keys, development certificates and tables. May be repeated: what is there stays."""
    given: dict[str, str | int | bool | None] = {
        "federation": federation,
        "exercise": exercise,
        "database": database,
        "database_password_file": None if database_password_file is None else str(database_password_file.resolve()),
        "broker": broker,
        "hub_url": hub_url,
        "listen_host": listen_host,
        "api_port": api_port,
        "desk_port": desk_port,
        "opening": opening.value,
    }
    hosts = dict.fromkeys(
        [urlsplit(hub_url).hostname or "localhost", "localhost", "127.0.0.1", *(certificate_host or [])]
    )
    settings = {name: value for name, value in given.items() if value is not None}
    hub = initialise(PartyHome(home), HubDraft(federation, settings, tuple(hosts)))
    typer.echo(
        f"The hub of {hub.settings.federation} is ready in {home}: run serve, worker and beat, and enrol members."
    )
    first_token = people_office(hub).issue_first_token(COMMAND)
    if first_token is not None:
        typer.echo(first_token_text(first_token))


@app.command()
def enrol(
    request: Annotated[Path, typer.Argument(help="The request that the state's `node init` wrote.")],
    home: HomeOption,
    out: Annotated[Path, typer.Option("--out", help="Where to write the welcome for the state.")],
    fingerprint: Annotated[
        str | None, typer.Option(help="The request's fingerprint, as the state read it out on the phone.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="A member comes back that lost its keys or let its certificate lapse.")
    ] = False,
) -> None:
    """Enrol a state: it is a member when the members have signed the directory that lists it.

    With --replace a member comes back with new keys, and keeps its records: they count when the members have signed.
    May be repeated with the same request: the same welcome is written.
    """
    enrolment = from_wire(EnrolmentRequest, parse_json(request.read_bytes()))
    _refuse_unwritable(out)
    hub = open_hub(PartyHome(home), "command")
    admit = replace_card(hub) if replace else hub.enrol_member()
    welcome = admit(enrolment, fingerprint)
    try:
        out.write_bytes(canonical_bytes(to_wire(welcome)))
    except OSError:
        raise ConfigurationMistake(
            "The state is enrolled, but its welcome cannot be written to the file of --out: give the command again "
            "with another one."
        ) from None
    done = "has a new card in the proposal, or in effect" if replace else "is enrolled"
    typer.echo(f"{enrolment.code} {done}. Its request's fingerprint is {enrolment_fingerprint(enrolment)}.")
    typer.echo(f"The fingerprint of its welcome is {welcome_fingerprint(welcome)}: read it out to the state.")
    _known, proposed = show_directory(hub)()
    tell(proposed, dry_run=False)


def _refuse_unwritable(out: Path) -> None:
    place = out if out.exists() else out.parent
    if out.is_dir() or not place.exists() or not os.access(place, os.W_OK):
        raise ConfigurationMistake("The file of --out cannot be written: give a file in a folder that is there.")
