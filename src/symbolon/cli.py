"""The command `symbolon`: one door to every room, opened only when somebody goes through it.

A room's commands are imported when they are asked for, so that `symbolon node …` never loads what only the hub needs
(numba, Celery), nor `symbolon --help` anything. Nobody ever meets a traceback:

====  ===============================================================================
exit  meaning
====  ===============================================================================
0     done
1     refused, with one sentence that says what to do
2     wrong use of a command, or a mistake in the configuration, with one sentence
70    a fault of the program (EX_SOFTWARE of sysexits.h); its place is in the log
130   stopped by the keyboard
====  ===============================================================================
"""

import gc
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from symbolon.runtime.errors import ConfigurationMistake, RuntimeFault
from symbolon.runtime.imports import import_for_good

if TYPE_CHECKING:
    from symbolon.protocol.audit_log import ChainHead
    from symbolon.runtime.audit_store import HashChainAuditLog, RecordedLeaf
    from symbolon.runtime.database import Transaction

REFUSED: Final = 1
MISTAKE: Final = 2
FAULT: Final = 70

GARBAGE_AFTER: Final = 50_000
"""New objects before Python looks for garbage; its own 700 are for programs whose start counts for nothing."""

ROOMS: Final[Mapping[str, tuple[str, str]]] = {
    "node": ("symbolon.node.cli", "A member state's node: its records, its hits, its exchanges."),
    "hub": ("symbolon.hub.cli", "The neutral hub: members, comparison, relay."),
    "evaluate": ("symbolon.node.cli.evaluate", "Measure, on clear files of your own, how well encodings would match."),
    "exercise": ("symbolon.exercise.cli", "A whole federation on this machine, with a fictional case."),
}


class ClosedRoom(TyperGroup):
    """Stands for a room in the list of commands, and imports it when one of its commands is run."""

    def __init__(self, name: str, module: str, summary: str) -> None:
        super().__init__(name=name, help=summary)
        self._module = module

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Open the room, and let its own group take the rest of the command line."""
        return typer.main.get_group(_room_app(self._module)).make_context(info_name, args, parent, **extra)


class House(TyperGroup):
    """The top of the command line: the rooms by name, none of them imported."""

    def __init__(self, **attributes: Any) -> None:
        rooms = {name: ClosedRoom(name, module, summary) for name, (module, summary) in ROOMS.items()}
        super().__init__(**{**attributes, "commands": rooms | attributes["commands"]})


app = typer.Typer(
    cls=House,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Symbolon: states find each other's half of a case without showing their own.",
)


audit_app = typer.Typer(no_args_is_help=True, help="Read and check a party's audit log.")
app.add_typer(audit_app, name="audit")

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="SYMBOLON_HOME", help="The party's home folder, a node's or the hub's.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


@audit_app.command("query")
def query_audit_log(
    home: HomeOption,
    act: Annotated[str | None, typer.Option(help="Only this act, such as vote-cast.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only what this login or member did.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only what was done to this hit, batch or record.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only from this moment on (UTC).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, the newest.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List leaves of the audit log, newest first. The query itself leaves a leaf."""
    from symbolon.protocol.audit_log import AuditAct
    from symbolon.runtime.audit_store import AuditFilter

    try:
        wanted_act = None if act is None else AuditAct(act)
    except ValueError:
        raise typer.BadParameter(f"there is no such act; there are {', '.join(AuditAct)}", param_hint="--act") from None
    wanted = AuditFilter(
        act=wanted_act,
        actor=actor,
        subject=subject,
        since=None if since is None else since.replace(tzinfo=since.tzinfo or UTC),
        limit=limit,
    )
    with _audit_log(home) as (log, tx):
        leaves = log.query(tx, wanted)
        log.record(tx, AuditAct.AUDIT_QUERIED, "command", None, {"leaves": len(leaves)})
    for recorded in leaves:
        fields = _leaf_fields(recorded)
        typer.echo(json.dumps(fields) if as_json else "  ".join(_cell(fields[name]) for name in fields))


@audit_app.command("verify")
def verify_audit_log(
    home: HomeOption,
    noted: Annotated[
        str | None, typer.Option(metavar="SIZE:HASH", help="A head noted earlier that the log must still run through.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check the whole log from its first leaf on, and print its head, to be noted where its party cannot change it.

    Ends with status 1 where a leaf was changed, removed, inserted or moved.
    """
    with _audit_log(home) as (log, tx):
        head = log.verify(tx, None if noted is None else _parse_head(noted))
    if as_json:
        typer.echo(json.dumps({"ok": True, "size": head.size, "chain_hash": head.chain_hash.hex()}))
    else:
        typer.echo(f"The audit log is whole: {head.size} leaves, head {head.size}:{head.chain_hash.hex()}")


def main() -> None:
    """Run the command line of this process, and end the process with a status from the table above."""
    gc.set_threshold(GARBAGE_AFTER)
    try:
        app()
    except ConfigurationMistake as mistake:
        _stop(str(mistake), MISTAKE)
    except RuntimeFault as fault:
        _stop(str(fault), REFUSED)
    except ModuleNotFoundError as missing:
        _stop_for_missing_package(missing)
    except BrokenPipeError:
        # The reader of our output has gone (`symbolon … | head`): nothing is wrong, and nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(REFUSED)
    except Exception as error:  # noqa: BLE001 -- the outermost edge: logged by place, told in one sentence
        _stop_unexpected(error)


def _room_app(module: str) -> typer.Typer:
    room_app = import_for_good(module).app
    if not isinstance(room_app, typer.Typer):
        raise TypeError(f"{module}.app is not a typer application")
    return room_app


@contextmanager
def _audit_log(home: Path) -> Iterator[tuple["HashChainAuditLog", "Transaction"]]:
    """Open the audit log of the party whose home this is, in one transaction."""
    from uuid import uuid4

    from symbolon.runtime.audit_store import HashChainAuditLog
    from symbolon.runtime.clock import SystemClock
    from symbolon.runtime.database import Database
    from symbolon.runtime.home import PartyHome
    from symbolon.runtime.settings import open_settings

    party = PartyHome(home)
    roles = [role for role in ("node", "hub", "operator") if party.settings_file(role).is_file()]
    if len(roles) != 1:
        raise ConfigurationMistake(
            f"{home} is not a party's home: it needs one of node.toml, hub.toml and operator.toml"
        )
    conninfo = open_settings(party, roles[0], os.environ).database_conninfo()
    with Database(conninfo, application_name="symbolon audit", max_size=1) as database, database.transaction() as tx:
        yield HashChainAuditLog(SystemClock(), uuid4), tx


def _parse_head(text: str) -> "ChainHead":
    from symbolon.protocol.audit_log import ChainHead

    size, _, digest = text.partition(":")
    try:
        return ChainHead(int(size), bytes.fromhex(digest))
    except ValueError:
        raise typer.BadParameter("a head is SIZE:HASH, as `audit verify` prints it", param_hint="--noted") from None


def _leaf_fields(recorded: "RecordedLeaf") -> dict[str, Any]:
    leaf = recorded.leaf
    return {
        "place": recorded.place,
        "recorded_at": leaf.recorded_at.isoformat(timespec="milliseconds"),
        "act": leaf.act.value,
        "actor": leaf.actor,
        "subject": leaf.subject,
        "detail": dict(leaf.detail),
    }


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name}={part}" for name, part in value.items())
    return "-" if value is None else str(value)


def _stop_for_missing_package(missing: ModuleNotFoundError) -> None:
    """Rooms and processes bring their packages when they are asked for; a node needs none of the hub's."""
    room = next((argument for argument in sys.argv[1:] if argument in ROOMS), None)
    if room is None or missing.name is None or missing.name.partition(".")[0] == "symbolon":
        _stop_unexpected(missing)
    _stop(
        f"`symbolon {room}` needs the package {missing.name}, which is not installed here:"
        f" install symbolon[{room}], or requirements/{room}.txt",
        MISTAKE,
    )


def _stop_unexpected(error: Exception) -> None:
    # Imported here because the good path needs neither, and a command line should start fast.
    import structlog

    from symbolon.runtime.logs import configure_logging, log_unexpected
    from symbolon.runtime.problem_responses import CarriesProblem

    if isinstance(error, CarriesProblem):
        _stop(str(error), REFUSED)
    if not structlog.is_configured():
        configure_logging("symbolon", "command")
    log_unexpected(error, while_doing="running a command")
    _stop("Something went wrong that nobody foresaw; where it happened is in the log above", FAULT)


def _stop(sentence: str, status: int) -> None:
    typer.echo(sentence if sentence.endswith((".", "!", "?")) else f"{sentence}.", err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
