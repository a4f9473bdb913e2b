"""What a party's processes get from the exercise: a minimal environment, a log file each, and their password apart."""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from symbolon.exercise.supervisor import ProcessSpec
from symbolon.runtime.home import PartyHome

FEDERATION: Final = "exercise-lantern"
LOOPBACK: Final = "127.0.0.1"
_PASSWORD_FILE: Final = "database-password"  # noqa: S105 (a file's name)


def party_environment() -> Mapping[str, str]:
    """The whole environment of a party's process: nothing of ours but where programs are, and the text encoding."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def party_command(role: str, command: str, home: PartyHome) -> tuple[str, ...]:
    """The command line of one of a party's processes; ``command`` may be of several words."""
    return (sys.executable, "-m", "symbolon.cli", role, *command.split(), "--home", str(home.path))


def party_process(
    name: str,
    command: tuple[str, ...],
    logs: Path,
    is_ready: Callable[[], bool] | None = None,
    environment: Mapping[str, str] | None = None,
) -> ProcessSpec:
    """One of a party's processes; ``environment`` is added to what each gets."""
    return ProcessSpec(
        name=name,
        command=command,
        log_file=logs / f"{name}.log",
        environment={**party_environment(), **(environment or {})},
        is_ready=is_ready,
        # Nothing that was acknowledged may be lost by it, and the run's folder goes anyway: no need for farewells.
        stop_signal=signal.SIGKILL,
    )


def put_password_apart(home: PartyHome, conninfo: str) -> tuple[str, Path]:
    """Move the password of a connection string to a file of the party's home: (the string without it, the file)."""
    home.create()
    parameters = conninfo_to_dict(conninfo)
    password = str(parameters.pop("password"))
    home.secrets.write(_PASSWORD_FILE, password.encode())
    return make_conninfo("", **parameters), home.secrets.file(_PASSWORD_FILE)
