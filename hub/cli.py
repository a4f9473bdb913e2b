"""`symbolon hub`: the facilitator's commands. Each parses, calls and prints."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from symbolon.hub.bootstrap.opening import initialise, open_hub
from symbolon.hub.domain.status import HubStatus
from symbolon.hub.services.initialise_hub import HubDraft
from symbolon.protocol.codec import canonical_bytes, from_wire, parse_json, to_wire
from symbolon.protocol.messages import EnrolmentRequest, enrolment_fingerprint
from symbolon.runtime.asked_password import PasswordFileOption, ask_password
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome

app = typer.Typer(no_args_is_help=True, help="The neutral hub: members, comparison, relay.")
user_app = typer.Typer(no_args_is_help=True, help="People who sign in to the hub's desk.")
app.add_typer(user_app, name="user")

HomeOption = Annotated[Path, typer.Option("--home", envvar="SYMBOLON_HOME", help="The hub's home folder.")]


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
    }
    hosts = dict.fromkeys(
        [urlsplit(hub_url).hostname or "localhost", "localhost", "127.0.0.1", *(certificate_host or [])]
    )
    settings = {name: value for name, value in given.items() if value is not None}
    hub = initialise(PartyHome(home), HubDraft(federation, settings, tuple(hosts)))
    typer.echo(
        f"The hub of {hub.settings.federation} is ready in {home}: run serve, worker and beat, and enrol members."
    )


@app.command()
def enrol(
    request: Annotated[Path, typer.Argument(help="The request that the state's `node init` wrote.")],
    home: HomeOption,
    out: Annotated[Path, typer.Option("--out", help="Where to write the welcome for the state.")],
    fingerprint: Annotated[
        str | None, typer.Option(help="The request's fingerprint, as the state read it out on the phone.")
    ] = None,
) -> None:
    """Make a state a member of the federation. May be repeated with the same request: the same welcome is written."""
    enrolment = from_wire(EnrolmentRequest, parse_json(request.read_bytes()))
    _refuse_unwritable(out)
    hub = open_hub(PartyHome(home), "command")
    welcome = hub.enrol_member()(enrolment, fingerprint)
    try:
        out.write_bytes(canonical_bytes(to_wire(welcome)))
    except OSError:
        raise ConfigurationMistake(
            "The state is a member, but its welcome cannot be written to the file of --out: give the command again "
            "with another one."
        ) from None
    typer.echo(f"{enrolment.code} is a member. Its request's fingerprint is {enrolment_fingerprint(enrolment)}.")


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
    from symbolon.hub.bootstrap.worker import run_beat

    run_beat(PartyHome(home))


@app.command()
def status(
    home: HomeOption, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False
) -> None:
    """Show members, records, queues, hits and workers in numbers."""
    found = open_hub(PartyHome(home), "command").show_status()()
    if as_json:
        typer.echo(json.dumps(_as_json(found)))
        return
    for member in found.members:
        live = sum(count.live for count in found.records if count.member == member.code)
        typer.echo(
            f"{member.code}  last seen {_moment(member.last_seen) or 'never'}  {live} records  "
            f"{member.undelivered} undelivered"
        )
    typer.echo(f"{found.pending_comparisons} comparisons waiting")
    for state in found.hits_by_state:
        typer.echo(f"{state.hits} hits {state.state.value}")
    for each in found.workers:
        typer.echo(
            f"worker {each.worker_id}  last seen {_moment(each.last_seen)}  {each.changes_behind} changes behind"
        )


@user_app.command("add")
def add_user(
    login: str,
    home: HomeOption,
    role: Annotated[list[str], typer.Option(help="operator or auditor; may be repeated.")],
    password_file: PasswordFileOption = None,
    name: Annotated[str, typer.Option(help="How the person is called on the pages.")] = "",
) -> None:
    """Let a person sign in to the hub's desk."""
    password = ask_password(password_file)
    open_hub(PartyHome(home), "command").add_operator()(login, password, tuple(role), name)
    typer.echo(f"{login} may sign in.")


def _as_json(found: HubStatus) -> dict[str, object]:
    return {
        "at": _moment(found.at),
        "members": [
            {
                "code": member.code,
                "name": member.name,
                "last_seen": _moment(member.last_seen),
                "undelivered": member.undelivered,
            }
            for member in found.members
        ],
        "records": [{"member": count.member, "kind": count.kind.value, "live": count.live} for count in found.records],
        "pending_comparisons": found.pending_comparisons,
        "hits_by_day": {count.day.isoformat(): count.hits for count in found.hits_by_day},
        "hits_by_state": {count.state.value: count.hits for count in found.hits_by_state},
        "workers": [
            {
                "worker_id": each.worker_id,
                "last_seen": _moment(each.last_seen),
                "changes_behind": each.changes_behind,
            }
            for each in found.workers
        ],
    }


def _refuse_unwritable(out: Path) -> None:
    place = out if out.exists() else out.parent
    if out.is_dir() or not place.exists() or not os.access(place, os.W_OK):
        raise ConfigurationMistake("The file of --out cannot be written: give a file in a folder that is there.")


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds")
