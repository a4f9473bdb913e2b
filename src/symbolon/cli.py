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

import importlib
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

import typer
from typer.core import TyperGroup

from symbolon.runtime.errors import ConfigurationMistake, RuntimeFault

REFUSED: Final = 1
MISTAKE: Final = 2
FAULT: Final = 70

ROOMS: Final[Mapping[str, tuple[str, str]]] = {
    "node": ("symbolon.node.cli", "A member state's node: its records, its hits, its exchanges."),
    "hub": ("symbolon.hub.cli", "The neutral hub: members, comparison, relay."),
    "exercise": ("symbolon.exercise.cli", "A whole federation on this machine, with a fictional case."),
}


class MissingExtra(ConfigurationMistake):
    """A room was asked for whose packages are not installed here."""


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


@app.callback()
def symbolon() -> None:
    """Take the options that belong to all rooms (there are none yet)."""


def main() -> None:
    """Run the command line of this process, and end the process with a status from the table above."""
    try:
        app()
    except ConfigurationMistake as mistake:
        _stop(str(mistake), MISTAKE)
    except RuntimeFault as fault:
        _stop(str(fault), REFUSED)
    except BrokenPipeError:
        # The reader of our output has gone (`symbolon … | head`): nothing is wrong, and nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(REFUSED)
    except Exception as error:  # noqa: BLE001 -- the outermost edge: logged by place, told in one sentence
        _stop_unexpected(error)


def _room_app(module: str) -> typer.Typer:
    try:
        room_app = importlib.import_module(module).app
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] == "symbolon":
            raise
        room = module.split(".")[1]
        raise MissingExtra(
            f"`symbolon {room}` needs the package {missing.name}, which is not installed here:"
            f" install symbolon[{room}], or requirements/{room}.txt"
        ) from missing
    if not isinstance(room_app, typer.Typer):
        raise TypeError(f"{module}.app is not a typer application")
    return room_app


def _stop_unexpected(error: Exception) -> None:
    # Imported here because the good path needs neither, and a command line should start fast.
    from symbolon.runtime.logs import log_unexpected
    from symbolon.runtime.problem_responses import CarriesProblem

    if isinstance(error, CarriesProblem):
        _stop(str(error), REFUSED)
    log_unexpected(error)
    _stop("Something went wrong that nobody foresaw; where it happened is in the log above", FAULT)


def _stop(sentence: str, status: int) -> None:
    typer.echo(sentence if sentence.endswith((".", "!", "?")) else f"{sentence}.", err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
