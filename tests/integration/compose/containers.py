"""The federation of docker-compose.yml on this machine: databases, broker and roles by the containers' own commands."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.integration.compose.compose_file import ContainerService, Stage
from tests.integration.compose.system_packages import SystemPostgres, SystemRabbitMq, account_of

from symbolon.exercise.supervisor import Account, ProcessSpec, Supervisor

PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Containers:
    """The services, running; each can be given a further command, as with `docker compose exec`."""

    stage: Stage
    rabbitmq: SystemRabbitMq
    supervisor: Supervisor

    def execute(self, name: str, *command: str, timeout_s: float = 60) -> "subprocess.CompletedProcess[str]":
        """Run a command in the place of a service."""
        service = self.stage.services[name]
        account, environment = self._terms(service)
        return subprocess.run(
            [self.stage.translate(service, part) for part in command],
            env=environment,
            cwd="/",
            text=True,
            capture_output=True,
            timeout=timeout_s,
            check=False,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )

    def is_healthy(self, name: str) -> bool:
        """Whether the service's own health check succeeds."""
        return self.execute(name, *self.stage.services[name].health_check).returncode == 0

    def wait_until_healthy(self, name: str) -> None:
        """Wait for the health check, as Docker does."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.is_healthy(name):
            assert time.monotonic() < deadline, f"{name} is not healthy:\n{self.log(name)}"
            time.sleep(0.3)

    def log(self, name: str) -> str:
        """The end of what the service wrote."""
        file = self.log_file(name)
        return file.read_text(errors="replace")[-4000:] if file.exists() else ""

    def log_file(self, name: str) -> Path:
        """Where the service writes."""
        return self.stage.folder / f"{name}.log"

    def start(self, name: str) -> None:
        """Start a role's service by its own command."""
        service = self.stage.services[name]
        self.supervisor.start(
            ProcessSpec(
                name=name,
                command=self.stage.command(service),
                log_file=self.log_file(name),
                environment=self.stage.environment(service),
            )
        )

    def _terms(self, service: ContainerService) -> tuple[Account | None, dict[str, str]]:
        environment = self.stage.environment(service)
        if service.name == "rabbitmq":
            return account_of("rabbitmq"), {**environment, **self.rabbitmq.environment}
        return None, environment


def start_everything(running: Containers) -> None:
    """Start all services in the order of their dependencies, and wait until each is healthy."""
    _start_databases(running)
    _start_broker(running)
    _set_up(running)
    roles = [
        service for service in running.stage.services.values() if service.name.endswith(("-web", "-worker", "-beat"))
    ]
    for service in roles:
        for dependency in service.depends_on - {"setup"}:
            running.wait_until_healthy(dependency)
        running.start(service.name)
    for service in roles:
        running.wait_until_healthy(service.name)


def _start_databases(running: Containers) -> None:
    stage = running.stage
    for service in stage.services.values():
        if not service.name.endswith("-postgres"):
            continue
        server = SystemPostgres(service.name, stage.folder / service.name, stage.addresses[service.name])
        server.prepare(stage.secret_values[service.secrets["database_password"]])
        running.supervisor.start(server.process(running.log_file(service.name)))
        account = account_of("postgres")
        for script in service.configs.values():
            subprocess.run(
                ["sh", "-ceu", script],
                env={**stage.environment(service), **server.first_script_environment()},
                cwd="/",
                check=True,
                capture_output=True,
                user=None if account is None else account.uid,
                group=None if account is None else account.gid,
                extra_groups=None if account is None else [],
            )
        running.wait_until_healthy(service.name)


def _start_broker(running: Containers) -> None:
    service = running.stage.services["rabbitmq"]
    broker = running.rabbitmq
    broker.prepare()
    running.supervisor.start(broker.port_mapper(running.log_file("rabbitmq-epmd")))
    environment = {**running.stage.environment(service), **broker.environment}
    environment["PATH"] = f"{running.stage.programs}:{broker.environment['PATH']}"
    running.supervisor.start(broker.process(running.log_file("rabbitmq"), running.stage.command(service), environment))
    running.wait_until_healthy("rabbitmq")


def _set_up(running: Containers) -> None:
    done = running.execute("setup", *running.stage.services["setup"].command, timeout_s=PATIENCE_S)
    assert done.returncode == 0, done.stderr[-4000:]
