"""Reads docker-compose.yml, and plays its containers on this machine without Docker.

Each service gets a loopback address of its own, so that every port stays what the file says; host names, volumes,
secrets and "all interfaces" are translated into addresses and folders, and nothing else is.
"""

import os
import re
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

COMPOSE_FILE = Path(__file__).parents[3] / "docker-compose.yml"
_COMPILED = "NUMBA_CACHE_DIR"
"""Left out: what is compiled is kept beside the checkout's code instead, as of all other tests. Four of the containers
would compile for ten seconds each."""
_OWN_NAMES = ("0.0.0.0", "127.0.0.1", "localhost")  # noqa: S104 -- what containers call themselves


@dataclass(frozen=True, slots=True)
class ContainerService:
    """One service as the file describes it."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    health_check: tuple[str, ...]
    secrets: Mapping[str, str]
    """Name under /run/secrets -> name of the secret."""
    volumes: Mapping[str, str]
    """Folder in the container -> name of the volume."""
    networks: frozenset[str]
    depends_on: frozenset[str]
    configs: Mapping[str, str]
    """File in the container -> its content."""


def read_compose_file(path: Path = COMPOSE_FILE) -> dict[str, ContainerService]:
    """The services by name, with anchors and `$$` resolved."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: _service(name, entry, document) for name, entry in document["services"].items()}


def secret_variables(path: Path = COMPOSE_FILE) -> dict[str, str]:
    """Name of each secret -> the environment variable that it comes from."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: entry["environment"] for name, entry in document["secrets"].items()}


def _service(name: str, entry: Mapping[str, Any], document: Mapping[str, Any]) -> ContainerService:
    health = entry.get("healthcheck", {}).get("test", ["CMD"])
    assert health[0] == "CMD", f"{name}: a health check is a command and its arguments"
    mounts = [mount.split(":") for mount in entry.get("volumes", [])]
    wanted = [{"source": one, "target": one} if isinstance(one, str) else one for one in entry.get("secrets", [])]
    return ContainerService(
        name=name,
        command=tuple(_resolved(part) for part in entry.get("command", [])),
        environment={key: _resolved(str(value)) for key, value in entry.get("environment", {}).items()},
        health_check=tuple(_resolved(part) for part in health[1:]),
        secrets={secret["target"]: secret["source"] for secret in wanted},
        volumes={mount[1]: mount[0] for mount in mounts},
        networks=frozenset(entry.get("networks", [])),
        depends_on=frozenset(entry.get("depends_on", [])),
        configs={
            config["target"]: _resolved(document["configs"][config["source"]]["content"])
            for config in entry.get("configs", [])
        },
    )


def _resolved(text: str) -> str:
    assert not re.search(r"(?<!\$)\$(?!\$)", text), "the file takes nothing from the environment but its secrets"
    return text.replace("$$", "$")


class Stage:
    """This machine in the place of Docker: an address for each service, a folder for each volume and secret."""

    def __init__(self, folder: Path, services: Mapping[str, ContainerService]) -> None:
        """``folder``: where everything is kept; other accounts may pass through it."""
        self.folder = folder
        self.services = services
        self.secret_values = {name: secrets.token_urlsafe(24) for name in secret_variables()}
        network = _free_network(len(services))
        self.addresses = {name: f"{network}.{number}" for number, name in enumerate(services, start=2)}
        self.programs = folder / "programs"
        self.programs.mkdir(mode=0o755)
        # The images' own entry point does what the test's fixtures do, and then becomes the command.
        entry_point = self.programs / "docker-entrypoint.sh"
        entry_point.write_text('#!/bin/sh\nexec "$@"\n')
        entry_point.chmod(0o755)
        for service in services.values():
            self._lay_out(service)

    def command(self, service: ContainerService) -> tuple[str, ...]:
        """The service's command on this machine."""
        return tuple(self.translate(service, part) for part in service.command)

    def health_check(self, service: ContainerService) -> tuple[str, ...]:
        """The service's health check on this machine."""
        return tuple(self.translate(service, part) for part in service.health_check)

    def environment(self, service: ContainerService) -> dict[str, str]:
        """The service's environment on this machine; programs come from this virtual environment, then the system."""
        return {
            "PATH": f"{self.programs}:{Path(sys.executable).parent}:{os.defpath}",
            "HOME": str(self._own(service)),
            **{
                name: self.translate(service, value) for name, value in service.environment.items() if name != _COMPILED
            },
        }

    def translate(self, service: ContainerService, text: str) -> str:
        """Host names into addresses, folders of the container into folders of this machine."""
        places = {target: str(self._volume(volume)) for target, volume in service.volumes.items()}
        places["/run/secrets"] = str(self._own(service) / "secrets")
        places["/tmp"] = str(self._own(service))  # noqa: S108 -- the container's
        hosts = {**self.addresses, **dict.fromkeys(_OWN_NAMES, self.addresses[service.name])}
        longest_first = sorted({**places, **hosts}, key=len, reverse=True)
        pattern = "|".join(map(re.escape, longest_first))
        return re.sub(rf"(?<![\w.-])({pattern})(?![\w.-])", lambda found: {**places, **hosts}[found[1]], text)

    def _lay_out(self, service: ContainerService) -> None:
        (self._own(service) / "secrets").mkdir(mode=0o755, parents=True)
        self._own(service).chmod(0o711)
        for target, source in service.secrets.items():
            (self._own(service) / "secrets" / target).write_text(self.secret_values[source])
        for volume in service.volumes.values():
            self._volume(volume).mkdir(mode=0o700, parents=True, exist_ok=True)

    def _own(self, service: ContainerService) -> Path:
        return self.folder / "containers" / service.name

    def _volume(self, name: str) -> Path:
        return self.folder / "volumes" / name


def _free_network(size: int) -> str:
    """The first three parts of a loopback network in which nobody of this machine listens."""
    while True:
        network = f"127.{2 + secrets.randbelow(250)}.{secrets.randbelow(250)}"
        with socket.socket() as probe:
            try:
                probe.bind((f"{network}.{size + 2}", 0))
            except OSError:
                continue
            return network
