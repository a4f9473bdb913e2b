"""Setting a node up and running it: init, identity, join, linkage keys, users, serve, worker, status."""

import json
import signal
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from symbolon.node.bootstrap.opening import COMMAND, NodeDraft, initialise
from symbolon.node.cli.app import HomeOption, JsonOption, app, open_node
from symbolon.node.gateway.enrolment import NodeFiles
from symbolon.node.settings import checked_code
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages import Welcome, card_fingerprint, enrolment_fingerprint
from symbolon.protocol.references import parse_member_code
from symbolon.runtime.asked_password import PasswordFileOption, ask_password
from symbolon.runtime.home import PartyHome

key_app = typer.Typer(no_args_is_help=True, help="The linkage key: made at one node, sealed to the others.")
user_app = typer.Typer(no_args_is_help=True, help="People who sign in to the node's desk.")
app.add_typer(key_app, name="linkage-key")
app.add_typer(user_app, name="user")


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
        request = NodeFiles(node.home).enrolment_request(node.settings.code, node.settings.name)
    out.write_bytes(canonical_bytes(to_wire(request)))
    typer.echo(
        f"The node of {node.settings.code} is ready in {home}. Hand {out} to the hub's operator and read out its"
        f" fingerprint: {enrolment_fingerprint(request)}"
    )


@app.command()
def identity(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show the fingerprint of this node's card in the directory, and of the others', for comparing over the phone."""
    with open_node(home) as node:
        with node.unit_of_work.begin() as work:
            directory = work.directory.find()
        files = NodeFiles(node.home)
        request = files.enrolment_request(node.settings.code, node.settings.name)
        # The own card is made from the own keys: what others are told over the telephone is not the hub's word.
        own = () if directory is None else (files.own_card(node.settings.code, node.settings.name),)
        members = () if directory is None else directory.members
        cards = {card.code: card_fingerprint(card) for card in (*members, *own)}
        if as_json:
            typer.echo(
                json.dumps(
                    {"code": node.settings.code, "request": enrolment_fingerprint(request), "cards": cards},
                    ensure_ascii=False,
                )
            )
            return
        typer.echo(f"request of {node.settings.code}  {enrolment_fingerprint(request)}")
        for code, fingerprint in cards.items():
            typer.echo(f"card of {code}     {fingerprint}")


@app.command()
def join(home: HomeOption, welcome: Annotated[Path, typer.Argument(help="What `hub enrol` wrote.")]) -> None:
    """Become a member with the welcome from the hub's operator."""
    with open_node(home) as node:
        node.join(from_wire(Welcome, parse_json(welcome.read_bytes())))
        status = node.services.show_status()
        typer.echo(
            f"{node.settings.code} is a member of {status.federation}: start `symbolon node worker` and `serve`."
        )


@key_app.command("create")
def create_linkage_key(home: HomeOption) -> None:
    """Make the linkage key of the federation's epoch, at one node only."""
    with open_node(home) as node:
        key = node.services.create_linkage_key(COMMAND)
        typer.echo(f"The linkage key of epoch {key.epoch} is made; its check value is {key.check_value().hex()}.")


@key_app.command("share")
def share_linkage_key(
    home: HomeOption,
    member: Annotated[str, typer.Argument(help="The member's code.")],
    fingerprint: Annotated[str, typer.Option(help="The member's card fingerprint, as its officer read it out.")],
) -> None:
    """Send the linkage key, sealed, to a member whose fingerprint was compared."""
    with open_node(home) as node:
        node.services.share_linkage_key(COMMAND, parse_member_code(member), fingerprint)
        typer.echo(f"The linkage key is on its way to {member}, sealed.")


@key_app.command("accept")
def accept_linkage_key(
    home: HomeOption,
    member: Annotated[str, typer.Argument(help="The code of the member that shared it.")],
    fingerprint: Annotated[str, typer.Option(help="The member's card fingerprint, as its officer read it out.")],
) -> None:
    """Take the linkage key that a member shared, after its fingerprint was compared. `node status` shows what waits."""
    with open_node(home) as node:
        key = node.services.accept_linkage_key(COMMAND, parse_member_code(member), fingerprint)
        typer.echo(
            f"The linkage key of epoch {key.epoch} is here; compare its check value with {member}:"
            f" {key.check_value().hex()}."
        )


@app.command()
def trust(
    home: HomeOption,
    member: Annotated[str, typer.Argument(help="The code of the member whose card changed.")],
    fingerprint: Annotated[str, typer.Option(help="The new card's fingerprint, as the member's officer read it out.")],
) -> None:
    """Take a member's changed card, after its fingerprint was compared. `node status` shows whose card changed."""
    with open_node(home) as node:
        node.services.trust_member(COMMAND, parse_member_code(member), fingerprint)
        typer.echo(f"{member} is known by its new card from now on.")


@user_app.command("add")
def add_user(
    login: str,
    home: HomeOption,
    role: Annotated[list[str], typer.Option(help="focal_point, protection_officer, investigator, …; may be repeated.")],
    password_file: PasswordFileOption = None,
    name: Annotated[str, typer.Option(help="How the person is called on the pages.")] = "",
) -> None:
    """Let a person sign in to the node's desk."""
    password = ask_password(password_file)
    with open_node(home) as node:
        node.add_user(login, password, tuple(role), name)
        typer.echo(f"{login} may sign in.")


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
    with open_node(home) as node:
        found = asdict(node.services.show_status())
        if as_json:
            typer.echo(json.dumps(found))
            return
        for name, value in found.items():
            typer.echo(f"{name:<20} {_shown(value)}")
        if found["clock_seems_slow"]:
            typer.echo("the clock of this node seems to be slow: deliveries wait at the hub until it is right")
        for member in found["keys_to_accept"]:
            typer.echo(
                f"{member} shared the linkage key: have them read out their fingerprint, then run"
                f" `symbolon node linkage-key accept {member} --fingerprint …`"
            )
        for member in found["cards_not_taken"]:
            typer.echo(
                f"the hub changed the card of {member}, and the old one stays in use: ask {member} over the telephone"
                f" whether its keys changed, then run `symbolon node trust {member} --fingerprint …`"
            )


def _shown(value: object) -> object:
    if isinstance(value, dict):
        return "  ".join(f"{key}={count}" for key, count in value.items())
    return " ".join(value) if isinstance(value, tuple) else value
