"""Setting a node up: init, identity, join."""

import json
from pathlib import Path
from typing import Annotated

import typer

from symbolon.node.bootstrap.opening import NodeDraft, initialise
from symbolon.node.bootstrap.people import people_office
from symbolon.node.cli.app import HomeOption, JsonOption, app, open_node
from symbolon.node.settings import checked_code
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages import Welcome, card_fingerprint, enrolment_fingerprint
from symbolon.runtime.home import PartyHome
from symbolon.runtime.people_commands import COMMAND, first_token_text


@app.command()
def init(
    home: HomeOption,
    code: Annotated[str, typer.Option(help="The state's ISO 3166 code, such as XA.")],
    name: Annotated[str, typer.Option(help="The state's name as others read it.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the request for the hub's operator.")],
    database: Annotated[str | None, typer.Option(help="PostgreSQL connection string.")] = None,
    database_password_file: Annotated[Path | None, typer.Option(help="A file with the database password.")] = None,
    listen_host: Annotated[str, typer.Option(help="The address that the desk listens on.")] = "127.0.0.1",
    desk_port: Annotated[int, typer.Option(help="The desk's port.")] = 8443,
    desk_host: Annotated[
        list[str] | None, typer.Option(help="Another name or address of the desk; may be repeated.")
    ] = None,
) -> None:
    """Make the node's home, keys and tables, and its request to be enrolled. May be repeated: what is there stays."""
    given: dict[str, str | int | None] = {
        "code": checked_code(code),
        "name": name,
        "database": database,
        "database_password_file": None if database_password_file is None else str(database_password_file.resolve()),
        "listen_host": listen_host,
        "desk_port": desk_port,
    }
    settings = {key: value for key, value in given.items() if value is not None}
    hosts = tuple(dict.fromkeys(["localhost", "127.0.0.1", *(desk_host or [])]))
    draft = NodeDraft(checked_code(code), name, settings, hosts)
    node = initialise(PartyHome(home), draft)
    with node.database:
        request = node.enrolment_request()
        first_token = people_office(node).issue_first_token(COMMAND)
    out.write_bytes(canonical_bytes(to_wire(request)))
    typer.echo(
        f"The node of {node.settings.code} is ready in {home}. Hand {out} to the hub's operator and read out its"
        f" fingerprint: {enrolment_fingerprint(request)}"
    )
    if first_token is not None:
        typer.echo(first_token_text(first_token))


@app.command()
def identity(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show the fingerprints of this node's card and of the others', for comparing over the phone.

    The own card is made from the own keys: what others are told over the telephone is not the hub's word.
    """
    with open_node(home) as node:
        with node.unit_of_work.begin() as work:
            directory = work.directory.find()
        request = node.enrolment_request()
        keys = [key for key in node.services.show_keys() if key.card_fingerprint is not None]
        members = () if directory is None else directory.members
        cards = {each.code: card_fingerprint(each.card) for each in members if each.code != node.settings.code}
        own = {key.number: key.card_fingerprint for key in keys}
        if as_json:
            shown = {
                "code": node.settings.code,
                "request": enrolment_fingerprint(request),
                "own": next((key.card_fingerprint for key in keys if key.in_use), None),
                "newest": keys[-1].card_fingerprint if keys else None,
                "cards": cards,
            }
            typer.echo(json.dumps(shown, ensure_ascii=False))
            return
        typer.echo(f"request of {node.settings.code}  {enrolment_fingerprint(request)}")
        for key in keys:
            use = "in use" if key.in_use else "not in use"
            typer.echo(f"own card, generation {key.number} ({use})  {own[key.number]}")
        for code, fingerprint in cards.items():
            typer.echo(f"card of {code}     {fingerprint}")


@app.command()
def join(
    home: HomeOption,
    welcome: Annotated[Path, typer.Argument(help="What `hub enrol` wrote.")],
    fingerprint: Annotated[str, typer.Option(help="The welcome's fingerprint, as the hub's operator read it out.")],
) -> None:
    """Become a member with the welcome from the hub's operator, whose fingerprint you compared."""
    with open_node(home) as node:
        node.join(from_wire(Welcome, parse_json(welcome.read_bytes())), fingerprint)
        status = node.services.show_status()
        typer.echo(
            f"{node.settings.code} belongs to {status.federation}: start `symbolon node worker` and `serve`, and look"
            " at `symbolon node federation show`."
        )
