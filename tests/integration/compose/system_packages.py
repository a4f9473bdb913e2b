"""PostgreSQL and RabbitMQ from the system's packages, each in a folder and under an account of its own.

Nothing here touches the packages' own services, data or ports: every server listens on a loopback address that the
test chose, and ends with its supervisor.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from symbolon.exercise.supervisor import Account, ProcessSpec

RABBITMQ_PROGRAMS = Path("/usr/lib/rabbitmq/bin")
# RabbitMQ tells its readers so where its own packages' wrappers would have set it.
PATH = f"{RABBITMQ_PROGRAMS}:{os.defpath}"


def postgres_programs() -> Path | None:
    """The newest installed server's folder of programs, as Debian lays it out."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def missing_packages() -> tuple[str, ...]:
    """The system's packages that are not installed here."""
    missing = [] if postgres_programs() else ["postgresql"]
    if not (RABBITMQ_PROGRAMS / "rabbitmq-server").exists() or shutil.which("epmd") is None:
        missing.append("rabbitmq-server")
    return tuple(missing)


def account_of(login: str) -> Account | None:
    """The account that a server runs as when the tests are root's; None: the tests' own."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(login)
    return Account(entry.pw_uid, entry.pw_gid)


def run_as(
    account: Account | None, command: Sequence[object], environment: Mapping[str, str], timeout_s: float = 60
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end under an account, and give its output."""
    return subprocess.run(
        [str(part) for part in command],
        env=dict(environment),
        cwd="/",
        text=True,
        capture_output=True,
        timeout=timeout_s,
        check=False,
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
    )


def give(folder: Path, account: Account | None) -> Path:
    """Make a folder that belongs to an account alone."""
    folder.mkdir(mode=0o700, parents=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


@dataclass(frozen=True, slots=True)
class SystemPostgres:
    """A cluster of its own in ``folder``, on port 5432 of ``address``; the image's environment is honoured."""

    name: str
    folder: Path
    address: str

    @property
    def programs(self) -> Path:
        """Where initdb, postgres, psql and pg_isready lie."""
        programs = postgres_programs()
        assert programs is not None
        return programs

    def prepare(self, superuser_password: str) -> None:
        """Make the cluster, as the image does: trust within, scram from the network."""
        account = account_of("postgres")
        give(self.folder, account)
        password_file = self.folder / "pw"
        password_file.write_text(superuser_password)
        password_file.chmod(0o644)
        command = (
            *(self.programs / "initdb", "-D", self.folder / "data", "--username", "postgres", "--no-sync"),
            *("--auth-local", "trust", "--auth-host", "scram-sha-256", "--pwfile", password_file),
            *("--encoding", "UTF8", "--locale", "C.UTF-8"),
        )
        run_as(account, command, {"PATH": PATH}).check_returncode()

    def process(self, log_file: Path) -> ProcessSpec:
        """The server under a supervisor."""
        options = {
            "listen_addresses": self.address,
            "port": "5432",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
        }
        return ProcessSpec(
            name=self.name,
            command=(
                *(str(self.programs / "postgres"), "-D", str(self.folder / "data")),
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ),
            log_file=log_file,
            environment={"PATH": PATH, "LC_ALL": "C.UTF-8"},
            is_ready=self.is_ready,
            account=account_of("postgres"),
        )

    def is_ready(self) -> bool:
        """Whether the server answers."""
        command = (self.programs / "pg_isready", "-q", "-h", self.address, "-p", "5432")
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def first_script_environment(self) -> dict[str, str]:
        """What a script of the image's ``docker-entrypoint-initdb.d`` finds in its environment."""
        return {"PATH": f"{self.programs}:{PATH}", "PGHOST": str(self.folder), "POSTGRES_USER": "postgres"}


@dataclass(frozen=True, slots=True)
class SystemRabbitMq:
    """A broker of its own in ``folder``, on ``address``, with its own port mapper."""

    name: str
    folder: Path
    address: str
    port_mapper_port: int
    """Erlang's port mapper always listens on 127.0.0.1, too: this port must be free there."""
    distribution_port: int
    """The server tries this one on every address before it listens: two brokers with the same one never start."""

    def prepare(self) -> None:
        """Make the folder, with the settings that the image's network would give."""
        account = account_of("rabbitmq")
        give(self.folder, account)
        (self.folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = {self.address}:5672\nloopback_users = none\n")
        # Erlang's own traffic stays on the address, too; otherwise it listens everywhere.
        dotted = self.address.replace(".", ",")
        (self.folder / "erl_inetrc").write_text(
            f'{{host,{{{dotted}}},["symbolon-broker"]}}.\n{{lookup,[file,native]}}.\n'
        )
        (self.folder / "enabled_plugins").write_text("[].\n")

    @property
    def environment(self) -> dict[str, str]:
        """What server and diagnostics need to find each other, and nothing of the package's own service."""
        dotted = self.address.replace(".", ",")
        return {
            "PATH": PATH,
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            # The start script becomes the server instead of its parent: signals reach the right process.
            "RUNNING_UNDER_SYSTEMD": "true",
            "ERL_EPMD_PORT": str(self.port_mapper_port),
            "ERL_EPMD_ADDRESS": self.address,
            "ERL_INETRC": str(self.folder / "erl_inetrc"),
            "RABBITMQ_NODENAME": "symbolon@symbolon-broker",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            # Its commands' own ports are otherwise counted on from the server's, and may run out of the numbers.
            "RABBITMQ_CTL_DIST_PORT_MIN": "0",
            "RABBITMQ_CTL_DIST_PORT_MAX": "0",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-kernel inet_dist_use_interface {{{dotted}}}",
        }

    def port_mapper(self, log_file: Path) -> ProcessSpec:
        """Erlang's port mapper; started by us, so that the broker does not leave one running behind it."""
        return ProcessSpec(
            name=f"{self.name}-epmd",
            command=("/usr/bin/epmd", "-port", str(self.port_mapper_port), "-address", self.address),
            log_file=log_file,
            environment={"PATH": os.defpath},
            account=account_of("rabbitmq"),
        )

    def process(self, log_file: Path, command: tuple[str, ...], environment: dict[str, str]) -> ProcessSpec:
        """The broker, by the command of its container."""
        return ProcessSpec(
            name=self.name,
            command=command,
            log_file=log_file,
            environment={**self.environment, **environment},
            ready_within_s=90,
            account=account_of("rabbitmq"),
        )
