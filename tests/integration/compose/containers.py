"""The federation of docker-compose.yml on this machine: databases, broker and roles by the containers' own commands."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.integration.compose.compose_file import ContainerService, Stage
from tests.integration.compose.system_packages import SystemPostgres, SystemRabbitMq, account_of, run_as

from symbolon.exercise.supervisor import Account, ProcessSpec, Supervisor

PATIENCE_S = 240.0
SETUP_WITHIN_S = 600.0


@dataclass(frozen=True, slots=True)
class Containers:
    """The services, running; each can be given a further command, as with `docker compose exec`."""

    stage: Stage
    rabbitmq: SystemRabbitMq
    supervisor: Supervisor

    def execute(self, name: str, *command: str, timeout_s: float = 120) -> "subprocess.CompletedProcess[str]":
        """Run a command in the place of a service."""
        service = self.stage.services[name]
        account, environment = self._terms(service)
        translated = [self.stage.translate(service, part) for part in command]
        return run_as(account, translated, environment, timeout_s)

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

    def copy_into(self, name: str, file_name: str, content: bytes) -> str:
        """Put a file into a service, as with `docker compose cp`; its path there."""
        path = f"/tmp/{file_name}"  # noqa: S108 -- the container's
        Path(self.stage.translate(self.stage.services[name], path)).write_bytes(content)
        return path

    def start(self, *names: str) -> None:
        """Start roles' services by their own commands; they are stopped together, too."""
        self.supervisor.start(
            *(
                ProcessSpec(
                    name=service.name,
                    command=self.stage.command(service),
                    log_file=self.log_file(service.name),
                    environment=self.stage.environment(service),
                )
                for service in map(self.stage.services.__getitem__, names)
            )
        )

    def _terms(self, service: ContainerService) -> tuple[Account | None, dict[str, str]]:
        environment = self.stage.environment(service)
        if service.name == "rabbitmq":
            return account_of("rabbitmq"), {**environment, **self.rabbitmq.environment}
        return None, environment


def start_everything(running: Containers) -> None:
    """Start all services in the order of their dependencies, and wait until each is healthy."""
    _start_broker(running)
    _start_databases(running)
    running.wait_until_healthy("rabbitmq")
    _run_to_its_end(running, "setup")
    # Only the nodes' workers depend on a role: on the hub's web.
    after_hub_web = [name for name, service in running.stage.services.items() if "hub-web" in service.depends_on]
    at_once = [
        name
        for name in running.stage.services
        if name.endswith(("-web", "-worker", "-beat", "-server")) and name not in after_hub_web
    ]
    running.start(*at_once)
    running.wait_until_healthy("hub-web")
    running.start(*after_hub_web)
    for name in (*at_once, *after_hub_web):
        running.wait_until_healthy(name)
    _run_to_its_end(running, "founding")


def _start_databases(running: Containers) -> None:
    stage = running.stage
    for service in stage.services.values():
        if not service.name.endswith("-postgres"):
            continue
        server = SystemPostgres(service.name, stage.folder / service.name, stage.addresses[service.name])
        server.prepare(stage.secret_values[service.secrets["database_password"]])
        running.supervisor.start(server.process(running.log_file(service.name)))
        environment = {**stage.environment(service), **server.first_script_environment()}
        for script in service.configs.values():
            run_as(account_of("postgres"), ("sh", "-ceu", script), environment).check_returncode()
        running.wait_until_healthy(service.name)


def _start_broker(running: Containers) -> None:
    service = running.stage.services["rabbitmq"]
    broker = running.rabbitmq
    broker.prepare()
    running.supervisor.start(broker.port_mapper(running.log_file("rabbitmq-epmd")))
    environment = {**running.stage.environment(service), **broker.environment}
    environment["PATH"] = f"{running.stage.programs}:{broker.environment['PATH']}"
    running.supervisor.start(broker.process(running.log_file("rabbitmq"), running.stage.command(service), environment))


def _run_to_its_end(running: Containers, name: str) -> None:
    done = running.execute(name, *running.stage.services[name].command, timeout_s=SETUP_WITHIN_S)
    assert done.returncode == 0, done.stderr[-4000:]
