"""`symbolon hub operator`: what each of the three operators of blind comparison runs, and how the hub adds one."""

import json
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from symbolon.hub.cli.app import app
from symbolon.hub.cli.operator_status import as_json as status_as_json
from symbolon.hub.cli.operator_status import in_words
from symbolon.hub.cli.outlooks import JsonOption, tell
from symbolon.hub.operators.errors import OperatorError
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages_comparison import (
    OperatorRequest,
    OperatorWelcome,
    operator_card_fingerprint,
    operator_request_fingerprint,
    operator_welcome_fingerprint,
)
from symbolon.protocol.messages_peers import Doing
from symbolon.runtime.backup_options import (
    DatabaseOption,
    DatabasePasswordFileOption,
    ExerciseOption,
    KeyFileOption,
    OutOption,
    PassphraseFileOption,
    RecipientOption,
    ToolsOption,
    lock_of,
    new_settings,
    unlock_of,
)
from symbolon.runtime.errors import ConfigurationMistake, RuntimeFault
from symbolon.runtime.home import PartyHome
from symbolon.runtime.postgres_tools import PostgresTools

operator_app = typer.Typer(
    no_args_is_help=True, help="Blind comparison: one of its three operators, and adding them at the hub."
)
app.add_typer(operator_app, name="operator")
HomeOption = Annotated[Path, typer.Option("--home", envvar="SYMBOLON_HOME", help="The operator's home folder.")]
HubHomeOption = Annotated[Path, typer.Option("--home", envvar="SYMBOLON_HOME", help="The hub's home folder.")]


@operator_app.command("init")
def init(
    home: HomeOption,
    place: Annotated[int, typer.Option(min=0, max=2, help="Which of the three operators this is: 0, 1 or 2.")],
    name: Annotated[str, typer.Option(help="The body that runs it, for people.")],
    federation: Annotated[str, typer.Option(help="The federation's name, the same at every party.")],
    listen: Annotated[str, typer.Option(help="HOST:PORT to listen on.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the request for the hub.")],
    database: Annotated[str | None, typer.Option(help="PostgreSQL connection string.")] = None,
    database_password_file: Annotated[Path | None, typer.Option(help="A file with the database password.")] = None,
    exercise: Annotated[bool, typer.Option("--exercise/--live", help="Training data, or real cases.")] = True,
) -> None:
    """Make the operator's home, keys and tables, and a request for the hub. May be repeated: what is there stays."""
    from symbolon.hub.operators.bootstrap.opening import initialise
    from symbolon.hub.operators.services.join_federation import OperatorDraft

    host, port = _address(listen, "--listen")
    given: dict[str, str | int | bool | None] = {
        "federation": federation,
        "exercise": exercise,
        "place": place,
        "name": name,
        "database": database,
        "database_password_file": None if database_password_file is None else str(database_password_file.resolve()),
        "listen_host": host,
        "listen_port": port,
    }
    settings = {key: value for key, value in given.items() if value is not None}
    request = initialise(PartyHome(home), OperatorDraft(federation, exercise, place, name, settings))
    _write(out, canonical_bytes(to_wire(request)))
    typer.echo(f"Operator {place} is ready in {home}: hand {out} to the hub, and join with the welcome.")
    typer.echo(f"The request's fingerprint is {operator_request_fingerprint(request)}: read it out on the phone.")


@operator_app.command("join")
def join(
    welcome: Annotated[Path, typer.Argument(help="What `symbolon hub operator add` wrote.")],
    home: HomeOption,
    fingerprint: Annotated[str | None, typer.Option(help="The welcome's fingerprint, as the hub read it out.")] = None,
) -> None:
    """Take the hub's welcome; again, when it lists more operators or another address."""
    from symbolon.hub.operators.bootstrap.opening import open_operator

    content = from_wire(OperatorWelcome, parse_json(_read(welcome)))
    if fingerprint is not None and _digits(fingerprint) != _digits(operator_welcome_fingerprint(content)):
        raise ConfigurationMistake("The fingerprint is not this welcome's: do not join, and ask the hub again.")
    operator = open_operator(PartyHome(home), "command")
    with operator.database:
        try:
            joined = operator.join(content)
        except OperatorError as error:
            _refuse(error)
    for place, contact in sorted(joined.contacts.items()):
        typer.echo(f"Operator {place}: {contact.card.name}, {operator_card_fingerprint(contact.card)}")
    typer.echo(
        "All three are known: run `symbolon hub operator serve`."
        if joined.is_complete
        else "Join again with the welcome that is written when all three are added."
    )


@operator_app.command("serve")
def serve(home: HomeOption) -> None:
    """Compare with the other two, until the process is told to stop."""
    from symbolon.hub.operators.bootstrap.opening import open_operator

    operator = open_operator(PartyHome(home), "serve")
    with operator.database:
        try:
            operator.run()
        except OperatorError as error:
            _refuse(error)


@operator_app.command("status")
def status(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show what the operator holds and how it stands towards the other two."""
    from symbolon.hub.operators.bootstrap.opening import open_operator

    operator = open_operator(PartyHome(home), "command")
    with operator.database:
        report = operator.report()
    if as_json:
        typer.echo(json.dumps(status_as_json(report)))
        return
    for line in in_words(report):
        typer.echo(line)


@operator_app.command("confirm")
def confirm(
    home: HomeOption,
    fingerprint: Annotated[
        str, typer.Argument(help="The founding's, version 1 of `node federation history`, as a member read it out.")
    ],
) -> None:
    """Say that the founding directory here is the one that a member has: without that, it is the hub's word."""
    from symbolon.hub.operators.bootstrap.opening import open_operator

    operator = open_operator(PartyHome(home), "command")
    with operator.database:
        try:
            founding = operator.confirm(fingerprint)
        except OperatorError as error:
            _refuse(error)
    members = ", ".join(member.code for member in founding.active_members)
    typer.echo(f"The founding is the one that the member has: by {members}.")


@operator_app.command("refresh")
def refresh(home: HomeOption) -> None:
    """Have all three renew their shares: what was copied before is worth nothing beside what is copied later."""
    _order(home, Doing.REFRESHING)
    typer.echo("The shares are refreshed as soon as all three stand still at the same change: see `status`.")


@operator_app.command("restore")
def restore(
    home: HomeOption,
    backup_file: Annotated[
        Path | None, typer.Option("--backup", help="First put home and database back to this backup.")
    ] = None,
    federation: Annotated[str | None, typer.Option(help="With --backup: the federation's name.")] = None,
    exercise: ExerciseOption = True,
    database: DatabaseOption = None,
    database_password_file: DatabasePasswordFileOption = None,
    passphrase_file: PassphraseFileOption = None,
    key_file: KeyFileOption = None,
    postgres_tools: ToolsOption = None,
) -> None:
    """Have the other two give this operator its shares again, after its disk was lost or put back.

    Refresh afterwards, if somebody may have found the disk.
    """
    if backup_file is None:
        _order(home, Doing.RESTORING)
    else:
        from symbolon.hub.operators.bootstrap.opening import conninfo_of, restore_from_backup
        from symbolon.hub.operators.bootstrap.settings import ROLE
        from symbolon.runtime.backup import Expected, NewPlace

        if federation is None:
            raise ConfigurationMistake("With --backup, give --federation: nobody's data end up under another's name.")
        place = NewPlace(PartyHome(home), conninfo_of, new_settings(database, database_password_file))
        unlock = unlock_of(passphrase_file, key_file)
        restore_from_backup(
            backup_file, unlock, Expected(ROLE, federation, exercise), place, PostgresTools(postgres_tools)
        )
    typer.echo("Run `symbolon hub operator serve` at all three: the other two send what was lost; see `status`.")


@operator_app.command("backup")
def backup(
    home: HomeOption,
    out: OutOption,
    passphrase_file: PassphraseFileOption = None,
    recipient: RecipientOption = None,
) -> None:
    """Write a sealed backup of the operator: its home and its database. It may run meanwhile."""
    from symbolon.hub.operators.bootstrap.opening import open_operator

    lock = lock_of(passphrase_file, recipient)
    operator = open_operator(PartyHome(home), "command")
    with operator.database:
        written = operator.back_up(lock, out)
    typer.echo(f"The backup of the operator is in {out} ({written} bytes). Keep it apart from the other operators'.")


@operator_app.command("add")
def add(
    request: Annotated[Path, typer.Argument(help="The request that `operator init` wrote.")],
    home: HubHomeOption,
    address: Annotated[str, typer.Option(help="HOST:PORT where the hub and the other operators call it.")],
    out: Annotated[Path, typer.Option("--out", help="A folder for the welcomes of all operators added so far.")],
    fingerprint: Annotated[str | None, typer.Option(help="The request's fingerprint, as it was read out.")] = None,
) -> None:
    """At the hub: add an operator, or take its new keys or address. Writes the welcome of each that is known.

    With the third, the directory lists them: its members sign that the federation compares blind.
    """
    from symbolon.hub.bootstrap.commands import add_operator
    from symbolon.hub.bootstrap.opening import open_hub

    content = from_wire(OperatorRequest, parse_json(_read(request)))
    host, port = _address(address, "--address")
    hub = open_hub(PartyHome(home), "command")
    with hub.database:
        welcomes, outlook = add_operator(hub)(content, host, port, fingerprint)
    out.mkdir(parents=True, exist_ok=True)
    for welcome in welcomes:
        file = out / f"welcome-{welcome.place}.json"
        _write(file, canonical_bytes(to_wire(welcome)))
        typer.echo(f"{file}: fingerprint {operator_welcome_fingerprint(welcome)}")
    if outlook is not None:
        tell(outlook, dry_run=False)


@operator_app.command("resume")
def resume(home: HomeOption) -> None:
    """Go on with the shares that lie here: where it says that they were lost and they are not, or a refresh cannot end.

    Talk with the other two before: what they are at must fit, and a refresh is given up by all three.
    """
    from symbolon.hub.operators.bootstrap.opening import open_operator

    operator = open_operator(PartyHome(home), "command")
    with operator.database:
        try:
            operator.resume()
        except OperatorError as error:
            _refuse(error)
    typer.echo("The operator goes on with the shares that it has, when it runs.")


def _order(home: Path, doing: Doing) -> None:
    from symbolon.hub.operators.bootstrap.opening import open_operator

    operator = open_operator(PartyHome(home), "command")
    with operator.database:
        try:
            operator.order(doing)
        except OperatorError as error:
            _refuse(error)


def _refuse(error: OperatorError) -> NoReturn:
    raise RuntimeFault(error.sentence) from None


def _address(text: str, option: str) -> tuple[str, int]:
    host, _colon, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65_535:
        raise typer.BadParameter("an address is HOST:PORT", param_hint=option)
    return host.strip("[]"), int(port)


def _digits(fingerprint: str) -> str:
    return "".join(fingerprint.split()).lower()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise ConfigurationMistake(f"{file} cannot be read: name a file that is there.") from None


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError:
        raise ConfigurationMistake(f"{file} cannot be written: name a file in a folder that is there.") from None
