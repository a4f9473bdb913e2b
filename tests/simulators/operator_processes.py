"""Three operators as three processes, set up by their commands as three bodies would, and killed like processes."""

import json
import os
import signal
import socket
import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.simulators import command_line, warm_processes
from tests.simulators.operator_bench import PLACES, shared_item

from symbolon.exercise.ports import free_ports
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.hybrid_keys import HybridSealingPublicKey
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages import SubmissionItem
from symbolon.protocol.messages_comparison import OperatorRequest
from symbolon.protocol.references import MemberCode

HOST = "127.0.0.1"


class OperatorProcesses:
    """Homes, requests and welcomes are files in one folder; each operator has its own PostgreSQL database."""

    def __init__(self, folder: Path, conninfos: Sequence[str], federation: str, hub_home: Path) -> None:
        self.folder = folder
        self.conninfos = conninfos
        self.federation = federation
        self.hub_home = hub_home
        self.ports = free_ports(3)
        self.moved: dict[int, Path] = {}
        self._running: dict[int, BaseProcess] = {}

    def set_up(self) -> None:
        """Three requests, three additions, three times joining."""
        for place in PLACES:
            self.initialise(place)
        for place in PLACES:
            self.add(place)
        for place in PLACES:
            self.join(place)

    def initialise(self, place: int) -> str:
        """At an operator."""
        return self.typed(
            "init", "--home", str(self.home(place)), "--place", str(place), "--name", f"Body {place}",
            "--federation", self.federation, "--listen", f"{HOST}:{self.ports[place]}",
            "--database", self.conninfos[place], "--out", str(self.request(place)),
        )  # fmt: skip

    def add(self, place: int) -> str:
        """At the hub."""
        address = f"{HOST}:{self.ports[place]}"
        welcomes = str(self.folder / "welcomes")
        return self.typed(
            "add", str(self.request(place)), "--home", str(self.hub_home), "--address", address, "--out", welcomes
        )

    def join(self, place: int) -> str:
        """At an operator."""
        welcome = self.folder / "welcomes" / f"welcome-{place}.json"
        return self.typed("join", str(welcome), "--home", str(self.home(place)))

    def home(self, place: int) -> Path:
        return self.moved.get(place, self.folder / f"operator{place}")

    def request(self, place: int) -> Path:
        return self.folder / f"request{place}.json"

    def typed(self, *arguments: str, expected: int = 0) -> str:
        """What a command prints."""
        done = command_line.typed("hub", "operator", *arguments)
        assert done.returncode == expected, done.stdout + done.stderr
        return done.stdout + done.stderr

    def status(self, place: int) -> dict[str, object]:
        found = self.typed("status", "--home", str(self.home(place)), "--json")
        content: dict[str, object] = json.loads(found.splitlines()[-1])
        return content

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of those that run, by place."""
        return tuple(_number(process) for _, process in sorted(self._running.items()))

    def start(self, *places: int) -> None:
        """Start processes, and wait until they listen."""
        for place in places:
            command = ("hub", "operator", "serve", "--home", str(self.home(place)))
            self._running[place] = warm_processes.started(self._log(place), *command)
        for place in places:
            self._await_listening(place)

    def kill(self, place: int) -> None:
        """Kill -9."""
        process = self._running.pop(place)
        process.kill()
        process.join()

    def pause(self, place: int) -> None:
        """The process does nothing more for now."""
        os.kill(_number(self._running[place]), signal.SIGSTOP)

    def resume(self, place: int) -> None:
        """It goes on."""
        os.kill(_number(self._running[place]), signal.SIGCONT)

    def close(self) -> None:
        for place in list(self._running):
            self.kill(place)

    def share_item(self, sender: MemberCode, item: SubmissionItem, key: SigningKey) -> SubmissionItem:
        """What a node of a blind federation submits."""
        requests = [from_wire(OperatorRequest, parse_json(self.request(place).read_bytes())) for place in PLACES]
        keys = [HybridSealingPublicKey.from_bytes(request.sealing_key) for request in requests]
        return shared_item(self.federation, keys, sender, item, key)

    def _log(self, place: int) -> Path:
        return self.folder / f"operator{place}.log"

    def _await_listening(self, place: int) -> None:
        for _ in range(300):
            try:
                socket.create_connection((HOST, self.ports[place]), timeout=1).close()
            except OSError:
                assert self._running[place].is_alive(), self._log(place).read_text()
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"operator {place} does not listen")


def _number(process: BaseProcess) -> int:
    assert process.pid is not None
    return process.pid
